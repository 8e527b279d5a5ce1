// worker_threads: environments of their own, tensors that go from one to another, ends with work in flight.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { ops, receiveTensor, sendTensor, tensor } from "vibetensor";

const url = JSON.stringify(import.meta.resolve("vibetensor"));
const start = (body) =>
  new Worker(
    new URL(
      `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    import * as vt from ${url};
    ${body}`)}`,
    ),
  );

test("a tensor goes to a worker and back, its memory shared", async () => {
  const worker = start(`parentPort.once("message", (parcel) => {
    const x = vt.receiveTensor(parcel);
    x.mul_Sync(2);
    parentPort.postMessage(vt.sendTensor(x));
  });`);
  const x = tensor([1, 2]);
  worker.postMessage(sendTensor(x));
  const [parcel] = await once(worker, "message");
  assert.deepEqual(receiveTensor(parcel).tolistSync(), [2, 4]);
  assert.deepEqual(x.tolistSync(), [2, 4]);
  assert.throws(() => receiveTensor(parcel), /once/);
  await worker.terminate();
});

test("workers end in the middle of small calls, tasks and reads", async () => {
  const count = Number(process.env.VT_WORKERS ?? 24);
  for (let done = 0; done < count; ++done) {
    const worker = start(`
      const { ops, nn, tensor, task } = vt;
      const large = ops.onesSync([300, 300]);
      const net = new nn.Linear(300, 300);
      parentPort.postMessage("begun");
      for (;;) {
        ops.matmul(large, large);
        await task(() => net.forwardSync(large));
        await task(() => net.forwardSync(large).sumSync()).then((loss) => loss.backward());
        for (let i = 0; i < 200; ++i) await (await ops.add(tensor([1]), i)).item();
        await large.at("1:").then((t) => t.data());
      }`);
    await once(worker, "message");
    await setTimeout(done % 7);
    await worker.terminate();
  }
  assert.deepEqual((await tensor([1]).add(1)).tolistSync(), [2]);
});

test("workers end with work in flight", async () => {
  const count = Number(process.env.VT_WORKERS ?? 12);
  const a = ops.onesSync([64, 64]);
  for (let done = 0; done < count; done += 4) {
    await Promise.all(
      Array.from({ length: 4 }, async (_, i) => {
        const worker = start(
          `
        const a = vt.ops.onesSync([400, 400], { requiresGrad: undefined });
        a.requiresGrad = true;
        const loss = a.matmulSync(a).sumSync();
        loss.registerHook(() => new Promise(() => {}));
        loss.backward();
        for (let i = 0; i < 20; ++i) a.matmul(a);
        vt.task(() => a.matmulSync(a));
        parentPort.postMessage("begun");`.replace(", { requiresGrad: undefined }", ""),
        );
        await once(worker, "message");
        if (i % 2) a.matmulSync(a);
        await worker.terminate();
      }),
    );
  }
  assert.equal((await a.matmul(a)).atSync(0, 0).itemSync(), 64);
});
