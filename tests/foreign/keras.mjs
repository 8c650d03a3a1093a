// model.h5, and model.json with its weights, by h5wasm and TensorFlow.js' port of Keras.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { casesWith, judge, report, turned } from "./cases.mjs";

const require = createRequire(process.env.PACKAGES + "/");
const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");
const layers = require("@tensorflow/tfjs-layers");
const hdf5 = await import(process.env.PACKAGES + "/node_modules/h5wasm/dist/node/hdf5_hl.js");
await hdf5.ready;

// Keras has it from 2.11 on, its port to TensorFlow.js has not.
class GroupNormalization extends layers.layers.Layer {
  constructor(config) {
    super(config);
    this.config = config;
  }
  build([, ...shape]) {
    const channels = [shape.at(-1)];
    this.gamma = this.addWeight("gamma", channels, "float32", layers.initializers.ones());
    this.beta = this.addWeight("beta", channels, "float32", layers.initializers.zeros());
    this.built = true;
  }
  call(inputs) {
    const x = [inputs].flat()[0], c = x.shape.at(-1), groups = this.config.groups;
    const split = tf.reshape(x, [x.shape[0], -1, groups, c / groups]);
    const { mean, variance } = tf.moments(split, [1, 3], true);
    const normal = tf.div(tf.sub(split, mean), tf.sqrt(tf.add(variance, this.config.epsilon)));
    return tf.add(tf.mul(tf.reshape(normal, x.shape), this.gamma.read()), this.beta.read());
  }
  static get className() {
    return "GroupNormalization";
  }
}

// scrawl's own layer, as docs/formats.md has it for Keras: bilinear, zero outside.
class AffineSample extends layers.layers.Layer {
  constructor(config) {
    super(config);
    this.ends = config.alignCorners; // tfjs spells keys its own way
  }
  computeOutputShape([shape]) {
    return shape;
  }
  // Where pixels 0..n-1 lie in -1..1, and where between pixels such places lie.
  axis(n, shape) {
    const place = (i) => (this.ends ? (2 * i) / (n - 1) - 1 : (2 * i + 1) / n - 1);
    return tf.tensor(Array.from({ length: n }, (_, i) => place(i)), shape);
  }
  pixel(g, n) {
    return this.ends ? tf.mul(tf.add(g, 1), (n - 1) / 2) : tf.div(tf.sub(tf.mul(tf.add(g, 1), n), 1), 2);
  }
  // Each pixel is a sum over all of the picture, with shares that are 0 farther than 1 away.
  call([x, theta]) {
    const [count, h, w, c] = x.shape, u = this.axis(w, [1, 1, w]), v = this.axis(h, [1, h, 1]);
    const t = tf.split(theta, 6, 1).map((a) => tf.reshape(a, [count, 1, 1]));
    const send = (a, b, d, n) =>
      tf.reshape(this.pixel(tf.add(tf.add(tf.mul(a, u), tf.mul(b, v)), d), n), [count, h * w, 1]);
    const near = (at, n) => tf.relu(tf.sub(1, tf.abs(tf.sub(at, tf.reshape(tf.range(0, n), [1, 1, n])))));
    const across = tf.reshape(near(send(t[0], t[1], t[2], w), w), [count, h * w, 1, w]);
    const down = tf.reshape(near(send(t[3], t[4], t[5], h), h), [count, h * w, h, 1]);
    const share = tf.reshape(tf.mul(down, across), [count, h * w, h * w]);
    return tf.reshape(tf.matMul(share, tf.reshape(x, [count, h * w, c])), x.shape);
  }
  static get className() {
    return "AffineSample";
  }
}
for (const layer of [GroupNormalization, AffineSample]) tf.serialization.registerClass(layer);

// A list, which may be split over "name0", "name1", ..
function listOf(group, name) {
  if (name in group.attrs) return [...group.attrs[name].value];
  const parts = [];
  for (let i = 0; name + i in group.attrs; i++) parts.push(...group.attrs[name + i].value);
  return parts;
}

// The weights by layer, in the order in which the file names them.
function weightsOf(group) {
  const weights = {};
  for (const name of listOf(group, "layer_names")) {
    const layer = group.get(name);
    weights[name] = listOf(layer, "weight_names").map((w) => {
      const array = layer.get(w);
      return tf.tensor(array.value, array.shape);
    });
  }
  return weights;
}

async function load(config, group) {
  const model = await layers.models.modelFromJSON(config);
  const weights = weightsOf(group);
  for (const layer of model.layers) layer.setWeights(weights[layer.name] ?? []);
  return model;
}

const isVector = ([, h, w]) => h === 1 && w === 1;

function run(model, c) {
  const inputs = c.inputs.map((x) => {
    if (isVector(x.shape)) return tf.tensor(x.values, [c.count, x.shape[0]]);
    const seen = x.picture ? x.values.map((v) => v * c.scale + c.shift) : x.values;
    const [channels, h, w] = x.shape;
    return tf.tensor(turned(seen, x.shape, true), [c.count, h, w, channels]);
  });
  const results = model.predict(inputs.length > 1 ? inputs : inputs[0]);
  return [results].flat().map((t, i) => {
    const shape = c.outputs[i].shape;
    return isVector(shape) ? t.dataSync() : turned(t.dataSync(), shape, false);
  });
}

await tf.setBackend("cpu");
const whole = casesWith(process.argv[2], "model.h5"), parts = casesWith(process.argv[2], "model.json");
const cases = [...whole.filter((c) => parts.every((p) => p.name !== c.name)), ...parts];
await report("tfjs-layers", cases, async (c) => {
  const json = path.extname(c.file) === ".json";
  const file = new hdf5.File(json ? c.file.replace("model.json", "model.h5") : c.file, "r");
  const config = JSON.parse(json ? fs.readFileSync(c.file) : file.attrs["model_config"].value);
  const model = await load({ modelTopology: config }, json ? file : file.get("model_weights"));
  const [good, said] = judge(c, run(model, c));
  file.close();
  return [good, (json ? "json: " : "h5: ") + said];
});
