// What was read, in the page: the number, each digit's chances, what the net saw and what its layers answered.
//
//     const answer = new Answer(scrawl);
//     answer.show(lines, sheet, {width, height});      // marks over the sheet, in pixels of a picture of that size
//     answer.show([], sheet, size, "Nothing there.");  // what to say when there is no digit

const $ = (id) => document.getElementById(id);
const MOUTHS = {glad: "M19 39q13 13 26 0", calm: "M20 42q12 4 24 0", puzzled: "M22 45q10 -7 20 -1"};
const WAITING = "Waiting for a number.";
const MARK_LIMIT = 60; // more than this is texture, not writing
const percent = (p) => (p > 0.9995 ? ">99.9 %" : `${(100 * p).toFixed(1)} %`);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Where a picture of this size lies in its sheet, of which it may leave a border free.
function placement(sheet, size) {
  const {clientWidth: w, clientHeight: h} = sheet, scale = Math.min(w / size.width, h / size.height);
  return {scale, left: (w - size.width * scale) / 2, top: (h - size.height * scale) / 2};
}

function sayingOf(digits, none, scrawl) {
  const refused = digits.filter((d) => d.digit === null).length;
  if (!digits.length) return none;
  if (digits.length === 1 && refused)
    return scrawl.chances(digits[0])[10] > digits[0].probability ? "That is not a digit, as far as I can see."
      : `Not sure at all. Perhaps a ${digits[0].alternatives[0][0]}?`;
  if (refused === digits.length) return "None of that looks like a digit to me.";
  if (refused) return refused === 1 ? "One of these I cannot make out." : `${refused} of these I cannot make out.`;
  const least = Math.min(...digits.map((d) => d.probability));
  if (least > 0.99) return digits.length === 1 ? "No doubt about it." : "No doubt about any of them.";
  return least > 0.9 ? "Quite sure." : `The least sure is ${percent(least)}.`;
}

// A digit that a net drew, in the colour of the text.
function typeOf(drawn) {
  const canvas = element("canvas", {width: 28, height: 28, ariaHidden: "true"}), context = canvas.getContext("2d"), image = context.createImageData(28, 28);
  const [r, g, b] = getComputedStyle(document.body).color.match(/\d+/g);
  drawn?.forEach((v, i) => image.data.set([r, g, b, v], 4 * i));
  context.putImageData(image, 0, 0);
  return canvas;
}

// Numbers as the shades of an ink, from the least to the most; one tile a channel.
function paintMaps(canvas, layer, numbers) {
  const flat = layer.height * layer.width === 1;
  const [tiles, h, w] = flat ? [1, 1, layer.channels] : [layer.channels, layer.height, layer.width];
  const columns = flat ? 1 : Math.ceil(Math.sqrt(tiles * 2.2)), rows = Math.ceil(tiles / columns), gap = flat ? 0 : 1;
  canvas.width = columns * (w + gap) - gap;
  canvas.height = rows * (h + gap) - gap;
  canvas.style.height = flat ? "34px" : "";
  const context = canvas.getContext("2d"), image = context.createImageData(w, h);
  const least = numbers.reduce((a, b) => Math.min(a, b)), range = numbers.reduce((a, b) => Math.max(a, b)) - least || 1;
  for (let t = 0; t < tiles; t++) {
    for (let i = 0; i < h * w; i++) {
      const v = (numbers[t * h * w + i] - least) / range;
      image.data.set([255 * Math.min(1, 1.6 * v), 255 * v ** 1.4 * 0.92, 255 * (0.22 + 0.5 * v * (1 - v) + 0.45 * v ** 3), 255], 4 * i);
    }
    context.putImageData(image, (t % columns) * (w + gap), Math.floor(t / columns) * (h + gap));
  }
}

export class Answer {
  lines = [];
  chosen = 0;

  constructor(scrawl) {
    this.scrawl = scrawl;
    for (let i = 0; i < 11; i++) $("bars").append(this.#makeBar(i));
    $("layer").addEventListener("change", () => this.#showLayer());
    this.listLayers();
  }

  #makeBar(i) {
    const bar = element("span", {className: "bar"}, element("i"));
    return element("li", {className: i === 10 ? "none" : ""}, element("span", {textContent: i === 10 ? "none" : i}), bar, element("span"));
  }

  // The layers worth looking at: of the net in use.
  listLayers() {
    const before = $("layer").value, layers = this.scrawl.layers.filter((l) => ["conv2d", "act", "pool", "dense", "global_pool"].includes(l.kind));
    $("layer").replaceChildren(...layers.map((l) => {
      const shape = l.height * l.width === 1 ? l.channels : `${l.channels} of ${l.height}x${l.width}`;
      return element("option", {value: l.index, textContent: `${l.name} (${shape})`});
    }));
    const first = layers.find((l) => l.kind === "act") ?? layers[0];
    $("layer").value = layers.some((l) => `${l.index}` === before) ? before : first.index;
  }

  get digits() {
    return this.lines.flatMap((line) => line.digits);
  }

  // What moves, as before a camera, is drawn as type anew only when it reads otherwise.
  show(lines, sheet, size, none = WAITING, moves = false) {
    const text = lines.map((line) => line.text).join("\n"), news = text !== this.text;
    this.lines = lines;
    this.text = text;
    this.none = none;
    this.chosen = Math.min(this.chosen, Math.max(0, this.digits.length - 1));
    if (news) this.#showText();
    this.sheet = sheet;
    this.#showDigits();
    if (news || !moves) this.#showType();
    this.#showMarks(size);
    this.#showCloser();
  }

  #showText() {
    $("text").textContent = this.text || "\u00a0";
    $("text").classList.toggle("long", this.text.length > 10);
  }

  #mood() {
    const digits = this.digits, sure = digits.every((d) => d.digit !== null);
    return !digits.length ? (this.none === WAITING ? "calm" : "puzzled") : !sure ? "puzzled" : digits.every((d) => d.probability > 0.9) ? "glad" : "calm";
  }

  #showDigits() {
    const mood = this.#mood();
    $("face").setAttribute("class", `face ${mood}`);
    $("face").querySelector(".mouth").setAttribute("d", MOUTHS[mood]);
    $("saying").textContent = sayingOf(this.digits, this.none, this.scrawl);
    const had = $("digits").contains(document.activeElement);
    $("digits").replaceChildren(...this.digits.slice(0, MARK_LIMIT).map((d, i) => this.#digitButton(d, i)));
    if (had) $("digits").children[this.chosen]?.focus();
  }

  #digitButton(d, i) {
    const sure = d.digit === null ? "not read" : percent(d.probability);
    const button = element("button", {className: d.digit === null ? "doubt" : "", ariaLabel: `${d.digit ?? "not a digit"}, ${sure}`},
                           `${d.digit ?? "?"}`, element("small", {textContent: d.digit === null ? "–" : percent(d.probability)}));
    button.setAttribute("aria-pressed", i === this.chosen);
    button.addEventListener("click", () => {
      this.chosen = i;
      this.#showDigits();
      this.#chooseMark();
      this.#showCloser();
    });
    return button;
  }

  // Lines, numbers and digits in their order; nothing where a digit was not read.
  #showType() {
    const shown = this.scrawl.redraws && this.digits.some((d) => d.digit !== null);
    $("typeset").hidden = !shown;
    if (!shown) return;
    const parts = this.lines.flatMap((line) => [...line.digits.flatMap((d, i) => {
      const gap = i && d.number !== line.digits[i - 1].number ? [element("span", {className: "gap"})] : [];
      return [...gap, typeOf(d.digit === null ? null : this.scrawl.type(d))];
    }), element("span", {className: "end"})]);
    $("type").replaceChildren(...parts);
  }

  #showMarks(size) {
    const marks = this.sheet.querySelector(".marks"), digits = this.digits, {scale, left, top} = placement(this.sheet, size);
    const shown = digits.length > MARK_LIMIT ? [] : digits;
    while (marks.children.length > shown.length) marks.lastChild.remove();
    while (marks.children.length < shown.length) marks.append(element("div", {}, element("b")));
    shown.forEach((d, i) => {
      const [x, y, w, h] = d.box, mark = marks.children[i];
      mark.className = `mark${d.digit === null ? " doubt" : ""}${top + y * scale < 24 ? " low" : ""}`;
      Object.assign(mark.style, {left: `${left + x * scale}px`, top: `${top + y * scale}px`, width: `${w * scale}px`, height: `${h * scale}px`});
      mark.firstChild.textContent = d.digit ?? "?";
    });
    this.#chooseMark();
  }

  #chooseMark() {
    [...this.sheet.querySelectorAll(".mark")].forEach((mark, i, all) => mark.classList.toggle("chosen", all.length > 1 && i === this.chosen));
  }

  #showCloser() {
    const d = this.digits[this.chosen];
    $("closer").hidden = !d;
    if (!d) return;
    const context = $("seen").getContext("2d"), image = context.createImageData(28, 28);
    d.seen.forEach((v, i) => image.data.set([v, v, v, 255], 4 * i));
    context.putImageData(image, 0, 0);
    const chances = this.scrawl.chances(d), best = chances.indexOf(Math.max(...chances));
    [...$("bars").children].forEach((bar, i) => {
      bar.classList.toggle("best", i === best);
      bar.querySelector("i").style.width = `${100 * chances[i]}%`;
      bar.lastChild.textContent = percent(chances[i]);
      bar.hidden = i === 10 && this.scrawl.model === "lenet";
    });
    this.#showLayer();
  }

  #showLayer() {
    const d = this.digits[this.chosen], layer = this.scrawl.layers[$("layer").value];
    if (d && layer) paintMaps($("maps"), layer, this.scrawl.activation(d.seen, layer));
  }
}
