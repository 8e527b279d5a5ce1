// Gradients by name, hooks, and functions with a backward in JavaScript, from both kinds of pass.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { autograd, isGradEnabled, ops, tensor } from "vibetensor";

const leaf = (values) => tensor(values, { requiresGrad: true });

const cube = autograd.defineFunction({
  name: "Cube",
  forward(ctx, x) {
    ctx.saveForBackward(x);
    return x.powSync(3);
  },
  backward({ savedTensors: [x] }, g) {
    return g.mulSync(x.powSync(2)).mulSync(3);
  },
});

test("grad gives gradients and touches no leaf", async () => {
  const x = leaf([2, 3]);
  const y = leaf([1]);
  const loss = x.mulSync(x).sumSync();
  const [g] = autograd.gradSync(loss, [x], { retainGraph: true });
  assert.deepEqual(g.tolistSync(), [4, 6]);
  assert.equal(x.grad, null);
  assert.deepEqual(await autograd.grad(loss, [y], { allowUnused: true, retainGraph: true }), [null]);
  await assert.rejects(autograd.grad(loss, [y]), /unused|used in the graph/);
});

test("a function with a backward, from a synchronous and an asynchronous pass, and differentiated twice", async () => {
  const x = leaf([2]);
  const y = cube(x);
  assert.equal(y.gradFn, "CubeBackward");
  y.backwardSync();
  await cube(x).backward();
  assert.deepEqual(x.grad.tolistSync(), [24]);
  const [first] = autograd.gradSync(cube(x), [x], { createGraph: true });
  assert.deepEqual(autograd.gradSync(first, [x])[0].tolistSync(), [12]);
});

test("several arguments and results; what needs no gradient gets none", async () => {
  const both = autograd.defineFunction({
    forward(ctx, a, factor, b) {
      ctx.factor = factor;
      return [a.mulSync(factor), a.addSync(b)];
    },
    backward({ factor }, g1, g2) {
      return [g1.mulSync(factor).addSync(g2), g2];
    },
  });
  const a = leaf([1, 1]);
  const [p, q] = both(a, 5, tensor([2, 2]));
  await ops.addSync(p, q).sumSync().backward();
  assert.deepEqual(a.grad.tolistSync(), [6, 6]);
  const wrong = autograd.defineFunction({ forward: (_, x) => x.mulSync(2), backward: () => [] });
  await assert.rejects(wrong(leaf([1])).backward(), /returned 0 gradients, expected one for each of its 1/);
});

test("what a backward throws arrives as it is; an asynchronous one needs an asynchronous pass", async () => {
  class Mine extends Error {}
  const fails = autograd.defineFunction({
    forward: (_, x) => x.mulSync(2),
    backward() {
      throw new Mine("x");
    },
  });
  assert.throws(() => fails(leaf([1])).backwardSync(), Mine);
  await assert.rejects(fails(leaf([1])).backward(), Mine);
  const slow = autograd.defineFunction({
    forward: (_, x) => x.mulSync(2),
    async backward(_, g) {
      await setTimeout(2);
      return g.mulSync(2);
    },
  });
  const x = leaf([1]);
  await slow(x).backward();
  assert.deepEqual(x.grad.tolistSync(), [2]);
  assert.throws(() => slow(x).backwardSync(), /asynchronous/);
});

test("hooks see gradients and may replace them; removed ones do not", async () => {
  const x = leaf([1, 2]);
  const seen = [];
  const remove = x.registerHook((g) => {
    seen.push([g.tolistSync(), isGradEnabled()]);
    return g.mulSync(10);
  });
  const after = x.registerPostAccumulateGradHook((t) => void seen.push(t.grad.tolistSync()));
  x.mulSync(3).sumSync().backwardSync();
  await x.mulSync(3).sumSync().backward();
  assert.deepEqual(seen, [
    [[3, 3], false],
    [30, 30],
    [[3, 3], false],
    [60, 60],
  ]);
  remove();
  after();
  x.mulSync(3).sumSync().backwardSync();
  assert.deepEqual(x.grad.tolistSync(), [63, 63]);
  assert.equal(seen.length, 4);
});

test("a synchronous call that would wait for work that waits for JavaScript raises", async () => {
  const x = leaf([1]);
  const h = x.mulSync(2);
  const loss = h.sumSync();
  let caught;
  h.registerHook(() => {
    try {
      loss.detachSync().add_Sync(1); // the pass that runs this hook uses its memory
    } catch (error) {
      caught = error;
    }
  });
  await loss.backward();
  assert.match(caught.message, /await that work first/);
  assert.deepEqual(x.grad.tolistSync(), [2]);
});

test("a chain of 20,000 ops goes backward without blocking", async () => {
  const x = leaf([1]);
  let y = x;
  for (let i = 0; i < 20000; ++i) y = y.addSync(1);
  await y.backward();
  assert.deepEqual(x.grad.tolistSync(), [1]);
});
