// The cases that make.c wrote, and the lines of TAP about them: inside tests/foreign/ only.
import fs from "node:fs";
import path from "node:path";

// Standard output is for TAP: what the runtimes say goes elsewhere.
const say = console.log;
console.log = console.info = console.error;

const floats = (file) => {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

// Those with a file of this name: {name, file, count, scale, shift, inputs and outputs: [{name, shape, values}]}.
export function casesWith(folder, name) {
  const cases = [];
  for (const entry of fs.readdirSync(folder).sort()) {
    const file = path.join(folder, entry, name);
    if (!fs.existsSync(file)) continue;
    const about = JSON.parse(fs.readFileSync(path.join(folder, entry, "about.json")));
    about.inputs.forEach((x, i) => (x.values = floats(path.join(folder, entry, `input${i}.f32`))));
    about.outputs.forEach((x, i) => (x.values = floats(path.join(folder, entry, `output${i}.f32`))));
    cases.push({ ...about, name: entry, file });
  }
  return cases;
}

// (N,C,H,W) to (N,H,W,C), or back.
export function turned(values, [c, h, w], toLast) {
  const out = new Float32Array(values.length), plane = h * w, size = c * plane;
  for (let i = 0; i < values.length; i++) {
    const n = Math.floor(i / size), k = Math.floor((i % size) / plane), p = i % plane;
    if (toLast) out[n * size + p * c + k] = values[i];
    else out[i] = values[n * size + p * c + k];
  }
  return out;
}

const largest = (values, at, n) => {
  let best = 0;
  for (let i = 1; i < n; i++) if (values[at + i] > values[at + best]) best = i;
  return best;
};

// Holds a runtime's outputs against ours: {difference, of the outputs' largest, rows whose class differs}.
export function compare(ours, theirs, width) {
  let difference = 0, most = 0, other = 0;
  if (ours.length !== theirs.length) return { difference: Infinity, most, other };
  for (let i = 0; i < ours.length; i++) {
    const d = Math.abs(ours[i] - theirs[i]);
    if (!(d <= difference)) difference = Number.isFinite(d) ? d : Infinity; // a NaN counts for good
    most = Math.max(most, Math.abs(ours[i]));
  }
  for (let i = 0; i < ours.length; i += width) other += largest(ours, i, width) !== largest(theirs, i, width);
  return { difference, most, other };
}

// Runs `check(case)`, an async function that returns [good, what to say], over the cases.
export async function report(title, cases, check) {
  say(`1..${cases.length || 1}`);
  let failed = cases.length ? 0 : 1;
  if (!cases.length) say(`not ok 1 - ${title}: there are no cases`);
  for (const [i, c] of cases.entries()) {
    let good = false, said;
    try {
      [good, said] = await check(c);
    } catch (e) {
      said = String(e).split("\n")[0];
    }
    failed += !good;
    say(`${good ? "ok" : "not ok"} ${i + 1} - ${title}: ${c.name}: ${said}`.replaceAll("#", "\\#"));
  }
  process.exitCode = failed ? 1 : 0;
}

// What float runtimes have to keep: 1e-5, of the largest output where that is above 1, and every class.
export function judge(c, results) {
  let good = true, worst = 0;
  c.outputs.forEach((o, i) => {
    const r = compare(o.values, results[i], o.shape[0] * o.shape[1] * o.shape[2]);
    worst = Math.max(worst, r.difference / Math.max(1, r.most));
    good &&= r.difference <= 1e-5 * Math.max(1, r.most) && (o.shape[1] > 1 || r.other === 0);
  });
  return [good, `${c.count} inputs, at most ${worst.toExponential(1)} off`];
}

// What int8 has to keep: nearly all classes, and outputs to some hundredths of the largest.
export function judgeInt8(c, results) {
  let good = true, worst = 0, other = 0;
  c.outputs.forEach((o, i) => {
    const r = compare(o.values, results[i], o.shape[0] * o.shape[1] * o.shape[2]);
    worst = Math.max(worst, r.difference / r.most);
    if (c.classes) other += r.other;
    good &&= r.difference <= 0.15 * r.most;
  });
  return [good && other <= c.count / 64, `${c.count} inputs, at most ${worst.toFixed(3)} off, ${other} classes differ`];
}
