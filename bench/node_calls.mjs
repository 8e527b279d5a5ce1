// What a call of a small CPU op costs from Node, synchronously and as a promise, beside tfjs with its WASM backend.
//
//     node bench/node_calls.mjs [--peer FOLDER] [--out bench/results/node_calls_cpu.json]
//
// FOLDER is one where `npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm` was run. All are timed in turns
// in one process; a figure is the median of the turns.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({ options: { peer: { type: "string" }, out: { type: "string" }, turns: { type: "string", default: "15" } } });
const require = createRequire(import.meta.url);
const { ops, noGrad, tensor } = require("../js/dist/index.js");

const CALLS = 2000;
const a = tensor([1, 2, 3, 4]);
const b = tensor([5, 6, 7, 8]);

const subjects = {
  "sync add, disposed": () => {
    for (let i = 0; i < CALLS; ++i) ops.addSync(a, b).dispose();
  },
  "sync add, left to the collector": () => {
    for (let i = 0; i < CALLS; ++i) ops.addSync(a, b);
  },
  "sync method": () => {
    for (let i = 0; i < CALLS; ++i) a.mulSync(b).dispose();
  },
  "sync in place": () => {
    for (let i = 0; i < CALLS; ++i) a.add_Sync(0);
  },
  "sync add with an option": () => {
    for (let i = 0; i < CALLS; ++i) ops.addSync(a, b, { alpha: 2 }).dispose();
  },
  "async add, one at a time": async () => {
    for (let i = 0; i < CALLS; ++i) (await ops.add(a, b)).dispose();
  },
  "async add, many at a time": async () => {
    const all = await Promise.all(Array.from({ length: CALLS }, () => ops.add(a, b)));
    for (const t of all) t.dispose();
  },
};

let peer = null;
if (options.peer) {
  const load = createRequire(`${options.peer}/`);
  const tf = load("@tensorflow/tfjs-core");
  load("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  await tf.ready();
  const [x, y] = [tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([5, 6, 7, 8])];
  peer = `@tensorflow/tfjs-core ${tf.version_core}, wasm`;
  subjects["tfjs add, disposed"] = () => {
    for (let i = 0; i < CALLS; ++i) tf.add(x, y).dispose();
  };
}

const median = (list) => [...list].sort((p, q) => p - q)[Math.floor(list.length / 2)];
const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let turn = -3; turn < Number(options.turns); ++turn) {
  for (const [name, run] of Object.entries(subjects)) {
    const began = performance.now();
    await noGrad(run);
    if (turn >= 0) times[name].push((1000 * (performance.now() - began)) / CALLS);
  }
}
const microseconds = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, Number(median(list).toFixed(3))]));
console.table(microseconds);
const record = { processor: cpus()[0].model, node: process.version, peer, calls: CALLS, turns: Number(options.turns), microseconds };
if (options.out) writeFileSync(options.out, `${JSON.stringify(record, null, 1)}\n`);
