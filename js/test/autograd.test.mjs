// Backward from JavaScript.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { noGrad, ops, tensor } from "vibetensor";

test("gradients of a product", () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  const y = tensor([4, 5, 6], { requiresGrad: true });
  ops.sumSync(x.mulSync(y)).backwardSync();
  assert.deepEqual([...x.grad.dataSync()], [4, 5, 6]);
  assert.deepEqual([...y.grad.dataSync()], [1, 2, 3]);
});

test("gradients accumulate until they are cleared", () => {
  const x = tensor([2], { requiresGrad: true });
  x.mulSync(3).backwardSync();
  x.mulSync(3).backwardSync();
  assert.deepEqual([...x.grad.dataSync()], [6]);
  x.grad = null;
  assert.equal(x.grad, null);
});

test("second derivatives", () => {
  const x = tensor([3], { requiresGrad: true });
  x.mulSync(x).mulSync(x).backwardSync(null, { createGraph: true });
  const first = x.grad;
  assert.deepEqual([...first.dataSync()], [27]);
  x.grad = null;
  first.backwardSync();
  assert.deepEqual([...x.grad.dataSync()], [18]);
});

test("noGrad records nothing", () => {
  const x = tensor([1], { requiresGrad: true });
  assert.equal(noGrad(() => x.mulSync(2)).requiresGrad, false);
  assert.equal(x.mulSync(2).requiresGrad, true);
});

test("a backward that cannot be throws", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  assert.throws(() => x.mulSync(2).backwardSync(), /scalar/);
  assert.throws(() => tensor([1]).backwardSync(), Error);
  assert.throws(() => (tensor([1], { dtype: "int32" }).requiresGrad = true), Error);
});

test("a linear regression learns", () => {
  const x = tensor([[0], [1], [2], [3]]);
  const y = tensor([[1], [3], [5], [7]]);
  const w = tensor([[0]], { requiresGrad: true });
  const b = tensor([0], { requiresGrad: true });
  for (let step = 0; step < 300; ++step) {
    const error = x.matmulSync(w).addSync(b).subSync(y);
    ops.meanSync(error.mulSync(error)).backwardSync();
    noGrad(() => {
      for (const parameter of [w, b]) {
        parameter.sub_Sync(parameter.grad, { alpha: 0.1 });
        parameter.grad = null;
      }
    });
  }
  assert.ok(Math.abs(w.itemSync() - 2) < 1e-2);
  assert.ok(Math.abs(b.itemSync() - 1) < 1e-2);
});

test("a worker thread has an environment of its own", async () => {
  const source = `
    import { parentPort } from "node:worker_threads";
    import { tensor, ops } from ${JSON.stringify(import.meta.resolve("vibetensor"))};
    const x = tensor([1, 2], { requiresGrad: true });
    ops.sumSync(x.mulSync(x)).backwardSync();
    parentPort.postMessage([...x.grad.dataSync()]);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const gradient = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  assert.deepEqual(gradient, [2, 4]);
  await worker.terminate();
});
