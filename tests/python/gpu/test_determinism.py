"""torch.use_deterministic_algorithms on CUDA: writes by index have the same bits in every run, and are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch as reference
import vibetensor.torch as torch

from .side import ours, theirs

pytestmark = pytest.mark.cuda
N = 200_000  # elements that go to PLACES places: some thousand for each
PLACES = 37


@pytest.fixture(autouse=True)
def deterministic() -> Iterator[None]:
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


def values(*shape: int, dtype: reference.dtype = reference.float32) -> reference.Tensor:
    """Of sizes so different that the order of a sum shows in its bits."""
    generator = reference.Generator().manual_seed(1)
    x = reference.randn(*shape, generator=generator) * 10 ** (4 * reference.rand(*shape, generator=generator))
    return x.to(dtype)


def places(*shape: int) -> reference.Tensor:
    return reference.randint(0, PLACES, shape, generator=reference.Generator().manual_seed(2))


OPS: dict[str, Callable[..., object]] = {
    "index_add": lambda t, x, i: t.zeros(PLACES, 8, dtype=x.dtype, device=x.device).index_add(0, i, x),
    "scatter_add": lambda t, x, i: t.zeros(PLACES, 8, dtype=x.dtype, device=x.device).scatter_add(
        0, i.unsqueeze(1).expand(-1, 8), x
    ),
    "index_put": lambda t, x, i: t.zeros(PLACES, 8, dtype=x.dtype, device=x.device).index_put((i,), x, accumulate=True),
    "put": lambda t, x, i: t.zeros(PLACES, dtype=x.dtype, device=x.device).put(i, x[:, 0], accumulate=True),
    "index_copy": lambda t, x, i: t.zeros(PLACES, 8, dtype=x.dtype, device=x.device).index_copy(0, i, x),
    "scatter": lambda t, x, i: t.zeros(PLACES, 8, dtype=x.dtype, device=x.device).scatter(
        0, i.unsqueeze(1).expand(-1, 8), x
    ),
    "scatter_prod": lambda t, x, i: t.ones(PLACES, 8, dtype=x.dtype, device=x.device).scatter_reduce(
        0, i.unsqueeze(1).expand(-1, 8), x, "prod"
    ),
}


def last_written(x: reference.Tensor, i: reference.Tensor) -> reference.Tensor:
    """What index_copy and scatter leave if they go through the index in its order; PyTorch's CPU kernels may not."""
    out = reference.zeros(PLACES, 8, dtype=reference.float64)
    for place in range(PLACES):
        out[place] = x[(i == place).nonzero()[-1, 0]]
    return out


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("op", OPS)
def test_writes_by_index(op: str, dtype: str) -> None:
    x, i = values(N // 8, 8, dtype=getattr(reference, dtype)), places(N // 8)
    if op == "scatter_prod":
        x = (1 + x.sign() * 2**-7).to(x.dtype)
    runs = [theirs(OPS[op](torch, ours(x), ours(i))) for _ in range(4)]
    assert all(reference.equal(runs[0], again) for again in runs[1:])
    if op in ("index_copy", "scatter"):
        assert reference.equal(runs[0].double(), last_written(x, i))
        return
    expected = OPS[op](reference, x.double(), i)
    scale = expected.abs() if op == "scatter_prod" else x.double().abs().max() * N / PLACES
    error = ((runs[0].double() - expected) / scale).abs().max().item()
    assert error < {"float32": 1e-4, "float64": 1e-12, "bfloat16": 2e-2}[dtype]


@pytest.mark.parametrize("wrong", [-1, PLACES])
def test_a_bad_index_is_refused(wrong: int) -> None:
    i = places(100)
    i[57] = wrong
    with pytest.raises((IndexError, RuntimeError)):
        torch.zeros(PLACES, device="cuda").scatter_add(0, ours(i), torch.ones(100, device="cuda"))
        torch.cuda.synchronize()


def test_gradients_of_indexing() -> None:
    x, i, g = ours(values(PLACES, 8)).requires_grad_(), ours(places(N // 8)), ours(values(N // 8, 8))
    for read in (lambda: x[i], lambda: x.index_select(0, i), lambda: x.gather(0, i.unsqueeze(1).expand(-1, 8))):
        runs = [theirs(torch.autograd.grad(read(), x, g)[0]) for _ in range(4)]
        assert all(reference.equal(runs[0], again) for again in runs[1:])


def test_what_has_no_such_form_says_so() -> None:
    i, w = ours(places(100)), torch.ones(100, device="cuda")
    with pytest.raises(RuntimeError, match="does not have a deterministic implementation"):
        torch.bincount(i, w)
    torch.use_deterministic_algorithms(True, warn_only=True)
    with pytest.warns(UserWarning, match="does not have a deterministic implementation"):
        torch.bincount(i, w)
