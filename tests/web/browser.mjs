// The page in a browser, as its users have it: browser.mjs SCRAWL DRAWN SHOTS
//
// Debian's Chromium, without a window, from the disk and from the server. Screenshots are left in SHOTS to be looked
// at. PACKAGES names the folder with playwright-core.
import assert from "node:assert/strict";
import {execFileSync, spawn} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const [scrawl, drawn, shots] = process.argv.slice(2);
const {chromium} = createRequire(join(process.env.PACKAGES, "package.json"))("playwright-core");
const folder = mkdtempSync(join(tmpdir(), "scrawl-page-"));
const fromDisk = pathToFileURL(execFileSync(scrawl, ["page", "-o", folder]).toString().trim()).href;
const complaints = []; // of the console, which has to stay silent
const PATIENCE_MS = 60000; // on a busy machine
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"];

// Digits as a hand goes, in a box of 100 by 150.
const HAND = {
  0: [[50, 5, 20, 30, 10, 80, 25, 135, 60, 145, 88, 100, 85, 40, 55, 5]],
  1: [[50, 0, 50, 40, 50, 80, 50, 150]],
  2: [[12, 40, 35, 8, 75, 10, 85, 45, 60, 90, 10, 145, 50, 143, 95, 145]],
  3: [[15, 20, 50, 3, 85, 25, 70, 60, 40, 70, 80, 85, 88, 120, 50, 148, 10, 130]],
  4: [[55, 5, 30, 50, 5, 98, 50, 97, 95, 95], [70, 55, 66, 105, 62, 150]],
  7: [[8, 10, 50, 10, 92, 10, 65, 60, 45, 110, 36, 150]],
};

async function open(browser, url = fromDisk, options = {}, before = null) {
  const context = await browser.newContext({viewport: {width: 1200, height: 860}, acceptDownloads: true, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.requests = [];
  page.on("request", (request) => page.requests.push(request.url()));
  if (before) await page.addInitScript(before);
  await page.goto(url);
  return page;
}

const ready = (page) => page.waitForSelector("html[data-ready]", {timeout: PATIENCE_MS});
const text = (page) => page.textContent("#text");
const reads = (page, expected) => page.waitForFunction((t) => document.getElementById("text").textContent === t, expected, {timeout: PATIENCE_MS})
  .catch(async () => assert.equal(await text(page), expected));

// Draws by mouse events; digits side by side.
async function draw(page, number, size = 1) {
  const box = await page.locator("#draw").boundingBox(), wide = 110 * size;
  let left = box.x + (box.width - wide * number.length) / 2;
  const top = box.y + (box.height - 150 * size) / 2;
  for (const digit of String(number)) {
    for (const path of HAND[digit]) {
      await page.mouse.move(left + path[0] * size, top + path[1] * size);
      await page.mouse.down();
      for (let i = 2; i < path.length; i += 2) await page.mouse.move(left + path[i] * size, top + path[i + 1] * size, {steps: 6});
      await page.mouse.up();
    }
    left += wide;
  }
}

async function shoot(page, name) {
  await page.waitForTimeout(350);
  await page.screenshot({path: join(shots, `${name}.png`), fullPage: true});
}

// ---- the tests: a function each, its name the sentence ----

async function a_digit_drawn_by_mouse_is_read(browser) {
  const page = await open(browser);
  await ready(page);
  await draw(page, "7", 1.6);
  await reads(page, "7");
  assert.match(await page.textContent("#digits button small"), /9\d\.\d %/);
  assert.ok(await page.isVisible("#closer"));
  await page.context().close();
}

async function a_number_is_read_digit_by_digit(browser) {
  const page = await open(browser);
  await ready(page);
  await draw(page, "2047");
  await reads(page, "2047");
  await page.click("#digits button:nth-child(2)");
  assert.equal(await page.getAttribute("#digits button:nth-child(2)", "aria-pressed"), "true");
  assert.match(await page.textContent("#bars li.best span"), /0/);
  await page.selectOption("#layer", {index: 3});
  await shoot(page, "desk-light");
  await page.selectOption("#model", "lenet");
  await reads(page, "2047");
  await page.context().close();
}

async function it_works_offline_from_the_disk(browser) {
  const page = await open(browser);
  await page.context().setOffline(true);
  await ready(page);
  await draw(page, "31");
  await reads(page, "31");
  assert.deepEqual(page.requests.filter((url) => !url.startsWith("data:")), [fromDisk]);
  await page.context().close();
}

async function undo_and_clear_take_back_what_was_drawn(browser) {
  const page = await open(browser);
  await ready(page);
  await draw(page, "43");
  await reads(page, "43");
  await page.keyboard.press("Control+z");
  await reads(page, "4");
  await page.click("#clear");
  await reads(page, "\u00a0");
  assert.ok(await page.isDisabled("#clear"));
  await page.click("#undo"); // what was cleared comes back
  await reads(page, "4");
  await page.keyboard.press("Escape");
  await reads(page, "\u00a0");
  await page.context().close();
}

async function it_can_be_drawn_on_by_keyboard_alone(browser) {
  const page = await open(browser);
  await ready(page);
  await page.focus("#draw");
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
  for (let i = 0; i < 14; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 24; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await reads(page, "1");
  await page.focus("#tab-draw");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getAttribute("#tab-picture", "aria-selected"), "true");
  assert.ok(await page.isVisible("#panel-picture"));
  await page.context().close();
}

async function a_scribble_is_not_called_a_digit(browser) {
  const page = await open(browser);
  await ready(page);
  const box = await page.locator("#draw").boundingBox(), x = box.x + box.width / 2, y = box.y + box.height / 2;
  await page.mouse.move(x - 90, y - 60);
  await page.mouse.down();
  for (let i = 0; i < 40; i++) await page.mouse.move(x + 90 * Math.sin(i * 2.4), y + 70 * Math.cos(i * 3.1), {steps: 3});
  await page.mouse.up();
  await page.waitForFunction(() => /not a digit|Not sure/.test(document.getElementById("saying").textContent), null, {timeout: PATIENCE_MS});
  assert.match(await text(page), /^[?\u00a0]$/);
  await shoot(page, "scribble");
  await page.context().close();
}

async function a_pen_that_presses_harder_draws_a_wider_stroke(browser) {
  const page = await open(browser);
  await ready(page);
  const ink = (pressure) => page.evaluate((pressure) => {
    document.getElementById("clear").click();
    const canvas = document.getElementById("draw"), box = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};
    for (const [type, y] of [["pointerdown", 60], ["pointermove", 120], ["pointermove", 180], ["pointerup", 180]])
      canvas.dispatchEvent(new PointerEvent(type, {pointerId: 7, pointerType: "pen", pressure, button: 0, clientX: box.x + 200, clientY: box.y + y, bubbles: true}));
    const copy = Object.assign(document.createElement("canvas"), {width: canvas.width, height: canvas.height});
    copy.getContext("2d").drawImage(canvas, 0, 0);
    return copy.getContext("2d").getImageData(0, 0, copy.width, copy.height).data.filter((v, i) => i % 4 === 3 && v).length;
  }, pressure);
  assert.ok(await ink(0.9) > 1.5 * await ink(0.2));
  await page.context().close();
}

async function a_picture_is_read_as_the_command_line_reads_it(browser) {
  const page = await open(browser);
  await ready(page);
  await page.click("#tab-picture");
  const file = join(drawn, "number.png");
  await page.setInputFiles("#file", file);
  await reads(page, execFileSync(scrawl, ["read", file]).toString().trim());
  assert.ok(await page.locator("#drop .mark").count() >= 4);
  await shoot(page, "picture");
  await page.setInputFiles("#file", {name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture")});
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /notes\.txt is not a picture/);
  await page.context().close();
}

// A video of the number, as Chromium's fake camera plays it: 4:2:0 planes, one frame, told twenty times.
async function filmOf(browser, picture) {
  const page = await open(browser);
  await ready(page);
  await page.click("#tab-picture");
  await page.setInputFiles("#file", picture);
  await page.waitForSelector("#drop.full");
  const luma = Buffer.from(await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 640, height: 480}), context = canvas.getContext("2d");
    context.fillStyle = "#e8e6e0";
    context.fillRect(0, 0, 640, 480);
    const source = document.getElementById("picture"), scale = Math.min(560 / source.width, 400 / source.height);
    context.drawImage(source, 320 - source.width * scale / 2, 240 - source.height * scale / 2, source.width * scale, source.height * scale);
    const {data} = context.getImageData(0, 0, 640, 480);
    return Array.from({length: 640 * 480}, (_, i) => Math.round(16 + 0.859 * (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2])));
  }));
  await page.context().close();
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc(2 * 320 * 240, 128)]);
  const path = join(folder, "camera.y4m");
  writeFileSync(path, Buffer.concat([Buffer.from("YUV4MPEG2 W640 H480 F20:1 Ip A1:1 C420\n"), ...Array(20).fill(frame)]));
  return path;
}

async function the_camera_reads_as_it_looks(browser) {
  const picture = join(drawn, "number.png"), film = await filmOf(browser, picture);
  const other = await chromium.launch({executablePath: process.env.CHROMIUM, args: [...FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`]});
  const page = await open(other);
  await ready(page);
  await page.click("#tab-camera");
  await page.click("#camera");
  await reads(page, execFileSync(scrawl, ["read", picture]).toString().trim());
  await page.waitForFunction(() => /\d/.test(document.getElementById("rate").textContent), null, {timeout: PATIENCE_MS});
  await page.waitForTimeout(1500);
  console.log(`# the camera: ${await page.textContent("#rate")}`);
  await shoot(page, "camera");
  await page.click("#freeze");
  assert.equal(await page.textContent("#freeze"), "Go on");
  await page.click("#tab-draw"); // which puts the camera away
  assert.equal(await page.evaluate(() => document.getElementById("video").srcObject), null);
  await other.close();
}

// A camera that takes its time, and can be taken away: what the page makes of it, in the tab that is open.
async function a_camera_that_comes_late_or_goes_is_no_trouble(browser) {
  const page = await open(browser, fromDisk, {}, () => {
    navigator.mediaDevices.getUserMedia = async () => {
      await new Promise((come) => (globalThis.come = come));
      const canvas = Object.assign(document.createElement("canvas"), {width: 320, height: 240});
      canvas.getContext("2d").fillRect(0, 0, 1, 1);
      return (globalThis.given = canvas.captureStream(10));
    };
  });
  await ready(page);
  await page.click("#tab-camera");
  await page.click("#camera");
  await page.click("#tab-draw");
  await page.evaluate(() => come());
  await page.waitForFunction(() => globalThis.given?.getTracks()[0].readyState === "ended");
  assert.equal(await page.evaluate(() => document.getElementById("video").srcObject), null);
  await draw(page, "7", 1.6);
  await reads(page, "7");
  await page.click("#tab-camera");
  await page.click("#camera");
  await page.evaluate(() => come());
  await page.waitForFunction(() => document.getElementById("camera").textContent === "Stop the camera");
  await page.evaluate(() => given.getTracks()[0].dispatchEvent(new Event("ended")));
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /switched off or unplugged/);
  assert.equal(await page.textContent("#camera"), "Start the camera");
  await page.context().close();
}

async function trouble_is_told_in_plain_words(browser) {
  const page = await open(browser);
  await ready(page);
  await page.click("#tab-camera");
  await page.click("#camera");
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /camera|look through/);
  await page.context().close();
  const bare = await open(browser, fromDisk, {}, () => delete globalThis.WebAssembly);
  await bare.waitForSelector("#trouble:not([hidden])");
  assert.match(await bare.textContent("#trouble"), /cannot run WebAssembly/);
  await bare.context().close();
  const broken = await open(browser);
  await ready(broken);
  await broken.evaluate(() => setTimeout(() => { throw new Error("a mistake of ours"); }));
  await broken.waitForSelector("#trouble:not([hidden])");
  assert.match(await broken.textContent("#trouble"), /Something went wrong inside \(a mistake of ours\)/);
  assert.deepEqual(complaints.splice(0).map((c) => /a mistake of ours/.test(c)), [true]);
  await broken.context().close();
}

async function a_browser_without_simd_reads_too(browser) {
  const page = await open(browser, fromDisk, {}, () => (WebAssembly.validate = () => false));
  await ready(page);
  await draw(page, "204");
  await reads(page, "204");
  assert.match(await page.textContent("#about"), /no SIMD/);
  await page.context().close();
}

async function a_drawing_is_saved(browser) {
  const page = await open(browser);
  await ready(page);
  await draw(page, "42");
  await reads(page, "42");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save-drawing")]);
  assert.equal(download.suggestedFilename(), "scrawl-42.png");
  const saved = join(folder, "saved.png");
  await download.saveAs(saved);
  assert.equal(execFileSync(scrawl, ["read", saved]).toString().trim(), "42");
  await page.context().close();
}

async function it_writes_and_redraws_where_the_models_ship(browser) {
  const page = await open(browser);
  await ready(page);
  await draw(page, "204");
  await reads(page, "204");
  const ships = execFileSync(scrawl, ["models", "--json"]).toString();
  assert.equal(await page.isVisible("#typeset"), ships.includes('"name":"redraw"'));
  assert.equal(await page.isVisible("#tab-write"), ships.includes('"name":"writer"'));
  if (await page.isVisible("#tab-write")) {
    await page.click("#tab-write");
    await page.fill("#number", "1204");
    await page.waitForSelector("#written[aria-label^='1 2 0 4']");
    const pixels = () => page.evaluate(() => document.getElementById("written").toDataURL());
    const before = await pixels();
    await page.fill("#style", "400");
    await page.waitForFunction((old) => document.getElementById("written").toDataURL() !== old, before);
    await shoot(page, "write");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save-written")]);
    assert.equal(download.suggestedFilename(), "scrawl-1204.png");
    await download.saveAs(join(folder, "written.png"));
    assert.equal(readFileSync(join(folder, "written.png")).toString("latin1", 1, 4), "PNG");
    await page.fill("#number", "12a");
    await page.waitForSelector("#trouble:not([hidden])");
    assert.match(await page.textContent("#trouble"), /only the digits 0 to 9/);
  }
  await page.context().close();
}

async function it_fits_a_phone_by_day_and_by_night(browser) {
  for (const [name, width, height, colorScheme] of [["phone-light", 390, 844, "light"], ["phone-dark", 390, 844, "dark"], ["narrow", 320, 640, "light"], ["desk-dark", 1200, 860, "dark"]]) {
    const page = await open(browser, fromDisk, {viewport: {width, height}, colorScheme, hasTouch: width < 500, deviceScaleFactor: width < 500 ? 2 : 1});
    await ready(page);
    await draw(page, "204", width < 500 ? 0.7 : 1);
    await reads(page, "204");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is too wide`);
    await shoot(page, name);
    await page.context().close();
  }
}

async function everything_has_a_name_for_a_screen_reader(browser) {
  const page = await open(browser);
  await ready(page);
  await draw(page, "20");
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select, canvas, video, [role=tab]")].filter((e) => {
    const labelled = e.getAttribute("aria-label") || e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim();
    return !labelled && e.getAttribute("aria-hidden") !== "true";
  }).map((e) => e.outerHTML));
  assert.deepEqual(nameless, []);
  assert.equal(await page.getAttribute("#text", "aria-live"), "polite");
  await page.context().close();
}

async function the_server_gives_the_same_page(browser) {
  const server = spawn(scrawl, ["serve", "-p", "0", "-q"], {stdio: ["ignore", "pipe", "ignore"]});
  const url = await new Promise((resolve) => server.stdout.once("data", (data) => resolve(data.toString().trim())));
  const page = await open(browser, url);
  await ready(page);
  console.log(`# ready ${await page.getAttribute("html", "data-ready")} ms after the start of loading; the page is ${readFileSync(new URL(fromDisk)).length} bytes`);
  await draw(page, "1204");
  await reads(page, "1204");
  assert.deepEqual(page.requests.filter((u) => !u.startsWith("data:")), [url]);
  await page.context().close();
  server.kill();
  await new Promise((resolve) => server.once("exit", resolve));
}

const tests = [a_digit_drawn_by_mouse_is_read, a_number_is_read_digit_by_digit, it_works_offline_from_the_disk, undo_and_clear_take_back_what_was_drawn,
  it_can_be_drawn_on_by_keyboard_alone, a_scribble_is_not_called_a_digit, a_pen_that_presses_harder_draws_a_wider_stroke,
  a_picture_is_read_as_the_command_line_reads_it, the_camera_reads_as_it_looks, a_camera_that_comes_late_or_goes_is_no_trouble, trouble_is_told_in_plain_words, a_browser_without_simd_reads_too,
  a_drawing_is_saved, it_writes_and_redraws_where_the_models_ship, it_fits_a_phone_by_day_and_by_night, everything_has_a_name_for_a_screen_reader, the_server_gives_the_same_page];
mkdirSync(shots, {recursive: true});
const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: FLAGS});
let failed = 0;
console.log(`1..${tests.length}`);
for (const [i, test] of tests.entries()) {
  complaints.length = 0;
  let why = null;
  try {
    await test(browser);
    assert.deepEqual(complaints, [], "the console is silent");
  } catch (error) {
    why = error.stack;
    failed++;
  }
  console.log(`${why ? "not ok" : "ok"} ${i + 1} - ${test.name.replaceAll("_", " ")}`);
  if (why) console.log(`# ${why.replaceAll("\n", "\n# ")}`);
}
await browser.close();
rmSync(folder, {recursive: true});
process.exit(failed ? 1 : 0);
