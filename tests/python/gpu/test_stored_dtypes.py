"""Dtypes without kernels of their own, on CUDA: what the CPU gives, whose conversions are PyTorch's."""

import pytest
import vibetensor.torch as vt

FLOATS = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")
INTEGERS = ("uint16", "uint32", "uint64")
TABLED = ("bool", "uint8", "int16", "int64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128")


pytestmark = pytest.mark.cuda


def as_bits(x):
    """The elements as integers of their size, those of a dtype that is computed in as text: no two NaNs are equal."""
    if str(x.dtype).removeprefix("torch.") in TABLED:
        return str(x.cpu().tolist())
    kind = {1: vt.uint8, 2: vt.int16, 4: vt.int32, 8: vt.int64}[x.element_size()]
    return x.cpu().contiguous().view(kind).tolist()


def values(name):
    if name in FLOATS:
        return (vt.arange(600) / 7).to(getattr(vt, name))
    return vt.cat([vt.arange(0, 300), vt.arange(0, 300) * 211]).to(vt.float32).to(getattr(vt, name))


@pytest.mark.filterwarnings("ignore:Casting complex")
@pytest.mark.parametrize("name", [*FLOATS, *INTEGERS])
def test_conversions(name):
    compared = 0
    for other in (*TABLED, *FLOATS, *INTEGERS):
        for a, b in ((name, other), (other, name)):
            x = values(a)
            for layout in (lambda t: t, lambda t: t.view(2, -1).t(), lambda t: t[::3], lambda t: t[:1].expand(70)):
                here, there = layout(x).to(getattr(vt, b)), layout(x.cuda()).to(getattr(vt, b))
                assert there.dtype == here.dtype and as_bits(there) == as_bits(here), (a, b)
                compared += 1
    assert compared > 100


@pytest.mark.parametrize("name", FLOATS)
def test_rounding(name):
    patterns = (vt.arange(0, 2**32, 2**13 + 1) - 2**31).to(vt.int32).view(vt.float32)
    assert as_bits(patterns.cuda().to(getattr(vt, name))) == as_bits(patterns.to(getattr(vt, name)))
    every = vt.arange(256).to(vt.uint8).view(getattr(vt, name))
    assert as_bits(every.cuda().to(vt.float32)) == as_bits(every.to(vt.float32))


@pytest.mark.parametrize("name", [*FLOATS, *INTEGERS])
def test_moving(name):
    x = values(name).view(20, 30)

    def moved(x):
        y = x.clone()
        y[1] = x[0]
        y[:, 2].fill_(4)
        ones = vt.full((3, 2), 2, dtype=x.dtype, device=x.device)
        index = vt.tensor([2, 0], device=x.device)
        return [
            y,
            ones,
            x.t().contiguous(),
            vt.cat([x, x.flip(0)]),
            x[index],
            x.index_select(1, index),
            x[:, ::2].clone(),
        ]

    for here, there in zip(moved(x), moved(x.cuda()), strict=True):
        assert there.is_cuda and as_bits(there) == as_bits(here)
    assert as_bits(x.cuda().cpu()) == as_bits(x)
    assert as_bits(x.t().cuda().to("cpu", vt.float32)) == as_bits(x.t().to(vt.float32))


@pytest.mark.parametrize("name", FLOATS)
def test_arithmetic_is_refused(name):
    x = values(name).cuda()
    for call in (lambda: x * x, lambda: x < x, lambda: x.max(), lambda: x.sort(), lambda: x.argmax()):
        with pytest.raises((NotImplementedError, RuntimeError)):
            call()


def ends(name):
    """Small numbers and the largest, (20, 30), none of them 0."""
    x = values(name).view(20, 30).clone()
    x[x == 0] = 5
    bits = x.view({2: vt.int16, 4: vt.int32, 8: vt.int64}[x.element_size()])
    middle = -(2 ** (8 * x.element_size() - 1))
    bits[3, 4], bits[7, 1], bits[0, 0] = -1, middle, 3  # the largest, the middle, a small one
    return x


COMPUTED = {
    "arithmetic": lambda x: [x + x, x * x, x - x.flip(0), x // 7, x % 7, -x, x**2, x + 1, 3 - x],
    "rows": lambda x: [x.t() + x[0, :20], x * x[:, :1], vt.where(x > 100, x, x[:1])],
    "order": lambda x: [x < x.flip(1), x >= 100, x > -1, vt.maximum(x, x.flip(0)), vt.minimum(x, x.flip(1))],
    "bits": lambda x: [x & 12, x | 1, x ^ x.flip(0), ~x, x << 3, x >> 2],
    "reductions": lambda x: [
        x.sum(),
        x.sum(1),
        x.amax(0),
        x.min(),
        x.any(1),
        vt.all(x, 0),
        x.prod(0),
        x.sum(0, dtype=x.dtype),
    ],
    "places": lambda x: [x.argmax(1), x.argmin(0), x.max(1)[0], x.min(0)[0]],
    "sorting": lambda x: [
        x.sort(1)[0],
        x.sort(0, descending=True)[0],
        x.topk(3, 1)[0],
        x.unique(),
        x.kthvalue(4, 1)[0],
    ],
    "searching": lambda x: [vt.searchsorted(x[0].sort()[0], x), vt.isin(x, x[2]), x.nonzero(), x[x > 200]],
    "running": lambda x: [x.cumsum(0, dtype=x.dtype), x.cumprod(1, dtype=x.dtype), x.cummax(1)[0]],
    "products": lambda x: [x @ x.t(), x[None] @ x.t()[None], x[0] @ x[1]],
    "by index": lambda x: [
        x.gather(1, x.argsort(1)),
    ],
    "in place": lambda x: [x.clone().add_(x).mul_(3).bitwise_or_(1), vt.add(x, x, out=vt.empty_like(x))],
    "ranges": lambda x: [vt.arange(3, 90, 4, dtype=x.dtype, device=x.device), x.tril(), x.clamp(min=x[0, 0])],
    "a number on the host": lambda x: [x * vt.tensor(3, dtype=x.dtype), x + vt.tensor(3, dtype=vt.uint8)],
}


@pytest.mark.parametrize("what", COMPUTED)
@pytest.mark.parametrize("name", INTEGERS)
def test_unsigned_integers_are_computed_with(name, what):
    x = ends(name)
    for here, there in zip(COMPUTED[what](x), COMPUTED[what](x.cuda()), strict=True):
        assert there.is_cuda and there.dtype == here.dtype and there.shape == here.shape
        assert as_bits(there) == as_bits(here)


@pytest.mark.parametrize("name", INTEGERS)
def test_unsigned_integers_become_floats(name):
    x, floats = values(name), vt.linspace(0, 1, 600)
    for here, there in (
        (x + floats, x.cuda() + floats.cuda()),
        (x.exp(), x.cuda().exp()),
        (x[5] * floats, x[5].cuda() * floats.cuda()),
        (x.view(20, 30).t() + floats.view(30, 20), x.cuda().view(20, 30).t() + floats.cuda().view(30, 20)),
    ):
        assert vt.allclose(there.cpu(), here, rtol=1e-5, equal_nan=True)
