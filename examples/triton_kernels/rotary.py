"""Rotary position embedding: pairs of a head's features, half a head apart, turned by an angle that grows with the position.

python examples/triton_kernels/rotary.py
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor.triton import op, wrap


@triton.jit
def rotary_kernel(x, cos, sin, y, positions, BACK: tl.constexpr, ROWS: tl.constexpr, HALF: tl.constexpr):
    # x and y: (heads of all examples, positions, 2 * HALF); cos and sin: (positions, HALF)
    head = tl.program_id(1).to(tl.int64)
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    inside = (rows < positions)[:, None]
    columns = tl.arange(0, HALF)[None, :]
    angles = rows[:, None] * HALF + columns
    c = tl.load(cos + angles, mask=inside, other=0.0).to(tl.float32)
    s = tl.load(sin + angles, mask=inside, other=0.0).to(tl.float32)
    if BACK:
        s = -s
    at = head * positions * 2 * HALF + rows[:, None] * 2 * HALF + columns
    a = tl.load(x + at, mask=inside, other=0.0).to(tl.float32)
    b = tl.load(x + at + HALF, mask=inside, other=0.0).to(tl.float32)
    tl.store(y + at, (a * c - b * s).to(y.dtype.element_ty), mask=inside)
    tl.store(y + at + HALF, (b * c + a * s).to(y.dtype.element_ty), mask=inside)


def turn(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, back: bool) -> torch.Tensor:
    x = x.contiguous()
    *_, positions, width = x.shape
    y = torch.empty_like(x)
    rows = max(1, 4096 // width)
    heads = x.numel() // (positions * width)
    wrap(rotary_kernel)[(triton.cdiv(positions, rows), heads)](
        x, cos, sin, y, positions, BACK=back, ROWS=rows, HALF=width // 2
    )
    return y


def keep(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(inputs[1], inputs[2])


def backward(ctx: Any, grad: torch.Tensor) -> Any:
    return turn(grad, *ctx.saved_tensors, True), None, None


@op("examples::rotary", backward=backward, setup_context=keep)
def rotary(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """x, (batch, heads, positions, width), turned by angles of (positions, width / 2); width is a power of two."""
    return turn(x, cos, sin, False)


def angles(positions: int, width: int, device: str = "cuda", dtype: Any = torch.float32) -> tuple[Any, Any]:
    """cos and sin of the usual angles, (positions, width / 2) each."""
    steps = 10000.0 ** (-torch.arange(0, width, 2, device=device, dtype=torch.float32) / width)
    turns = torch.arange(positions, device=device, dtype=torch.float32)[:, None] * steps
    return turns.cos().to(dtype), turns.sin().to(dtype)


def plain(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """The same in ops."""
    a, b = x.chunk(2, dim=-1)
    cos, sin = torch.cat((cos, cos), dim=-1), torch.cat((sin, sin), dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


if __name__ == "__main__":
    x = torch.randn(4, 32, 4096, 128, device="cuda")
    table = angles(4096, 128)
    print("largest difference from the same in ops:", (rotary(x, *table) - plain(x, *table)).abs().max().item())
