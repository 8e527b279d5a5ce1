// Modules, optimizers and schedules.
import assert from "node:assert/strict";
import { test } from "node:test";

import { data, Generator, manualSeed, nn, noGrad, ops, optim, tensor } from "vibetensor";

class Net extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3, { padding: 1 });
  norm = new nn.BatchNorm2d(4);
  body = new nn.Sequential(new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(64, 10));

  forwardSync(x) {
    return this.body.forwardSync(this.norm.forwardSync(this.conv.forwardSync(x)));
  }
}

test("state dicts have PyTorch's keys, and go in and out", () => {
  const net = new Net();
  assert.deepEqual(Object.keys(net.stateDict()), [
    "conv.weight",
    "conv.bias",
    "norm.weight",
    "norm.bias",
    "norm.running_mean",
    "norm.running_var",
    "norm.num_batches_tracked",
    "body.3.weight",
    "body.3.bias",
  ]);
  assert.equal(net.parameters().length, 6);
  const other = new Net();
  other.loadStateDict(net.stateDict());
  assert.deepEqual(other.conv.weight.tolistSync(), net.conv.weight.tolistSync());
  assert.throws(() => other.loadStateDict({}), /missing keys: conv.weight/);
  const attention = new nn.MultiheadAttention(8, 2);
  assert.deepEqual(Object.keys(attention.stateDict()), [
    "in_proj_weight",
    "in_proj_bias",
    "out_proj.weight",
    "out_proj.bias",
  ]);
});

test("forward as one task is forwardSync, state included", async () => {
  const net = new Net();
  const twin = new Net();
  twin.loadStateDict(net.stateDict());
  const x = ops.randnSync([2, 1, 8, 8]);
  const y = await net.forward(x);
  assert.deepEqual(y.tolistSync(), twin.forwardSync(x).tolistSync());
  assert.deepEqual(net.norm.running_mean.tolistSync(), twin.norm.running_mean.tolistSync());
  assert.equal(net.norm.num_batches_tracked.itemSync(), 1);
  net.eval();
  assert.equal(net.body.training, false);
});

const layers = [
  ["Linear", () => new nn.Linear(4, 3, { bias: false }), [2, 4], [2, 3]],
  ["LayerNorm", () => new nn.LayerNorm(4), [2, 4], [2, 4]],
  ["RMSNorm", () => new nn.RMSNorm(4), [2, 4], [2, 4]],
  ["BatchNorm1d", () => new nn.BatchNorm1d(4), [3, 4], [3, 4]],
  ["Dropout", () => new nn.Dropout(0.5), [8, 4], [8, 4]],
  ["GELU", () => new nn.GELU({ approximate: "tanh" }), [4], [4]],
  ["Softmax", () => new nn.Softmax(-1), [2, 4], [2, 4]],
  ["AvgPool2d", () => new nn.AvgPool2d(2), [1, 1, 4, 4], [1, 1, 2, 2]],
];
for (const [name, make, input, output] of layers) {
  test(`${name}: shapes, and gradients of its parameters`, async () => {
    const layer = make();
    const y = await layer.forward(ops.randnSync(input));
    assert.deepEqual(y.shape, output);
    if (y.requiresGrad) await y.sumSync().backward();
    for (const p of layer.parameters()) assert.deepEqual(p.grad.shape, p.shape);
  });
}

test("attention of several heads", async () => {
  const attention = new nn.MultiheadAttention(8, 2, { batchFirst: true });
  const x = ops.randnSync([2, 5, 8]);
  const [y, weights] = await attention.forward(x, x, x);
  assert.deepEqual(
    [y.shape, weights.shape],
    [
      [2, 5, 8],
      [2, 5, 5],
    ],
  );
  assert.equal((await attention.forward(x, x, x, { needWeights: false }))[1], null);
});

const losses = [
  [new nn.CrossEntropyLoss(), [[0, 0]], tensor([1n]), Math.log(2)],
  [new nn.MSELoss(), [1, 3], tensor([0, 0]), 5],
  [new nn.L1Loss({ reduction: "sum" }), [1, -3], tensor([0, 0]), 4],
  [new nn.BCEWithLogitsLoss(), [0], tensor([1]), Math.log(2)],
  [new nn.HuberLoss(), [3], tensor([0]), 2.5],
];
for (const [loss, x, target, expected] of losses) {
  test(loss.constructor.name, async () => {
    const value = (await loss.forward(tensor(x), target)).itemSync();
    assert.ok(Math.abs(value - expected) < 1e-6, `${value}, expected ${expected}`);
  });
}

const optimizers = [
  (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  (p) => new optim.SGD(p, { lr: 0.1 }),
  (p) => new optim.Adam(p, { lr: 0.3 }),
  (p) => new optim.AdamW(p, { lr: 0.3, amsgrad: true }),
];
for (const make of optimizers) {
  test(`${make} finds a minimum, and goes on from its state`, async () => {
    const x = nn.parameter(tensor([4, -3]));
    let optimizer = make([x]);
    const loss = () => x.subSync(1).powSync(2).sumSync();
    const begin = loss().itemSync();
    for (let step = 0; step < 80; ++step) {
      optimizer.zeroGrad();
      await loss().backward();
      await optimizer.step();
      if (step === 40) {
        const next = make([x]);
        next.loadStateDict(optimizer.stateDict());
        optimizer = next;
      }
    }
    assert.ok(loss().itemSync() < 1e-2 * begin, `${loss().itemSync()}`);
  });
}

test("schedules", () => {
  const rates = (make, steps) => {
    const optimizer = new optim.SGD([nn.parameter(tensor([1]))], { lr: 1 });
    const scheduler = make(optimizer);
    return Array.from({ length: steps }, () => {
      const [rate] = scheduler.getLastLr();
      scheduler.step();
      return Math.round(rate * 1e6) / 1e6;
    });
  };
  assert.deepEqual(
    rates((o) => new optim.StepLR(o, 2), 5),
    [1, 1, 0.1, 0.1, 0.01],
  );
  assert.deepEqual(
    rates((o) => new optim.ExponentialLR(o, 0.5), 3),
    [1, 0.5, 0.25],
  );
  assert.deepEqual(
    rates((o) => new optim.CosineAnnealingLR(o, 2), 3),
    [1, 0.5, 0],
  );
  assert.deepEqual(
    rates((o) => new optim.LambdaLR(o, (step) => 1 / (step + 1)), 2),
    [1, 0.5],
  );
  assert.deepEqual(
    rates((o) => new optim.LinearLR(o, 0.5, 1, 2), 3),
    [0.5, 0.75, 1],
  );
});

test("gradients are clipped", async () => {
  const x = nn.parameter(tensor([0, 0]));
  x.grad = tensor([3, 4]);
  assert.equal((await nn.clipGradNorm([x], 1)).itemSync(), 5);
  assert.ok(Math.abs(x.grad.atSync(1).itemSync() - 0.8) < 1e-5);
});

test("a seed fixes weights and numbers", () => {
  const made = () => {
    manualSeed(5);
    return [new nn.Linear(3, 2).weight.tolistSync(), ops.randSync([2]).tolistSync()];
  };
  assert.deepEqual(made(), made());
  const draw = () => ops.randnSync([3], { generator: new Generator().manualSeed(1) }).tolistSync();
  assert.deepEqual(draw(), draw());
});

test("batches: all examples once, shuffled by a seed, with prefetch", async () => {
  const x = ops.arangeSync(10);
  const dataset = new data.TensorDataset(x, x.mulSync(2));
  const pass = async (options) => {
    const batches = [];
    for await (const [a, b] of new data.DataLoader(dataset, { batchSize: 4, ...options })) {
      assert.deepEqual(a.mulSync(2).tolistSync(), b.tolistSync());
      batches.push(a.tolistSync());
    }
    return batches;
  };
  assert.deepEqual(await pass({}), [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  assert.equal((await pass({ dropLast: true })).length, 2);
  const shuffled = await pass({ shuffle: true, generator: new Generator().manualSeed(3) });
  assert.deepEqual(
    shuffled.flat().sort((a, b) => a - b),
    x.tolistSync(),
  );
  assert.notDeepEqual(shuffled.flat(), x.tolistSync());
  assert.deepEqual(await pass({ shuffle: true, generator: new Generator().manualSeed(3) }), shuffled);
  const own = { length: 3, get: async (i) => ({ image: tensor([i]), label: i }) };
  const [batch] = (await Array.fromAsync?.(new data.DataLoader(own, { batchSize: 3 }))) ?? [
    (await new data.DataLoader(own, { batchSize: 3 })[Symbol.asyncIterator]().next()).value,
  ];
  assert.deepEqual(
    [batch.image.tolistSync(), batch.label.tolistSync()],
    [
      [[0], [1], [2]],
      [0, 1, 2],
    ],
  );
});

test("noGrad around a module records nothing", async () => {
  const layer = new nn.Linear(2, 2);
  assert.equal((await noGrad(() => layer.forward(tensor([1, 2])))).requiresGrad, false);
});
