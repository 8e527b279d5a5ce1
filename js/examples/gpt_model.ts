// The character GPT of examples/gpt.py: the same layers, names and first weights.
import { Generator, nn, noGrad, ops, scope, task, tensor, type Tensor } from "vibetensor";

export interface Config {
  layers: number;
  heads: number;
  dim: number;
  context: number;
  batch: number;
  vocab: number;
}

export const demo: Config = { layers: 4, heads: 4, dim: 128, context: 64, batch: 16, vocab: 0 };

class Attention extends nn.Module {
  qkv: nn.Linear;
  out: nn.Linear;

  constructor(private readonly config: Config) {
    super();
    this.qkv = new nn.Linear(config.dim, 3 * config.dim);
    this.out = new nn.Linear(config.dim, config.dim);
  }

  forwardSync(x: Tensor): Tensor {
    const [b, t, c] = x.shape as [number, number, number];
    const { heads } = this.config;
    const [q, k, v] = this.qkv
      .forwardSync(x)
      .viewSync([b, t, 3, heads, c / heads])
      .permuteSync([2, 0, 3, 1, 4])
      .unbindSync(0);
    const y = ops.scaled_dot_product_attentionSync(q!, k!, v!, { is_causal: true }); // (B, heads, T, C / heads)
    return this.out.forwardSync(y.transposeSync(1, 2).reshapeSync([b, t, c]));
  }
}

class Block extends nn.Module {
  norm1: nn.LayerNorm;
  attention: Attention;
  norm2: nn.LayerNorm;
  mlp: nn.Sequential;

  constructor(config: Config) {
    super();
    this.norm1 = new nn.LayerNorm(config.dim);
    this.attention = new Attention(config);
    this.norm2 = new nn.LayerNorm(config.dim);
    this.mlp = new nn.Sequential(
      new nn.Linear(config.dim, 4 * config.dim),
      new nn.GELU({ approximate: "tanh" }),
      new nn.Linear(4 * config.dim, config.dim),
    );
  }

  forwardSync(x: Tensor): Tensor {
    const attended = x.addSync(this.attention.forwardSync(this.norm1.forwardSync(x)));
    return attended.addSync(this.mlp.forwardSync(this.norm2.forwardSync(attended)));
  }
}

/** Decoder-only transformer whose output layer shares the token embedding's weight. */
export class GPT extends nn.Module {
  token: nn.Embedding;
  position: nn.Embedding;
  blocks: nn.ModuleList<Block>;
  norm: nn.LayerNorm;
  head: nn.Linear;

  constructor(readonly config: Config) {
    super();
    this.token = new nn.Embedding(config.vocab, config.dim);
    this.position = new nn.Embedding(config.context, config.dim);
    this.blocks = new nn.ModuleList(Array.from({ length: config.layers }, () => new Block(config)));
    this.norm = new nn.LayerNorm(config.dim);
    this.head = new nn.Linear(config.dim, config.vocab, { bias: false });
    this.head.weight = this.token.weight;
    for (const [name, p] of this.namedParameters()) {
      // what is added to the residual stream starts smaller, one share per addition
      const residual = name.endsWith("out.weight") || name.endsWith("mlp.2.weight");
      if (p.ndim >= 2) nn.init.normal_(p, 0, residual ? 0.02 / Math.sqrt(2 * config.layers) : 0.02);
      else if (name.endsWith("bias")) nn.init.zeros_(p);
    }
  }

  /** (B, T) -> (B, T, vocabulary) */
  forwardSync(tokens: Tensor): Tensor {
    const positions = ops.arangeSync(tokens.shape[1]!, { device: tokens.device });
    let x = this.token.forwardSync(tokens).addSync(this.position.forwardSync(positions));
    for (const block of this.blocks) x = block.forwardSync(x);
    return this.head.forwardSync(this.norm.forwardSync(x));
  }

  /** Mean cross entropy of the characters that follow. */
  lossSync(inputs: Tensor, targets: Tensor): Tensor {
    const logits = this.forwardSync(inputs);
    return nn.crossEntropySync(logits.viewSync([-1, logits.shape.at(-1)!]), targets.viewSync([-1]));
  }
}

/** Text as token numbers, the last tenth held out, and random batches: those that Python draws. */
export class Corpus {
  readonly vocabulary: string;
  readonly train: Tensor;
  readonly held: Tensor;
  readonly generator: Generator;
  private readonly window: Tensor;

  constructor(
    text: string,
    private readonly config: Config,
    private readonly device: string,
    private readonly seed: number,
  ) {
    const characters = [...text];
    this.vocabulary = [...new Set(characters)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!).join("");
    const index = new Map([...this.vocabulary].map((c, i) => [c, i]));
    const tokens = tensor(
      Uint8Array.from(characters, (c) => index.get(c)!),
      { device },
    ).keep();
    const held = Math.floor(characters.length / 10);
    this.train = tokens.atSync(`:${characters.length - held}`);
    this.held = tokens.atSync(`${characters.length - held}:`);
    this.window = ops.arangeSync(config.context, { device });
    this.generator = new Generator().manualSeed(seed);
  }

  sample(tokens: Tensor, generator: Generator): [Tensor, Tensor] {
    const { batch, context } = this.config;
    const starts = ops.randintSync(tokens.shape[0]! - context - 1, [batch, 1], { generator });
    const at = starts.toSync({ device: this.device }).addSync(this.window);
    const long = (t: Tensor) => t.toSync({ dtype: "int64" });
    return [long(tokens.atSync(at)), long(tokens.atSync(at.addSync(1)))];
  }

  trainBatch(): [Tensor, Tensor] {
    return this.sample(this.train, this.generator);
  }

  /** The same held-out batches on every call. */
  heldBatches(count: number): [Tensor, Tensor][] {
    const generator = new Generator().manualSeed(this.seed + 1);
    return Array.from({ length: count }, () => this.sample(this.held, generator));
  }
}

export interface Sampling {
  length: number;
  temperature?: number;
  signal?: AbortSignal;
  device?: string;
}

/** Characters that the model writes after the prompt, as they come. */
export async function* generate(
  model: GPT,
  vocabulary: string,
  prompt: string,
  options: Sampling,
): AsyncGenerator<string> {
  const { length, temperature = 0.8, signal, device = "cpu" } = options;
  const characters = [...vocabulary];
  const known = [...prompt].map((c) => characters.indexOf(c)).filter((i) => i >= 0);
  const tokens = known.length > 0 ? known : [0];
  for (let i = 0; i < length; ++i) {
    signal?.throwIfAborted();
    const seen = tensor([tokens.slice(-model.config.context)], { dtype: "int64", device });
    const body = () =>
      noGrad(() =>
        scope(() => {
          const logits = model.forwardSync(seen).atSync(0, -1, `:${characters.length}`);
          const probabilities = logits.toSync({ dtype: "float32" }).divSync(temperature).softmaxSync(-1);
          return ops.multinomialSync(probabilities, 1);
        }),
      );
    const next = await task(body, signal ? { signal } : {});
    seen.dispose();
    const [token] = (await next.data()) as BigInt64Array;
    next.dispose();
    tokens.push(Number(token));
    yield characters[Number(token)] ?? "\uFFFD";
  }
}
