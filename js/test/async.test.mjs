// Promises: order, errors, aborts, modes that follow the async context, the event loop that goes on.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import {
  autocast,
  defaultDtype,
  isGradEnabled,
  noGrad,
  ops,
  runtime,
  setDefaultDtype,
  task,
  tensor,
  withDefaultDtype,
} from "vibetensor";

test("the plain name gives a promise, the name with Sync the result", async () => {
  const x = tensor([1, 2]);
  const promise = ops.add(x, 1);
  assert.ok(promise instanceof Promise);
  assert.deepEqual([...(await promise).dataSync()], [2, 3]);
  assert.deepEqual([...(await (await x.mul(3)).data())], [3, 6]);
  assert.equal(await tensor(2.5).item(), 2.5);
  assert.deepEqual(
    (await ops.sort(tensor([3, 1]))).map((t) => t.tolistSync()),
    [
      [1, 3],
      [1, 0],
    ],
  );
});

test("calls on the same memory keep the order of submission, awaited or not", async () => {
  const x = ops.zerosSync([1000]);
  const reads = [];
  for (let i = 1; i <= 200; ++i) {
    x.add_(1);
    reads.push(x.clone());
  }
  const values = (await Promise.all(reads)).map((t) => t.atSync(999).itemSync());
  assert.deepEqual(
    values,
    Array.from({ length: 200 }, (_, i) => i + 1),
  );
  x.mul_(2);
  assert.equal(x.atSync(0).itemSync(), 400); // a synchronous call waits for its turn
});

test("an in-place op resolves to its own argument", async () => {
  const x = tensor([1, 2]);
  assert.equal(await x.add_(1), x);
  const out = tensor([0, 0]);
  assert.equal(await ops.mul(x, x, { out }), out);
  assert.deepEqual([...out.dataSync()], [4, 9]);
});

test("errors are rejections with code, op, operands and the stack of who awaits", async () => {
  async function whoAwaits() {
    return await ops.add(tensor([1, 2]), tensor([1, 2, 3]));
  }
  await assert.rejects(whoAwaits(), (error) => {
    assert.equal(error.code, "ERR_VT_Runtime");
    assert.equal(error.op, "add");
    assert.match(error.operands, /float32\[2\].*float32\[3\]/s);
    assert.match(error.stack, /whoAwaits/);
    return true;
  });
  await assert.rejects(ops.add("x", "y"), { code: "ERR_VT_Type" });
  await assert.rejects(ops.add(tensor([1]), 2, { beta: 1 }), /there is no option 'beta'/);
});

test("a signal aborts what has not begun, and rejects what has", async () => {
  const big = ops.onesSync([900, 900]);
  const controller = new AbortController();
  const running = ops.matmul(big, big, { signal: controller.signal });
  const waiting = Array.from({ length: 20 }, () => big.add_(0, { signal: controller.signal }));
  controller.abort(new Error("mine"));
  for (const promise of [running, ...waiting]) await assert.rejects(promise, /mine/);
  await assert.rejects(ops.neg(big, { signal: controller.signal }), /mine/);
  await assert.rejects(ops.neg(big, { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(big.sumSync().itemSync(), 810000);
  const small = ops.add(tensor([1]), 1, { signal: controller.signal });
  await assert.rejects(small, /mine/);
  const late = new AbortController();
  const done = ops.add(tensor([1]), 1, { signal: late.signal });
  late.abort(new Error("late"));
  await assert.rejects(done, /late/);
  const kept = await ops.add(tensor([1]), 1, { signal: new AbortController().signal });
  assert.deepEqual(kept.tolistSync(), [2]);
});

test("many calls share a signal without a warning", async () => {
  const warned = [];
  process.on("warning", (warning) => warned.push(warning));
  const controller = new AbortController();
  const x = ops.onesSync([300, 300]);
  const all = Promise.allSettled(Array.from({ length: 40 }, () => x.matmul(x, { signal: controller.signal })));
  controller.abort();
  for (const { status } of await all) assert.equal(status, "rejected");
  await setTimeout(5);
  assert.deepEqual(warned, []);
});

test("modes belong to a function and what it awaits, while another runs in between", async () => {
  const x = tensor([1], { requiresGrad: true });
  const seen = [];
  const inside = noGrad(async () => {
    for (let i = 0; i < 5; ++i) {
      seen.push(["inside", isGradEnabled(), (await x.mul(2)).requiresGrad, x.mulSync(2).requiresGrad]);
      await setTimeout(1);
    }
  });
  const outside = (async () => {
    for (let i = 0; i < 5; ++i) {
      seen.push(["outside", isGradEnabled(), (await x.mul(2)).requiresGrad, x.mulSync(2).requiresGrad]);
      await setTimeout(1);
    }
  })();
  await Promise.all([inside, outside]);
  assert.equal(seen.length, 10);
  for (const [where, ...modes] of seen) assert.deepEqual(modes, Array(3).fill(where === "outside"));
  const a = ops.onesSync([4, 4]);
  const low = autocast({ device: "cpu" }, async () => (await a.matmul(a)).dtype);
  assert.equal((await a.matmul(a)).dtype, "float32");
  assert.equal(await low, "bfloat16");
});

test("the default dtype belongs to a function and what it awaits, and travels with each call", async () => {
  const seen = [];
  const watch = async (where) => {
    for (let i = 0; i < 4; ++i) {
      const made = [await ops.ones([2]), ops.onesSync([2]), await ops.ones([2, 4000]), tensor([0.5])];
      seen.push([where, defaultDtype(), ...made.map((t) => t.dtype), (await task(() => ops.onesSync([3000]))).dtype]);
      await setTimeout(1);
    }
  };
  await Promise.all([withDefaultDtype("float64", () => watch("float64")), watch("float32")]);
  assert.equal(seen.length, 8);
  for (const [where, ...dtypes] of seen) assert.deepEqual(dtypes, Array(6).fill(where));
  withDefaultDtype("bfloat16", () => withDefaultDtype("float64", () => assert.equal(defaultDtype(), "float64")));
  assert.throws(() => withDefaultDtype("int64", () => 1), { code: "ERR_VT_Type" });
  assert.throws(() => withDefaultDtype("float", () => 1), { code: "ERR_VT_Type" });
  // a call keeps the one that it was made with, whenever it runs
  const slow = ops.onesSync([700, 700]);
  const before = Promise.all([slow.add_(1), ops.ones([5000]), task(() => ops.onesSync([5000]))]);
  setDefaultDtype("float64");
  const after = ops.ones([5000]);
  setDefaultDtype("float32");
  assert.deepEqual(
    [...(await before), await after].map((t) => t.dtype),
    ["float32", "float32", "float32", "float64"],
  );
  assert.throws(() => setDefaultDtype("int8"), { code: "ERR_VT_Type" });
});

test("a small call has no trip to a thread, a large one has", async () => {
  const [small, large] = [ops.onesSync([4]), ops.onesSync([1 << 16])];
  const trips = async (call) => {
    const before = runtime.stats().completed;
    await call();
    await setTimeout(2); // a task is counted after its promise is settled
    return runtime.stats().completed - before;
  };
  assert.equal(await trips(() => small.add(small)), 0);
  assert.equal(await trips(() => small.sum().then((t) => t.item())), 0);
  assert.equal(await trips(() => small.reshape([2, 2])), 0);
  assert.equal(await trips(() => large.view([256, 256])), 0); // moves no element
  assert.equal(await trips(() => large.at("10:20")), 0);
  assert.equal(await trips(() => task(() => small.mulSync(2).addSync(1))), 0);
  assert.equal(await trips(() => large.add(1)), 1);
  assert.equal(await trips(() => small.expand([1 << 14, 4]).then((t) => t.contiguous())), 1);
  assert.equal(await trips(() => ops.zeros([1 << 20])), 1);
  assert.equal(await trips(() => ops.arange(1e6)), 1);
  assert.equal(await trips(() => ops.onesSync([2000, 1]).add(ops.onesSync([2000]))), 1); // four million sums
  assert.equal(await trips(() => small.repeat([100000])), 1);
  assert.equal(await trips(() => task(() => large.mulSync(2).addSync(1))), 1);
  await assert.rejects(small.add(ops.onesSync([3])), { code: "ERR_VT_Runtime", op: "add" });
});

test("a small call waits for large ones on the same memory", async () => {
  const x = ops.onesSync([1200, 1200]);
  const products = Array.from({ length: 3 }, () => x.mul_(2));
  const corner = x.at("0:2", "0:2").then((t) => t.clone());
  assert.deepEqual((await corner).tolistSync(), [
    [8, 8],
    [8, 8],
  ]);
  await Promise.all(products);
});

test("timers go on in a chain of small calls", async () => {
  let x = ops.zerosSync([4]);
  let ticks = 0;
  const timer = setInterval(() => ++ticks, 5);
  const began = performance.now();
  let calls = 0;
  for (; ticks < 10 && performance.now() - began < 10000; ++calls) {
    const next = await x.add(1);
    x.dispose();
    x = next;
  }
  clearInterval(timer);
  assert.equal(ticks, 10);
  assert.equal(x.atSync(0).itemSync(), calls);
});

test("the event loop goes on while a product of a second runs", async () => {
  const a = ops.onesSync([1500, 1500], { dtype: "float64" });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await setTimeout(20);
  delay.enable();
  const began = performance.now();
  while (performance.now() - began < 1000) await a.matmul(a).then((t) => t.dispose());
  delay.disable();
  assert.ok(delay.percentile(99) < 20e6, `p99 ${delay.percentile(99) / 1e6} ms`);
});

test("ten thousand promises, some failing, some aborted, all settle", async () => {
  const x = ops.onesSync([64]);
  const bad = ops.onesSync([63]);
  const controller = new AbortController();
  const run = async () => {
    const promises = Array.from({ length: 10000 }, (_, i) =>
      i % 10 === 0 ? x.add(bad) : i % 10 === 1 ? x.add(1, { signal: controller.signal }) : x.add(i),
    );
    controller.abort();
    const settled = await Promise.allSettled(promises);
    for (const { value } of settled) value?.dispose();
    return settled.filter(({ status }) => status === "fulfilled").length;
  };
  const resident = async () => {
    for (let i = 0; i < 3; ++i) {
      globalThis.gc();
      await setTimeout(10);
    }
    return process.memoryUsage().rss;
  };
  for (let i = 0; i < 3; ++i) await run();
  const before = await resident();
  assert.equal(await run(), 8000);
  const after = await resident();
  assert.ok(after < 1.05 * before, `${after / 1e6} MB, ${before / 1e6} before`);
  assert.ok(runtime.stats().peakInFlight <= 1024);
  assert.equal(runtime.stats().waiting, 0);
});

test("the executor's bound and threads can be set", async () => {
  const x = ops.onesSync([400, 400]); // products take longer than their submission
  runtime.configure({ maxInFlight: 2 });
  try {
    await Promise.all(Array.from({ length: 30 }, () => x.matmul(x).then((t) => t.dispose())));
    assert.ok(runtime.stats().peakWaiting > 0);
  } finally {
    runtime.configure({ maxInFlight: 1024 });
  }
  assert.throws(() => runtime.configure({ threads: 0 }), RangeError);
});

test("a task computes recorded calls at once, with what it was given", async () => {
  const large = ops.onesSync([1 << 16]); // whose calls are recorded, and all after them
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const w = tensor(
    [
      [1, 0],
      [0, 2],
    ],
    { requiresGrad: true },
  );
  const y = await task(() => {
    const small = x.addSync(0);
    assert.ok(!small.isPending);
    assert.throws(() => small.dataSync(), /needs values/);
    assert.ok(large.addSync(1).isPending);
    const h = small.matmulSync(w);
    assert.deepEqual(h.shape, [2, 2]);
    assert.ok(h.isPending);
    assert.throws(() => h.dataSync(), /not done|needs values/);
    const [first] = h.unbindSync(0);
    assert.deepEqual(first.shape, [2]);
    h.add_Sync(1);
    return [h, h.atSync(0, "1:"), ops.arangeSync(3), h.sumSync()];
  });
  assert.deepEqual(y[0].tolistSync(), [
    [2, 5],
    [4, 9],
  ]);
  assert.deepEqual(y[1].tolistSync(), [5]);
  assert.deepEqual(y[2].tolistSync(), [0, 1, 2]);
  await y[3].backward();
  assert.deepEqual(w.grad.tolistSync(), [
    [4, 4],
    [6, 6],
  ]);
});

test("what cannot be a task says so, and leaves nothing behind", async () => {
  const x = tensor([1, 2]);
  await assert.rejects(
    task(() => x.addSync(1).itemSync()),
    /value/i,
  );
  await assert.rejects(
    task(() => x.add(1)),
    /synchronous/,
  );
  await assert.rejects(
    task(async () => 1),
    /asynchronous/,
  );
  await assert.rejects(
    task(() => {
      throw new Error("mine");
    }),
    /mine/,
  );
  let half;
  await assert.rejects(
    task(() => {
      half = x.addSync(1);
      x.matmulSync(tensor([1, 2, 3]));
    }),
  );
  assert.throws(() => half.dataSync(), /cannot be used/);
  assert.deepEqual([...x.addSync(1).dataSync()], [2, 3]);
});
