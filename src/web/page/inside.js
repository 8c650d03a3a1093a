// The library inside the page: the WebAssembly of inside.c behind plain calls.
//
//     const scrawl = await openInside({simd, plain, models});     // functions that give a promise of the bytes
//     scrawl.choose("digits");
//     for (const line of scrawl.read(imageData)) console.log(line.text);
//
// A line is {text, box, digits}; a digit is {box: [x, y, width, height], digit: 0..9 or null, probability,
// number: its place in the line, alternatives: [[digit, probability], ..], the likeliest first, seen: 784 bytes, light ink on 0}.
// What goes wrong is an Error with a sentence to show.

const CLASSES = 11, SIDE = 28, ALTERNATIVES = 3;
const PROBABILITY_AT = 4 * 7, OTHERS_AT = PROBABILITY_AT + 4, SEEN_AT = OTHERS_AT + 8 * ALTERNATIVES, SHOWN_BYTES = SEEN_AT + SIDE * SIDE; // inside.c's Shown

function unite(boxes) {
  const left = Math.min(...boxes.map((b) => b[0])), top = Math.min(...boxes.map((b) => b[1]));
  const right = Math.max(...boxes.map((b) => b[0] + b[2])), bottom = Math.max(...boxes.map((b) => b[1] + b[3]));
  return [left, top, right - left, bottom - top];
}

function linesOf(digits) {
  const lines = [];
  for (const d of digits) {
    const line = (lines[d.line] ??= {text: "", digits: []});
    line.text += (line.digits.length && line.digits.at(-1).number !== d.number ? " " : "") + (d.digit ?? "?");
    line.digits.push(d);
  }
  for (const line of lines) line.box = unite(line.digits.map((d) => d.box));
  return lines;
}

class Inside {
  #x; // the module's exports
  #room = 0;
  #roomSize = 0;

  constructor(exports, models, simd) {
    this.#x = exports;
    this.simd = simd;
    exports._initialize?.();
    const at = this.#take(models.length);
    new Uint8Array(exports.memory.buffer).set(models, at);
    if (exports.page_models(at, models.length)) this.#fail();
    const names = this.#modelNames(models);
    this.models = names.filter((name) => ["digits", "lenet"].includes(name)); // those to choose from
    this.redraws = names.includes("redraw");
    this.writes = names.includes("writer");
  }

  // The names in the packed models: a size of four bytes, then a name after its length.
  #modelNames(models) {
    const names = [], view = new DataView(models.buffer, models.byteOffset, models.length);
    for (let at = 0; at < models.length; at += view.getUint32(at, true))
      names.push(new TextDecoder().decode(models.subarray(at + 5, at + 5 + models[at + 4])));
    return names;
  }

  #take(size) {
    const at = this.#x.page_room(size);
    if (!at) throw new Error("There is not enough memory for this picture.");
    return at;
  }

  // A room for pictures that is kept from one to the next.
  #put(bytes) {
    if (bytes.length > this.#roomSize) {
      this.#x.page_free(this.#room);
      this.#roomSize = 0;
      this.#room = this.#take(bytes.length);
      this.#roomSize = bytes.length;
    }
    new Uint8Array(this.#x.memory.buffer).set(bytes, this.#room);
    return this.#room;
  }

  #text(at) {
    const bytes = new Uint8Array(this.#x.memory.buffer);
    return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
  }

  #fail() {
    throw new Error(this.#text(this.#x.page_error()));
  }

  choose(model) {
    const bytes = new TextEncoder().encode(model + "\0"), at = this.#put(bytes);
    if (this.#x.page_choose(at)) this.#fail();
    this.model = model;
    this.layers = Array.from({length: this.#x.page_layer_count()}, (_, i) => {
      const layer = new Int32Array(this.#x.memory.buffer, this.#x.page_layer(i), 5);
      const [name, kind, channels, height, width] = layer;
      return {index: i, name: this.#text(name), kind: this.#text(kind), channels, height, width};
    });
  }

  #digitAt(at) {
    const buffer = this.#x.memory.buffer;
    const [line, number, x, y, width, height, digit] = new Int32Array(buffer, at, 7);
    const view = new DataView(buffer, at), others = Array.from({length: ALTERNATIVES}, (_, i) => OTHERS_AT + 8 * i);
    return {line, number, box: [x, y, width, height], digit: digit < 0 ? null : digit,
            probability: view.getFloat32(PROBABILITY_AT, true),
            alternatives: others.map((o) => [view.getInt32(o, true), view.getFloat32(o + 4, true)]),
            seen: new Uint8Array(buffer, at + SEEN_AT, SIDE * SIDE).slice()};
  }

  // The lines of an ImageData; with single, the whole picture is one digit.
  read(image, {single = false} = {}) {
    const count = this.#x.page_read(this.#put(image.data), image.width, image.height, single ? 1 : 0);
    if (count < 0) this.#fail();
    const at = this.#x.page_shown();
    return linesOf(Array.from({length: count}, (_, i) => this.#digitAt(at + i * SHOWN_BYTES)));
  }

  // The chances of the ten digits and of none, 0 for a model that does not know: by the net of single digits where it is
  // what read this one, else the few that the reader told.
  chances(digit) {
    const out = Array(CLASSES).fill(0), all = this.classify(digit.seen);
    const same = digit.alternatives.every(([d, p]) => Math.abs(all[d] - p) < 1e-3);
    for (const [d, p] of same ? all.entries() : digit.alternatives) out[d] = p;
    return out;
  }

  // How a digit looks in type: 784 bytes, light ink on 0, or null where the page came without that net.
  type(digit) {
    const at = this.#x.page_type(this.#put(digit.seen));
    return at ? new Uint8Array(this.#x.memory.buffer, at, SIDE * SIDE).slice() : null;
  }

  // The net alone: class probabilities of a ready 28x28 picture.
  classify(seen) {
    const at = this.#put(new Uint8Array(SIDE * SIDE + 8 + 8 * CLASSES)), out = (at + SIDE * SIDE + 7) & ~7;
    new Uint8Array(this.#x.memory.buffer).set(seen, at);
    const count = this.#x.page_classify(at, out);
    return Array.from(new Float64Array(this.#x.memory.buffer, out, count));
  }

  // A number in handwriting, by the hand of this number: {width, height, ink}, ink being 255 in the middle of a stroke.
  write(number, {style = 0, height = 64} = {}) {
    if (this.#x.page_write(this.#put(new TextEncoder().encode(number + "\0")), style, height)) this.#fail();
    const [width, rows, , pixels] = new Int32Array(this.#x.memory.buffer, this.#x.page_written(), 4); // image.h's Image
    return {width, height: rows, ink: new Uint8Array(this.#x.memory.buffer, pixels, width * rows).slice()};
  }

  // What a layer answers to a 28x28 picture: channels * height * width numbers.
  activation(seen, layer) {
    const at = this.#x.page_activation(this.#put(seen), layer.index);
    if (!at) throw new Error("There is not enough memory to look into the net.");
    return new Float32Array(this.#x.memory.buffer, at, layer.channels * layer.height * layer.width).slice();
  }
}

// A function that makes a vector: valid where the browser and its processor have SIMD.
const SIMD_PROBE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

export async function openInside({simd, plain, models}) {
  if (typeof WebAssembly !== "object")
    throw new Error("This browser cannot run WebAssembly, which scrawl needs. A current Firefox, Chrome or Safari can.");
  const fast = WebAssembly.validate(SIMD_PROBE);
  const [code, weights] = await Promise.all([fast ? simd() : plain(), models()]);
  const {instance} = await WebAssembly.instantiate(code, {});
  return new Inside(instance.exports, weights, fast);
}
