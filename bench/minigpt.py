"""Training steps of a small GPT with rotary positions on the CPU, VibeTensor and PyTorch taking turns in one process.

    python bench/minigpt.py [--threads 1] [--steps 5] [--batch 64]

Decoder with RMSNorm, rotary positions, GELU-tanh MLP x4 and no biases: dim 256, 8 heads, 6 layers, T = 128, vocabulary
4096, float32, AdamW. Both start from the same weights and see the same batches. Writes bench/results/minigpt_cpu.json.
"""

from __future__ import annotations

import argparse
import statistics
import time

import side_by_side
import torch
import vibetensor.torch as vt

DIM, HEADS, LAYERS, CONTEXT, VOCABULARY = 256, 8, 6, 128, 4096


def build(framework):
    """The model's class on a framework: tokens (B, T) to logits (B, T, vocabulary)."""
    nn, functional = framework.nn, framework.nn.functional

    def rotate(x, cos, sin):  # (B, heads, T, D) by an angle per position and pair of halves
        half = x.shape[-1] // 2
        a, b = x[..., :half], x[..., half:]
        return framework.cat([a * cos - b * sin, b * cos + a * sin], -1)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.RMSNorm(DIM), nn.RMSNorm(DIM)
            self.qkv, self.out = nn.Linear(DIM, 3 * DIM, bias=False), nn.Linear(DIM, DIM, bias=False)
            self.up, self.down = nn.Linear(DIM, 4 * DIM, bias=False), nn.Linear(4 * DIM, DIM, bias=False)

        def forward(self, x, cos, sin):
            b, t, c = x.shape
            q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, HEADS, c // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(b, t, c))
            return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))

    class MiniGPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Embedding(VOCABULARY, DIM)
            self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
            self.norm = nn.RMSNorm(DIM)
            self.head = nn.Linear(DIM, VOCABULARY, bias=False)
            half = DIM // HEADS // 2
            frequency = 10000.0 ** (-framework.arange(half, dtype=framework.float32) / half)
            angle = framework.arange(CONTEXT, dtype=framework.float32)[:, None] * frequency
            self.register_buffer("cos", angle.cos())
            self.register_buffer("sin", angle.sin())

        def forward(self, tokens):
            x = self.token(tokens)
            for block in self.blocks:
                x = block(x, self.cos, self.sin)
            return self.head(self.norm(x))

    return MiniGPT


class Trainer:
    def __init__(self, framework, batch: int):
        self.framework, self.batch = framework, batch
        framework.manual_seed(1)
        self.model = build(framework)()
        self.optimizer = framework.optim.AdamW(self.model.parameters(), lr=3e-4)
        self.generator = framework.Generator().manual_seed(2)

    def step(self) -> tuple[float, float]:
        """Seconds of one training step, and its loss."""
        tokens = self.framework.randint(VOCABULARY, (self.batch, CONTEXT + 1), generator=self.generator)
        begin = time.perf_counter()
        logits = self.model(tokens[:, :-1])
        targets = tokens[:, 1:].reshape(-1)
        loss = self.framework.nn.functional.cross_entropy(logits.view(-1, VOCABULARY), targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return time.perf_counter() - begin, loss.item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    arguments = parser.parse_args()
    rows = []
    for threads in arguments.threads:
        torch.set_num_threads(threads)
        vt.set_num_threads(threads)
        trainers = {"vibetensor": Trainer(vt, arguments.batch), "torch": Trainer(torch, arguments.batch)}
        seconds: dict[str, list[float]] = {name: [] for name in trainers}
        drift = 0.0
        for step in range(arguments.steps + 1):
            losses = {}
            for name, trainer in trainers.items():
                took, losses[name] = trainer.step()
                if step:
                    seconds[name].append(took)
            drift = max(drift, abs(losses["vibetensor"] / losses["torch"] - 1))
        ours, theirs = (1e3 * statistics.median(seconds[name]) for name in ("vibetensor", "torch"))
        rows.append(
            {
                "threads": threads,
                "vibetensor_ms": round(ours, 1),
                "torch_ms": round(theirs, 1),
                "speedup": round(theirs / ours, 2),
                "largest_loss_difference": float(f"{drift:.2e}"),
            }
        )
    side_by_side.write("minigpt_cpu", rows, torch=torch.__version__, batch=arguments.batch, steps=arguments.steps)


if __name__ == "__main__":
    main()
