// Ops that a library adds while the program runs.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

import { callSync, ops, registry, tensor } from "vibetensor";

const library = fileURLToPath(new URL("../../build/dev/tests/late_op.node", import.meta.url));
const skip = existsSync(library) ? false : "built with the C++ tests, which are left out here";

// What a worker thread finds of an op that the main thread adds.
const WATCH = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData).then(async ({ ops, tensor }) => {
    parentPort.postMessage(typeof ops.late_twice);
    const timer = setInterval(() => {
      if (!ops.late_twice) return;
      clearInterval(timer);
      parentPort.postMessage([...ops.late_twiceSync(tensor([4])).dataSync()]);
    }, 1);
  });
`;

test("late ops are functions and methods, in every environment", { skip, timeout: 20000 }, async () => {
  const worker = new Worker(WATCH, { eval: true, workerData: import.meta.resolve("vibetensor") });
  const heard = [];
  const message = () => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  heard.push(await message());

  const x = tensor([1, 2]);
  assert.equal(ops.late_twice, undefined);
  assert.throws(() => callSync("late_twice", [x]), /no op named/);
  const inWorker = message();
  process.dlopen({ exports: {} }, library);
  assert.deepEqual([...ops.late_twiceSync(x).dataSync()], [2, 4]); // added on this thread: at once
  assert.equal(x.late_twice_Sync(), x);
  assert.deepEqual([...x.dataSync()], [2, 4]);
  const out = tensor([0, 0]);
  assert.equal(ops.late_twiceSync(x, { out }), out);
  assert.throws(() => ops.late_twiceSync(3), /argument 'self' \(Tensor\): expected a Tensor, got a number/);
  assert.ok(registry.some(({ name, places }) => name === "late_twice" && places.includes("Tensor")));

  while (!ops.late_twice_elsewhere) await setImmediate();
  assert.deepEqual([...x.late_twice_elsewhereSync().dataSync()], [4, 8]);
  heard.push(await inWorker);
  await worker.terminate();
  assert.deepEqual(heard, ["undefined", [8]]);
});
