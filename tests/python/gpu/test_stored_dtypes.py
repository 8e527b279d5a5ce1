"""The dtypes that are stored and converted, on CUDA: what the CPU gives, whose conversions are PyTorch's."""

import pytest
import vibetensor.torch as vt

FLOATS = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")
INTEGERS = ("uint16", "uint32", "uint64")
COMPUTED = ("bool", "uint8", "int16", "int64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128")


pytestmark = pytest.mark.cuda


def as_bits(x):
    """The elements as integers of their size, those of a dtype that is computed in as text: no two NaNs are equal."""
    if str(x.dtype).removeprefix("torch.") in COMPUTED:
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
    for other in (*COMPUTED, *FLOATS, *INTEGERS):
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


@pytest.mark.parametrize("name", [*FLOATS, *INTEGERS])
def test_arithmetic_is_refused(name):
    x = values(name).cuda()
    for call in (lambda: x * x, lambda: x < x, lambda: x.max(), lambda: x.sort(), lambda: x.argmax()):
        with pytest.raises((NotImplementedError, RuntimeError)):
            call()


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
