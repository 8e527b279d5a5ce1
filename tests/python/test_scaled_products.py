"""_scaled_mm and _grouped_mm on the CPU as PyTorch has them: values, gradients, layouts and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch as theirs
import vibetensor.torch as ours
from compare import near, ours_of, theirs_of


def values(*shape: int, seed: int = 0) -> Any:
    return theirs.randn(*shape, generator=theirs.Generator().manual_seed(seed + sum(shape)))


def on_both(program: Callable[[Any, Callable[[Any], Any]], Any]) -> tuple[Any, Any]:
    found = []
    for t, take in ((ours, ours_of), (theirs, lambda x: x)):
        try:
            found.append(program(t, take))
        except (RuntimeError, ValueError) as error:
            found.append(error)
    return found[0], found[1]


def agree(program: Callable[[Any, Callable[[Any], Any]], Any], scale: float = 1) -> None:
    mine, right = on_both(program)
    if isinstance(right, Exception):
        # PyTorch's words, and whether it is a ValueError, depend on the build and the processor.
        assert isinstance(mine, (RuntimeError, ValueError)) and re.match(r"_(scaled|grouped)_mm: \w+", str(mine))
        return
    assert str(mine.dtype) == str(right.dtype) and mine.shape == right.shape and mine.stride() == right.stride()
    near(ours_of(theirs_of(mine).float()), right.double(), scale=scale)


A = values(32, 64).to(theirs.float8_e4m3fn)
B = values(48, 64).to(theirs.float8_e4m3fn)  # transposed where it is multiplied
ONE, TWO, HALF = (theirs.tensor(x) for x in (1.0, 2.0, 0.5))
ROWS, COLUMNS = values(32, 1).abs(), values(1, 48).abs()
BIAS = values(48).bfloat16()

SCALED: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "float32": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(TWO), o(HALF), out_dtype=t.float32),
    "bfloat16": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(TWO), o(HALF), out_dtype=t.bfloat16),
    "of one element": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(TWO[None]), o(HALF[None, None]), out_dtype=t.float16),
    "bias": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(TWO), o(HALF), bias=o(BIAS), out_dtype=t.bfloat16),
    "by row": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(ROWS), o(COLUMNS), out_dtype=t.float32),
    "fast": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(ONE), o(ONE), out_dtype=t.bfloat16, use_fast_accum=True),
    "no rows": lambda t, o: t._scaled_mm(o(A)[:0], o(B).t(), o(ONE), o(ONE), out_dtype=t.bfloat16),
    "not a matrix": lambda t, o: t._scaled_mm(o(A)[0], o(B).t(), o(ONE), o(ONE)),
    "mat2 not a matrix": lambda t, o: t._scaled_mm(o(A), o(B)[None], o(ONE), o(ONE)),
    "shapes": lambda t, o: t._scaled_mm(o(A), o(B), o(ONE), o(ONE)),
    "too few scales": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(ROWS[1:]), o(COLUMNS)),
    "scales of two kinds": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(ROWS), o(ONE)),
    "bias of another size": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(ONE), o(ONE), bias=o(BIAS[1:])),
    "wide": lambda t, o: t._scaled_mm(o(A.bfloat16()), o(B.bfloat16()).t(), o(ONE), o(ONE)),
    "scale of results": lambda t, o: t._scaled_mm(o(A), o(B).t(), o(ONE), o(ONE), scale_result=o(ROWS)),
}


@pytest.mark.parametrize("name", SCALED)
def test_scaled(name: str) -> None:
    agree(SCALED[name], scale=4)


def test_8_bit_results_are_scaled_and_saturate() -> None:
    a, b, one = ours_of(A), ours_of(B).t(), ours_of(ONE)
    exact = A.float() @ B.float().T
    got = theirs_of(ours._scaled_mm(a, b, one, one, scale_result=ours_of(HALF))).float()
    assert float((got - exact / 2).norm()) < 0.04 * float(exact.norm())
    got = theirs_of(ours._scaled_mm(a, b, ours_of(theirs.tensor(1e4)), one)).float()
    assert float(got.abs().max()) == 448 and bool(got.isfinite().all())
    with pytest.raises(NotImplementedError, match="scale_result"):
        ours._scaled_mm(a, b, one, one, scale_result=one, out_dtype=ours.bfloat16)


ENDS = theirs.tensor([8, 24, 40], dtype=theirs.int32)
GROUPED: dict[str, tuple[tuple[int, ...], tuple[int, ...], Any]] = {
    "rows": ((40, 64), (3, 64, 32), ENDS),
    "rows, an empty group": ((40, 64), (3, 64, 20 + 4), theirs.tensor([8, 8, 40], dtype=theirs.int32)),
    "columns": ((3, 16, 64), (64, 40), ENDS),
    "terms": ((16, 40), (40, 24), ENDS),
    "no groups": ((3, 16, 64), (3, 64, 32), None),
    "terms that do not match": ((40, 48), (3, 64, 32), ENDS),
    "offsets of other groups": ((40, 64), (3, 64, 32), ENDS[:2]),
    "no offsets": ((40, 64), (3, 64, 32), None),
    "offsets too many": ((3, 16, 64), (3, 64, 32), ENDS),
    "long offsets": ((40, 64), (3, 64, 32), ENDS.long()),
    "offsets of two dims": ((40, 64), (3, 64, 32), ENDS[None]),
    "one dim": ((40,), (3, 64, 32), ENDS),
    "unaligned": ((40, 60), (3, 60, 30), ENDS),
}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("name", GROUPED)
def test_grouped(name: str, dtype: str) -> None:
    *shapes, offs = GROUPED[name]
    a, b = (values(*shape).to(getattr(theirs, dtype)) for shape in shapes)
    agree(lambda t, o: t._grouped_mm(o(a), o(b), None if offs is None else o(offs)), scale=4)


def test_what_grouped_products_refuse() -> None:
    a, b = values(40, 64).bfloat16(), values(3, 64, 32).bfloat16()
    agree(lambda t, o: t._grouped_mm(o(a.double()), o(b.double()), o(ENDS)))
    agree(lambda t, o: t._grouped_mm(o(a), o(b), o(ENDS), bias=o(values(3, 32).bfloat16())))
    agree(lambda t, o: t._grouped_mm(o(a), o(b), o(ENDS), out_dtype=t.float32))
    agree(lambda t, o: t._grouped_mm(o(a)[:, ::2], o(b)[:, ::2], o(ENDS)))


@pytest.mark.parametrize("name", ["rows", "rows, an empty group", "columns", "terms", "no groups"])
def test_gradients(name: str) -> None:
    *shapes, offs = GROUPED[name]
    given = [values(*shape, seed=i) for i, shape in enumerate(shapes)]
    found = []
    for t, take in ((ours, ours_of), (theirs, lambda x: x.clone())):
        leaves = [take(x).requires_grad_(True) for x in given]
        out = t._grouped_mm(*leaves, None if offs is None else take(offs))
        found.append(t.autograd.grad(out, leaves, take(values(*out.shape, seed=5))))
    for mine, right in zip(*found, strict=True):
        near(mine, right, scale=4)


def test_what_is_behind_the_last_group_is_zero() -> None:
    a, b = ours_of(values(40, 64)), ours_of(values(2, 64, 32))
    out = ours._grouped_mm(a, b, ours_of(theirs.tensor([8, 30], dtype=theirs.int32)))
    assert not theirs_of(out)[30:].any() and bool(theirs_of(out)[:30].any())
