"""The machine code of axpy.py and rms_norm.py as ops. Neither CUTLASS nor a compiler is needed to run them.

python examples/cute/cubin_ops.py axpy.kernel rms_norm.kernel      what `axpy.py axpy.kernel` and its like wrote
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import vibetensor.torch as torch
from vibetensor import cubin

THREADS = 256  # of a block of axpy


def keep_factor(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.factor = inputs[2]


def axpy_op(kernel: cubin.Cubin | str | Path) -> Any:
    """torch.ops.examples.axpy: factor times x plus addend, in a tensor of its own, with its derivative."""
    return cubin.op(
        "examples::axpy",
        kernel,
        schema="(Tensor x, Tensor addend, float factor) -> Tensor",
        results={"y": lambda x, addend, factor: addend.clone()},
        grid=lambda x, addend, factor: (-(-x.numel() // THREADS),),
        backward=lambda ctx, grad: (grad * ctx.factor, grad, None),
        setup_context=keep_factor,
    )


def rms_norm_op(kernel: cubin.Cubin | str | Path) -> Any:
    """torch.ops.examples.cute_rms_norm: RMS norm of the rows of a matrix, without a derivative."""
    return cubin.op(
        "examples::cute_rms_norm",
        kernel,
        schema="(Tensor x, Tensor weight, float eps) -> Tensor",
        results={"y": lambda x, weight, eps: torch.empty_like(x)},
        grid=lambda x, weight, eps: (x.shape[0],),
    )


if __name__ == "__main__":
    axpy, rms_norm = axpy_op(sys.argv[1]), rms_norm_op(sys.argv[2])
    x, y = (torch.randn(1000, device="cuda") for _ in range(2))
    print("largest difference of axpy:", (axpy(x, y, 2.0) - (2 * x + y)).abs().max().item())
    x, weight = (torch.randn(*shape, device="cuda").to(torch.bfloat16) for shape in ((512, 1000), (1000,)))
    expected = torch.nn.functional.rms_norm(x, (1000,), weight, 1e-6)
    print("largest difference of rms_norm:", (rms_norm(x, weight, 1e-6) - expected).abs().max().item())
