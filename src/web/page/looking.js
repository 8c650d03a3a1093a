// Pictures and the camera: both give an ImageData to read, and a size that marks are drawn for.

const PICTURE_SIDE = 1400, CAMERA_SIDE = 640; // pixels of the longer side that is read

function shrunk(source, width, height, side, canvas) {
  const scale = Math.min(1, side / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

// The picture of a file, drawn on the canvas at the size at which it is read.
export async function openPicture(file, canvas) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, {imageOrientation: "from-image"});
  } catch {
    throw new Error(`${file.name || "What was pasted"} is not a picture that this browser can open.`);
  }
  const image = shrunk(bitmap, bitmap.width, bitmap.height, PICTURE_SIDE, canvas);
  bitmap.close();
  return image;
}

// The file among what was dropped or pasted, if there is one.
export function fileOf(transfer) {
  return [...(transfer?.files ?? [])][0] ?? null;
}

const CAMERA_TROUBLE = {
  NotAllowedError: "The browser was told not to let the page look through the camera. Its address bar can change that.",
  NotFoundError: "There is no camera on this device.",
  NotReadableError: "Another program has the camera. Close it there and try again.",
  OverconstrainedError: "This camera cannot give a picture that scrawl can use.",
};

export class Camera {
  #stream = null;
  #canvas = document.createElement("canvas");
  #turn = 0; // of starts and stops

  constructor(video, seen, lost) {
    this.video = video;
    this.seen = seen; // called with an ImageData, ten or more times a second
    this.lost = lost; // called with an Error when the camera is no more, or what it saw could not be read
  }

  get on() {
    return this.#stream !== null;
  }

  // False: stopped before the browser gave it.
  async start() {
    const turn = ++this.#turn;
    if (!navigator.mediaDevices?.getUserMedia)
      throw new Error("This browser gives cameras only to pages from https or from this computer.");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({audio: false, video: {facingMode: "environment", width: {ideal: 1280}, height: {ideal: 720}}});
    } catch (error) {
      if (turn !== this.#turn) return false;
      throw new Error(CAMERA_TROUBLE[error.name] ?? "The camera could not be started.");
    }
    if (turn !== this.#turn) {
      for (const track of stream.getTracks()) track.stop();
      return false;
    }
    this.#stream = this.video.srcObject = stream;
    for (const track of stream.getTracks())
      track.addEventListener("ended", () => turn === this.#turn && this.lost(new Error("The camera was switched off or unplugged.")));
    await this.video.play().catch(() => {}); // stopped meanwhile
    this.held = false;
    this.#look();
    return true;
  }

  stop() {
    this.#turn++;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.video.srcObject = null;
  }

  hold(held) {
    this.held = held;
    if (held) this.video.pause();
    else this.video.play();
  }

  #look() {
    if (!this.on) return;
    try {
      if (!this.held && this.video.videoWidth && !document.hidden)
        this.seen(shrunk(this.video, this.video.videoWidth, this.video.videoHeight, CAMERA_SIDE, this.#canvas));
    } catch (error) {
      this.lost(error);
    }
    setTimeout(() => this.#look(), 15); // the page stays quick between two looks
  }
}
