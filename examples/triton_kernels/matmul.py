"""A matrix product on tensor cores, its blocks chosen by measuring.

python examples/triton_kernels/matmul.py
"""

from __future__ import annotations

from typing import Any

import triton
import triton.language as tl
import vibetensor.torch as torch
from vibetensor.triton import op, wrap

CONFIGS = [
    triton.Config({"ROWS": 128, "COLUMNS": 256, "DEPTH": 64, "GROUP": 8}, num_warps=8, num_stages=3),
    triton.Config({"ROWS": 256, "COLUMNS": 128, "DEPTH": 64, "GROUP": 8}, num_warps=8, num_stages=3),
    triton.Config({"ROWS": 128, "COLUMNS": 128, "DEPTH": 64, "GROUP": 8}, num_warps=4, num_stages=4),
    triton.Config({"ROWS": 64, "COLUMNS": 64, "DEPTH": 64, "GROUP": 8}, num_warps=4, num_stages=4),
]


@triton.autotune(CONFIGS, key=["m", "n", "k"])
@triton.jit
def matmul_kernel(
    a, b, c, m, n, k, a_row, a_column, b_row, b_column,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    # Programs go down groups of GROUP blocks of rows, so that those that run together share columns of b in the L2.
    across = tl.cdiv(n, COLUMNS)
    group = tl.program_id(0) // (GROUP * across)
    first = group * GROUP
    height = min(tl.cdiv(m, ROWS) - first, GROUP)
    row_block = first + (tl.program_id(0) % (GROUP * across)) % height
    column_block = (tl.program_id(0) % (GROUP * across)) // height
    rows = row_block * ROWS + tl.arange(0, ROWS)
    columns = column_block * COLUMNS + tl.arange(0, COLUMNS)
    depth = tl.arange(0, DEPTH)
    at_a = a + (rows % m)[:, None] * a_row + depth[None, :] * a_column
    at_b = b + depth[:, None] * b_row + (columns % n)[None, :] * b_column
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    for done in range(0, k, DEPTH):
        inside = depth < k - done
        part_a = tl.load(at_a, mask=inside[None, :], other=0.0)
        part_b = tl.load(at_b, mask=inside[:, None], other=0.0)
        total = tl.dot(part_a, part_b, total)
        at_a += DEPTH * a_column
        at_b += DEPTH * b_row
    at_c = c + rows.to(tl.int64)[:, None] * n + columns[None, :]
    tl.store(at_c, total.to(c.dtype.element_ty), mask=(rows < m)[:, None] & (columns < n)[None, :])


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    (m, k), n = a.shape, b.shape[1]
    c = torch.empty(m, n, device=a.device, dtype=a.dtype)

    def grid(meta: Any) -> tuple[int]:
        return (triton.cdiv(m, meta["ROWS"]) * triton.cdiv(n, meta["COLUMNS"]),)

    wrap(matmul_kernel)[grid](a, b, c, m, n, k, *a.stride(), *b.stride())
    return c


def keep(ctx: Any, inputs: Any, output: Any) -> None:
    ctx.save_for_backward(*inputs)


def backward(ctx: Any, grad: torch.Tensor) -> Any:
    a, b = ctx.saved_tensors
    return product(grad, b.t()), product(a.t(), grad)


@op("examples::matmul", backward=backward, setup_context=keep)
def matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The product of two matrices of float16 or bfloat16, with any strides."""
    return product(a, b)


if __name__ == "__main__":
    a, b = (torch.randn(2048, 2048, device="cuda").to(torch.bfloat16) for _ in range(2))
    print("largest difference from torch.matmul:", (matmul(a, b) - a @ b).abs().max().item())
