"""Training steps of a small GPT with rotary positions on the CPU, VibeTensor and PyTorch taking turns in one process.

    python bench/minigpt.py [--threads 1] [--steps 5] [--batch 64]

Decoder with RMSNorm, rotary positions, GELU-tanh MLP x4 and no biases: dim 256, 8 heads, 6 layers, T = 128, vocabulary
4096, float32, AdamW. Both start from the same weights and see the same batches. Writes bench/results/minigpt_cpu.json.
"""

from __future__ import annotations

import argparse
import statistics
import time

import decoder
import side_by_side
import torch
import vibetensor.torch as vt

SHAPE = decoder.MINIGPT


class Trainer:
    def __init__(self, framework, batch: int):
        self.framework, self.batch = framework, batch
        framework.manual_seed(1)
        self.model = decoder.build(framework, SHAPE)
        self.optimizer = framework.optim.AdamW(self.model.parameters(), lr=3e-4)
        self.generator = framework.Generator().manual_seed(2)

    def step(self) -> tuple[float, float]:
        """Seconds of one training step, and its loss."""
        tokens = self.framework.randint(SHAPE.vocabulary, (self.batch, SHAPE.context + 1), generator=self.generator)
        begin = time.perf_counter()
        logits = self.model(tokens[:, :-1])
        targets = tokens[:, 1:].reshape(-1)
        loss = self.framework.nn.functional.cross_entropy(logits.view(-1, SHAPE.vocabulary), targets)
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
