// Profiles: ops, ranges, backward and memory in a trace, from the same recorder as Python's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { ops, profile, recordFunction, tensor } from "vibetensor";

const slices = (result) => JSON.parse(result.trace.toString()).traceEvents.filter(({ ph }) => ph === "X");
const names = (result) => slices(result).map(({ name }) => name);

test("ops and ranges of a body", () => {
  const x = tensor([1, 2, 3]);
  const result = profile(() => recordFunction("forward", () => ops.addSync(x, x)), { device: false, shapes: true });
  assert.deepEqual([...result.value.dataSync()], [2, 4, 6]);
  assert.deepEqual(names(result), ["forward", "aten::add"]);
  const [, add] = slices(result);
  assert.deepEqual(add.args["Input Dims"].slice(0, 2), [[3], [3]]);
  assert.deepEqual(result.dropped, { host: 0, device: 0, runtime: 0, memory: 0 });
});

test("backward", () => {
  const x = tensor([1, 2, 3]);
  x.requiresGrad = true;
  const seen = names(profile(() => ops.sumSync(ops.mulSync(x, x)).backwardSync(), { device: false }));
  assert.ok(seen.includes("MulBackward0") && seen.includes("torch::autograd::AccumulateGrad"));
});

test("an asynchronous body is waited for, and ranges of it", async () => {
  const x = tensor([1]);
  const body = async () => {
    await recordFunction("waiting", async () => setTimeout(5));
    return ops.negSync(x);
  };
  const result = await profile(body, { device: false });
  assert.deepEqual([...result.value.dataSync()], [-1]);
  const [waiting, neg] = slices(result);
  assert.deepEqual([waiting.name, neg.name], ["waiting", "aten::neg"]);
  assert.ok(waiting.dur >= 4000);
});

test("errors end the profile, two at once are refused, a limit holds", async () => {
  const off = { device: false };
  assert.throws(
    () =>
      profile(() => {
        throw new Error("mine");
      }, off),
    /mine/,
  );
  await assert.rejects(
    profile(async () => {
      throw new Error("mine too");
    }, off),
    /mine too/,
  );
  assert.throws(() => profile(() => profile(() => 1, off), off), /already enabled/);
  assert.throws(() => profile(() => 1, { device: false, limit: 0 }), RangeError);
  const x = tensor([1]);
  const result = profile(
    () => {
      for (let i = 0; i < 10; ++i) ops.negSync(x);
    },
    { device: false, limit: 4 },
  );
  assert.equal(result.dropped.host, 6);
  assert.equal(names(result).length, 4);
});
