// model.tflite and model-int8.tflite by LiteRT, TensorFlow Lite's successor (@litertjs/core).
import fs from "node:fs";
import { createRequire } from "node:module";
import vm from "node:vm";
import { casesWith, judge, judgeInt8, report, turned } from "./cases.mjs";

// It takes itself for a worker of a browser's.
globalThis.self = globalThis;
globalThis.importScripts = (file) => {
  Object.assign(globalThis, { require: createRequire(file), __filename: file, __dirname: file.replace(/\/[^/]*$/, "") });
  vm.runInThisContext(fs.readFileSync(file, "utf8"), file);
};
const packages = process.env.PACKAGES + "/node_modules/@litertjs/core/";
const { loadLiteRt, loadAndCompile, Tensor } = await import(packages + "dist/index.js");
await loadLiteRt(packages + "wasm/");

async function run(file, c) {
  const model = await loadAndCompile(new Uint8Array(fs.readFileSync(file)), { accelerator: "wasm" });
  const fed = c.inputs.map((x) => turned(x.values, x.shape, true));
  const size = ({ shape: [channels, h, w] }) => channels * h * w;
  const shapeOf = ([channels, h, w]) => (h === 1 && w === 1 ? [1, channels] : [1, h, w, channels]);
  const results = c.outputs.map((o) => new Float32Array(c.count * size(o)));
  for (let n = 0; n < c.count; n++) {
    const tensors = c.inputs.map((x, i) => new Tensor(fed[i].slice(n * size(x), (n + 1) * size(x)), shapeOf(x.shape)));
    const made = await model.run(tensors);
    for (const [i, o] of c.outputs.entries()) results[i].set(await made[i].data(), n * size(o));
    for (const t of [...tensors, ...made]) t.delete();
  }
  return results.map((values, i) => turned(values, c.outputs[i].shape, false));
}

const folder = process.argv[2];
const cases = [
  ...casesWith(folder, "model.tflite"),
  ...casesWith(folder, "model-int8.tflite").map((c) => ({ ...c, name: c.name + " int8", int8: true })),
];
await report("litert", cases, async (c) => (c.int8 ? judgeInt8 : judge)(c, await run(c.file, c)));
