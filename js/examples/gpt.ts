// Trains the character GPT of examples/gpt.py, then streams what it writes.
//
//     npm run example -- gpt --data shakespeare.txt --steps 500
//     npm run example -- gpt --device cuda --out checkpoint.safetensors
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { manualSeed, nn, noGrad, optim, safetensors, scopeAsync, task } from "vibetensor";

import { Corpus, demo, generate, GPT } from "./gpt_model.js";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../demo/data/shakespeare.txt" },
    steps: { type: "string", default: "500" },
    seed: { type: "string", default: "0" },
    device: { type: "string", default: "cpu" },
    out: { type: "string" },
    prompt: { type: "string", default: "ROMEO:" },
    length: { type: "string", default: "300" },
    losses: { type: "boolean", default: false }, // prints every loss, in full
  },
});

const WARMUP = 50;

async function main(): Promise<void> {
  if (!existsSync(values.data))
    throw new Error(`there is no text at ${values.data}: name a file with --data, or run "make demo" once`);
  const steps = Number(values.steps);
  const seed = Number(values.seed);
  const { device } = values;
  manualSeed(seed);
  const corpus = new Corpus(readFileSync(values.data, "utf8"), demo, device, seed);
  const model = new GPT({ ...demo, vocab: corpus.vocabulary.length });
  if (device !== "cpu") model.to(device);
  const parameters = model.parameters();
  const optimizer = new optim.AdamW(
    [
      { params: parameters.filter((p) => p.ndim >= 2), weightDecay: 0.1 },
      { params: parameters.filter((p) => p.ndim < 2), weightDecay: 0 },
    ],
    { lr: 4e-3, betas: [0.9, 0.95] },
  );
  const factor = (step: number) => {
    if (step < WARMUP) return (step + 1) / WARMUP;
    const progress = Math.min(1, (step - WARMUP) / Math.max(1, steps - WARMUP));
    return 0.1 + 0.45 * (1 + Math.cos(Math.PI * progress));
  };
  const scheduler = new optim.LambdaLR(optimizer, factor);

  const began = performance.now();
  for (let step = 0; step < steps; ++step) {
    await scopeAsync(async () => {
      const [inputs, targets] = corpus.trainBatch();
      const loss = await task(() => model.lossSync(inputs, targets));
      await loss.backward();
      await nn.clipGradNorm(parameters, 1);
      await optimizer.step();
      optimizer.zeroGrad();
      scheduler.step();
      const value = (await loss.item()) as number;
      if (values.losses) console.log(value);
      else if (step % 50 === 0 || step === steps - 1) {
        const rate = (step + 1) / ((performance.now() - began) / 1000);
        console.log(`step ${step + 1}/${steps}  loss ${value.toFixed(3)}  ${rate.toFixed(1)} steps/s`);
      }
    });
  }
  if (values.out) {
    await safetensors.save(values.out, model.stateDict(), {
      metadata: { vocabulary: corpus.vocabulary, config: JSON.stringify(model.config) },
    });
  }
  if (values.losses) return;
  model.eval();
  process.stdout.write(values.prompt);
  for await (const character of generate(model, corpus.vocabulary, values.prompt, {
    length: Number(values.length),
    device,
  })) {
    process.stdout.write(character);
  }
  process.stdout.write("\n");
  noGrad(() => model.dispose());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
