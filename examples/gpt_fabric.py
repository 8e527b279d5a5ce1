"""Train the GPT of gpt.py on several devices, in every way the fabric knows, and compare the losses with one device's.

    python examples/gpt_fabric.py                    two virtual members on the CPU, a small model
    python examples/gpt_fabric.py --members 3
    python examples/gpt_fabric.py --device cuda      all GPUs of the machine, and one of them to compare with

Each way is a line or two beside the program for one device: see `WAYS`.
"""

from __future__ import annotations

import argparse
import time

import vibetensor.torch as torch
from gpt import GPT, Config
from vibetensor import fabric

F = torch.nn.functional
SMALL = Config(layers=2, heads=4, dim=64, context=32, batch=12, vocab=96, steps=20, lr=3e-3, warmup=1)
# Of a Linear "column" shares out the outputs, "row" the inputs; the embedding, and with it the output layer, by words.
PLAN = {"blocks.*.mlp.0": "column", "blocks.*.mlp.2": "row", "token": "vocabulary"}


def adam(parameters):
    return torch.optim.AdamW(parameters, lr=SMALL.lr)


def one_device(model, mesh):
    return model, adam(model.parameters())


def data_parallel(model, mesh):
    model = fabric.data_parallel(model, mesh)
    return model, adam(model.parameters())


def tensor_parallel(model, mesh):
    model = fabric.parallelize(model, PLAN, mesh)
    return model, adam(model.parameters())


def sharded_optimizer(model, mesh):
    model = fabric.data_parallel(model, mesh)
    return model, fabric.ShardedOptimizer(model.parameters(), torch.optim.AdamW, lr=SMALL.lr)


WAYS = {
    "one device": one_device,
    "data parallel": data_parallel,
    "tensor parallel": tensor_parallel,
    "optimizer in parts": sharded_optimizer,
}


def batches(steps: int, device):
    """Inputs (B, T) and targets (B, T): counting with a period, which a model learns in a few steps."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        starts = torch.randint(SMALL.vocab, (SMALL.batch, 1), generator=generator)
        text = (starts + 3 * torch.arange(SMALL.context + 1)) % SMALL.vocab
        yield text[:, :-1].contiguous().to(device), text[:, 1:].contiguous().to(device)


def train(way, mesh, steps: int) -> tuple[list[float], float]:
    """The loss of every step, and seconds per step once it is warm."""
    torch.manual_seed(1)
    device = mesh.devices[0]
    model, optimizer = WAYS[way](GPT(SMALL).to(device), mesh)
    losses, begins = [], []
    for inputs, targets in batches(steps, device):
        begins.append(time.perf_counter())
        logits = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    ends = [*begins[1:], time.perf_counter()]
    seconds = sorted(e - b for b, e in zip(begins, ends, strict=True))
    return losses, seconds[len(seconds) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=2, help="virtual members on the CPU")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--steps", type=int, default=SMALL.steps)
    args = parser.parse_args()
    mesh = fabric.Mesh() if args.device == "cuda" else fabric.Mesh(["cpu"] * args.members)
    print(f"{mesh}, {args.steps} steps")
    first: list[float] = []
    for way in WAYS:
        losses, seconds = train(way, mesh, args.steps)
        first = first or losses
        apart = max(abs(a - b) for a, b in zip(losses, first, strict=True))
        print(
            f"{way:20} loss {losses[0]:.4f} to {losses[-1]:.4f}, at most {apart:.1e} apart, {1e3 * seconds:.0f} ms a step"
        )


if __name__ == "__main__":
    main()
