"""Memory formats, all shapes of small sizes and all orders and gaps of their strides, beside PyTorch's answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as torch

FORMATS = ("contiguous_format", "channels_last", "channels_last_3d", "preserve_format")


def layouts(ndim: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Sizes from 0, 1, 2, 3, and strides: dense in some order of the dims, then with a gap, a repeat, an odd stride of 1."""
    orders = [tuple(range(ndim))]
    if ndim > 1:
        orders += [(0, *range(2, ndim), 1), (1, 0, *range(2, ndim))]
        orders += [tuple(reversed(range(ndim))), (0, *reversed(range(1, ndim)))]
    for sizes in itertools.product((0, 1, 2, 3) if ndim < 5 else (1, 2, 3), repeat=ndim):
        for order in orders:
            strides, step = [0] * ndim, 1
            for d in reversed(order):
                strides[d] = step
                step *= max(sizes[d], 1)
            yield sizes, tuple(strides)
            for d in range(ndim):
                yield sizes, tuple(s * 2 if i == d else s for i, s in enumerate(strides))
                yield sizes, tuple(0 if i == d else s for i, s in enumerate(strides))
                if sizes[d] == 1:
                    yield sizes, tuple(1 if i == d else s for i, s in enumerate(strides))


def strides_of(call: Any, *arguments: Any) -> Any:
    """Of what a call gives; of an error its kind."""
    try:
        return call(*arguments).stride()
    except RuntimeError:
        return RuntimeError


@pytest.mark.parametrize("ndim", [1, 3, 4, 5])
def test_is_contiguous(ndim: int) -> None:
    seen = set()
    for sizes, strides in layouts(ndim):
        ours, theirs = torch.empty_strided(sizes, strides), reference.empty_strided(sizes, strides)
        for name in FORMATS:
            wanted = theirs.is_contiguous(memory_format=getattr(reference, name))
            assert ours.is_contiguous(memory_format=getattr(torch, name)) == wanted, (sizes, strides, name)
            seen.add((name, wanted))
    of_rank = {4: {"channels_last"}, 5: {"channels_last_3d"}}.get(ndim, set())
    assert {name for name, wanted in seen if wanted} == {"contiguous_format", "preserve_format"} | of_rank
    assert {name for name, wanted in seen if not wanted} == set(FORMATS)


@pytest.mark.parametrize("ndim", [3, 4, 5])
def test_suggested_format(ndim: int) -> None:
    """resize_as_ with preserve_format lays out its result in the format that the template suggests."""
    seen = set()
    for sizes, strides in layouts(ndim):
        ours = torch.empty(0).resize_as_(torch.empty_strided(sizes, strides), memory_format=torch.preserve_format)
        theirs = reference.empty(0).resize_as_(
            reference.empty_strided(sizes, strides), memory_format=reference.preserve_format
        )
        assert ours.stride() == theirs.stride(), (sizes, strides)
        seen.add(ours.is_contiguous())
    assert seen == ({True} if ndim == 3 else {True, False})


@pytest.mark.parametrize("ndim", [3, 4, 5])
def test_results_in_a_format(ndim: int) -> None:
    calls = {
        "contiguous": lambda m, t, f: t.contiguous(memory_format=f),
        "clone": lambda m, t, f: t.clone(memory_format=f),
        "empty_like": lambda m, t, f: m.empty_like(t, memory_format=f),
        "to": lambda m, t, f: t.to(m.float64, memory_format=f),
        "resize_": lambda m, t, f: m.empty(0).resize_(t.shape, memory_format=f),
        "resize_as_": lambda m, t, f: m.empty(0).resize_as_(t, memory_format=f),
        "empty": lambda m, t, f: m.empty(t.shape, memory_format=f),
    }
    compared = 0
    for sizes, strides in itertools.islice(layouts(ndim), 0, None, 7):
        tensors = {m: m.empty_strided(sizes, strides) for m in (torch, reference)}
        for (name, call), f in itertools.product(calls.items(), FORMATS):
            wanted = strides_of(call, reference, tensors[reference], getattr(reference, f))
            found = strides_of(call, torch, tensors[torch], getattr(torch, f))
            assert found == wanted, (name, f, sizes, strides)
            compared += wanted is not RuntimeError
    assert compared > 1000
