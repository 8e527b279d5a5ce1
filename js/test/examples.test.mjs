// The examples: the GPT beside Python's, step by step, and the server on a checkpoint that Python made.
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { browser, visit } from "./browser.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vt-examples-"));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

const steps = Number(process.env.VT_GPT_STEPS ?? 25);
const text = join(folder, "text.txt");
const checkpoint = join(folder, "checkpoint.safetensors");

const PYTHON = `
import json, sys
from dataclasses import replace
sys.path.insert(0, "examples")
sys.argv = ["gpt.py"]
import gpt
args = gpt.parse(["--steps", "${steps}", "--data", sys.stdin.readline().strip(), "--seed", "0"])
config = replace(gpt.PRESETS["demo"], steps=${steps}, minutes=0.0)
trainer = gpt.Trainer(config, args, gpt.torch.device("cpu"))
print(json.dumps([trainer.train_step().item() for _ in range(${steps})]))
trainer.save(${JSON.stringify(checkpoint)})
`;

let losses;
let skip = false;

before(() => {
  const words = "the quick brown fox jumps over the lazy dog and runs away from its own shadow in the night".split(" ");
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  const lines = Array.from({ length: 2000 }, () =>
    Array.from({ length: 8 }, () => words[next() % words.length]).join(" "),
  );
  writeFileSync(text, `${lines.join(".\n")}.\n`);
  const compiled = spawnSync(process.execPath, [
    join(root, "js/node_modules/typescript/bin/tsc"),
    "-p",
    join(root, "js/examples"),
  ]);
  assert.equal(compiled.status, 0, String(compiled.stdout));
  const python = spawnSync("python3", ["-c", PYTHON], {
    cwd: root,
    input: `${text}\n`,
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: join(root, "python") },
  });
  // only a Python without the extension is a reason to skip
  skip = python.error ? "no python3 here" : (/ModuleNotFoundError: (.*)/.exec(python.stderr)?.[1] ?? false);
  if (skip) return;
  assert.equal(python.status, 0, python.stderr);
  losses = JSON.parse(python.stdout);
});

const example = (name) => join(root, "js/examples/dist", `${name}.js`);

test("the GPT's losses are Python's, bit for bit", { timeout: 120000 }, async (t) => {
  if (skip) return t.skip(skip);
  const args = [example("gpt"), "--data", text, "--steps", String(steps), "--seed", "0", "--losses"];
  const { stdout } = await run(process.execPath, args);
  assert.deepEqual(stdout.trim().split("\n").map(Number), losses);
  assert.ok(losses.at(-1) < losses[0]);
});

async function serve(t) {
  const server = spawn(process.execPath, [example("serve"), checkpoint, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => server.kill());
  const [line] = await once(server.stdout, "data");
  return String(line).trim();
}

test("the page shows what the model writes", { timeout: 60000 }, async (t) => {
  if (skip || !browser) return t.skip(skip || "no Chromium here");
  const url = await serve(t);
  const done = `document.getElementById("state")?.textContent.endsWith("done")`;
  const shown = await visit(`${url}/?prompt=the&length=50#write`, join(folder, "profile"), done, ({ evaluate }) =>
    evaluate(`document.getElementById("text").textContent`),
  );
  assert.match(shown, /^the[a-z. \n]{50}$/);
});

test(
  "the server streams text of Python's checkpoint, and stops when the client goes away",
  { timeout: 60000 },
  async (t) => {
    if (skip) return t.skip(skip);
    const url = await serve(t);
    const stats = async () => (await fetch(`${url}/stats`)).json();
    assert.match(await (await fetch(url)).text(), /<title>/);
    assert.equal((await fetch(`${url}/absent`)).status, 404);
    const whole = await (await fetch(`${url}/generate?prompt=the&length=40`)).text();
    assert.equal(whole.length, 40);
    assert.match(whole, /^[a-z. \n]+$/);
    const before = await stats();
    const clients = Array.from({ length: 8 }, async (_, i) => {
      const controller = new AbortController();
      const response = await fetch(`${url}/generate?prompt=the&length=${i % 2 ? 60 : 5000}`, {
        signal: controller.signal,
      });
      if (i % 2) return assert.equal((await response.text()).length, 60);
      await response.body.getReader().read();
      controller.abort();
    });
    await Promise.all(clients);
    for (let tries = 0; tries < 50 && (await stats()).runtime.inFlight > 0; ++tries) await setTimeout(100);
    const { memory, runtime } = await stats();
    assert.equal(runtime.inFlight, 0);
    assert.ok(
      memory.handles <= before.memory.handles + 8,
      `${memory.handles} handles, ${before.memory.handles} before`,
    );
  },
);
