"""Softmax over the last dim, one row of the input in the registers of one program.

python examples/triton_kernels/softmax.py
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor.triton import op, wrap


@triton.jit
def softmax_forward(x, y, columns, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    offsets = tl.arange(0, BLOCK)
    inside = offsets < columns
    values = tl.load(x + row * columns + offsets, mask=inside, other=-float("inf")).to(tl.float32)
    powers = tl.exp(values - tl.max(values, axis=0))
    result = powers / tl.sum(powers, axis=0)
    tl.store(y + row * columns + offsets, result.to(y.dtype.element_ty), mask=inside)


@triton.jit
def softmax_backward(y, grad, out, columns, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    offsets = tl.arange(0, BLOCK)
    inside = offsets < columns
    result = tl.load(y + row * columns + offsets, mask=inside, other=0.0).to(tl.float32)
    slope = tl.load(grad + row * columns + offsets, mask=inside, other=0.0).to(tl.float32)
    down = result * (slope - tl.sum(result * slope, axis=0))
    tl.store(out + row * columns + offsets, down.to(out.dtype.element_ty), mask=inside)


def launch(kernel: Any, *tensors: torch.Tensor) -> torch.Tensor:
    """The last tensor, which the kernel wrote row by row."""
    columns = tensors[0].shape[-1]
    block = triton.next_power_of_2(columns)
    warps = min(max(block // 256, 4), 16)
    wrap(kernel)[(tensors[0].numel() // columns,)](*tensors, columns, BLOCK=block, num_warps=warps)
    return tensors[-1]


def keep(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(output)


def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
    (y,) = ctx.saved_tensors
    return launch(softmax_backward, y, grad.contiguous(), torch.empty_like(y))


@op("examples::softmax", backward=backward, setup_context=keep)
def softmax(x: torch.Tensor) -> torch.Tensor:
    """Softmax over the last dim of a tensor of any shape."""
    x = x.contiguous()
    return launch(softmax_forward, x, torch.empty_like(x))


if __name__ == "__main__":
    x = torch.randn(4096, 4096, device="cuda", requires_grad=True)
    print("largest difference from torch.softmax:", (softmax(x) - torch.softmax(x, -1)).abs().max().item())
