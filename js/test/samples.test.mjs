// Every op's sample calls from tests/python/samples: the same results and gradients, bit for bit, as from Python.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { autograd, call, callSync, manualSeed, registry, Tensor } from "vibetensor";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vt-samples-"));
after(() => rmSync(folder, { recursive: true }));

const wrote = spawnSync("python3", ["-W", "ignore", join(root, "tests/python/samples_file.py"), folder], {
  env: { ...process.env, PYTHONPATH: `${join(root, "python")}:${join(root, "tests/python")}` },
  encoding: "utf8",
});
// Only a Python without PyTorch or the extension is a reason to skip.
const skip = wrote.error ? "no python3 here" : (/ModuleNotFoundError: (.*)/.exec(wrote.stderr)?.[1] ?? false);

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  uint16: Uint16Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

function reader(bytes) {
  return function value(v) {
    if (Array.isArray(v)) return v.map(value);
    if (typeof v !== "object" || v === null) return v;
    if ("dtype" in v) return v.dtype;
    if ("int" in v) return BigInt(v.int);
    if ("float" in v) return Number(v.float.replace("inf", "Infinity"));
    if ("complex" in v) return { re: v.complex[0], im: v.complex[1] };
    if ("memory_format" in v) return v.memory_format;
    const { dtype, shape, at, bytes: count, grad } = v.tensor;
    const copy = new Uint8Array(bytes.subarray(at, at + count)).buffer;
    const t = new Tensor(new (arrays[dtype] ?? Uint8Array)(copy), shape, dtype);
    if (grad) t.requiresGrad = true;
    return t;
  };
}

const flat = (value) => (Array.isArray(value) ? value.flatMap(flat) : [value]);

function same(got, expected, bytes, what) {
  if (typeof expected !== "object" || expected === null || !("tensor" in expected)) {
    const wanted = expected?.float ? Number(expected.float.replace("inf", "Infinity")) : expected;
    if (expected?.complex) assert.deepEqual(got, { re: expected.complex[0], im: expected.complex[1] }, what);
    else if (expected?.int) assert.equal(BigInt(got), BigInt(expected.int), what);
    else if (typeof wanted === "number") assert.equal(Number(got), wanted, what);
    else if (!expected?.dtype) assert.equal(got, wanted, what);
    return;
  }
  const { dtype, shape, at, bytes: count } = expected.tensor;
  assert.equal(got?.dtype, dtype, `${what}: dtype`);
  assert.deepEqual(got.shape, shape, `${what}: shape`);
  if (count === null) return;
  const data = got.dataSync();
  const mine = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  assert.ok(mine.equals(bytes.subarray(at, at + count)), `${what}: values`);
}

// Python's number 2.0 is JavaScript's integer 2, which promotes otherwise.
const promotesOtherwise = new Set();

test("every op gives what it gives in Python", { skip, timeout: 120000 }, async () => {
  assert.equal(wrote.status, 0, wrote.stderr);
  const { calls, left_out: leftOut, lapack } = JSON.parse(readFileSync(join(folder, "samples.json"), "utf8"));
  if (lapack) process.env.VIBETENSOR_LAPACK ??= lapack;
  const bytes = readFileSync(join(folder, "samples.bin"));
  const value = reader(bytes);
  const failures = [];
  const ran = new Set();
  let gradients = 0;
  for (const [i, entry] of calls.entries()) {
    const what = `${entry.op} (call ${i})`;
    try {
      const args = entry.args.map(value);
      const named = Object.fromEntries(Object.entries(entry.kwargs).map(([name, v]) => [name, value(v)]));
      const leaves = flat([args, Object.values(named)]).filter((v) => v instanceof Tensor && v.requiresGrad);
      manualSeed(entry.seed);
      const results = flat(i % 2 ? callSync(entry.op, args, named) : await call(entry.op, args, named));
      assert.equal(
        results.length === 1 && results[0] === undefined ? 0 : results.length,
        entry.results[0] === null && entry.results.length === 1 && results[0] === undefined ? 0 : entry.results.length,
        what,
      );
      entry.results.forEach((expected, k) => same(results[k] ?? null, expected, bytes, `${what}, result ${k}`));
      ran.add(entry.op);
      if (entry.gradients.length === 0) continue;
      const sums = results
        .filter((t) => t instanceof Tensor && t.requiresGrad && !t.dtype.startsWith("complex"))
        .map((t) => t.sumSync());
      const grads = autograd.gradSync(
        sums.filter((s) => s.requiresGrad),
        leaves,
        { allowUnused: true },
      );
      entry.gradients.forEach((expected, k) => same(grads[k], expected, bytes, `${what}, gradient ${k}`));
      gradients += entry.gradients.length;
    } catch (error) {
      if (!promotesOtherwise.has(entry.op))
        failures.push(`${what}: ${error.message.split("\n").slice(0, 3).join(" | ")}`);
    }
  }
  assert.equal(failures.length, 0, `${failures.length} of ${calls.length} calls:\n${failures.slice(0, 60).join("\n")}`);
  const functional = new Set(
    registry.filter(({ kind }) => kind === "functional").map(({ name }) => name.split(".")[0]),
  );
  const missing = [...functional].filter((name) => !name.includes("::") && !ran.has(name) && !(name in leftOut));
  assert.deepEqual(missing, []);
  assert.ok(gradients > 1000, `${gradients} gradients`);
});
