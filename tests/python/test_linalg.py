"""torch.linalg beyond sample rows: vectors up to signs and phases, errors, what is not finite, and LAPACK itself."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same, theirs_of

SHAPES = [(3, 3), (4, 3), (3, 5), (2, 4, 4), (2, 3, 2), (0, 3, 3), (2, 0, 3)]
SQUARES = [shape for shape in SHAPES if shape[-1] == shape[-2]]
DTYPES = [torch.float32, torch.float64, torch.complex64, torch.complex128]


def random(*shape: int, dtype: Any = torch.float64) -> Any:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(3))


def hermitian(a: Any) -> Any:
    return a + a.mH


def near(mine: Any, wanted: Any) -> None:
    wide = wanted.dtype in (torch.float64, torch.complex128)
    same(mine, wanted, "result", rtol=1e-8 if wide else 2e-3, atol=1e-9 if wide else 2e-4)


def against_torch(fn: Callable[[Any, Any], Any], *inputs: Any) -> None:
    """fn(module, *tensors) has PyTorch's value, gradients and gradients of those."""
    theirs = [x.clone().requires_grad_(True) for x in inputs]
    ours = [ours_of(x).requires_grad_(True) for x in inputs]
    expected, found = fn(torch, *theirs), fn(vt, *ours)
    near(found, expected)
    weight = random(*expected.shape, dtype=expected.dtype)

    def twice(module: Any, result: Any, leaves: list[Any], w: Any) -> tuple[list[Any], list[Any]]:
        total = (result * w).sum()
        total = total.real if total.is_complex() else total
        first = module.autograd.grad(total, leaves, create_graph=True)
        size = sum((abs(g) ** 2).sum() for g in first)
        return list(first), list(module.autograd.grad(size, leaves))

    for mine, wanted in zip(
        twice(vt, found, ours, ours_of(weight)), twice(torch, expected, theirs, weight), strict=True
    ):
        for m, w in zip(mine, wanted, strict=True):
            scale = max(1.0, float(w.abs().max())) if w.numel() else 1.0
            same(m, w, "gradient", rtol=1e-6, atol=1e-8 * scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_factors_multiply_to_the_matrix(shape, dtype):
    a = random(*shape, dtype=dtype)
    x = ours_of(a)
    near(vt.matmul(*vt.linalg.qr(x)), a)
    near(vt.matmul(*vt.linalg.qr(x, "complete")), a)
    near(vt.matmul(*vt.qr(x)), a)
    for full in (False, True):
        u, s, vh = vt.linalg.svd(x, full_matrices=full)
        k = s.shape[-1]
        near((u[..., :k] * s.unsqueeze(-2)) @ vh[..., :k, :], a)
        eye = torch.eye(u.shape[-1], dtype=dtype).expand(*shape[:-2], u.shape[-1], u.shape[-1])
        near(u.mH @ u, eye)
        assert u.shape == torch.linalg.svd(a, full_matrices=full)[0].shape
    p, lower, upper = vt.linalg.lu(x)
    near(p @ lower @ upper, a)
    raw, tau = vt.geqrf(x)
    if shape[-2] >= shape[-1]:
        near(vt.linalg.householder_product(raw, tau) @ raw.triu()[..., : shape[-1], :], a)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SQUARES)
def test_eigenvectors(shape, dtype):
    a = random(*shape, dtype=dtype)
    values, vectors = vt.linalg.eig(ours_of(a))
    near(ours_of(a).to(vectors.dtype) @ vectors, theirs_of(vectors * values.unsqueeze(-2)))
    near(vectors.abs().square().sum(-2), torch.ones(values.shape, dtype=theirs_of(values).real.dtype))
    symmetric = hermitian(a)
    for uplo in "LU":
        values, vectors = vt.linalg.eigh(ours_of(symmetric), UPLO=uplo)
        near((vectors * values.unsqueeze(-2)) @ vectors.mH, symmetric)
        near(values, torch.linalg.eigvalsh(symmetric))


def spectral(m: Any, a: Any) -> Any:
    values, vectors = m.linalg.eigh(a + a.mH)
    return (vectors * (values**3).unsqueeze(-2)) @ vectors.mH + vectors.abs()


def general(m: Any, a: Any) -> Any:
    values, vectors = m.linalg.eig(a)
    return (values**2).sum(-1).real + (vectors.abs() ** 3).sum((-1, -2))


def singular(m: Any, a: Any) -> Any:
    u, s, vh = m.linalg.svd(a, full_matrices=False)
    return ((u * (s**2).unsqueeze(-2)) @ vh).abs() + s.sum(-1)[..., None, None]


def qr_product(m: Any, a: Any) -> Any:
    q, r = m.linalg.qr(a)
    k = r.shape[-2]
    return q @ (r[..., :k] * r[..., :k]).mH if a.shape[-1] <= k else (q @ r.cos()).sin()


def positive(m: Any, a: Any) -> Any:
    n = a.shape[-1]
    return m.linalg.cholesky(a @ a.mH + n * m.eye(n, dtype=a.dtype)).abs()


INVARIANT = [spectral, general, singular, positive]


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("fn", INVARIANT)
def test_gradients_of_what_no_sign_changes(fn, dtype):
    against_torch(fn, random(3, 3, dtype=dtype))
    against_torch(fn, random(2, 4, 4, dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (2, 3, 2)])
def test_gradients_of_rectangular_factors(shape, dtype):
    against_torch(singular, random(*shape, dtype=dtype))
    against_torch(lambda m, a: m.linalg.lu(a)[1].sin() @ m.linalg.lu(a)[2].cos(), random(*shape, dtype=dtype))
    against_torch(lambda m, a: m.linalg.pinv(a), random(*shape, dtype=dtype))


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 5), (2, 3, 3)])
def test_gradient_of_qr(shape):
    """The signs of R's diagonal are Householder's in both libraries."""
    against_torch(qr_product, random(*shape))


def test_the_determinant_of_a_singular_matrix_has_its_adjugate():
    a = random(3, 3)
    a[2] = a[0] + a[1]
    a[2] *= 0  # exactly singular
    x = ours_of(a).requires_grad_(True)
    vt.linalg.det(x).backward()
    cofactors = torch.stack(
        [
            torch.stack(
                [
                    (-1) ** (i + j)
                    * torch.linalg.det(a[[r for r in range(3) if r != i]][:, [c for c in range(3) if c != j]])
                    for j in range(3)
                ]
            )
            for i in range(3)
        ]
    )
    near(x.grad, cofactors)


def test_a_loss_that_depends_on_phases_is_refused():
    x = ours_of(hermitian(random(3, 3, dtype=torch.complex128))).requires_grad_(True)
    with pytest.raises(RuntimeError, match="specified up to multiplication by e"):
        vt.linalg.eigh(x)[1].imag.sum().backward()


SINGULAR = {
    "inv": lambda m: m.linalg.inv(m.zeros(2, 2)),
    "inverse": lambda m: m.inverse(m.zeros(3, 2, 2)),
    "solve": lambda m: m.linalg.solve(m.zeros(2, 2), m.ones(2, 1)),
    "solve_ex": lambda m: m.linalg.solve_ex(m.zeros(2, 2), m.ones(2, 1), check_errors=True),
    "cholesky": lambda m: m.linalg.cholesky(-m.eye(2)),
    "old cholesky": lambda m: m.cholesky(-m.eye(2)),
    "cholesky_ex": lambda m: m.linalg.cholesky_ex(-m.eye(2).expand(2, 2, 2), check_errors=True),
    "lu_factor": lambda m: m.linalg.lu_factor(m.zeros(2, 2)),
    "lu_factor_ex": lambda m: m.linalg.lu_factor_ex(m.zeros(2, 2), check_errors=True),
    "svd": lambda m: m.linalg.svd(m.full((2, 2), float("nan"))),
}
REFUSED = {
    **{
        f"{name} of {what}": lambda m, name=name, args=args, kwargs=kwargs: getattr(m.linalg, name)(
            m.ones(*args, **kwargs)
        )
        for name in ("inv", "det", "cholesky", "eigh", "slogdet", "svdvals", "qr")
        for what, args, kwargs in (
            ("integers", (2, 2), {"dtype": "int64"}),
            ("a vector", (2,), {}),
            ("a rectangle", (2, 3), {}),
        )
        if not (what == "a rectangle" and name in ("svdvals", "qr"))
    },
    "shapes": lambda m: m.linalg.solve(m.eye(2), m.ones(3, 1)),
    "dtypes": lambda m: m.linalg.solve(m.eye(2), m.eye(2).double()),
    "triangular": lambda m: m.linalg.solve_triangular(m.eye(2), m.ones(3, 1), upper=True),
    "mode": lambda m: m.linalg.qr(m.eye(2), mode="x"),
    "UPLO": lambda m: m.linalg.eigh(m.eye(2), UPLO="x"),
    "order": lambda m: m.linalg.matrix_norm(m.eye(2), ord=3),
    "dim": lambda m: m.linalg.matrix_norm(m.eye(2), dim=(0, 0)),
    "norm": lambda m: m.linalg.norm(m.ones(2, 2, 2), ord=2),
    "cross": lambda m: m.linalg.cross(m.ones(2), m.ones(2)),
    "power": lambda m: m.linalg.matrix_power(m.ones(2, 3), 2),
}


def message_of(fn: Callable[[Any], Any], module: Any, kind: type = RuntimeError) -> str:
    with pytest.raises(kind) as error:
        fn(module)
    return str(error.value)


@pytest.mark.parametrize("case", SINGULAR)
def test_singular_input_raises_in_pytorchs_words(case):
    wanted = message_of(SINGULAR[case], torch)
    assert message_of(SINGULAR[case], vt, vt.linalg.LinAlgError).startswith(wanted.rstrip())


class Named:
    """The module with dtypes by name, for tables of calls."""

    def __init__(self, module: Any):
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def ones(self, *shape: int, dtype: str = "float32") -> Any:
        return self.module.ones(*shape, dtype=getattr(self.module, dtype))


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_the_function_and_what_came(case):
    wanted = message_of(REFUSED[case], Named(torch))
    mine = message_of(REFUSED[case], Named(vt))
    first = wanted.split(":")[0].split("(")[0].split()[0]
    # of some dtypes PyTorch names its kernel
    assert first in mine or "not implemented for" in wanted, (mine, wanted)


def test_the_error_is_pytorchs_kind_of_error_and_travels():
    assert issubclass(vt.linalg.LinAlgError, RuntimeError)
    again = pickle.loads(pickle.dumps(vt.linalg.LinAlgError("no")))
    assert type(again) is vt.linalg.LinAlgError and str(again) == "no"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_neither_hangs_nor_crashes(value):
    for shape in ((3, 3), (2, 40, 40)):
        a = vt.full(shape, value)
        for name in ("det", "slogdet", "qr", "lu", "inv_ex", "cholesky_ex", "eigvalsh", "eigh", "matrix_exp", "norm"):
            getattr(vt.linalg, name)(a)
        assert bool(vt.linalg.lstsq(a, a).solution.isnan().all())
        for name in ("svd", "svdvals", "pinv", "matrix_rank", "cond"):
            with pytest.raises(vt.linalg.LinAlgError, match="non-finite"):
                getattr(vt.linalg, name)(a)
        with pytest.raises(vt.linalg.LinAlgError, match="positive-definite"):
            vt.linalg.cholesky(a)
        for name in ("eig", "eigvals"):
            with pytest.raises(RuntimeError, match="should not contain infs or NaNs"):
                getattr(vt.linalg, name)(a)


def test_old_names():
    a, b = random(3, 3), random(3, 2)
    x, y = ours_of(a), ours_of(b)
    for mine, wanted in (
        (vt.lu(x), torch.lu(a)),
        (x.lu(), a.lu()),
        (vt.lu(x, get_infos=True), torch.lu(a, get_infos=True)),
        ([vt.chain_matmul(x, y)], [torch.chain_matmul(a, b)]),
        ([vt.norm(x, p="nuc")], [torch.norm(a, p="nuc")]),
        ([x.inverse(), x.det(), x.logdet(), x.pinverse()], [a.inverse(), a.det(), a.logdet(), a.pinverse()]),
        ([x.matrix_power(3), x.cross(x)], [a.matrix_power(3), a.cross(a)]),
    ):
        for m, w in zip(mine, wanted, strict=True):
            near(m, w)
    assert type(vt.linalg.qr(x)).__name__ == type(torch.linalg.qr(a)).__name__
    assert vt.svd(x).V.shape == vt.linalg.svd(x).Vh.shape == (3, 3)


def test_meta_tensors_have_shapes():
    a = vt.empty(2, 3, 3, device="meta")
    assert vt.linalg.inv(a).shape == (2, 3, 3) and vt.linalg.det(a).shape == (2,)
    assert vt.linalg.eigh(a).eigenvectors.shape == (2, 3, 3) and vt.linalg.solve(a, a).shape == (2, 3, 3)


def test_large_batches_and_large_matrices():
    for shape in ((3000, 4, 4), (2, 300, 300)):
        a = random(*shape)
        same(vt.linalg.inv(ours_of(a)), torch.linalg.inv(a), "inverse", rtol=1e-6, atol=1e-7)
        near(vt.linalg.svdvals(ours_of(a)), torch.linalg.svdvals(a))


def in_a_new_process(code: str, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_lapack_is_opened_at_the_first_call():
    code = (
        "import vibetensor.torch as t\n"
        "opened = lambda: any('openblas' in line for line in open('/proc/self/maps'))\n"
        "t.ones(3, 3) @ t.ones(3, 3); print(opened()); t.linalg.inv(t.eye(3)); print(opened())"
    )
    assert in_a_new_process(code).split() == ["False", "True"]


def test_a_missing_lapack_says_what_to_install():
    code = "import vibetensor.torch as t\ntry: t.linalg.inv(t.eye(3))\nexcept RuntimeError as error: print(error)"
    said = in_a_new_process(code, VIBETENSOR_LAPACK="/nonexistent")
    assert "pip install scipy-openblas32" in said and "VIBETENSOR_LAPACK" in said


@pytest.mark.parametrize("sizes", [(7, 4), (4, 7), (2, 5, 5)])
def test_singular_values_by_random_projections(sizes):
    def program(t):
        t.manual_seed(0)
        A = t.randn(*sizes, dtype=t.float64).requires_grad_()
        u, s, v = t.svd_lowrank(A, q=3)
        s.sum().backward()
        found = [u.abs(), s, v.abs(), A.grad]
        found += [part.abs() for part in t.svd_lowrank(A, 2, niter=4, M=A.mean(-2, keepdim=True))]
        found += [part.abs() for center in (True, False) for part in t.pca_lowrank(A, q=3, center=center)]
        return found

    same(program(vt), program(torch), rtol=1e-6, atol=1e-9)
    for arguments in ({"q": 9}, {"niter": -1}):
        with pytest.raises(ValueError, match="must be non-negative integer"):
            vt.pca_lowrank(vt.ones(3, 4), **arguments)
