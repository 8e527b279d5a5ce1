"""Layer norm and RMS norm over the last dim, with the gradients of input, weight and bias.

python examples/triton_kernels/norms.py
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor.triton import op, wrap

PROGRAMS = 264  # of backward: two for each multiprocessor of an H200, each with a sum of its own for the weight


@triton.jit
def norm_forward(x, weight, bias, y, means, scales, columns, eps, CENTRED: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    offsets = tl.arange(0, BLOCK)
    inside = offsets < columns
    values = tl.load(x + row * columns + offsets, mask=inside, other=0.0).to(tl.float32)
    w = tl.load(weight + offsets, mask=inside, other=0.0).to(tl.float32)
    if CENTRED:
        mean = tl.sum(values, axis=0) / columns
        values = tl.where(inside, values - mean, 0.0)
        tl.store(means + row, mean)
    scale = tl.rsqrt(tl.sum(values * values, axis=0) / columns + eps)
    tl.store(scales + row, scale)
    result = values * scale * w
    if CENTRED:
        result += tl.load(bias + offsets, mask=inside, other=0.0).to(tl.float32)
    tl.store(y + row * columns + offsets, result.to(y.dtype.element_ty), mask=inside)


@triton.jit
def norm_backward(
    x, weight, grad, means, scales, dx, dweight, dbias, rows, columns, CENTRED: tl.constexpr, BLOCK: tl.constexpr
):
    # Each program takes every PROGRAMS-th row and keeps what those add to the gradients of weight and bias.
    first = tl.program_id(0).to(tl.int64)
    offsets = tl.arange(0, BLOCK)
    inside = offsets < columns
    w = tl.load(weight + offsets, mask=inside, other=0.0).to(tl.float32)
    for_weight = tl.zeros((BLOCK,), tl.float32)
    for_bias = tl.zeros((BLOCK,), tl.float32)
    for row in range(first, rows, tl.num_programs(0)):
        start = row * columns
        slope = tl.load(grad + start + offsets, mask=inside, other=0.0).to(tl.float32)
        values = tl.load(x + start + offsets, mask=inside, other=0.0).to(tl.float32)
        scale = tl.load(scales + row)
        if CENTRED:
            values = tl.where(inside, values - tl.load(means + row), 0.0)
            for_bias += slope
        normal = values * scale
        for_weight += slope * normal
        inner = slope * w
        down = inner - normal * (tl.sum(inner * normal, axis=0) / columns)
        if CENTRED:
            down -= tl.sum(inner, axis=0) / columns
        tl.store(dx + start + offsets, (down * scale).to(dx.dtype.element_ty), mask=inside)
    tl.store(dweight + first * columns + offsets, for_weight, mask=inside)
    if CENTRED:
        tl.store(dbias + first * columns + offsets, for_bias, mask=inside)


def forward(x: Any, weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    x = x.contiguous()
    columns = x.shape[-1]
    rows = x.numel() // columns
    y = torch.empty_like(x)
    means, scales = (torch.empty(rows, device=x.device) for _ in range(2))
    block = triton.next_power_of_2(columns)
    wrap(norm_forward)[(rows,)](
        *(x, weight, bias, y, means, scales, columns, eps),
        bias is not None,
        block,
        num_warps=min(max(block // 512, 4), 16),
    )
    return y, means, scales


def backward(x: Any, weight: Any, grad: Any, means: Any, scales: Any, centred: bool) -> tuple[Any, Any, Any]:
    x, grad = x.contiguous(), grad.contiguous()
    columns = x.shape[-1]
    rows = x.numel() // columns
    programs = min(rows, PROGRAMS)
    dx = torch.empty_like(x)
    dweight, dbias = (torch.empty(programs, columns, device=x.device) for _ in range(2))
    block = triton.next_power_of_2(columns)
    wrap(norm_backward)[(programs,)](
        *(x, weight, grad, means, scales, dx, dweight, dbias, rows, columns),
        *(centred, block),
        num_warps=min(max(block // 512, 4), 16),
    )
    return dx, dweight.sum(0).to(weight.dtype), dbias.sum(0).to(weight.dtype) if centred else None


def keep_layer_norm(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(inputs[0], inputs[1], output[1], output[2])
    ctx.mark_non_differentiable(output[1], output[2])


def layer_norm_backward(ctx: Any, grad: Any, *ignored: Any) -> Any:
    x, weight, means, scales = ctx.saved_tensors
    return (*backward(x, weight, grad, means, scales, True), None)


@op("examples::layer_norm", backward=layer_norm_backward, setup_context=keep_layer_norm)
def layer_norm_parts(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, eps: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return forward(x, weight, bias, eps)


def layer_norm(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    """Layer norm over the last dim."""
    return layer_norm_parts(x, weight, bias, eps)[0]


def keep_rms_norm(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(inputs[0], inputs[1], output[1])
    ctx.mark_non_differentiable(output[1])


def rms_norm_backward(ctx: Any, grad: Any, *ignored: Any) -> Any:
    x, weight, scales = ctx.saved_tensors
    return (*backward(x, weight, grad, scales, scales, False)[:2], None)


@op("examples::rms_norm", backward=rms_norm_backward, setup_context=keep_rms_norm)
def rms_norm_parts(x: torch.Tensor, weight: torch.Tensor, eps: float) -> tuple[torch.Tensor, torch.Tensor]:
    y, _, scales = forward(x, weight, None, eps)
    return y, scales


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """RMS norm over the last dim."""
    return rms_norm_parts(x, weight, eps)[0]


if __name__ == "__main__":
    x, weight, bias = (torch.randn(*shape, device="cuda") for shape in ((4096, 4096), (4096,), (4096,)))
    difference = layer_norm(x, weight, bias) - torch.nn.functional.layer_norm(x, (4096,), weight, bias)
    print("largest difference from F.layer_norm:", difference.abs().max().item())
