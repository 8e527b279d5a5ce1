// What is not there, not known or not of the right kind is refused by name, in plain JavaScript too.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  autocast,
  autograd,
  cuda,
  data,
  nn,
  noGrad,
  ops,
  optim,
  profile,
  runtime,
  safetensors,
  task,
  tensor,
} from "vibetensor";

const x = tensor([1, 2]);

const options = {
  "an op": () => ops.add(x, 1, { alhpa: 2 }),
  tensor: () => tensor([1], { dytpe: "float64" }),
  data: () => x.data({ sginal: null }),
  item: () => tensor(1).item({ sginal: null }),
  backward: () => x.backward(null, { retain: true }),
  "autograd.grad": () => autograd.grad(x, [x], { retain: true }),
  task: () => task(() => x.addSync(1), { sginal: null }),
  autocast: () => autocast({ device: "cpu", type: "bfloat16" }, () => 1),
  Linear: () => new nn.Linear(1, 1, { bais: false }),
  Conv2d: () => new nn.Conv2d(1, 1, 3, { stirde: 2 }),
  Embedding: () => new nn.Embedding(2, 2, { padding: 0 }),
  LayerNorm: () => new nn.LayerNorm(2, { epsilon: 1 }),
  RMSNorm: () => new nn.RMSNorm(2, { epsilon: 1 }),
  BatchNorm: () => new nn.BatchNorm2d(2, { epsilon: 1 }),
  attention: () => new nn.MultiheadAttention(4, 2, { bathcFirst: true }),
  pooling: () => new nn.MaxPool2d(2, { pading: 1 }),
  GELU: () => new nn.GELU({ approximation: "tanh" }),
  loss: () => new nn.MSELoss({ reduce: "sum" }),
  "cross entropy": () => nn.crossEntropySync(x, x, { smoothing: 1 }),
  loadStateDict: () => new nn.Linear(1, 1).loadStateDict({}, { strcit: false }),
  SGD: () => new optim.SGD([x], { lr: 1, momentun: 1 }),
  "a group": () => new optim.AdamW([{ params: [x], weight_decay: 1 }]),
  DataLoader: () => new data.DataLoader([1], { batch: 2 }),
  "safetensors.load": () => safetensors.load("/absent", { nmes: [] }),
  "safetensors.save": () => safetensors.save("/absent", {}, { meta: {} }),
  configure: () => runtime.configure({ thread: 2 }),
  profile: () => profile(() => 1, { gpu: true }),
};

for (const [what, call] of Object.entries(options)) {
  test(`options of ${what}`, async () => {
    await assert.rejects(async () => call(), { name: "TypeError", message: /there is no option '\w+'/ });
  });
}

test("values of another kind", async () => {
  const wrong = [
    () => tensor(["1"]),
    () => tensor(undefined),
    () => tensor([[1], [null]]),
    () => tensor([1], null),
    () => new optim.SGD([x], { lr: "1" }),
    () => new optim.Adam([x], { amsgrad: 1 }),
    () => noGrad(),
    () => task(),
    () => cuda.withStream("stream", () => 1),
    () => x.data({ signal: {} }),
  ];
  for (const call of wrong) await assert.rejects(async () => call(), { name: "TypeError" }, String(call));
});

test("a stream of a GPU that is not there", async () => {
  for (const device of [-1, 64]) {
    assert.throws(() => cuda.withStream({ handle: 1n, device }, () => x.addSync(1)), { code: "ERR_VT_Runtime" });
  }
  assert.deepEqual((await x.add(1)).tolistSync(), [2, 3]);
});
