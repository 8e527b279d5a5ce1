"""Times recurrent layers and linear algebra of VibeTensor and of PyTorch on the CPU.

    python bench/mathematics.py [--budget 0.4] [--only REGEX] [--threads N]

Forward, and forward with backward, in milliseconds; writes bench/results/mathematics_cpu.json.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from typing import Any

import side_by_side
import torch as reference
import vibetensor.torch as torch

LIBRARIES = {"pytorch": reference, "vibetensor": torch}

# length, batch, input, hidden, layers
SEQUENCES = [(28, 64, 28, 128, 1), (64, 16, 512, 512, 2), (128, 1, 256, 256, 1)]
# batch, size
MATRICES = [(256, 8), (16, 64), (1, 512)]
FACTORIZATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "solve": lambda t, a: t.linalg.solve(a, a.mT),
    "inv": lambda t, a: t.linalg.inv(a),
    "det": lambda t, a: t.linalg.det(a),
    "cholesky": lambda t, a: t.linalg.cholesky(a @ a.mT + a.shape[-1] * t.eye(a.shape[-1])),
    "qr": lambda t, a: t.linalg.qr(a).R,
    "svd": lambda t, a: t.linalg.svdvals(a),
    "eigh": lambda t, a: t.linalg.eigvalsh(a + a.mT),
    "matrix_exp": lambda t, a: t.linalg.matrix_exp(a / a.shape[-1]),
}

Case = Callable[[Any], tuple[Callable[[], Any], list[Any]]]  # a library to a call and what it is differentiated by


def recurrent(kind: str, length: int, batch: int, size: int, hidden: int, layers: int) -> Case:
    def make(t: Any) -> tuple[Callable[[], Any], list[Any]]:
        layer = getattr(t.nn, kind)(size, hidden, layers)
        x = t.ones(length, batch, size).uniform_(-1, 1).requires_grad_()
        return lambda: layer(x)[0], [x, *layer.parameters()]

    return make


def factorization(name: str, batch: int, size: int) -> Case:
    def make(t: Any) -> tuple[Callable[[], Any], list[Any]]:
        t.manual_seed(0)
        a = (t.randn(batch, size, size) + size * t.eye(size)).requires_grad_()
        return lambda: FACTORIZATIONS[name](t, a), [a]

    return make


def cases() -> Iterator[tuple[str, Case]]:
    for kind in ("LSTM", "GRU", "RNN"):
        for length, batch, size, hidden, layers in SEQUENCES:
            yield (
                f"{kind} T={length} B={batch} {size} to {hidden} x{layers}",
                recurrent(kind, length, batch, size, hidden, layers),
            )
    for name in FACTORIZATIONS:
        for batch, size in MATRICES:
            yield f"{name} {batch}x{size}x{size}", factorization(name, batch, size)


def measure(make: Case, budget: float) -> dict[str, float]:
    forward: dict[str, Callable[[], object]] = {}
    both: dict[str, Callable[[], object]] = {}
    for name, t in LIBRARIES.items():
        run, operands = make(t)
        g = t.ones_like(run())

        def go(t: Any = t, run: Any = run) -> None:
            with t.no_grad():
                run()

        def back(t: Any = t, run: Any = run, operands: Any = operands, g: Any = g) -> None:
            t.autograd.grad(run(), operands, g)

        forward[name], both[name] = go, back
    row: dict[str, float] = {}
    for what, work in (("forward", forward), ("both", both)):
        seconds = side_by_side.best_seconds(work, budget)
        row.update({f"{what} {name}": round(1e3 * seconds[name], 3) for name in LIBRARIES})
        row[f"{what} ratio"] = round(seconds["pytorch"] / seconds["vibetensor"], 2)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=0.4, help="seconds per library and measurement")
    parser.add_argument("--only", default="", help="cases whose name this regular expression finds")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    for t in LIBRARIES.values():
        t.set_num_threads(arguments.threads)
    about = {"torch": reference.__version__, "threads": torch.get_num_threads()}
    results = side_by_side.Results("mathematics_cpu", ("case",), **about)
    for name, make in cases():
        if re.search(arguments.only, name):
            results.add({"case": name, **measure(make, arguments.budget)})


if __name__ == "__main__":
    main()
