// TensorBoard's file by the reader of npm's tfrecord, which checks lengths and checksums: events.mjs FILE
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const require = createRequire(process.env.PACKAGES + "/");
let Reader;
try {
    Reader = require("tfrecord/lib/record_reader.js").RecordReader;
} catch {
    console.log("1..0 # SKIP npm's tfrecord is not installed (./dev test does that where there is npm)");
    process.exit(0);
}

async function count(file) {
    const reader = await Reader.create(file);
    let records = 0;
    while (await reader.readRecord())
        records++;
    await reader.close();
    return records;
}

const file = process.argv[2];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "events-"));
const damaged = path.join(folder, "damaged");
let failed = false;

function tell(number, good, name) {
    failed ||= !good;
    console.log(`${good ? "" : "not "}ok ${number} - ${name}`);
}

console.log("1..2");
tell(1, (await count(file)) === 8, "tfrecord reads the version and the 7 records that were written");
const bytes = fs.readFileSync(file);
let caught = 0;
for (const at of [0, 9, 20, bytes.length - 1]) {
    const copy = Buffer.from(bytes);
    copy[at] ^= 1;
    fs.writeFileSync(damaged, copy);
    await count(damaged).catch(() => caught++);
}
tell(2, caught === 4, "and refuses the file with a bit changed in a length, a checksum or the data");
fs.rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
