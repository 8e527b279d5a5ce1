// Tensors from typed arrays and back, and what bad input does.
import assert from "node:assert/strict";
import { test } from "node:test";

import { liveTensors, ops, tensor, Tensor } from "vibetensor";

const cases = [
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int8Array, "int8"],
  [Int16Array, "int16"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
];

for (const [ArrayType, dtype] of cases) {
  test(`${ArrayType.name} travels as ${dtype}`, () => {
    const x = new Tensor(ArrayType.of(1, 2, 3, 4, 5, 6), [2, 3]);
    assert.equal(x.dtype, dtype);
    assert.equal(x.device, "cpu");
    assert.deepEqual(x.shape, [2, 3]);
    assert.deepEqual(x.strides, [3, 1]);
    assert.ok(x.dataSync() instanceof ArrayType);
    assert.deepEqual([...x.dataSync()], [1, 2, 3, 4, 5, 6]);
  });
}

test("BigInt64Array, Uint16Array and interleaved complex numbers", () => {
  assert.deepEqual([...new Tensor(BigInt64Array.of(-1n, 2n)).dataSync()], [-1n, 2n]);
  const half = new Tensor(Uint16Array.of(0x3f80), [1], "bfloat16");
  assert.equal(half.itemSync(), 1);
  const z = new Tensor(Float32Array.of(1, 2, 3, 4), [2], "complex64");
  assert.deepEqual(z.shape, [2]);
  assert.deepEqual([...z.dataSync()], [1, 2, 3, 4]);
});

test("a view of a buffer is read at its offset, and copied", () => {
  const array = Float32Array.of(1, 2, 3, 4);
  const x = new Tensor(array.subarray(1, 3));
  array.fill(0);
  assert.deepEqual([...x.dataSync()], [2, 3]);
});

test("data() is row-major whatever the strides", () => {
  const x = new Tensor(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  const t = ops.transposeSync(x, 0, 1);
  assert.deepEqual(t.shape, [3, 2]);
  assert.deepEqual([...t.dataSync()], [1, 4, 2, 5, 3, 6]);
});

test("nested arrays", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(x.shape, [2, 2]);
  assert.equal(tensor([true, false]).dtype, "bool");
  assert.deepEqual(tensor([[], []]).shape, [2, 0]);
  assert.deepEqual(tensor(3).shape, []);
  assert.throws(() => tensor([[1, 2], [3]]), RangeError);
  assert.throws(() => tensor([1, [2]]), RangeError);
});

const bad = [
  ["no array", () => new Tensor(3), "ERR_VT_Type"],
  ["too few elements", () => new Tensor(new Float32Array(3), [2, 2]), "ERR_VT_Value"],
  ["a negative size", () => new Tensor(new Float32Array(3), [-3]), undefined],
  ["a size that overflows", () => new Tensor(new Float32Array(3), [2 ** 40, 2 ** 40]), undefined],
  ["a fractional size", () => new Tensor(new Float32Array(3), [1.5]), "ERR_VT_Type"],
  ["an unknown dtype", () => new Tensor(new Float32Array(3), [3], "float31"), "ERR_VT_Type"],
  ["the wrong array for a dtype", () => new Tensor(new Float32Array(3), [3], "int32"), "ERR_VT_Type"],
  ["an array without a dtype", () => new Tensor(new Uint16Array(3)), "ERR_VT_Type"],
  ["too few arguments", () => ops.addSync.call(null), "ERR_VT_Type"],
  ["a string for a tensor", () => ops.addSync("x", "y"), "ERR_VT_Type"],
  ["an unknown named argument", () => ops.addSync(tensor(1), 2, { beta: 1 }), "ERR_VT_Type"],
  ["one argument twice", () => ops.addSync(tensor(1), 2, { other: 1 }), "ERR_VT_Type"],
  ["shapes that do not match", () => ops.addSync(tensor([1, 2]), tensor([1, 2, 3])), "ERR_VT_Runtime"],
  ["a dim out of range", () => ops.softmaxSync(tensor([1, 2]), 5), "ERR_VT_Index"],
  ["a method on another object", () => Tensor.prototype.dataSync.call({}), undefined],
];

for (const [what, body, code] of bad) {
  test(`${what} throws, and the library goes on working`, () => {
    assert.throws(body, (error) => error instanceof Error && (code === undefined || error.code === code));
    assert.deepEqual([...ops.addSync(tensor([1]), 1).dataSync()], [2]);
  });
}

test("collected handles free their tensors", async () => {
  globalThis.gc();
  await new Promise((resolve) => setImmediate(resolve));
  const before = liveTensors();
  for (let i = 0; i < 100; ++i) tensor([1, 2, 3]).addSync(1);
  assert.ok(liveTensors() >= before + 1);
  for (let i = 0; i < 5 && liveTensors() > before; ++i) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(liveTensors() <= before + 2, `${liveTensors()} alive, ${before} before`);
});
