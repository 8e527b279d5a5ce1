// Steps of training from Node, for node_training.py: the digits' network and the character GPT of js/examples, compiled.
//
//     node bench/node_training.mjs mnist|gpt DEVICE STEPS TURNS TEXT
//
// Prints the seconds of each turn of so many steps, to their end on the device, and the last loss, as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const load = createRequire(fileURLToPath(new URL("../js/examples/dist/", import.meta.url)));
const { cuda, manualSeed, nn, ops, optim, runtime, scopeAsync, task } = load("vibetensor");

const [workload, device, steps, turns, text] = process.argv.slice(2);
const WARMUP = 50;

function digits() {
  const { Net } = load("./mnist_model.js");
  const model = new Net();
  if (device !== "cpu") model.to(device);
  const optimizer = new optim.AdamW(model.parameters(), { lr: 2e-3 });
  const images = ops.randSync([4096, 1, 28, 28]).toSync({ device });
  const labels = ops.randintSync(10, [4096]).toSync({ device });
  let at = 0;
  return async () => {
    const rows = `${at}:${at + 64}`;
    at = (at + 64) % 4096;
    const [x, y] = [images.atSync(rows), labels.atSync(rows)];
    const loss = await task(() => nn.crossEntropySync(model.forwardSync(x), y));
    await loss.backward();
    await optimizer.step();
    optimizer.zeroGrad();
    return loss;
  };
}

function characters() {
  const { Corpus, demo, GPT } = load("./gpt_model.js");
  const corpus = new Corpus(readFileSync(text, "utf8"), demo, device, 0);
  const model = new GPT({ ...demo, vocab: corpus.vocabulary.length });
  if (device !== "cpu") model.to(device);
  const parameters = model.parameters();
  const groups = [
    { params: parameters.filter((p) => p.ndim >= 2), weightDecay: 0.1 },
    { params: parameters.filter((p) => p.ndim < 2), weightDecay: 0 },
  ];
  const optimizer = new optim.AdamW(groups, { lr: 4e-3, betas: [0.9, 0.95] });
  const scheduler = new optim.LambdaLR(optimizer, (step) => Math.min(1, (step + 1) / WARMUP));
  return async () => {
    const [inputs, targets] = corpus.trainBatch();
    const loss = await task(() => model.lossSync(inputs, targets));
    await loss.backward();
    await nn.clipGradNorm(parameters, 1);
    await optimizer.step();
    optimizer.zeroGrad();
    scheduler.step();
    return loss;
  };
}

manualSeed(0);
const step = { mnist: digits, gpt: characters }[workload]();
const finish = device === "cpu" ? async () => {} : cuda.synchronize;
let last;
const run = async (count) => {
  for (let i = 0; i < count; ++i) {
    await scopeAsync(async () => {
      const loss = await step();
      if (i === count - 1) last = await loss.item();
    });
  }
  await finish();
};
await run(Math.min(WARMUP, Number(steps)));
const seconds = [];
for (let turn = 0; turn < Number(turns); ++turn) {
  const began = performance.now();
  await run(Number(steps));
  seconds.push((performance.now() - began) / 1000);
}
console.log(JSON.stringify({ node: process.version, seconds, loss: last, completed: runtime.stats().completed }));
