// The page's conversation: tabs, buttons, what is read when.
import {openInside} from "./inside.js";
import {Sheet} from "./sheet.js";
import {Answer} from "./answer.js";
import {Camera, fileOf, openPicture} from "./looking.js";
import {Writing} from "./writing.js";

const $ = (id) => document.getElementById(id);

// What the page carries in itself: deflated, in base64.
async function carried(id) {
  if (typeof DecompressionStream !== "function") throw new Error("This browser is too old for scrawl. One from 2023 or later will do.");
  const text = atob($(id).textContent.trim()), packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function tell(error) {
  $("trouble").textContent = error?.message ?? "";
  $("trouble").hidden = !error;
}

function save(canvas, name) {
  canvas.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: name});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, "image/png");
}

// Calls `work` at once, and while it is asked for more often than the page can follow, only as often as that.
function whenIdle(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => setTimeout(() => {
      waiting = false;
      work();
    }));
  };
}

function setUpTabs(changed) {
  const tabs = [...document.querySelectorAll("[role=tab]")].filter((tab) => !tab.hidden);
  const choose = (tab) => {
    for (const t of tabs) {
      t.setAttribute("aria-selected", t === tab);
      t.tabIndex = t === tab ? 0 : -1;
      $(t.getAttribute("aria-controls")).hidden = t !== tab;
    }
    tell(null);
    changed(tab.id.slice(4));
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!step) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      next.focus();
      choose(next);
    });
  });
}

// ---- drawing ----

function setUpDrawing(scrawl, answer) {
  const sheet = new Sheet($("draw"), () => {
    $("draw-hint").hidden = !sheet.empty;
    $("undo").disabled = sheet.empty && !sheet.undone;
    $("clear").disabled = $("save-drawing").disabled = sheet.empty;
    read();
  });
  const readNow = () => {
    const image = sheet.image();
    if (sheet.empty) answer.show([], $("sheet"), image);
    else answer.show(scrawl.read(image), $("sheet"), image, "That is not a digit, as far as I can see.");
  };
  const read = whenIdle(() => $("panel-draw").hidden || readNow());
  $("undo").addEventListener("click", () => sheet.undo());
  $("clear").addEventListener("click", () => sheet.clear());
  $("pen").addEventListener("input", () => (sheet.penWidth = Number($("pen").value)));
  $("show-me").addEventListener("click", () => sheet.write(String(Math.floor(1000 + Math.random() * 9000))));
  $("save-drawing").addEventListener("click", () => save(sheet.draw(900), `scrawl-${answer.text.replace(/\D+/g, "-") || "drawing"}.png`));
  addEventListener("keydown", (event) => {
    if ($("panel-draw").hidden || event.target.matches("input, select")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z") sheet.undo();
    else if (event.key === "Escape") sheet.clear();
    else return;
    event.preventDefault();
  });
  return read;
}

// ---- pictures ----

function setUpPictures(scrawl, answer) {
  let image = null;
  const read = () => {
    if (!image) answer.show([], $("drop"), {width: 1, height: 1});
    else answer.show(scrawl.read(image, {single: $("single").checked}), $("drop"), image, "There is no number in it, as far as I can see.");
  };
  const open = async (file) => {
    if (!file) return;
    try {
      image = await openPicture(file, $("picture"));
      $("drop").classList.add("full");
      $("picture-invite").hidden = true;
      tell(null);
      read();
    } catch (error) {
      tell(error);
    }
  };
  $("choose").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => open(fileOf($("file"))));
  $("single").addEventListener("change", read);
  addEventListener("paste", (event) => $("panel-picture").hidden || open(fileOf(event.clipboardData)));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    $("tab-picture").click();
    $("drop").classList.add("over");
  });
  addEventListener("dragleave", () => $("drop").classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").classList.remove("over");
    open(fileOf(event.dataTransfer));
  });
  return read;
}

// ---- the camera ----

function setUpCamera(scrawl, answer) {
  const times = [];
  const camera = new Camera($("video"), (image) => {
    answer.show(scrawl.read(image), $("lens"), image, undefined, true);
    times.push(performance.now());
    if (times.length > 20) times.shift();
    const rate = 1000 * (times.length - 1) / (times.at(-1) - times[0]);
    $("rate").textContent = times.length > 3 ? `${rate.toFixed(0)} readings a second` : "";
  }, (error) => {
    stop();
    tell(error);
  });
  const showState = () => {
    $("camera").textContent = camera.on ? "Stop the camera" : "Start the camera";
    $("freeze").disabled = !camera.on;
    $("freeze").textContent = "Hold";
    $("camera-invite").hidden = camera.on;
    if (!camera.on) $("rate").textContent = "";
  };
  const stop = () => {
    camera.stop();
    times.length = 0;
    answer.show([], $("lens"), {width: 1, height: 1});
    showState();
  };
  $("camera").addEventListener("click", async () => {
    tell(null);
    if (camera.on) return stop();
    try {
      if (await camera.start()) showState();
    } catch (error) {
      stop();
      tell(error);
    }
  });
  $("freeze").addEventListener("click", () => {
    camera.hold(!camera.held);
    times.length = 0;
    $("freeze").textContent = camera.held ? "Go on" : "Hold";
  });
  return stop;
}

// ---- writing ----

function setUpWriting(scrawl, answer) {
  $("tab-write").hidden = !scrawl.writes;
  if (!scrawl.writes) return () => {};
  const writing = new Writing(scrawl, $("written"));
  const write = () => {
    try {
      writing.show($("number").value.trim(), Number($("style").value));
      tell(null);
      const sheet = writing.picture();
      answer.show(scrawl.read(sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height)), $("paper"), sheet);
    } catch (error) {
      tell(error);
    }
    $("save-written").disabled = !writing.number;
  };
  const soon = whenIdle(write);
  $("number").addEventListener("input", soon);
  $("style").addEventListener("input", soon);
  $("another").addEventListener("click", () => {
    $("style").value = Math.floor(Math.random() * 1000);
    write();
  });
  $("save-written").addEventListener("click", () => save(writing.picture(), `scrawl-${writing.number}.png`));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => $("panel-write").hidden || write());
  return write;
}

function setUpModels(scrawl, answer, again) {
  for (const name of scrawl.models) $("model").append(Object.assign(document.createElement("option"), {value: name, textContent: name}));
  $("model").value = scrawl.model;
  $("model").addEventListener("change", () => {
    scrawl.choose($("model").value);
    answer.listLayers();
    again();
  });
}

// What nobody foresaw: said rather than hidden.
function tellOfAccidents() {
  const say = (error) => tell(new Error(`Something went wrong inside (${error?.message ?? error}). Loading the page again may help.`));
  addEventListener("error", (event) => say(event.error ?? event.message));
  addEventListener("unhandledrejection", (event) => say(event.reason));
}

async function main() {
  tellOfAccidents();
  const scrawl = await openInside({simd: () => carried("wasm-simd"), plain: () => carried("wasm-plain"), models: () => carried("models")});
  scrawl.choose(scrawl.models[0]);
  const answer = new Answer(scrawl);
  const panels = {draw: setUpDrawing(scrawl, answer), picture: setUpPictures(scrawl, answer), write: setUpWriting(scrawl, answer)};
  const stopCamera = setUpCamera(scrawl, answer);
  let panel = "draw";
  setUpModels(scrawl, answer, () => panels[panel]?.());
  setUpTabs((name) => {
    panel = name;
    stopCamera();
    panels[name]?.();
  });
  $("about").textContent = scrawl.simd ? "" : "This browser's WebAssembly has no SIMD, so it takes a little longer.";
  document.documentElement.dataset.ready = Math.round(performance.now());
}

main().catch((error) => {
  $("draw-hint").hidden = true;
  tell(error);
});
