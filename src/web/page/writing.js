// Numbers in a handwriting that no hand wrote.
//
//     const writing = new Writing(scrawl, canvas);
//     writing.show("2026", 137);                     // by the hand of that number
//     const picture = writing.picture();             // a canvas, black on white

const SHOWN_HEIGHT = 160, SAVED_HEIGHT = 256; // pixels

function paint(canvas, {width, height, ink}, [r, g, b]) {
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  ink.forEach((v, i) => image.data.set([r, g, b, v], 4 * i));
  canvas.width = width;
  canvas.height = height;
  context.putImageData(image, 0, 0);
}

export class Writing {
  constructor(scrawl, canvas) {
    this.scrawl = scrawl;
    this.canvas = canvas;
  }

  show(number, style) {
    this.number = number;
    this.style = style;
    const ink = getComputedStyle(this.canvas).getPropertyValue("--ink").match(/[0-9a-f]{2}/gi).map((v) => parseInt(v, 16));
    paint(this.canvas, this.scrawl.write(number, {style, height: SHOWN_HEIGHT}), ink);
    this.canvas.setAttribute("aria-label", `${[...number].join(" ")} in handwriting`);
  }

  // As it is saved, and read back.
  picture() {
    const ink = document.createElement("canvas"), sheet = document.createElement("canvas");
    paint(ink, this.scrawl.write(this.number, {style: this.style, height: SAVED_HEIGHT}), [0, 0, 0]);
    sheet.width = ink.width;
    sheet.height = ink.height;
    const context = sheet.getContext("2d", {willReadFrequently: true});
    context.fillStyle = "#fff";
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.drawImage(ink, 0, 0);
    return sheet;
  }
}
