// CUDA from Node: what is enqueued, completion that no thread waits for, streams, graphs, training. Needs a GPU.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";

import {
  autocast,
  cuda,
  liveTensors,
  manualSeed,
  nn,
  noGrad,
  ops,
  optim,
  runtime,
  scopeAsync,
  task,
  tensor,
} from "vibetensor";

const device = "cuda";
const skip = cuda.isAvailable() ? false : cuda.unavailableReason();

// Milliseconds of work for the current stream.
const busy = (side = 8192, times = 20) => {
  const a = ops.onesSync([side, side], { device });
  let y = a;
  for (let i = 0; i < times; ++i) y = ops.matmulSync(a, y).mulSync(1 / side);
  return y;
};

suite("cuda", { skip }, () => {
  test("tensors go there and back, in every dtype", async () => {
    for (const dtype of ["float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "complex64"]) {
      const x = tensor([[1, 0, 1]], { dtype });
      const there = await x.to({ device });
      assert.equal(there.device, "cuda:0");
      assert.deepEqual(await there.tolist(), await x.tolist());
      assert.deepEqual(there.tolistSync(), x.tolistSync());
      assert.deepEqual([...(await there.data())], [...x.dataSync()]);
    }
    assert.equal(await tensor(2.5, { device }).item(), 2.5);
    assert.deepEqual(await ops.zerosSync([0, 3], { device }).tolist(), []);
    assert.deepEqual(await ops.arangeSync(6, { device }).viewSync([2, 3]).tSync().tolist(), [
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  test("a promise of work is settled when it is enqueued, that of values when it is done", async () => {
    busy();
    await cuda.synchronize();
    const began = performance.now();
    const y = busy();
    const total = await y.mul(2);
    const enqueued = performance.now() - began;
    assert.equal((await total.at(0, 0)).itemSync(), 2);
    const done = performance.now() - began;
    assert.ok(enqueued < done / 2, `${enqueued} ms of ${done}`);
  });

  test("no thread waits for the device, and the event loop goes on", async () => {
    await cuda.synchronize();
    const before = runtime.stats().completed;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await setTimeout(20);
    delay.enable();
    const y = busy(8192, 60);
    const waits = [y.data(), y.sum().then((s) => s.item()), cuda.synchronize(), cuda.synchronize(cuda.currentStream())];
    const [elements, sum] = await Promise.all(waits);
    delay.disable();
    assert.equal(elements.length, 8192 ** 2);
    assert.ok(Math.abs(sum / 8192 ** 2 - 1) < 1e-3, `${sum}`);
    assert.equal(runtime.stats().completed, before, "a thread of the executor ran");
    assert.ok(delay.percentile(50) < 20e6, `${delay.percentile(50) / 1e6} ms`);
  });

  test("events tell their mark, and measure", async () => {
    const [start, end] = [new cuda.Event(true), new cuda.Event(true)];
    await new cuda.Event(false).synchronize();
    start.record();
    busy();
    end.record();
    await end.synchronize();
    assert.ok(end.query());
    assert.ok(start.elapsedTime(end) > 1);
  });

  test("streams belong to the running function, and one waits for another", async () => {
    const [a, b] = [cuda.newStream(), cuda.newStream()];
    const x = ops.zerosSync([1 << 20], { device });
    await cuda.synchronize();
    await cuda.withStream(a, async () => {
      busy(4096, 10);
      x.add_Sync(1);
      await setTimeout(1);
      assert.equal(cuda.currentStream().handle, a.handle);
    });
    assert.notEqual(cuda.currentStream().handle, a.handle);
    cuda.waitStream(b, a);
    const value = await cuda.withStream(b, () => x.at(0).then((t) => t.item()));
    assert.equal(value, 1);
    await cuda.synchronize(a);
  });

  test("aborting a wait rejects it at once", async () => {
    const controller = new AbortController();
    const y = busy(8192, 40);
    const waiting = y.data({ signal: controller.signal });
    controller.abort(new Error("mine"));
    const began = performance.now();
    await assert.rejects(waiting, /mine/);
    assert.ok(performance.now() - began < 20);
    await cuda.synchronize();
  });

  test("an error that a kernel finds rejects the wait", async () => {
    const table = ops.zerosSync([4, 4], { device });
    const index = tensor([9], { dtype: "int64", device });
    await assert.rejects(
      (async () => {
        const rows = await ops.embedding(table, index);
        await rows.data();
      })(),
      { code: "ERR_VT_Index" },
    );
    await cuda.synchronize();
    assert.equal(await table.sumSync().item(), 0);
  });

  test("autograd, autocast and masks are those of the CPU", async () => {
    manualSeed(0);
    const [x, w] = [ops.randnSync([8, 16]), ops.randnSync([16, 4])];
    const run = async (on) => {
      const [a, b] = [x.toSync({ device: on }), w.toSync({ device: on }).detachSync()];
      b.requiresGrad = true;
      const y = ops.geluSync(await a.matmul(b));
      await (await y.sum()).backward();
      const positive = await y.at(y.gtSync(0));
      return [await y.tolist(), await b.grad.tolist(), positive.shape[0]];
    };
    const [cpu, gpu] = [await run("cpu"), await run(device)];
    assert.equal(gpu[2], cpu[2]);
    for (const i of [0, 1]) gpu[i].flat().forEach((v, k) => assert.ok(Math.abs(v - cpu[i].flat()[k]) < 1e-3));
    const low = await autocast(
      { device },
      async () => (await ops.onesSync([4, 4], { device }).matmul(ops.onesSync([4, 4], { device }))).dtype,
    );
    assert.equal(low, "float16");
  });

  test("a module trains as on the CPU, with all its tensors freed", async () => {
    const losses = async (on) => {
      manualSeed(0);
      const model = new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 3)).to(on);
      const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
      const [x, y] = [ops.randnSync([64, 8]).toSync({ device: on }), ops.randintSync(3, [64]).toSync({ device: on })];
      const found = [];
      const step = () =>
        scopeAsync(async () => {
          const loss = await task(() => nn.crossEntropySync(model.forwardSync(x), y));
          await loss.backward();
          await optimizer.step();
          optimizer.zeroGrad();
          found.push(await loss.item());
        });
      for (let i = 0; i < 3; ++i) await step();
      const live = liveTensors();
      for (let i = 0; i < 30; ++i) await step();
      assert.ok(liveTensors() <= live);
      return found;
    };
    const [cpu, gpu] = [await losses("cpu"), await losses(device)];
    gpu.forEach((loss, i) => assert.ok(Math.abs(loss - cpu[i]) < 1e-3, `step ${i}: ${loss}, ${cpu[i]} on the CPU`));
    assert.ok(gpu.at(-1) < gpu[0]);
  });

  test("memory is counted, and comes back", async () => {
    cuda.emptyCache();
    cuda.resetPeakMemoryStats();
    const before = cuda.memoryStats()["allocated_bytes.all.current"];
    const x = ops.zerosSync([1 << 20], { device });
    assert.equal(cuda.memoryStats()["allocated_bytes.all.current"] - before, 4 << 20);
    assert.ok(cuda.memorySnapshot().length > 0);
    x.dispose();
    assert.equal(cuda.memoryStats()["allocated_bytes.all.current"], before);
  });

  test("a graph replays what it captured, and a step that is captured trains", async () => {
    const x = ops.zerosSync([16], { device });
    const graph = new cuda.Graph();
    graph.captureSync(() => noGrad(() => x.add_Sync(1)));
    for (let i = 0; i < 5; ++i) graph.replay();
    assert.deepEqual([...new Set(await x.tolist())], [5]);
    graph.reset();
    const model = new nn.Linear(4, 1).to(device);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const step = cuda.graphStep((a, b) => {
      const loss = new nn.MSELoss().forwardSync(model.forwardSync(a), b);
      loss.backwardSync();
      optimizer.stepSync();
      optimizer.zeroGrad();
      return loss;
    });
    const [a, b] = [ops.randnSync([32, 4], { device }), ops.zerosSync([32, 1], { device })];
    const first = await step(a, b).item();
    for (let i = 0; i < 50; ++i) step(a, b);
    assert.ok((await step(a, b).item()) < first / 2);
  });

  test("a program that waits for the device may end, and one that does not goes on to its end", async () => {
    const { execFileSync } = await import("node:child_process");
    const program = (end) => `
      import { ops } from "vibetensor";
      const a = ops.onesSync([4096, 4096], { device: "cuda" });
      let y = a;
      for (let i = 0; i < 20; ++i) y = ops.matmulSync(a, y);
      y.data().then((d) => console.log(d.length));
      ${end}`;
    const run = (end) =>
      execFileSync(process.execPath, ["--input-type=module", "-e", program(end)], {
        cwd: new URL("..", import.meta.url).pathname,
        encoding: "utf8",
      });
    assert.equal(run("process.exit(0);"), "");
    assert.equal(run("").trim(), String(4096 ** 2));
  });
});
