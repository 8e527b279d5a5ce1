"""Ops on lists of tensors, which take a launch or two for all of them."""

from __future__ import annotations

import math

import pytest
from vibetensor import _C

from .side import ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda
OPS = _C.ops


def lists(dtype: str, count: int):
    """Tensors of many sizes, beyond a chunk and beyond a table among them; every fifth starts off a 16-byte boundary."""
    sizes = [1, 7, 300, 16384, 50001, 2, 4096][: min(count, 7)] + [33] * max(0, count - 7)
    references = [random(n + i % 5, dtype=dtype, seed=i) for i, n in enumerate(sizes)]
    mine = [ours(t) for t in references]
    return [t[i % 5 :] for i, t in enumerate(references)], [t[i % 5 :] for i, t in enumerate(mine)]


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize("order", [1.0, 2.0, math.inf, 3.0])
@pytest.mark.parametrize("count", [3, 300])
def test_norms(dtype, order, count):
    references, mine = lists(dtype, count)
    got = OPS._foreach_norm(mine, order)
    assert len(got) == count
    for result, tensor in zip(got, references, strict=True):
        expected = reference.linalg.vector_norm(tensor.double(), order)
        assert result.dtype == mine[0].dtype and result.shape == ()
        tolerance = {"float64": 1e-12, "float32": 1e-5}.get(dtype, 1e-2)
        assert abs(theirs(result).double() - expected) <= tolerance * expected + 1e-12


def test_norms_of_nothing_and_of_nan():
    empty, bad = torch.ones(0, device="cuda"), torch.tensor([1.0, math.nan, 2.0], device="cuda")
    norms = [norm.item() for norm in OPS._foreach_norm([empty, bad, torch.ones(4, device="cuda")], 2.0)]
    assert norms[0] == 0.0 and math.isnan(norms[1]) and norms[2] == 2.0
    assert math.isnan(OPS._foreach_norm([bad], math.inf)[0].item())


def test_norms_are_the_same_every_time():
    _, mine = lists("float32", 20)
    runs = [[norm.item() for norm in OPS._foreach_norm(mine, 2.0)] for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]


def test_norms_of_tensors_that_require_gradients_are_recorded():
    x = torch.tensor([3.0, 4.0], device="cuda", requires_grad=True)
    OPS._foreach_norm([x], 2.0)[0].backward()
    assert [round(g, 5) for g in x.grad.tolist()] == [0.6, 0.8]


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("on_device", [False, True])
def test_scaling(dtype, on_device):
    references, mine = lists(dtype, 300)
    versions = [t._version for t in mine]
    factor = torch.tensor(0.37, dtype=mine[0].dtype, device="cuda") if on_device else 0.37
    OPS._foreach_mul_(mine, factor)
    expected_factor = reference.tensor(0.37, dtype=references[0].dtype) if on_device else 0.37
    for got, tensor, version in zip(mine, references, versions, strict=True):
        assert reference.equal(theirs(got), tensor * expected_factor)
        assert got._version == version + 1


def test_lists_that_no_table_holds():
    mixed = [
        torch.ones(3, device="cuda"),
        torch.ones(2, 3, device="cuda", dtype=torch.float64),
        torch.ones(4, 4, device="cuda").t(),
    ]
    OPS._foreach_mul_(mixed, 2.0)
    assert all(bool((t == 2.0).all()) for t in mixed)
    assert [round(n.item(), 4) for n in OPS._foreach_norm(mixed, 2.0)] == [3.4641, 4.899, 8.0]
    with pytest.raises(RuntimeError, match="at least one"):
        OPS._foreach_norm([], 2.0)


def test_clipping():
    parameters = [torch.nn.Parameter(ours(random(50, 3, seed=i))) for i in range(5)]
    references = [reference.nn.Parameter(random(50, 3, seed=i)) for i in range(5)]
    for mine, their in zip(parameters, references, strict=True):
        their.grad = random(50, 3, seed=9)
        mine.grad = ours(their.grad)
    total = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    expected = reference.nn.utils.clip_grad_norm_(references, 1.0)
    assert abs(total.item() - expected.item()) < 1e-4
    for mine, their in zip(parameters, references, strict=True):
        assert reference.allclose(theirs(mine.grad), their.grad, rtol=1e-5)
