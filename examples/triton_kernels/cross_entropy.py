"""Cross entropy of logits, without the softmax ever in memory.

python examples/triton_kernels/cross_entropy.py
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor.triton import op, wrap

BLOCK = 4096


@triton.jit
def loss_forward(logits, targets, losses, lses, classes, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    start = logits + row * classes
    highest = -float("inf")
    total = 0.0
    for first in range(0, classes, BLOCK):
        offsets = first + tl.arange(0, BLOCK)
        values = tl.load(start + offsets, mask=offsets < classes, other=-float("inf")).to(tl.float32)
        higher = tl.maximum(highest, tl.max(values, axis=0))
        total = total * tl.exp(highest - higher) + tl.sum(tl.exp(values - higher), axis=0)
        highest = higher
    lse = highest + tl.log(total)
    target = tl.load(targets + row)
    tl.store(lses + row, lse)
    tl.store(losses + row, lse - tl.load(start + target).to(tl.float32))


@triton.jit
def loss_backward(logits, targets, lses, grads, out, classes, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    offsets = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = offsets < classes
    values = tl.load(logits + row * classes + offsets, mask=inside, other=-float("inf")).to(tl.float32)
    chances = tl.exp(values - tl.load(lses + row))
    down = (chances - (offsets == tl.load(targets + row)).to(tl.float32)) * tl.load(grads + row)
    tl.store(out + row * classes + offsets, down.to(out.dtype.element_ty), mask=inside)


def keep(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(*inputs, output[1])
    ctx.mark_non_differentiable(output[1])


def backward(ctx: Any, grads: torch.Tensor, ignored: Any) -> Any:
    logits, targets, lses = ctx.saved_tensors
    rows, classes = logits.shape
    out = torch.empty_like(logits)
    wrap(loss_backward)[(rows, triton.cdiv(classes, BLOCK))](
        logits, targets, lses, grads.contiguous(), out, classes, BLOCK=BLOCK, num_warps=8
    )
    return out, None


@op("examples::cross_entropy", backward=backward, setup_context=keep)
def losses_and_lses(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    rows, classes = logits.shape
    losses, lses = (torch.empty(rows, device=logits.device) for _ in range(2))
    wrap(loss_forward)[(rows,)](logits, targets, losses, lses, classes, BLOCK=BLOCK, num_warps=8)
    return losses, lses


def cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean over rows of (rows, classes) of the loss for the class that `targets`, int64, names."""
    return losses_and_lses(logits.contiguous(), targets)[0].mean()


if __name__ == "__main__":
    logits = torch.randn(8192, 50257, device="cuda")
    targets = torch.randint(50257, (8192,), device="cuda")
    print(cross_entropy(logits, targets).item(), torch.nn.functional.cross_entropy(logits, targets).item())
