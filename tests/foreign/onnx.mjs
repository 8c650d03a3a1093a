// model.onnx by ONNX Runtime. node onnx.mjs CASES, the packages in NODE_PATH.
import { createRequire } from "node:module";
import { casesWith, judge, report } from "./cases.mjs";

const ort = createRequire(process.env.PACKAGES + "/")("onnxruntime-node");
const folder = process.argv[2];

const shapeOf = (count, [c, h, w]) => (h === 1 && w === 1 ? [count, c] : [count, c, h, w]);

await report("onnxruntime", casesWith(folder, "model.onnx"), async (c) => {
  const session = await ort.InferenceSession.create(c.file, { logSeverityLevel: 3 });
  const feeds = {};
  for (const x of c.inputs) feeds[x.name] = new ort.Tensor("float32", x.values, shapeOf(c.count, x.shape));
  const results = await session.run(feeds);
  return judge(c, session.outputNames.map((name) => results[name].data));
});
