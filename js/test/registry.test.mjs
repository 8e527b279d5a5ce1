// The registry as JavaScript sees it, and calls by schema.
import assert from "node:assert/strict";
import { test } from "node:test";

import { callSync, ops, registry, tensor, Tensor, version } from "vibetensor";

test("the registry lists ops with schemas", () => {
  assert.match(version, /^\d+\.\d+\.\d+$/);
  const names = new Set(registry.map((entry) => entry.name));
  assert.equal(names.size, registry.length);
  for (const name of ["matmul", "softmax"]) assert.ok(ops[name], name);
  for (const { name, schema } of registry) assert.ok(schema.startsWith(`${name}(`), schema);
});

test("what is public is a function, a method is on Tensor, and parts of ops are reached by call alone", () => {
  const publicNames = new Set();
  for (const { name, places } of registry) {
    const base = name.split(".")[0];
    if (places.length > 0) publicNames.add(base).add(`${base}Sync`);
    if (places.includes("Tensor")) assert.ok(base in Tensor.prototype, base);
  }
  assert.deepEqual(new Set(Object.keys(ops)), publicNames);
  assert.ok(!publicNames.has("gelu_backward") && !("gelu" in Tensor.prototype) && publicNames.has("gelu"));
  const x = tensor([1]);
  assert.deepEqual([...callSync("gelu_backward", [tensor([0]), x]).dataSync()], [0]);
});

test("positional, named and method calls give the same", () => {
  const x = tensor([1, 2]);
  const y = tensor([10, 20]);
  const expected = [21, 42];
  assert.deepEqual([...ops.addSync(x, y, { alpha: 2 }).dataSync()], expected);
  assert.deepEqual([...callSync("add", [x, y], { alpha: 2 }).dataSync()], expected);
  assert.deepEqual([...callSync("add", [], { self: x, other: y, alpha: 2 }).dataSync()], expected);
  assert.deepEqual([...x.addSync(y, { alpha: 2 }).dataSync()], expected);
});

test("a number stands for a tensor, and promotes as one", () => {
  const x = tensor([1, 2], { dtype: "int32" });
  assert.equal(ops.addSync(x, 2).dtype, "int32");
  assert.equal(ops.addSync(x, 2.5).dtype, "float32");
  assert.deepEqual([...ops.addSync(x, 2.5).dataSync()], [3.5, 4.5]);
});

test("a number stands for a tensor only where the declaration says so", () => {
  const x = tensor([1, 2]);
  assert.throws(() => ops.expSync(2), /argument 'self' \(Tensor\): expected a Tensor, got a number/);
  assert.throws(() => ops.maximumSync(x, 2), /argument 'other' \(Tensor\): expected a Tensor, got a number/);
  assert.throws(() => ops.catSync([x, 1]), /expected Tensors, but an element is a number/);
  assert.throws(() => ops.addSync(x, "2"), /argument 'other' \(Tensor\): expected a Tensor or a number/);
  assert.deepEqual([...ops.addSync(2, x).dataSync()], [3, 4]);
  // of pow's overloads a number takes the one that declares it
  assert.throws(() => callSync("pow.Tensor_Tensor", [x, "2"]), /expected a Tensor or a number/);
  assert.deepEqual([...ops.powSync(x, 3).dataSync()], [1, 8]);
  assert.deepEqual([...ops.powSync(2, x).dataSync()], [2, 4]);
  assert.deepEqual([...callSync("pow.Tensor_Tensor", [x, 3]).dataSync()], [1, 8]);
});

test("an in-place op returns its own argument, an out form too", () => {
  const x = tensor([1, 2]);
  assert.equal(ops.add_Sync(x, 1), x);
  assert.deepEqual([...x.dataSync()], [2, 3]);
  const out = tensor([0, 0]);
  assert.equal(ops.mulSync(x, x, { out }), out);
  assert.deepEqual([...out.dataSync()], [4, 9]);
});

test("several results come as an array", () => {
  const [values, indices] = ops.sortSync(tensor([3, 1, 2]));
  assert.deepEqual([...values.dataSync()], [1, 2, 3]);
  assert.deepEqual([...indices.dataSync()], [1n, 2n, 0n]);
  assert.equal(ops.splitSync(tensor([1, 2, 3, 4]), 2).length, 2);
});

test("an item comes as a JavaScript value", () => {
  assert.equal(tensor(2.5).itemSync(), 2.5);
  assert.equal(tensor(true).itemSync(), true);
  assert.equal(new Tensor(BigInt64Array.of(7n), []).itemSync(), 7);
  assert.equal(new Tensor(BigInt64Array.of(2n ** 60n), []).itemSync(), 2n ** 60n);
});

test("what PyTorch computes in Python is an op here", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual([...ops.einsumSync("ij,kj->ik", [x, x]).dataSync()], [5, 11, 11, 25]);
  assert.deepEqual([...ops.tensordotSync(x, x, [1], [0]).dataSync()], [7, 10, 15, 22]);
  assert.equal(ops.kl_divSync(tensor([0, 0]), tensor([1, 1]), 2, { log_target: false }).itemSync(), 0);
});

test("multi-head attention gives its weights only where they are wanted", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const zeros = tensor([
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 0],
    [0, 1],
  ]);
  const unit = tensor([
    [1, 0],
    [0, 1],
  ]);
  const attend = (need_weights) =>
    ops.multi_head_attention_forwardSync(x, x, x, 2, 1, zeros, null, null, null, false, 0, unit, null, {
      need_weights,
    });
  const [output, weights] = attend(true);
  assert.deepEqual([...output.dataSync()], [2, 3, 2, 3]); // every score is 0, so the result is the mean
  assert.deepEqual([...weights.dataSync()], [0.5, 0.5, 0.5, 0.5]);
  assert.deepEqual([...attend(false)[0].dataSync()], [2, 3, 2, 3]);
  assert.equal(attend(false)[1], null);
});
