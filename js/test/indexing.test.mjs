// x.at(...) and x.setAt(...), how tensors print, and typed arrays both ways.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { fromTypedArray, ops, slice, tensor, Tensor } from "vibetensor";

const x = ops.arangeSync(12).reshapeSync([3, 4]);

const cases = [
  [[1], [4, 5, 6, 7]],
  [[-1, 2], 10],
  [
    ["1:", "::2"],
    [
      [4, 6],
      [8, 10],
    ],
  ],
  [
    [slice(0, 2), slice(1, undefined, 2)],
    [
      [1, 3],
      [5, 7],
    ],
  ],
  [
    ["...", 0],
    [0, 4, 8],
  ],
  [[null, 0], [[0, 1, 2, 3]]],
  [
    [[2, 0]],
    [
      [8, 9, 10, 11],
      [0, 1, 2, 3],
    ],
  ],
  [
    [tensor([0n, 2n]), tensor([1n, 3n])],
    [1, 11],
  ],
  [
    [tensor([true, false, true]), 1],
    [1, 9],
  ],
  [[[true, false, false]], [[0, 1, 2, 3]]],
];
for (const [index, expected] of cases) {
  test(`at(${index.map((i) => inspect(i)).join(", ")})`, async () => {
    assert.deepEqual(x.atSync(...index).tolistSync(), expected);
    assert.deepEqual((await x.at(...index)).tolistSync(), expected);
  });
}

test("assignment", async () => {
  const y = x.cloneSync();
  assert.equal(y.setAtSync([0, "1:3"], -1), y);
  await y.setAt(2, tensor([1, 2, 3, 4]));
  y.setAtSync([y.gtSync(6)], 0);
  assert.deepEqual(y.tolistSync(), [
    [0, -1, -1, 3],
    [4, 5, 6, 0],
    [1, 2, 3, 4],
  ]);
  const view = y.atSync(0);
  view.setAtSync(0, 50);
  assert.equal(y.atSync(0, 0).itemSync(), 50);
});

test("what is no index is refused", () => {
  assert.throws(() => x.atSync(3), { code: "ERR_VT_Index" });
  assert.throws(() => x.atSync(0, 0, 0), { code: "ERR_VT_Index" });
  assert.throws(() => x.atSync("a"), TypeError);
  assert.throws(() => x.atSync(1.5), TypeError);
  assert.throws(() => x.atSync("::-1"), { code: "ERR_VT_Value" });
});

const prints = [
  [tensor([1, 2.5, -3]), "tensor([ 1.0000,  2.5000, -3.0000])"],
  [tensor([1, 2]), "tensor([1., 2.])"],
  [tensor(3.5), "tensor(3.5000)"],
  [
    tensor([
      [1n, 20n],
      [3n, 4n],
    ]),
    "tensor([[ 1, 20],\n        [ 3,  4]])",
  ],
  [tensor([true, false]), "tensor([ True, False])"],
  [tensor([1e-8, 1]), "tensor([1.0000e-08, 1.0000e+00])"],
  [tensor([1, 2], { dtype: "bfloat16" }), "tensor([1., 2.], dtype=bfloat16)"],
  [tensor([1], { requiresGrad: true }), "tensor([1.], requiresGrad=true)"],
  [tensor([NaN, Infinity, -Infinity]), "tensor([nan, inf, -inf])"],
  [ops.zerosSync([2, 0]), "tensor([], size=(2, 0))"],
  [ops.arangeSync(2000), "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"],
];
for (const [t, text] of prints) {
  test(`prints ${text.slice(0, 40).replaceAll("\n", " ")}`, () => {
    assert.equal(inspect(t), text);
    assert.equal(String(t), text);
  });
}

test("a result prints its node", () => {
  const w = tensor([2], { requiresGrad: true });
  assert.equal(inspect(w.mulSync(3)), "tensor([6.], gradFn=<MulBackward0>)");
});

test("typed arrays: over the same memory, both ways", () => {
  const array = Float32Array.of(1, 2, 3, 4);
  const t = fromTypedArray(array, [2, 2]);
  array[3] = 40;
  assert.deepEqual(t.tolistSync(), [
    [1, 2],
    [3, 40],
  ]);
  t.add_Sync(1);
  assert.deepEqual([...array], [2, 3, 4, 41]);
  const own = tensor([1, 2, 3]);
  const memory = own.memorySync();
  memory[0] = 7;
  assert.equal(own.atSync(0).itemSync(), 7);
  own.dispose();
  assert.deepEqual([...memory], [7, 2, 3]);
  assert.throws(() => x.transposeSync(0, 1).memorySync(), /contiguous/);
});

test("16-bit floats, both ways", () => {
  const bits = Uint16Array.of(0x3f80, 0xc000, 0x7f80, 1);
  const b = new Tensor(bits, [4], "bfloat16");
  assert.deepEqual(b.tolistSync().slice(0, 3), [1, -2, Infinity]);
  assert.deepEqual([...b.dataSync()], [...bits]);
  const h = tensor([1.5, -0.25, 65504, 2 ** -24], { dtype: "float16" });
  assert.deepEqual(h.tolistSync(), [1.5, -0.25, 65504, 2 ** -24]);
  assert.deepEqual(h.toSync({ dtype: "float32" }).tolistSync(), h.tolistSync());
});

test("integers of 64 bits stay exact", () => {
  const big = 2n ** 62n + 1n;
  const t = tensor([big, 3n]);
  assert.deepEqual(t.tolistSync(), [big, 3]);
  assert.deepEqual(t.dataSync(), BigInt64Array.of(big, 3n));
});
