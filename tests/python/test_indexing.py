"""Subscripts: x[...] and x[...] = v give what PyTorch gives, share memory where it does, and carry gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch as reference
import vibetensor.torch as ours
from compare import identical, outcome

# Subscripts of `x` (4, 5, 6); `t` is the framework, `l` an index list, `m` a mask of x's shape.
VIEWS = """
0 | -1 | (1, 2) | (1, 2, 3) | (-1, -2, -3) | slice(None) | slice(1, 3) | slice(None, None, 2) | slice(-3, -1)
slice(3, 1) | slice(0, 99) | ... | (..., 0) | (0, ...) | (0, ..., 1) | (..., slice(1, 3), 2) | None | (None, 0)
(0, None) | (slice(None), None, 1) | (..., None) | (None, None, ..., None)
(slice(1, 3), slice(None, None, 2), slice(2, 5, 2)) | (slice(None), -1, slice(1, None)) | () | (0, slice(2, 2))
t.tensor(2) | (t.tensor(1), 2) | (slice(None), t.tensor(-1))
"""

COPIES = """
l | [0, 2] | (l, l) | (slice(None), l) | (slice(None), slice(None), l) | (l, slice(None), l) | (0, l) | (l, 0)
(slice(1, 3), 1, l) | (..., l) | (l, ...) | (None, l) | (l, None) | (slice(None), l, None) | l.reshape(1, 3)
(l.reshape(3, 1), l) | (slice(None), l.reshape(3, 1), l) | t.tensor([-1, 0]) | l[:0] | m | m[:, 0, 0]
(slice(None), m[0, :, 0]) | (m[:, :, 0]) | (m[:, :, 0], 1) | (m[:, :, 0], l[:1]) | (slice(None), m[0]) | True
False | (True, 0) | (0, True) | (None, True, l) | t.zeros(4, 5, 6, dtype=t.bool) | t.tensor(True) | l.int()
([0, 1], [2, 3]) | ([[0, 1], [1, 0]],) | (slice(None), [0], [1]) | (t.tensor(1), l) | (l, t.tensor(1))
(l, slice(None), 0) | [True, False, True, False]
"""

VALUES = """
1.5 | 7 | t.tensor(2.0) | t.tensor([3.0]) | t.tensor(True) | t.tensor(4, dtype=t.int64)
"""


def split(text: str) -> list[str]:
    return [case.strip() for line in text.strip().splitlines() for case in line.split(" | ")]


def names(t: Any) -> dict[str, Any]:
    x = t.arange(120, dtype=t.float64).reshape(4, 5, 6)
    return {"t": t, "x": x, "l": t.tensor([2, 0, 1]), "m": t.remainder(x, 7) < 3}


@pytest.mark.parametrize("index", split(VIEWS) + split(COPIES))
def test_get(index: str) -> None:
    results = []
    for t in (ours, reference):
        scope = names(t)
        x = scope["x"]
        y = x[eval(index, scope)]
        results.append((y, y.stride(), y.data_ptr() - x.data_ptr() if index in split(VIEWS) else None))
    identical(results[0][0], results[1][0], f"x[{index}]")
    if results[1][0].numel() > 0:
        assert results[0][2] == results[1][2], f"x[{index}]: should share memory as in PyTorch"
    if index in split(VIEWS):
        assert results[0][1] == results[1][1], f"x[{index}]: strides {results[0][1]}, expected {results[1][1]}"


@pytest.mark.parametrize("index", split(VIEWS) + split(COPIES))
def test_set(index: str) -> None:
    def written(t: Any) -> Any:
        scope = names(t)
        scope["x"][eval(index, scope)] = eval(value, scope)
        return scope["x"]

    for value in split(VALUES):
        identical(outcome(written, ours), outcome(written, reference), f"x[{index}] = {value}")


@pytest.mark.parametrize("index", split(VIEWS) + split(COPIES))
def test_set_to_slices_of_itself(index: str) -> None:
    """Values of the full shape, and broadcast ones with leading dims of size 1."""
    results = []
    for t in (ours, reference):
        scope = names(t)
        at = eval(index, scope)
        part = scope["x"][at]
        values = (t.arange(part.numel(), dtype=t.float64) + 1000).reshape(part.shape)
        scope["x"][at] = values
        first = scope["x"].tolist()
        scope["x"][at] = values[None, None]
        results.append((first, scope["x"].tolist()))
    assert results[0] == results[1], f"x[{index}] = values"


@pytest.mark.parametrize("index", [i for i in split(VIEWS) + split(COPIES) if i != "False"])  # which reads nothing
def test_gradients(index: str) -> None:
    results = []
    for t in (ours, reference):
        scope = names(t)
        x = scope["x"].clone().requires_grad_(True)
        y = x * 2
        part = y[eval(index, scope)]
        weights = (t.arange(part.numel(), dtype=t.float64) + 1).reshape(part.shape)
        (part * weights).sum().backward()
        read = x.grad.tolist()
        x.grad = None
        z = x * 3
        value = t.ones((), dtype=t.float64, requires_grad=True)
        z[eval(index, scope)] = value * 5
        (z * scope["x"]).sum().backward()
        results.append((read, x.grad.tolist(), value.grad.item()))
    assert results[0] == results[1], f"gradients of x[{index}]"


def test_writing_to_a_slice_shows_in_the_whole() -> None:
    x = ours.zeros(3, 4)
    x[1][2] = 5
    row = x[0]
    row += 1
    x[:, 3] *= 7
    assert x.tolist() == [[1.0, 1.0, 1.0, 7.0], [0.0, 0.0, 5.0, 0.0], [0.0] * 4]


def test_repeated_positions_add_up_with_accumulate() -> None:
    x = ours.zeros(3)
    x.index_put_((ours.tensor([0, 0, 2]),), ours.tensor(1.0), accumulate=True)
    assert x.tolist() == [2.0, 0.0, 1.0]


def many_in_one_place(t: Any, dtype: str) -> dict[str, Any]:
    """Results of adding 4096 times 0.1, which is 410 or 409.5 and not what a 16-bit sum stops at, 32 or 256."""
    n = 4096
    kind = getattr(t, dtype)
    terms, places = t.full((n,), 0.1, dtype=kind), t.zeros(n, dtype=t.int64)
    table = t.full((2, 3), 0.1, dtype=kind)
    functional = t.nn.functional

    def gradient(call: Any) -> Any:
        w = t.zeros(2, 1, dtype=kind, requires_grad=True)
        return t.autograd.grad(call(w).sum() * 0.1, w)[0]

    return {
        "scatter_add": t.zeros(2, dtype=kind).scatter_add(0, places, terms),
        "scatter_reduce sum": t.zeros(2, dtype=kind).scatter_reduce(0, places, terms, "sum"),
        "scatter_reduce mean": t.zeros(2, dtype=kind).scatter_reduce(0, places, terms, "mean", include_self=False),
        "scatter_reduce prod": t.ones(2, dtype=kind).scatter_reduce(0, places[:300], terms[:300] + 0.9140625, "prod"),
        "index_add": t.zeros(2, 3, dtype=kind).index_add(0, places, terms[:, None].expand(-1, 3)),
        "embedding_bag sum": functional.embedding_bag(places[None], table, mode="sum"),
        "embedding_bag mean": functional.embedding_bag(places[None], table, mode="mean"),
        "gradient of gather": gradient(lambda w: t.gather(w, 0, places[:, None])),
    }


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_sums_of_many_16_bit_floats(dtype: str) -> None:
    wanted = many_in_one_place(reference, dtype)
    for name, mine in many_in_one_place(ours, dtype).items():
        assert mine.dtype == getattr(ours, dtype)
        reference.testing.assert_close(
            reference.tensor(mine.tolist()), reference.tensor(wanted[name].tolist()), msg=name, rtol=4e-3, atol=0
        )


def test_means_over_many_count_right() -> None:
    """Of 16-bit floats no count above 256 exists."""
    x, at = ours.full((300,), 3.0, dtype=ours.bfloat16), ours.zeros(300, dtype=ours.int64)
    got = ours.zeros(1, dtype=ours.bfloat16).scatter_reduce(0, at, x, "mean")
    assert got.item() == pytest.approx(3 * 300 / 301, rel=1e-2)
    leaf = ours.full((1000,), 1.0, dtype=ours.bfloat16, requires_grad=True)
    at = ours.zeros(1000, dtype=ours.int64)
    ours.zeros(1, dtype=ours.bfloat16).scatter_reduce(0, at, leaf, "mean", include_self=False).sum().backward()
    assert leaf.grad[0].item() == pytest.approx(1e-3, rel=1e-2)


def test_bags_that_begin_behind_the_end() -> None:
    with pytest.raises(RuntimeError, match="can not be greater than input's length 2 but got"):
        ours.nn.functional.embedding_bag(ours.tensor([1, 2]), ours.zeros(3, 2), ours.tensor([0, 9]))
