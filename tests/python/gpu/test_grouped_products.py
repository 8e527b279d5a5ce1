"""_scaled_mm and _grouped_mm on a GPU against float64."""

from __future__ import annotations

from typing import Any

import pytest

from .attention_side import hopper_only
from .side import near, ours, random, reference, theirs, torch

pytestmark = hopper_only


def off(got: Any, wanted: Any) -> float:
    return float((theirs(got).double() - wanted).norm() / (wanted.norm() + 1e-30))


# tensor cores keep about 13 bits of a sum of 8-bit products
LIMIT = {"bfloat16": 4e-3, "float16": 5e-4, "float32": 3e-4, "float8_e4m3fn": 4e-2, "float8_e5m2": 8e-2}


@pytest.mark.parametrize("out_dtype", LIMIT)
@pytest.mark.parametrize("by_row", [False, True])
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("types", [("e4m3fn", "e4m3fn"), ("e5m2", "e4m3fn"), ("e4m3fn", "e5m2")])
def test_scaled(types: tuple[str, str], fast: bool, by_row: bool, out_dtype: str) -> None:
    m, n, k = 48, 64, 160
    a, b = (
        random(*shape, seed=i).to(getattr(reference, f"float8_{kind}"))
        for i, (shape, kind) in enumerate(zip(((m, k), (n, k)), types, strict=True))
    )
    scales = (random(m, 1).abs() + 0.1, random(1, n).abs() + 0.1) if by_row else (random().abs(), random(seed=1).abs())
    bias = random(n, dtype="bfloat16") if out_dtype in ("bfloat16", "float8_e4m3fn") else None
    wanted = (a.double() @ b.double().T) * scales[0].double() * scales[1].double()
    options = {"use_fast_accum": fast, "out_dtype": getattr(torch, out_dtype)}
    if bias is not None:
        options["bias"] = ours(bias)
        wanted = wanted + bias.double()
    if "float8" in out_dtype:
        options["scale_result"] = ours(reference.tensor(0.25))
        wanted = wanted * 0.25
    got = torch._scaled_mm(ours(a), ours(b).t(), *map(ours, scales), **options)
    assert str(got.dtype) == f"torch.{out_dtype}"
    assert off(got, wanted) < LIMIT[out_dtype] + (2e-3 if fast else 0)


def test_scaled_checks() -> None:
    a, b = (ours(random(32, 64).to(reference.float8_e5m2)) for _ in range(2))
    one = ours(reference.tensor(1.0))
    with pytest.raises(RuntimeError, match="Multiplication of two Float8_e5m2"):
        torch._scaled_mm(a, b.t(), one, one, out_dtype=torch.bfloat16)


def parts(ends: list[int]) -> list[tuple[int, int]]:
    return list(zip([0, *ends[:-1]], ends, strict=True))


ENDS = {
    "even": [64, 128, 192],
    "odd": [5, 77, 200],
    "empty": [0, 130, 130],
    "short": [8, 40, 100],
    "one": [200, 200, 200],
}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("layout", ["nn", "nt", "tn", "tt"])
@pytest.mark.parametrize("ends", ENDS)
def test_grouped(ends: str, layout: str, dtype: str) -> None:
    total, offs = 200, reference.tensor(ENDS[ends], dtype=reference.int32)

    def factor(*shape: int, turned: bool, seed: int) -> tuple[Any, Any]:
        if not turned:
            x = random(*shape, dtype=dtype, seed=seed)
            return x, ours(x)
        x = random(*shape[:-2], shape[-1], shape[-2], dtype=dtype, seed=seed)
        return x.transpose(-2, -1), ours(x).transpose(-2, -1)

    for n, k in ((48, 72), (304, 136)):
        turned = [c == "t" for c in layout]
        a, mine_a = factor(total, k, turned=turned[0], seed=1)
        b, mine_b = factor(3, k, n, turned=turned[1], seed=2)
        wanted = reference.zeros(total, n, dtype=reference.float64)
        for g, (begin, end) in enumerate(parts(ENDS[ends])):
            wanted[begin:end] = a[begin:end].double() @ b[g].double()
        assert off(torch._grouped_mm(mine_a, mine_b, ours(offs)), wanted) < LIMIT[dtype]
        a, mine_a = factor(3, n, k, turned=turned[0], seed=3)
        b, mine_b = factor(k, total, turned=turned[1], seed=4)
        wanted = reference.zeros(n, total, dtype=reference.float64)
        for g, (begin, end) in enumerate(parts(ENDS[ends])):
            wanted[:, begin:end] = a[g].double() @ b[:, begin:end].double()
        assert off(torch._grouped_mm(mine_a, mine_b, ours(offs)), wanted) < LIMIT[dtype]
        a, mine_a = factor(n, total, turned=turned[0], seed=5)
        b, mine_b = factor(total, k, turned=turned[1], seed=6)
        wanted = reference.stack([a[:, p:q].double() @ b[p:q].double() for p, q in parts(ENDS[ends])])
        assert off(torch._grouped_mm(mine_a, mine_b, ours(offs)), wanted) < LIMIT[dtype]
        a, mine_a = factor(3, n, k, turned=turned[0], seed=7)
        b, mine_b = factor(3, k, 80, turned=turned[1], seed=8)
        assert off(torch._grouped_mm(mine_a, mine_b), a.double() @ b.double()) < LIMIT[dtype]


def test_what_is_not_finite_stays_in_its_group() -> None:
    a, b = random(64, 200, dtype="bfloat16"), random(200, 48, dtype="bfloat16", seed=1)
    a[:, 77], b[100] = float("nan"), float("inf")
    offs = reference.tensor([77, 100, 200], dtype=reference.int32)
    got = theirs(torch._grouped_mm(ours(a), ours(b), ours(offs)))
    assert bool(got[0].isfinite().all()) and bool(got[1].isnan().all()) and not bool(got[2].isfinite().any())


def test_grouped_gradients() -> None:
    a, b = random(200, 64, dtype="bfloat16"), random(3, 64, 40, dtype="bfloat16")
    grad, offs = random(200, 40, dtype="bfloat16"), reference.tensor([30, 130, 190], dtype=reference.int32)
    leaves = [ours(x).requires_grad_(True) for x in (a, b)]
    torch._grouped_mm(*leaves, ours(offs)).backward(ours(grad))
    wide = [x.double().requires_grad_(True) for x in (a, b)]
    out = [wide[0][p:q] @ wide[1][g] for g, (p, q) in enumerate(parts([30, 130, 190]))]
    reference.cat(out).backward(grad[:190].double())
    for leaf, right in zip(leaves, wide, strict=True):
        near(leaf.grad, right.grad)
