"""Programs of torch.func run with PyTorch and with ours on the same values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import vibetensor.torch as vt
from compare import as_ours, same


def values(*shapes: tuple[int, ...], seed: int = 0, dtype: Any = torch.float64) -> list[Any]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]


def agree(program: Callable[..., Any], *given: Any, rtol: float | None = None, atol: float | None = None) -> None:
    """program(t, *given), t being torch or ours, gives the same results, or raises errors of the same kind."""
    results = []
    for side, arguments in ((torch, given), (vt, as_ours(given))):
        try:
            results.append(program(side, *arguments))
        except Exception as error:
            results.append(error)
    theirs, ours = results
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert type(theirs).__name__ == type(ours).__name__, f"theirs: {theirs!r}, ours: {ours!r}"
        return
    assert same(ours, theirs, program.__name__, rtol, atol) > 0


def fails_on_both(program: Callable[..., Any], *given: Any) -> str:
    """The text of our error; PyTorch's is of the same type."""
    errors = []
    for side, arguments in ((torch, given), (vt, as_ours(given))):
        try:
            program(side, *arguments)
        except Exception as error:
            errors.append(error)
    assert len(errors) == 2, f"only one side raised: {errors!r}"
    assert type(errors[0]).__name__ == type(errors[1]).__name__, errors
    return str(errors[1])
