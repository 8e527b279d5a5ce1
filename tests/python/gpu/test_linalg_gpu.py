"""torch.linalg and torch.fft on CUDA beyond sample rows: what vectors are good for, batches, large matrices, errors."""

from __future__ import annotations

from typing import Any

import pytest

from .side import ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda
DTYPES = ["float32", "float64", "complex64", "complex128"]
SHAPES = [(3, 3), (5, 3), (3, 5), (4, 6, 6), (2, 300, 300), (3, 0, 2, 2), (400, 17, 17)]


def matrix(shape: tuple[int, ...], dtype: str) -> Any:
    real = random(*shape, dtype="float64")
    if dtype.startswith("complex"):
        real = reference.complex(real, random(*shape, dtype="float64", seed=2))
    return real.to(getattr(reference, dtype))


def near(mine: Any, wanted: Any, what: str = "") -> None:
    wide = reference.complex128 if wanted.is_complex() else reference.float64
    found, expected = theirs(mine).to(wide), wanted.to(wide)
    assert found.shape == expected.shape, what
    if expected.numel():
        single = wanted.dtype in (reference.float32, reference.complex64)
        error = float((found - expected).abs().max())
        assert error <= (2e-3 if single else 1e-9) * max(1.0, float(expected.abs().max())), f"{what}: {error}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_factors_multiply_to_the_matrix(shape: tuple[int, ...], dtype: str) -> None:
    a = matrix(shape, dtype)
    x = ours(a)
    q, r = torch.linalg.qr(x)
    near(q @ r, a, "qr")
    near(torch.linalg.qr(x, "complete").Q.mH @ torch.linalg.qr(x, "complete").Q, q_of_ones(a), "complete q")
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    near((u * s.unsqueeze(-2).to(u.dtype)) @ vh, a, "svd")
    near(s, reference.linalg.svdvals(a), "svdvals")
    p, low, up = torch.linalg.lu(x)
    near(p @ low @ up, a, "lu")
    if shape[-1] != shape[-2]:
        return
    square = a @ a.mH + reference.eye(shape[-1], dtype=a.dtype)
    y = ours(square)
    near(torch.linalg.cholesky(y), reference.linalg.cholesky(square), "cholesky")
    w, v = torch.linalg.eigh(y)
    near((v * w.unsqueeze(-2).to(v.dtype)) @ v.mH, square, "eigh")
    near(torch.linalg.eigvalsh(y, UPLO="U"), reference.linalg.eigvalsh(square), "eigvalsh")
    near(torch.linalg.inv(y) @ y, reference.eye(shape[-1], dtype=a.dtype).expand(square.shape), "inv")
    near(torch.linalg.solve(y, x), reference.linalg.solve(square, a), "solve")
    near(torch.linalg.slogdet(y).logabsdet, reference.linalg.slogdet(square).logabsdet, "slogdet")
    near(torch.linalg.eigvals(y).real.sort().values, reference.linalg.eigvalsh(square), "eigvals")


def q_of_ones(a: Any) -> Any:
    return reference.eye(a.shape[-2], dtype=a.dtype).expand(*a.shape[:-2], a.shape[-2], a.shape[-2])


def test_gradients() -> None:
    a, b = matrix((4, 5, 5), "float64"), matrix((4, 5, 2), "float64")

    def total(t: Any, x: Any, y: Any) -> Any:
        symmetric = x @ x.mT + 3 * t.linalg.inv(x + 4 * t.linalg.matrix_exp(0.1 * x))
        return (
            t.linalg.solve(x, y).sum()
            + t.linalg.eigvalsh(symmetric).square().sum()
            + t.linalg.svdvals(y).sum()
            + t.linalg.slogdet(x).logabsdet.sum()
            + t.linalg.lstsq(x[..., :3], y).solution.sum()
        )

    wanted = [x.clone().requires_grad_() for x in (a, b)]
    mine = [ours(x).requires_grad_() for x in (a, b)]
    for found, expected in zip(
        torch.autograd.grad(total(torch, *mine), mine), reference.autograd.grad(total(reference, *wanted), wanted)
    ):
        near(found, expected)


def test_errors() -> None:
    singular = torch.zeros(2, 3, 3, device="cuda")
    for wrong in (torch.linalg.cholesky, torch.linalg.inv, lambda x: torch.linalg.solve(x, x)):
        with pytest.raises(torch.linalg.LinAlgError):
            wrong(singular)
    with pytest.raises(torch.linalg.LinAlgError, match="non-finite"):
        torch.linalg.svd(singular / 0)
    assert torch.linalg.eigvalsh(singular / 0).isnan().all()
    with pytest.raises(NotImplementedError, match="Hermitian"):
        torch.linalg.ldl_factor(singular.cfloat(), hermitian=True)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_ldl(dtype: str) -> None:
    a, b = matrix((3, 6, 6), dtype), matrix((3, 6, 2), dtype)
    a = a + a.mT - 2 * reference.eye(6, dtype=a.dtype)  # neither definite nor dominated by its diagonal
    factors, pivots = torch.linalg.ldl_factor(ours(a))
    assert pivots.dtype is torch.int32 and not (factors.triu(1) != 0).any().item()
    for of_pivots in (pivots, pivots.long()):
        near(torch.linalg.ldl_solve(factors, of_pivots, ours(b)), reference.linalg.solve(a, b), "ldl_solve")
    near(torch.linalg.ldl_solve(factors[0], pivots[0], ours(b)), reference.linalg.solve(a[:1], b), "of one matrix")
    there = torch.linalg.ldl_factor(ours(a).cpu())
    near(torch.linalg.ldl_solve(there[0].cuda(), there[1].cuda(), ours(b)), reference.linalg.solve(a, b), "LAPACK's")


@pytest.mark.parametrize("n", [1, 7, 64, 97, 1000, 12289])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_transforms(n: int, dtype: str) -> None:
    x = random(5, n, 3, dtype=dtype)
    z = reference.complex(x, x.flip(0))
    for dim in (0, 1, 2):
        near(torch.fft.fft(ours(z), dim=dim), reference.fft.fft(z, dim=dim), f"fft over {dim}")
        half = reference.fft.rfft(x, dim=dim)
        near(torch.fft.rfft(ours(x), dim=dim), half, f"rfft over {dim}")
        back = reference.fft.irfft(z, n=x.shape[dim], dim=dim)
        near(torch.fft.irfft(ours(z), n=x.shape[dim], dim=dim), back, f"irfft over {dim}")
    near(torch.fft.ifftn(ours(z)), reference.fft.ifftn(z), "ifftn")
    near(torch.fft.irfftn(ours(z)), reference.fft.irfftn(z), "irfftn")


def test_a_transform_is_captured() -> None:
    x = torch.randn(8, 64, device="cuda")
    y = torch.fft.rfft(x)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        y = torch.fft.rfft(x)
    x.copy_(torch.ones(8, 64, device="cuda"))
    graph.replay()
    near(y, reference.fft.rfft(reference.ones(8, 64)))
    with pytest.raises(NotImplementedError, match="before the capture"), torch.cuda.graph(torch.cuda.CUDAGraph()):
        torch.fft.rfft(x[:, :33])
