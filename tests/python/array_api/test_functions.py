"""The rest of the namespace beside the reference: a line is an expression and the dtypes that it is for."""

from __future__ import annotations

import inspect

import array_api_strict as strict
import numpy as np
import pytest
import vibetensor.array_api as xp

from .conftest import ALL, COMPLEX, FLOATS, INTEGERS, NUMERIC, REAL, REAL_FLOATS, promotable, sample

EXPRESSIONS = {
    # reductions and running sums
    "xp.{sum,prod}(x)": NUMERIC,
    "xp.{sum,prod}(x, axis=1)": NUMERIC,
    "xp.{sum,prod}(x, axis=(0, -1), keepdims=True)": NUMERIC,
    "xp.{sum,prod}(x, axis=())": FLOATS,
    "xp.{sum,prod}(x, dtype=xp.float64)": REAL,
    "xp.{sum,prod}(x[:, :0], axis=1)": NUMERIC,
    "xp.{max,min}(x)": REAL,
    "xp.{max,min}(x, axis=0)": REAL,
    "xp.{max,min}(x, axis=(0, 1), keepdims=True)": REAL,
    "xp.mean(x, axis=1)": FLOATS,
    "xp.{mean,std,var}(x)": REAL_FLOATS,
    "xp.{std,var}(x, axis=0, correction=1.0, keepdims=True)": REAL_FLOATS,
    "xp.{all,any}(x)": ALL,
    "xp.{all,any}(x, axis=1, keepdims=True)": ALL,
    "xp.{all,any}(x, axis=(0, 1))": ALL,
    "xp.count_nonzero(x)": ALL,
    "xp.count_nonzero(x, axis=0, keepdims=True)": ALL,
    "xp.{cumulative_sum,cumulative_prod}(x, axis=1)": NUMERIC,
    "xp.{cumulative_sum,cumulative_prod}(x[0, :], include_initial=True)": NUMERIC,
    "xp.diff(x)": NUMERIC,
    "xp.diff(x, axis=0, n=2, prepend=x[:1, :], append=x)": NUMERIC,
    # places, order, sets
    "xp.{argmax,argmin}(x)": INTEGERS,
    "xp.{argmax,argmin}(x, axis=1, keepdims=True)": INTEGERS,
    "xp.nonzero(x)": ALL,
    "xp.where(x > x[:1, :], x, x[:, :1])": REAL,
    "xp.where(x != x, x, 0)": NUMERIC,
    "xp.{sort,argsort}(x)": INTEGERS,
    "xp.{sort,argsort}(x, axis=0, descending=False)": INTEGERS,
    "xp.sort(x, descending=True)": INTEGERS,
    "xp.sort(x)": REAL_FLOATS,
    "xp.searchsorted(xp.sort(x[0, :]), x)": INTEGERS,
    "xp.searchsorted(xp.sort(x[0, :]), x, side='right')": INTEGERS,
    "xp.searchsorted(x[0, :], x[1, :], sorter=xp.argsort(x[0, :]))": INTEGERS,
    "xp.searchsorted(xp.sort(x[0, :]), 2)": INTEGERS,
    "xp.isin(x, x[0, :])": INTEGERS,
    "xp.isin(x, 3)": INTEGERS,
    "xp.{unique_all,unique_counts,unique_inverse}(x)": INTEGERS,
    "xp.unique_values(x)": ["bool", *REAL],
    "xp.take(x, xp.asarray([2, 0, -1]), axis=1)": ALL,
    "xp.take(x[0, :], xp.asarray([1]))": ALL,
    "xp.take_along_axis(x, xp.asarray([[0, 1], [2, -1], [0, 0]]), axis=-1)": ALL,
    # shapes
    "xp.broadcast_to(x, (2, 3, 4))": ALL,
    "xp.broadcast_arrays(x, x[:1, :], x[0, 0])": ALL,
    "xp.broadcast_shapes((3, 1), (4,), ())": ["bool"],
    "xp.concat([x, x[:1, :]])": ALL,
    "xp.concat([x, x], axis=-1)": ALL,
    "xp.concat([x, x[0, :]], axis=None)": ALL,
    "xp.concat([x, xp.astype(x, xp.uint64)])": ["uint8", "uint16", "uint32"],
    "xp.stack([x, x], axis=1)": ALL,
    "xp.unstack(x, axis=1)": ALL,
    "xp.expand_dims(x, axis=-1)": ALL,
    "xp.expand_dims(x, axis=(0, 2))": ALL,
    "xp.squeeze(x[:1, None, :], axis=(0, 1))": ALL,
    "xp.flip(x)": ALL,
    "xp.flip(x, axis=(1,))": ALL,
    "xp.moveaxis(x[None, ...], (0, 1), (2, 0))": ALL,
    "xp.permute_dims(x, (-1, 0))": ALL,
    "xp.matrix_transpose(x)": ALL,
    "x.mT": ALL,
    "xp.repeat(x, 2)": ALL,
    "xp.repeat(x, xp.asarray([0, 2, 1]), axis=0)": ALL,
    "xp.reshape(x, (2, -1))": ALL,
    "xp.reshape(x, (12,), copy=True)": ALL,
    "xp.roll(x, 2)": ALL,
    "xp.roll(x, (1, -1), axis=(0, 1))": ALL,
    "xp.roll(x, 1, axis=(0, 1))": ALL,
    "xp.tile(x, (2, 1, 2))": ALL,
    # new arrays
    "xp.{tril,triu}(x, k=1)": ALL,
    "xp.{zeros_like,ones_like}(x)": ALL,
    "xp.full_like(x, 1)": NUMERIC,
    "xp.full((2, 3), 5, dtype=x.dtype)": NUMERIC,
    "xp.zeros(3, dtype=x.dtype)": ALL,
    "xp.eye(3, 4, k=-1, dtype=x.dtype)": NUMERIC,
    "xp.arange(2, 20, 3, dtype=x.dtype)": REAL,
    "xp.arange(5, dtype=x.dtype)": REAL,
    "xp.arange(5, 2, dtype=x.dtype)": REAL,
    "xp.linspace(0, 3, 7, dtype=x.dtype)": FLOATS,
    "xp.linspace(1, -2, 5, dtype=x.dtype, endpoint=False)": FLOATS,
    "xp.meshgrid(x[0, :], x[:, 0])": NUMERIC,
    "xp.meshgrid(x[0, :], x[:, 0], indexing='ij')": NUMERIC,
    "xp.asarray(x, copy=True)": ALL,
    "xp.astype(x, xp.float64)": REAL,
    "xp.astype(x, xp.bool)": ["bool", *REAL],
    "xp.astype(x, xp.uint64)": INTEGERS,
    "xp.astype(x, xp.int16)": INTEGERS,
    # products
    "xp.matmul(x, x.mT)": NUMERIC,
    "xp.matmul(x[None, ...], x[0, :])": NUMERIC,
    "x @ x.mT": NUMERIC,
    "xp.tensordot(x, x, axes=([1], [-1]))": NUMERIC,
    "xp.tensordot(x, x.mT, axes=1)": NUMERIC,
    "xp.vecdot(x, x[:1, :])": NUMERIC,
    "xp.vecdot(x, x, axis=-2)": NUMERIC,
    "xp.linalg.outer(x[0, :], x[1, :])": NUMERIC,
    "xp.linalg.cross(x[:, 1:], x[:1, 1:])": NUMERIC,
    "xp.linalg.diagonal(x, offset=1)": NUMERIC,
    "xp.linalg.trace(x)": NUMERIC,
    # indexing
    "x[1, -1]": ALL,
    "x[:, None, 1:3]": ALL,
    "x[..., 0]": ALL,
    "x[::2, :]": ALL,
    "x[x == x[0, 0]]": ALL,
    "[y := xp.asarray(x, copy=True), y.__setitem__((0, 1), x[2, 2]), y][2]": ALL,
    "[y := xp.asarray(x, copy=True), y.__setitem__(x == x[1, 1], x[2, 2]), y][2]": ALL,
}
ON_MATRICES = """
    xp.linalg.{det,inv,eigvalsh,svdvals,cholesky,matrix_rank,pinv}(s)
    xp.linalg.cholesky(s, upper=True)
    xp.linalg.slogdet(s)
    xp.linalg.{matrix_norm,vector_norm}(s)
    xp.linalg.matrix_norm(s, ord={1,-1,2,-2,float('inf'),'nuc'}, keepdims=True)
    xp.linalg.vector_norm(s, ord={0,1,3,float('inf'),-float('inf')}, axis=(0, 2), keepdims=True)
    xp.linalg.matrix_power(s, {0,3,-2})
    xp.linalg.solve(s, s)
    xp.linalg.solve(s[0, ...], s[0, :, 0])
    xp.linalg.qr(s)[0].shape
    xp.linalg.svd(s[:, :2, :], full_matrices=False)[2].shape
"""
ON_SIGNALS = """
    xp.fft.{fft,ifft}(c)
    xp.fft.{fft,ifft}(c, n=6, axis=0, norm='{ortho,forward}')
    xp.fft.{fftn,ifftn}(c)
    xp.fft.{fftn,ifftn}(c, s=(3, 5), axes=(0, 1), norm='ortho')
    xp.fft.{irfft,hfft}(c)
    xp.fft.irfftn(c)
    xp.fft.{rfft,ihfft}(r)
    xp.fft.rfftn(r, norm='forward')
    xp.fft.{fftshift,ifftshift}(c)
    xp.fft.fftshift(c, axes=0)
    xp.fft.{fftfreq,rfftfreq}(7, d=0.5, dtype=xp.float64)
"""


def expanded(line: str) -> list[str]:
    """f{a,b}(x) as fa(x) and fb(x)."""
    before, brace, rest = line.partition("{")
    if not brace:
        return [line]
    names, _, after = rest.partition("}")
    return [text for name in names.split(",") for text in expanded(before + name + after)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", EXPRESSIONS)
def test_expression(line, same):
    for expression in expanded(line):
        for dtype in EXPRESSIONS[line]:
            x = sample(dtype, (3, 4), 7)
            if x.dtype.kind == "f" and "nan" not in line:
                x = np.where(np.isfinite(x), x, x.dtype.type(0.25))
            if "float64" in line and x.dtype.kind in "iu":
                x = x % 7
            if "prod" in line and x.dtype.kind in "fc":
                x = np.sqrt(np.abs(x) + 1).astype(dtype)
            same(expression, x=x)


@pytest.mark.parametrize("line", ON_MATRICES.split("\n")[1:-1])
@pytest.mark.parametrize("dtype", FLOATS)
def test_matrices(line, dtype, same):
    a = np.random.default_rng(0).standard_normal((2, 3, 3)).astype(dtype)
    s = (a @ np.conj(np.swapaxes(a, 1, 2)) + 3 * np.eye(3)).astype(dtype)
    for expression in expanded(line.strip()):
        same(expression, s=s)


@pytest.mark.parametrize("line", ON_SIGNALS.split("\n")[1:-1])
@pytest.mark.parametrize("size", ["single", "double"])
def test_transforms(line, size, same):
    random = np.random.default_rng(0)
    r = random.standard_normal((4, 5)).astype("float32" if size == "single" else "float64")
    c = (r + 1j * r[::-1]).astype("complex64" if size == "single" else "complex128")
    for expression in expanded(line.strip()):
        same(expression, r=r, c=c)


def test_the_largest_numbers_of_uint64():
    most = 2**64 - 1
    x = xp.full((2, 3), most, dtype=xp.uint64)
    assert x.tolist() == [[most] * 3] * 2 and xp.full_like(x, 2**63).tolist() == [[2**63] * 3] * 2
    x[0, 1] = most - 1
    assert x[0].tolist() == [most, most - 1, most] and (x - (most - 1)).tolist() == [[1, 0, 1], [1, 1, 1]]
    assert xp.arange(most - 3, most, dtype=xp.uint64).tolist() == [most - 3, most - 2, most - 1]
    assert (x + 1).tolist() == [[0, most, 0], [0, 0, 0]] and xp.bitwise_xor(x, most).tolist() == [[0, 1, 0], [0, 0, 0]]
    assert int(x[0, 0]) == most and float(x[0, 0]) == 2.0**64
    for wrong in (lambda: xp.ones(2, dtype=xp.int64) + 2**63, lambda: xp.ones(2, dtype=xp.int64) < 2**63):
        with pytest.raises(OverflowError, match="64 bits"):
            wrong()
    with pytest.raises((OverflowError, RuntimeError)):
        xp.ones(2, dtype=xp.int64).__setitem__(0, 2**63)
    with pytest.raises(OverflowError):
        x + 2**64


def test_general_eigenvalues():
    for dtype in (xp.float32, xp.float64, xp.complex128):
        x = xp.asarray([[0.0, -1.0], [1.0, 0.0]], dtype=dtype)
        values, vectors = xp.linalg.eig(x)
        assert values.dtype == vectors.dtype == (xp.complex64 if dtype == xp.float32 else xp.complex128)
        assert bool(xp.all(xp.abs(xp.astype(x, values.dtype) @ vectors - vectors * values) < 1e-5))
        assert xp.sort(xp.imag(xp.linalg.eigvals(x))).tolist() == pytest.approx([-1.0, 1.0])


def test_each_nan_is_distinct_and_complex_numbers_are_ordered():
    x = xp.asarray([float("nan"), 1.0, float("nan"), 1.0])
    values, indices, inverse, counts = xp.unique_all(x)
    assert values.shape == (3,) and counts.tolist() == [2, 1, 1] and indices[0] == 1 and inverse.shape == (4,)
    for dtype in COMPLEX:
        z = xp.asarray([[1 + 2j, 0j], [1 + 2j, 1 + 1j]], dtype=getattr(xp, dtype))
        values, indices, inverse, counts = xp.unique_all(z)
        assert values.tolist() == [0j, 1 + 1j, 1 + 2j] and indices.tolist() == [1, 3, 0]
        assert counts.tolist() == [1, 1, 2] and inverse.tolist() == [[2, 0], [2, 1]]


@pytest.mark.parametrize("module", ["", "linalg", "fft"])
def test_every_name_and_signature(module):
    ours, theirs = (getattr(namespace, module) if module else namespace for namespace in (xp, strict))
    names = [
        name
        for name in theirs.__all__
        if "flags" not in name.lower() and name not in ("Device", "DType", "__version__")
    ]
    assert len(names) > 10
    for name in names:
        assert hasattr(ours, name), name
        function = getattr(theirs, name)
        if not inspect.isfunction(function):
            continue
        mine = inspect.signature(getattr(ours, name)).parameters
        for parameter in inspect.signature(function).parameters.values():
            assert parameter.name in mine, (name, parameter)
            kinds = {parameter.kind, inspect.Parameter.POSITIONAL_OR_KEYWORD}
            assert mine[parameter.name].kind in kinds, (name, parameter)
            default = parameter.default
            if default is None or isinstance(default, int | float | str):
                assert mine[parameter.name].default == default, (name, parameter)
        assert getattr(ours, name).__doc__, name


def test_dtypes():
    for a in ALL:
        for b in ALL:
            ours, theirs = (getattr(namespace, a) for namespace in (xp, strict)), (getattr(strict, b), getattr(xp, b))
            mine, other = ours
            if not promotable(a, b):
                continue
            assert xp.can_cast(mine, theirs[1]) == strict.can_cast(other, theirs[0]), (a, b)
    for name in REAL_FLOATS + COMPLEX:
        mine, theirs = xp.finfo(getattr(xp, name)), strict.finfo(getattr(strict, name))
        assert [mine.bits, mine.max, mine.min] == [theirs.bits, theirs.max, theirs.min]
        assert [mine.eps, mine.smallest_normal] == [theirs.eps, theirs.smallest_normal]
        assert str(theirs.dtype).endswith(str(mine.dtype).removeprefix("torch."))
    for name in INTEGERS:
        mine, theirs = xp.iinfo(xp.ones(1, dtype=getattr(xp, name))), strict.iinfo(getattr(strict, name))
        assert [mine.bits, mine.max, mine.min] == [theirs.bits, theirs.max, theirs.min]
    assert xp.result_type(xp.uint16, xp.int16, 3) == xp.int32 and xp.result_type(xp.float32, 1j) == xp.complex64
    assert xp.isdtype(xp.uint32, ("bool", "integral")) and not xp.isdtype(xp.uint32, "signed integer")
    for refused in (lambda: xp.result_type(xp.uint64, xp.int8), lambda: xp.asarray(1) + xp.asarray(1, dtype=xp.uint64)):
        with pytest.raises((TypeError, RuntimeError), match="uint64"):
            refused()


def test_the_namespace_of_a_tensor():
    x = xp.zeros((2, 3))
    assert x.__array_namespace__() is xp and x.__array_namespace__(api_version="2023.12") is xp
    with pytest.raises(ValueError, match=r"2019\.01"):
        x.__array_namespace__(api_version="2019.01")
    assert x.to_device("cpu") is x and x.device.type == "cpu"
    info = xp.__array_namespace_info__()
    assert info.default_device() in info.devices() and info.capabilities()["boolean indexing"]
    assert info.dtypes(kind="unsigned integer") == {f"uint{n}": getattr(xp, f"uint{n}") for n in (8, 16, 32, 64)}
    assert set(info.dtypes(kind=("bool", "complex floating"))) == {"bool", "complex64", "complex128"}
    assert info.default_dtypes()["integral"] == xp.int64 and len(info.dtypes()) == 13


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: xp.squeeze(xp.zeros((2, 1)), 0),
        lambda: xp.expand_dims(xp.zeros(2), 3),
        lambda: xp.nonzero(xp.asarray(1)),
        lambda: xp.take(xp.zeros((2, 2)), xp.asarray([0])),
        lambda: xp.reshape(xp.zeros((2, 3)).mT, (6,), copy=False),
        lambda: xp.broadcast_shapes((2,), (3,)),
        lambda: xp.asarray([1.0], copy=False),
        lambda: xp.cumulative_sum(xp.zeros((2, 2))),
        lambda: xp.matrix_transpose(xp.zeros(2)),
        lambda: xp.linalg.cross(xp.zeros(2), xp.zeros(2)),
        lambda: xp.astype(xp.zeros(1, dtype=xp.complex64), xp.float32),
        lambda: xp.isdtype(xp.int8, "number"),
        lambda: xp.add(xp.zeros(2, dtype=xp.int8), 1.5),
    ],
)
def test_what_is_refused(wrong):
    with pytest.raises((ValueError, IndexError, TypeError, RuntimeError)):
        wrong()
