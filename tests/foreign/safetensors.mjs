// model.safetensors by Hugging Face's reader of the format.
import fs from "node:fs";
import { casesWith, report } from "./cases.mjs";

const { parseSafetensorsMetadata } = await import(
  process.env.PACKAGES + "/node_modules/@huggingface/hub/dist/index.mjs"
);

// The file as if it came from the hub, in the ranges that are asked for.
const served = (file) => async (url, init) => {
  const bytes = fs.readFileSync(file);
  const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get("range") ?? "");
  const body = range ? bytes.subarray(+range[1], +range[2] + 1) : bytes;
  const headers = { etag: '"1"', "content-length": `${body.length}` };
  if (range) headers["content-range"] = `bytes ${range[1]}-${range[2]}/${bytes.length}`;
  return new Response(body, { status: range ? 206 : 200, headers });
};

await report("huggingface", casesWith(process.argv[2], "model.safetensors"), async (c) => {
  const { header, parameterCount } = await parseSafetensorsMetadata({
    repo: "a/b",
    path: "model.safetensors",
    computeParametersCount: true,
    fetch: served(c.file),
  }).then((r) => ({ header: r.header, parameterCount: r.parameterCount ?? r.parametersCount }));
  const tensors = Object.keys(header).filter((k) => k !== "__metadata__");
  const classes = JSON.parse(header.__metadata__.classes ?? "[]");
  const numbers = tensors.reduce((n, k) => n + header[k].shape.reduce((a, b) => a * b, 1), 0);
  const good = classes.length === c.classes && numbers === parameterCount.F32 && tensors.includes("conv1.weight");
  return [good, `${tensors.length} tensors, ${parameterCount.F32} numbers`];
});
