// The package as programs see it: both module systems, files, hand-over, a loader that explains.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as esm from "vibetensor";
import { cuda, fromDLPack, ops, safetensors, tensor, toDLPack } from "vibetensor";

const folder = mkdtempSync(join(tmpdir(), "vt-node-"));

test("import and require give one and the same package", () => {
  const cjs = createRequire(import.meta.url)("vibetensor");
  assert.deepEqual(new Set(Object.keys(cjs)), new Set(Object.keys(esm).filter((name) => name !== "default")));
  assert.equal(cjs.ops, esm.ops);
});

test("safetensors, both forms, with dtypes and metadata", async () => {
  const path = join(folder, "a.safetensors");
  const tensors = { w: tensor([[1, 2]], { dtype: "bfloat16" }), n: tensor([3n]) };
  await safetensors.save(path, tensors, { metadata: { kind: "test" } });
  const loaded = await safetensors.load(path);
  assert.deepEqual(loaded.metadata, { kind: "test" });
  assert.deepEqual(loaded.tensors.w.tolistSync(), [[1, 2]]);
  assert.equal(loaded.tensors.w.dtype, "bfloat16");
  assert.deepEqual(Object.keys(safetensors.loadSync(path, { names: ["n"] }).tensors), ["n"]);
  assert.deepEqual(safetensors.loadSync(path, { map: true }).tensors.n.tolistSync(), [3]);
  safetensors.saveSync(path, { only: tensor([1]) });
  assert.deepEqual(Object.keys((await safetensors.load(path)).tensors), ["only"]);
  await assert.rejects(safetensors.load(join(folder, "absent")), { code: "ERR_VT_Os" });
  writeFileSync(path, "no checkpoint");
  await assert.rejects(safetensors.load(path), { code: "ERR_VT_Value" });
});

test("DLPack: over the same memory, once", () => {
  const x = tensor([1, 2]);
  const external = toDLPack(x);
  const y = fromDLPack(external);
  y.add_Sync(1);
  assert.deepEqual(x.tolistSync(), [2, 3]);
  assert.throws(() => fromDLPack(external), /before/);
  assert.throws(() => fromDLPack({}), TypeError);
});

test("without a GPU cuda says why", { skip: cuda.isAvailable() }, async () => {
  assert.equal(cuda.deviceCount(), 0);
  assert.ok(cuda.unavailableReason().length > 0);
  assert.throws(() => ops.zerosSync([1], { device: "cuda" }), { code: "ERR_VT_Runtime" });
  await assert.rejects(cuda.synchronize());
});

test("a loader that finds nothing says what it tried and what to do", () => {
  const program = `require(${JSON.stringify(fileURLToPath(new URL("../dist/index.js", import.meta.url)))})`;
  const done = spawnSync(process.execPath, ["-e", program], {
    encoding: "utf8",
    env: { ...process.env, VIBETENSOR_ADDON: "/absent/vibetensor.node" },
  });
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /could not be loaded. Tried:\s+\/absent\/vibetensor.node: there is no such file/);
  assert.match(done.stderr, /ERR_VT_LOAD/);
});

test("a program ends with work under way", () => {
  const program = `
    import { ops } from "vibetensor";
    const a = ops.onesSync([1000, 1000]);
    for (let i = 0; i < 50; ++i) ops.matmul(a, a);
    process.exit(0);`;
  execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
});

test(
  "the packed tarball installs without a network in an empty folder and runs the README's first example",
  { timeout: 120000 },
  () => {
    const js = fileURLToPath(new URL("..", import.meta.url));
    const packed = mkdtempSync(join(tmpdir(), "vt-packed-"));
    const run = (command, args, cwd) =>
      execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    try {
      const [{ filename, size }] = JSON.parse(
        run("npm", ["pack", "--json", "--pack-destination", packed], js).replace(/^[^[]*/, ""),
      );
      assert.ok(size < 40e6, `${size} bytes`);
      writeFileSync(join(packed, "package.json"), `{ "private": true, "type": "module" }`);
      run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(packed, filename)], packed);
      const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(js, "README.md"), "utf8"));
      writeFileSync(join(packed, "example.js"), example);
      assert.match(
        run(process.execPath, ["example.js"], packed),
        /^tensor\(\[\[-?0\.\],\s+\[1\.\],\s+\[1\.\],\s+\[-?0\.\]\]/,
      );
    } finally {
      rmSync(packed, { recursive: true });
    }
  },
);
