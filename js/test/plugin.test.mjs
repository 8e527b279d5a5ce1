// Plugins: the libraries that Python loads too, compiled here with the headers alone.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { liveTensors, loadedPlugins, loadPlugin, noGrad, ops, plugins, registry, tensor } from "vibetensor";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vt-plugin-"));
const hasCompilers = ["cc", "c++"].every((name) => spawnSync(name, ["--version"]).status === 0);
const skip = hasCompilers ? false : "no C and C++ compiler";

function compiled(compiler, options, source, name) {
  const output = join(folder, `${name}.so`);
  const flags = [...options, "-O2", "-fPIC", "-shared", "-I", join(root, "include"), join(root, source), "-o", output];
  const done = spawnSync(compiler, flags, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return output;
}

test("a plugin that is none is refused, with the reason", { skip }, () => {
  const before = registry.length;
  const text = join(folder, "text.so");
  writeFileSync(text, "not a library");
  assert.throws(() => loadPlugin(text), { code: "ERR_VT_Os", message: /no shared library/ });
  assert.throws(() => loadPlugin(join(folder, "absent.so")), { code: "ERR_VT_Os" });
  const hostile = compiled("c++", ["-std=c++17", "-DCASE=15"], "tests/python/plugins/hostile.cpp", "hostile");
  assert.throws(() => loadPlugin(hostile), { code: "ERR_VT_Value", message: /half-way/ });
  assert.throws(() => loadPlugin(3), TypeError);
  assert.equal(registry.length, before);
  assert.equal(plugins.hostile, undefined);
});

test("the plugin in C: calls, results of every kind, autograd, errors", { skip }, () => {
  const path = compiled("cc", ["-std=c11"], "plugins/gain/gain.c", "gain");
  const plugin = loadPlugin(path);
  assert.deepEqual([plugin.name, plugin.version], ["gain", "1.0"]);
  assert.deepEqual(loadPlugin(path), plugin);
  assert.deepEqual(loadedPlugins(), [plugin]);
  const { gain } = plugins;
  const x = tensor([1, 2, 3]);
  assert.deepEqual([...gain.gainSync(x).dataSync()], [2, 4, 6]);
  assert.deepEqual([...gain.gainSync(x, { factor: 3 }).dataSync()], [3, 6, 9]);
  assert.deepEqual(
    gain.extremesSync(x).map((t) => t.dataSync()[0]),
    [1, 3],
  );
  assert.equal(Number(gain.count_aboveSync(x, 1.5)), 2);
  assert.deepEqual([...gain.stepsSync(3).dataSync()], [0, 1, 2]);
  assert.equal(gain.fillSync(x, 7), x);
  assert.deepEqual([...x.dataSync()], [7, 7, 7]);
  assert.equal(x.gain, undefined);
  assert.throws(() => gain.stepsSync(-1), { code: "ERR_VT_Value", message: /gain::steps.*at least 0/s });
  assert.throws(() => gain.gainSync(tensor([1], { dtype: "float64" })), TypeError);
  const w = tensor([1, -2], { requiresGrad: true });
  gain.gainSync(w, 3).sumSync().backwardSync();
  assert.deepEqual([...w.grad.dataSync()], [3, 3]);
  const live = liveTensors();
  for (let i = 0; i < 50; ++i) assert.throws(() => gain.stepsSync(-1));
  assert.ok(liveTensors() <= live);
});

test("an op of a plugin trains a small model", { skip }, () => {
  loadPlugin(compiled("c++", ["-std=c++17", "-x", "c++"], "plugins/curves/curves.cu", "curves"));
  const { softclipSync: softclip } = plugins.curves;
  const rows = 64;
  const inputs = Array.from({ length: rows }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(3 * i + 1)]);
  const x = tensor(inputs);
  const target = tensor(inputs.map(([a, b]) => [a * b]));
  const row = (m, seed) => Array.from({ length: m }, (_, j) => Math.sin(seed + 3 * j) / 2);
  const weights = (n, m, seed) => Array.from({ length: n }, (_, i) => row(m, seed + 7 * i));
  const parameters = [weights(3, 16, 1), weights(16, 1, 2)].map((w) => tensor(w, { requiresGrad: true }));
  const limit = tensor([1], { requiresGrad: true });
  const losses = [];
  for (let step = 0; step < 300; ++step) {
    const hidden = softclip(x.matmulSync(parameters[0]), limit);
    const loss = ops.mse_lossSync(hidden.matmulSync(parameters[1]), target);
    loss.backwardSync();
    losses.push(loss.dataSync()[0]);
    noGrad(() => {
      for (const p of [...parameters, limit]) {
        p.sub_Sync(p.grad, { alpha: 0.1 });
        p.grad = null;
      }
    });
  }
  assert.ok(losses.at(-1) < 0.3 * losses[0], `${losses[0]} -> ${losses.at(-1)}`);
  assert.notEqual(limit.dataSync()[0], 1);
});
