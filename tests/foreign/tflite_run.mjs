// TensorFlow Lite, compiled to WebAssembly (@tensorflow/tfjs-tflite), without the browser around it.
import fs from "node:fs";
import { createRequire } from "node:module";
import "./cases.mjs"; // which sends what it says to standard error

const packages = process.env.PACKAGES + "/node_modules/@tensorflow/tfjs-tflite/wasm/";
const factory = createRequire(process.env.PACKAGES + "/")(packages + "tflite_web_api_cc_simd.js");
const lite = await factory({
  locateFile: (name) => packages + name,
  wasmBinary: fs.readFileSync(packages + "tflite_web_api_cc_simd.wasm"),
});

export function runnerOf(file) {
  const bytes = fs.readFileSync(file), at = lite._malloc(bytes.length);
  lite.HEAPU8.set(bytes, at);
  const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1024 };
  const made = lite.TFLiteWebModelRunner.CreateFromBufferAndOptions(at, bytes.length, options);
  if (!made.ok()) throw Error(made.errorMessage());
  return made.value();
}
