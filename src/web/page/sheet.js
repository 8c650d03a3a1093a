// A sheet to write on: strokes with a width that follows the pen's pressure, or the hand's speed where there is none.
//
//     const sheet = new Sheet(canvas, () => read(sheet.image()));
//     sheet.undo();
//
// Points are kept in units of the sheet's width, so that they stay where they are when the window changes.

const READ_WIDTH = 640; // pixels of the picture that is read
const KEY_STEP = 0.012; // of the width: what an arrow key moves the pen by

// The digits as a pen goes, in a box of 0..1 by 0..1.5: what "Show me" writes.
const PEN_PATHS = [
  [[[.6, .05], [.2, .3], [.1, .9], [.35, 1.45], [.75, 1.3], [.9, .7], [.75, .2], [.5, .05]]],
  [[[.3, .4], [.55, .05], [.52, .8], [.5, 1.5]]],
  [[[.12, .4], [.4, .05], [.8, .2], [.8, .6], [.4, 1.1], [.08, 1.45], [.5, 1.42], [.92, 1.45]]],
  [[[.15, .2], [.5, .03], [.82, .25], [.7, .6], [.4, .72], [.8, .85], [.88, 1.2], [.5, 1.5], [.1, 1.32]]],
  [[[.55, .05], [.3, .5], [.06, .98], [.5, .96], [.95, .95]], [[.68, .6], [.64, 1.05], [.62, 1.5]]],
  [[[.3, .1], [.24, .4], [.2, .68], [.6, .62], [.88, .95], [.75, 1.38], [.4, 1.5], [.1, 1.35]], [[.3, .1], [.6, .08], [.9, .06]]],
  [[[.72, .05], [.35, .4], [.12, .95], [.3, 1.45], [.7, 1.42], [.85, 1.1], [.6, .82], [.28, .95], [.16, 1.15]]],
  [[[.08, .1], [.5, .12], [.92, .1], [.65, .6], [.45, 1.1], [.36, 1.5]]],
  [[[.8, .25], [.5, .04], [.2, .25], [.35, .6], [.7, .9], [.82, 1.25], [.5, 1.5], [.16, 1.25], [.35, .85], [.7, .55], [.8, .25]]],
  [[[.82, .35], [.55, .06], [.2, .3], [.25, .7], [.6, .78], [.82, .4], [.8, .9], [.72, 1.5]]],
];

// The points of a smooth curve through `points` (Catmull and Rom 1974), `steps` to a span.
function smooth(points, steps) {
  const out = [], at = (i) => points[Math.min(Math.max(i, 0), points.length - 1)];
  for (let i = 0; i + 1 < points.length; i++)
    for (let k = 0; k < steps; k++) {
      const t = k / steps, [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
      out.push([0, 1].map((j) => 0.5 * (2 * b[j] + (c[j] - a[j]) * t + (2 * a[j] - 5 * b[j] + 4 * c[j] - d[j]) * t * t
                                        + (3 * b[j] - a[j] - 3 * c[j] + d[j]) * t * t * t)));
    }
  return [...out, at(points.length)];
}

function drawStroke(context, stroke, scale) {
  const p = stroke.points;
  context.lineCap = context.lineJoin = "round";
  for (let i = 0; i < p.length; i++) {
    const from = i > 1 ? middle(p[i - 2], p[i - 1]) : p[Math.max(i - 1, 0)], by = p[Math.max(i - 1, 0)];
    const to = i === p.length - 1 ? p[i] : middle(by, p[i]);
    context.lineWidth = p[i].width * scale;
    context.beginPath();
    context.moveTo(from.x * scale, from.y * scale);
    context.quadraticCurveTo(by.x * scale, by.y * scale, to.x * scale, to.y * scale);
    context.stroke();
  }
}

function middle(a, b) {
  return {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2};
}

export class Sheet {
  penWidth = 7; // CSS pixels

  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = [];
    this.undone = null; // what `clear` took away
    this.cursor = {x: 0.3, y: 0.3};
    this.#listenToPointers();
    this.#listenToKeys();
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  get empty() {
    return this.strokes.length === 0;
  }

  get ratio() {
    return this.canvas.clientHeight / Math.max(1, this.canvas.clientWidth);
  }

  #resize() {
    const dense = devicePixelRatio || 1;
    this.canvas.width = Math.round(this.canvas.clientWidth * dense);
    this.canvas.height = Math.round(this.canvas.clientHeight * dense);
    this.paint();
  }

  paint() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.strokeStyle = context.fillStyle = getComputedStyle(this.canvas).getPropertyValue("--ink");
    for (const stroke of this.strokes) drawStroke(context, stroke, this.canvas.width);
    if (this.keyed) this.#paintCursor(context);
  }

  #paintCursor(context) {
    const x = this.cursor.x * this.canvas.width, y = this.cursor.y * this.canvas.width, r = this.keyed.down ? 5 : 10;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, r, 0, 7);
    context.stroke();
  }

  // ---- pointers ----

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return {x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.width, time: event.timeStamp,
            pressure: event.pointerType === "pen" ? event.pressure : null};
  }

  // A pen tells its pressure; of a hand without one, the slower stroke is the fatter one.
  #width(point, before) {
    const base = this.penWidth / this.canvas.clientWidth;
    if (point.pressure !== null) return base * (0.45 + 1.2 * point.pressure);
    if (!before) return base;
    const speed = Math.hypot(point.x - before.x, point.y - before.y) / Math.max(1, point.time - before.time) * 1000;
    return 0.75 * before.width + 0.25 * base * Math.max(0.7, 1.25 - 0.3 * speed);
  }

  #extend(point) {
    const points = this.strokes.at(-1).points;
    points.push({...point, width: this.#width(point, points.at(-1))});
  }

  #listenToPointers() {
    const canvas = this.canvas;
    let drawing = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || drawing !== null) return;
      drawing = event.pointerId;
      canvas.setPointerCapture(drawing);
      this.keyed = this.undone = null;
      this.strokes.push({points: []});
      this.#extend(this.#point(event));
      this.paint();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== drawing) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const e of events.length ? events : [event]) this.#extend(this.#point(e));
      this.paint();
      this.changed();
    });
    const end = (event) => {
      if (event.pointerId !== drawing) return;
      drawing = null;
      this.changed();
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  }

  // ---- keys ----

  #listenToKeys() {
    const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    this.canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (steps[event.key]) this.#moveBy(...steps[event.key]);
      else if (event.key === " " && !event.repeat) this.#liftOrDrop();
      else return;
      event.preventDefault();
      this.paint();
    });
    this.canvas.addEventListener("blur", () => {
      this.keyed = null;
      this.paint();
    });
  }

  #moveBy(x, y) {
    this.keyed ??= {down: false};
    this.cursor.x = Math.min(Math.max(this.cursor.x + x * KEY_STEP, 0), 1);
    this.cursor.y = Math.min(Math.max(this.cursor.y + y * KEY_STEP, 0), this.ratio);
    if (!this.keyed.down) return;
    this.strokes.at(-1).points.push({...this.cursor, width: this.penWidth / this.canvas.clientWidth});
    this.changed();
  }

  #liftOrDrop() {
    this.keyed ??= {down: false};
    this.keyed.down = !this.keyed.down;
    if (this.keyed.down) this.strokes.push({points: [{...this.cursor, width: this.penWidth / this.canvas.clientWidth}]});
    this.changed();
  }

  // ---- what the buttons do ----

  undo() {
    if (this.empty && this.undone) this.strokes = this.undone;
    else this.strokes.pop();
    this.undone = null;
    this.paint();
    this.changed();
  }

  clear() {
    if (!this.empty) this.undone = this.strokes;
    this.strokes = [];
    this.paint();
    this.changed();
  }

  // Writes a number as a hand would, and calls `done` at the end.
  write(text, done) {
    const size = Math.min(0.28 * this.ratio, 0.84 / (1.45 * text.length)), gap = size * 1.45, jitter = () => (Math.random() - 0.5) * 0.09;
    const left = 0.5 - (gap * (text.length - 1) + size) / 2, queue = [];
    this.clear();
    [...text].forEach((c, n) => {
      const lean = 0.12 + jitter(), drop = jitter() * size;
      for (const path of PEN_PATHS[c])
        queue.push(smooth(path.map(([x, y]) => [left + n * gap + size * (x + lean * (0.75 - y) + jitter() / 2),
                                                this.ratio / 2 + drop + size * (y - 0.75 + jitter() / 2)]), 7));
    });
    const strokes = this.strokes = [], width = this.penWidth / this.canvas.clientWidth;
    const hurry = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      if (this.strokes !== strokes) return; // cleared meanwhile
      for (let k = 0; queue.length && (k < 3 || hurry); k++) {
        if (!queue[0].begun) strokes.push({points: []});
        queue[0].begun = true;
        const [x, y] = queue[0].shift();
        strokes.at(-1).points.push({x, y, width});
        if (!queue[0].length) queue.shift();
      }
      this.paint();
      this.changed();
      if (queue.length) requestAnimationFrame(step);
      else done?.();
    };
    step();
  }

  // Black strokes on white, whatever the sheet looks like: what is read, and saved.
  draw(width) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = Math.max(1, Math.round(width * this.ratio));
    const context = canvas.getContext("2d", {willReadFrequently: true});
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.strokeStyle = "#000";
    for (const stroke of this.strokes) drawStroke(context, stroke, width);
    return canvas;
  }

  image() {
    const canvas = this.draw(READ_WIDTH);
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  }
}
