// Tensors on meshes of virtual members: placements, ops, gradients, modules, what was moved.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fabric, manualSeed, nn, ops, optim, task, tensor } from "vibetensor";

const mesh = new fabric.Mesh(["cpu", "cpu"]);

test("a mesh is its devices, in a row or in rows and columns", () => {
  assert.deepEqual([mesh.shape, mesh.devices, mesh.ndim], [[2], ["cpu", "cpu"], 1]);
  assert.equal(new fabric.Mesh(["cpu", "cpu"]).id, mesh.id);
  const square = new fabric.Mesh([
    ["cpu", "cpu"],
    ["cpu", "cpu"],
  ]);
  assert.deepEqual(square.shape, [2, 2]);
  assert.equal(String(square), "Mesh(2 x 2 cpu)");
  assert.throws(() => new fabric.Mesh([["cpu"], ["cpu", "cpu"]]), RangeError);
  assert.throws(() => new fabric.Mesh(["cpu", "disk"]), { code: /ERR_VT/ });
  assert.throws(() => new fabric.Partial("median"), RangeError);
});

test("shards, replicas and parts make one tensor, in both forms", async () => {
  const x = tensor([[1, 2, 3, 4, 5]]);
  for (const placed of [fabric.shardSync(x, mesh, 1), await fabric.shard(x, mesh, 1)]) {
    assert.ok(fabric.isFabric(placed));
    assert.deepEqual(placed.shape, [1, 5]);
    assert.deepEqual(
      fabric.shards(placed).map((t) => t.tolistSync()),
      [[[1, 2, 3]], [[4, 5]]],
    );
    const [where] = fabric.placement(placed);
    assert.deepEqual([where.kind, where.dim, where.bounds], ["shard", 1, [0, 3, 5]]);
    assert.equal(fabric.meshOf(placed).id, mesh.id);
    assert.deepEqual(fabric.gatherSync(placed).tolistSync(), x.tolistSync());
    assert.deepEqual((await fabric.gather(placed)).tolistSync(), x.tolistSync());
  }
  assert.equal(fabric.placement(x), null);
  assert.equal(fabric.gatherSync(x), x);
  const joined = await fabric.join([tensor([1]), tensor([2, 3])], mesh, new fabric.Shard(0), [3]);
  assert.deepEqual(fabric.gatherSync(joined).tolistSync(), [1, 2, 3]);
  const other = new fabric.Mesh(["cpu", "cpu", "cpu"]);
  const again = await fabric.distribute(joined, other, new fabric.Shard(0));
  assert.equal(fabric.shards(again).length, 3);
  assert.deepEqual(
    fabric.gatherSync(fabric.distributeSync(again, mesh, new fabric.Replicate())).tolistSync(),
    [1, 2, 3],
  );
  assert.throws(() => fabric.shards(x), { code: "ERR_VT_Runtime" });
  assert.throws(() => fabric.shardSync(x, mesh, 0, 1), RangeError);
  assert.throws(() => fabric.distributeSync(x, mesh, ["row"]), TypeError);
});

test("ops and gradients are those of one tensor", async () => {
  manualSeed(3);
  const [a, b] = [ops.randnSync([6, 4]), ops.randnSync([4, 3])];
  const expected = (() => {
    const w = b.cloneSync();
    w.requiresGrad = true;
    const loss = a.matmulSync(w).tanhSync().sumSync();
    loss.backwardSync();
    return [loss.itemSync(), w.grad.tolistSync()];
  })();
  const w = fabric.replicateSync(b, mesh).detachSync();
  w.requiresGrad = true;
  const y = await (await fabric.shard(a, mesh)).matmul(w);
  assert.equal(fabric.placement(y)[0].kind, "shard");
  const loss = await (await y.tanh()).sum();
  await loss.backward();
  assert.ok(Math.abs(fabric.gatherSync(loss).itemSync() - expected[0]) < 1e-5);
  const grad = fabric.gatherSync(w.grad).tolistSync();
  grad.flat().forEach((g, i) => assert.ok(Math.abs(g - expected[1].flat()[i]) < 1e-5));
});

test("a task computes on meshes as its calls would, once", async () => {
  const x = fabric.shardSync(tensor([1, 2, 3, 4]), mesh);
  const y = await task(() => {
    x.add_Sync(1);
    return x.mulSync(10);
  });
  assert.deepEqual(fabric.gatherSync(y).tolistSync(), [20, 30, 40, 50]);
  assert.deepEqual(fabric.gatherSync(x).tolistSync(), [2, 3, 4, 5]);
  const placed = await task(() => fabric.shardSync(tensor([[1, 2]]), mesh, 1).mulSync(2));
  assert.deepEqual(fabric.gatherSync(placed).tolistSync(), [[2, 4]]);
});

const make = () => {
  manualSeed(0);
  return new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 3));
};

async function losses(model, makeOptimizer) {
  manualSeed(1);
  const [x, y] = [ops.randnSync([6, 4]), ops.randintSync(3, [6])];
  const optimizer = makeOptimizer(model.parameters());
  const found = [];
  for (let step = 0; step < 5; ++step) {
    const loss = await task(() => nn.crossEntropySync(model.forwardSync(x), y));
    await loss.backward();
    await optimizer.step();
    optimizer.zeroGrad();
    found.push(fabric.gatherSync(loss).itemSync());
  }
  return found;
}

test("data parallel, tensor parallel and optimizer state in parts train as one device does", async () => {
  const adam = (params) => new optim.AdamW(params, { lr: 0.05 });
  const expected = await losses(make(), adam);
  assert.ok(expected[4] < expected[0]);
  const close = (found) => found.forEach((loss, i) => assert.ok(Math.abs(loss - expected[i]) < 1e-5, `${found}`));
  close(await losses(fabric.dataParallel(make(), mesh), adam));
  close(await losses(fabric.parallelize(make(), { 0: "column", 2: "row" }, mesh), adam));
  close(
    await losses(
      fabric.dataParallel(make(), mesh),
      (params) => new fabric.ShardedOptimizer(params, (parts) => adam(parts)),
    ),
  );
  const model = fabric.parallelize(make(), { 0: "column", "*.weight": 1 }, mesh);
  assert.deepEqual(
    model.parameters().map((p) => fabric.placement(p)[0].kind),
    ["shard", "shard", "shard", "replicate"],
  );
  assert.throws(() => fabric.parallelize(make(), { nowhere: "column" }, mesh), /nowhere/);
  assert.throws(() => fabric.parallelize(make(), { 0: "diagonal" }, mesh), RangeError);
  assert.throws(() => new fabric.ShardedOptimizer(make().parameters(), adam), TypeError);
});

test("collectives sum in place, and are counted", async () => {
  const parts = [tensor([1, 2]), tensor([10, 20])];
  await fabric.allReduce(parts);
  assert.deepEqual(
    parts.map((t) => t.tolistSync()),
    [
      [11, 22],
      [11, 22],
    ],
  );
  fabric.resetStats();
  fabric.allReduceSync(parts, "max");
  assert.equal(fabric.stats().all_reduce.calls, 1);
  assert.ok(fabric.stats().all_reduce.bytes > 0);
  await assert.rejects(fabric.allReduce([tensor([1]), tensor([1, 2])]), { code: "ERR_VT_Value" });
  assert.equal(fabric.topology().names.length, fabric.topology().peers.length);
});

test("in strict mode what has no rule is refused by name", async () => {
  const before = fabric.setStrict(true);
  try {
    await assert.rejects(fabric.shardSync(tensor([1, 1, 2]).toSync({ dtype: "int64" }), mesh).bincount(), /bincount/);
  } finally {
    fabric.setStrict(before);
  }
});
