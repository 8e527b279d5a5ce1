// Memory that does not wait for the garbage collector.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { liveTensors, memory, nn, ops, optim, scope, scopeAsync, setMemoryDebug, task, tensor } from "vibetensor";

test("a loop of synchronous products stays flat without the event loop", () => {
  const a = ops.onesSync([256, 256]);
  const before = process.memoryUsage().rss;
  let most = 0;
  for (let i = 0; i < 12000; ++i) {
    ops.addSync(a, i);
    if (i % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  assert.ok(most - before < 600e6, `${(most - before) / 1e6} MB more`);
});

test("dispose frees at once, again is fine, and using it after is an error", () => {
  const live = liveTensors();
  const x = tensor([1, 2]);
  assert.equal(liveTensors(), live + 1);
  x.dispose();
  x.dispose();
  assert.equal(liveTensors(), live);
  assert.ok(x.isDisposed);
  assert.throws(() => x.addSync(1), { code: "ERR_VT_Runtime", message: /disposed/ });
  assert.throws(() => x.shape, /disposed/);
  assert.equal(typeof x[Symbol.dispose], "function");
});

test("views keep the memory of what was disposed", () => {
  const x = tensor([1, 2, 3]);
  const row = x.atSync("1:");
  x.dispose();
  assert.deepEqual([...row.dataSync()], [2, 3]);
});

test("a scope frees what was made in it, but what it returns and what was kept", () => {
  const live = liveTensors();
  let kept;
  const { y } = scope(() => {
    const x = tensor([1, 2]);
    kept = x.addSync(1).keep();
    scope(() => x.mulSync(2));
    return { y: x.mulSync(10) };
  });
  assert.equal(liveTensors(), live + 2);
  assert.deepEqual([...y.dataSync(), ...kept.dataSync()], [10, 20, 2, 3]);
  assert.throws(() => scope(async () => 1), TypeError);
  assert.throws(
    () =>
      scope(() => {
        tensor([1]);
        throw new Error("mine");
      }),
    /mine/,
  );
  y.dispose();
  kept.dispose();
  assert.equal(liveTensors(), live);
});

test("asynchronous scopes side by side free their own", async () => {
  const live = memory().handles;
  const run = (n) =>
    scopeAsync(async () => {
      let x = tensor([n]);
      for (let i = 0; i < 10; ++i) {
        x = await x.add(1);
        await setImmediate();
      }
      return x;
    });
  const results = await Promise.all([run(0), run(100), run(200)]);
  assert.deepEqual(
    results.map((t) => t.itemSync()),
    [10, 110, 210],
  );
  assert.ok(memory().handles <= live + 3, `${memory().handles} handles, ${live} before`); // fewer where a collection came between
  for (const t of results) t.dispose();
});

test("collected handles free their tensors", async () => {
  const before = memory().handles;
  for (let i = 0; i < 100; ++i) tensor([1, 2, 3]).addSync(1);
  for (let i = 0; i < 5 && memory().handles > before; ++i) {
    globalThis.gc();
    await setImmediate();
  }
  assert.ok(memory().handles <= before + 2, `${memory().handles} alive, ${before} before`);
});

test("debug mode says where each live tensor was made", () => {
  setMemoryDebug(true);
  const x = ops.zerosSync([3, 7]);
  setMemoryDebug(false);
  const { shape, stack } = memory()
    .live()
    .find((t) => t.shape[1] === 7);
  assert.deepEqual(shape, [3, 7]);
  assert.match(stack, /memory\.test\.mjs/);
  x.dispose();
});

test("training keeps the number of tensors and the resident memory", async () => {
  const steps = Number(process.env.VT_TRAIN_STEPS ?? 400);
  const x = ops.randnSync([32, 1, 14, 14]);
  const y = ops.randintSync(10, [32]);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(196, 10),
  );
  const optimizer = new optim.AdamW(model.parameters());
  const step = () =>
    scopeAsync(async () => {
      const loss = await task(() => nn.crossEntropySync(model.forwardSync(x), y));
      await loss.backward();
      await optimizer.step();
      optimizer.zeroGrad();
    });
  for (let i = 0; i < steps / 4; ++i) await step();
  const [handles, tensors, rss] = [memory().handles, liveTensors(), process.memoryUsage().rss];
  for (let i = 0; i < steps; ++i) await step();
  assert.ok(memory().handles <= handles, `${memory().handles} handles, ${handles} before`);
  assert.ok(liveTensors() <= tensors, `${liveTensors()} tensors, ${tensors} before`);
  assert.ok(process.memoryUsage().rss < rss + 60e6, `${(process.memoryUsage().rss - rss) / 1e6} MB more`);
});
