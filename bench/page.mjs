// How fast the page's WebAssembly reads, in node: node bench/page.mjs BUILD
//
// The least of nine rounds of 0.2 s, for both modules; the machine's other users only ever make a round longer.
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {openInside} from "../src/web/page/inside.js";

const build = join(process.argv[2] ?? "build", "src/web/page");
const file = (name) => new Uint8Array(readFileSync(join(build, name)));
const simd = file("page_simd.wasm"), plain = file("page_plain.wasm"), models = file("page_models.bin");

function least(work) {
  let best = Infinity;
  for (let round = 0; round < 9; round++) {
    const begin = performance.now();
    let count = 0, now;
    do {
      work();
      count++;
      now = performance.now();
    } while (now - begin < 200);
    best = Math.min(best, (now - begin) / count);
  }
  return best;
}

// A 7 as a pen draws it on white.
function canvas(width, height) {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  const dot = (x, y) => {
    for (let v = -4; v <= 4; v++)
      for (let u = -4; u <= 4; u++)
        data.fill(20, 4 * ((y + v) * width + x + u), 4 * ((y + v) * width + x + u) + 3);
  };
  for (let i = 0; i < 80; i++) dot((width >> 1) - 40 + i, (height >> 1) - 60);
  for (let i = 0; i < 120; i++) dot((width >> 1) + 40 - (i >> 1), (height >> 1) - 60 + i);
  return {data, width, height};
}

console.log(`bytes: ${simd.length} with SIMD, ${plain.length} without, models ${models.length}`);
for (const [name, module] of [["SIMD", simd], ["plain", plain]]) {
  const begin = performance.now(), give = (bytes) => async () => bytes;
  const scrawl = await openInside({simd: give(module), plain: give(module), models: give(models)});
  const opened = performance.now();
  scrawl.choose(scrawl.models[0]);
  scrawl.read(canvas(280, 280));
  console.log(`${name}: opened in ${(opened - begin).toFixed(0)} ms, the first reading ${(performance.now() - opened).toFixed(0)} ms later`);
  for (const model of scrawl.models) {
    scrawl.choose(model);
    const [line] = scrawl.read(canvas(280, 280)), {seen} = line.digits[0];
    const net = least(() => scrawl.classify(seen));
    const canvasRead = least(() => scrawl.read(canvas(280, 280)));
    const wide = least(() => scrawl.read(canvas(640, 480)));
    console.log(`${name} ${model}: '${line.text}', the net ${net.toFixed(3)} ms, a canvas of 280x280 ${canvasRead.toFixed(2)} ms, `
                + `of 640x480 ${wide.toFixed(2)} ms`);
  }
}
