"""A number, or a tensor of no dims, beside a tensor: in which dtype it is read, and which numbers are refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as ours

TENTH = 0.1
OPERANDS: dict[str, Callable[[Any, Any, Any], Any]] = {
    **{
        op: lambda t, x, s, op=op: getattr(t, op)(x, s)
        for op in ("add", "sub", "rsub", "mul", "div", "remainder", "fmod", "pow", "copysign", "xlogy")
    },
    **{op: lambda t, x, s, op=op: getattr(t, op)(x, s) for op in ("eq", "ne", "lt", "le", "gt", "ge")},
    "floor_divide": lambda t, x, s: x // s,
    "div floor": lambda t, x, s: t.div(x, s, rounding_mode="floor"),
    "div trunc": lambda t, x, s: t.div(x, s, rounding_mode="trunc"),
    "number times": lambda t, x, s: s * x,
    "number to the power": lambda t, x, s: s**x,
    "clamp": lambda t, x, s: x.clamp(s),
    "where": lambda t, x, s: t.where(x > 0, x, s),
    "masked_fill": lambda t, x, s: x.masked_fill(x > 0, s),
}
OF_TENSORS = ("atan2", "hypot", "logaddexp", "maximum", "minimum", "fmax", "fmin")
NUMBERS: dict[str, Callable[[Any, Any, float], Any]] = {
    "alpha of add": lambda t, x, n: t.add(x, x, alpha=n),
    "alpha of sub": lambda t, x, n: t.sub(x, x, alpha=n),
    "alpha of index_add": lambda t, x, n: x.index_add(0, t.arange(x.shape[0]), x, alpha=n),
    "value of addcmul": lambda t, x, n: t.addcmul(x, x, x, value=n),
    "value of addcdiv": lambda t, x, n: t.addcdiv(x, x, x, value=n),
    "weight of lerp": lambda t, x, n: t.lerp(x, x * 2, n),
    "pow": lambda t, x, n: x.abs() ** n,
    **{
        f: lambda t, x, n, f=f: getattr(t.nn.functional, f)(x, n)
        for f in ("leaky_relu", "elu", "celu", "softplus", "softshrink", "hardshrink")
    },
    "hardtanh": lambda t, x, n: t.nn.functional.hardtanh(x, -n, n),
    "threshold": lambda t, x, n: t.nn.functional.threshold(x, n, 3.0),
    "smooth_l1": lambda t, x, n: t.nn.functional.smooth_l1_loss(x, x * 2, reduction="none", beta=n),
    "huber": lambda t, x, n: t.nn.functional.huber_loss(x, x * 2, reduction="none", delta=n),
}


def halves(t: Any, dtype: str) -> Any:
    """Numbers of all sizes, and what 0.1 is in the dtype."""
    values = reference.randn(1000, generator=reference.Generator().manual_seed(0), dtype=reference.float64).tolist()
    return t.tensor([TENTH, -TENTH, *values], dtype=getattr(t, dtype))


def same_values(mine: Any, wanted: Any, what: str, tolerance: float = 0) -> None:
    a = reference.tensor(mine.to(ours.float64).tolist(), dtype=reference.float64)
    b = wanted.to(reference.float64)
    near = (a - b).abs() <= tolerance * b.abs().clamp(min=0.01 if tolerance else 0)
    wrong = ~((a == b) | (a.isnan() & b.isnan()) | near)
    found, missed = a[wrong][:5].tolist(), b[wrong][:5].tolist()
    assert not found, f"{what}: {found} is not {missed}"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("op", OPERANDS)
def test_operand_beside_halves(op: str, dtype: str) -> None:
    call = OPERANDS[op]
    for make in (lambda t: TENTH, lambda t: t.tensor(TENTH), lambda t: t.tensor(TENTH, dtype=t.float64)):
        mine, wanted = (call(t, halves(t, dtype), make(t)) for t in (ours, reference))
        # Formulas of the transcendental functions differ by one place of a half.
        tolerance = 2.0**-7 if op in ("pow", "xlogy", "number to the power") else 0
        same_values(mine, wanted, f"{op} of {dtype} and {make(reference)!r}", tolerance)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("op", OF_TENSORS)
def test_tensor_of_no_dims_beside_halves(op: str, dtype: str) -> None:
    for s in (TENTH, 257.3):
        mine, wanted = (getattr(t, op)(halves(t, dtype), t.tensor(s)) for t in (ours, reference))
        same_values(mine, wanted, f"{op} of {dtype} and {s}", 2.0**-7 if op in ("atan2", "hypot", "logaddexp") else 0)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("what", NUMBERS)
def test_number_argument_beside_halves(what: str, dtype: str) -> None:
    mine, wanted = (NUMBERS[what](t, halves(t, dtype), TENTH) for t in (ours, reference))
    exact = what.startswith(("hard", "threshold"))
    same_values(mine, wanted, f"{what} {TENTH} of {dtype}", 0 if exact else 2.0**-6)


def test_the_values_reported() -> None:
    bf, half = ours.bfloat16, ours.float16
    assert bool(ours.tensor([0.1], dtype=bf) == 0.1)
    assert abs(float(ours.tensor([3.0], dtype=half) % 0.1) - 0.00073) < 1e-5
    # An integer of more digits than the common dtype has.
    assert (ours.tensor([1.0], dtype=bf) * ours.tensor([257])).tolist() == [256.0]
    assert bool(ours.tensor([256.0], dtype=bf) == ours.tensor([257]))
    # On the boundary the gradient flows, where the bound is rounded as the tensor is.
    x = ours.tensor([0.1], dtype=bf, requires_grad=True)
    x.clamp(-1, 0.1).sum().backward()
    assert x.grad.tolist() == [1.0]


def test_number_beside_narrow_integers() -> None:
    def int8(t: Any) -> Any:
        return t.tensor([100, -100], dtype=t.int8)

    # Arithmetic wraps the number round first, as PyTorch does ...
    for op in (lambda x, n: x // n, lambda x, n: x % n, lambda x, n: x + n, lambda x, n: x * n):
        for n in (300, -200, 3):
            assert op(int8(ours), n).tolist() == op(int8(reference), n).tolist()
    for n in (300, -200):
        mine, wanted = (t.maximum(int8(t), t.tensor(n)) for t in (ours, reference))
        assert mine.tolist() == wanted.tolist()
        mine, wanted = (t.tensor([200], dtype=t.uint8) // n for t in (ours, reference))
        assert mine.tolist() == wanted.tolist()
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        int8(ours) // 256
    # ... and comparisons do not: there the number has its place.
    x = int8(ours)
    assert (x < 300).tolist() == [True, True] and (x < ours.tensor(300)).tolist() == [True, True]
    assert (x > -1000).tolist() == [True, True] and (x == 356).tolist() == [False, False]


# A number, the dtype that cannot hold it, and whether PyTorch's tensor-making calls take it as infinity.
TOO_LARGE = [("int8", 300), ("int8", -1000), ("uint8", 300), ("int16", 2**40), ("float16", 1e6), ("float32", 1e39)]
REFUSALS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "clamp": lambda t, x, n: x.clamp(n, n),
    "clamp min": lambda t, x, n: x.clamp(min=n),
    "clamp max": lambda t, x, n: x.clamp(max=n),
    "clamp_": lambda t, x, n: x.clamp_(n, n),
    "where": lambda t, x, n: t.where(x > 0, x, n),
    "where first": lambda t, x, n: t.where(x > 0, n, x),
    "index_fill": lambda t, x, n: x.index_fill(0, t.tensor([0]), n),
    "index_fill_": lambda t, x, n: x.index_fill_(0, t.tensor([0]), n),
    "index_fill by tensor": lambda t, x, n: x.index_fill(0, t.tensor([0]), t.tensor(n, dtype=wide(t, n))),
    "scatter": lambda t, x, n: x.scatter(0, t.tensor([0]), n),
    "scatter_": lambda t, x, n: x.scatter_(0, t.tensor([0]), n),
    "scatter add": lambda t, x, n: x.scatter(0, t.tensor([0]), n, reduce="add"),
    "threshold": lambda t, x, n: t.nn.functional.threshold(x, n, 0),
    "threshold value": lambda t, x, n: t.nn.functional.threshold(x, 0, n),
    "hardtanh": lambda t, x, n: t.nn.functional.hardtanh(x, n, n),
    "add alpha": lambda t, x, n: t.add(x, x, alpha=n),
    "sub alpha": lambda t, x, n: t.sub(x, x, alpha=n),
    "rsub alpha": lambda t, x, n: t.rsub(x, x, alpha=n),
    "index_add alpha": lambda t, x, n: x.index_add(0, t.tensor([0]), x[:1], alpha=n),
    "addcmul": lambda t, x, n: t.addcmul(x, x, x, value=n),
    "addmm alpha": lambda t, x, n: t.addmm(x.view(1, 2), x.view(1, 2)[:, :1], x.view(1, 2), alpha=n),
    "addmm beta": lambda t, x, n: t.addmm(x.view(1, 2), x.view(1, 2)[:, :1], x.view(1, 2), beta=n),
    "addmv alpha": lambda t, x, n: t.addmv(x[:1], x.view(1, 2), x, alpha=n),
    "fill_": lambda t, x, n: x.fill_(n),
    "masked_fill": lambda t, x, n: x.masked_fill(x > 0, n),
    "full": lambda t, x, n: t.full((1,), n, dtype=x.dtype),
    "full_like": lambda t, x, n: t.full_like(x, n),
    "new_full": lambda t, x, n: x.new_full((1,), n),
    "tensor": lambda t, x, n: t.tensor([n], dtype=x.dtype),
    "subscript": lambda t, x, n: x.__setitem__(0, n),
    "pad": lambda t, x, n: t.nn.functional.pad(x, (1, 1), value=n),
}


def wide(t: Any, n: Any) -> Any:
    return t.float64 if isinstance(n, float) else t.int64


def told(t: Any, call: Callable[[Any, Any, Any], Any], dtype: str, n: Any) -> Any:
    x = t.tensor([5, 3], dtype=getattr(t, dtype))
    try:
        result = call(t, x, n)
    except (RuntimeError, NotImplementedError) as error:
        return type(error)
    return (x if result is None else result).tolist()


@pytest.mark.parametrize("what", REFUSALS)
def test_number_that_does_not_fit(what: str) -> None:
    refused = 0
    for dtype, n in TOO_LARGE:
        wanted = told(reference, REFUSALS[what], dtype, n)
        assert told(ours, REFUSALS[what], dtype, n) == wanted, f"{what} of {dtype} with {n}"
        refused += wanted is RuntimeError
    assert refused, f"PyTorch refuses no number in {what}"


@pytest.mark.parametrize("what", ["leaky_relu", "elu", "celu", "softplus"])
def test_factor_of_halves_has_to_fit_float32(what: str) -> None:
    x = ours.tensor([-1.0], dtype=ours.float16)
    call = getattr(ours.nn.functional, what)
    call(x, 1e6)  # what a half cannot hold is read in float32
    with pytest.raises(RuntimeError, match="without overflow"):
        call(x, 1e39)


def test_refused_call_leaves_nothing_behind() -> None:
    x = ours.tensor([5], dtype=ours.int8)
    version = x._version
    for call in (lambda: x.clamp_(-1000, 1000), lambda: x.index_fill_(0, ours.tensor([0]), 300), lambda: x.fill_(300)):
        with pytest.raises(RuntimeError, match="without overflow"):
            call()
    assert x.tolist() == [5] and x._version == version


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("dtype, number", [("float16", 70000), ("bfloat16", 1e39), ("float32", 1e39), ("int8", 300)])
def test_numbers_too_large_for_a_new_tensor(count: int, dtype: str, number: float) -> None:
    """One 16-bit element becomes infinity, several are refused: PyTorch's rule."""
    for make in (
        lambda t: t.full((count,), number, dtype=getattr(t, dtype)),
        lambda t: t.zeros(1, dtype=getattr(t, dtype)).new_full((count,), number),
        lambda t: t.full_like(t.zeros(count, dtype=getattr(t, dtype)), number),
        lambda t: t.linspace(0, number, 3, dtype=getattr(t, dtype)) if dtype == "int8" else t.zeros(1),
    ):
        outcomes = []
        for t in (ours, reference):
            try:
                outcomes.append(str(make(t).tolist()))
            except RuntimeError:
                outcomes.append("refused")
        assert outcomes[0] == outcomes[1]


# ---- a number before a tensor; exponents

INTEGERS = [1, 2, 3, 4, 7]
NUMBER_FIRST: dict[str, Callable[[Any, Any], Any]] = {
    "%": lambda t, x: 5 % x,
    "float %": lambda t, x: 5.5 % x,
    "<<": lambda t, x: 1 << x,
    ">>": lambda t, x: 200 >> x,
    "&": lambda t, x: 6 & x,
    "|": lambda t, x: 6 | x,
    "^": lambda t, x: 6 ^ x,
    **{
        op: lambda t, x, op=op: getattr(t, op)(6, x)
        for op in (
            "remainder",
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "bitwise_left_shift",
            "bitwise_right_shift",
            "float_power",
            "xlogy",
            "pow",
            "floor_divide",
        )
    },
    "remainder of a fraction": lambda t, x: t.remainder(-2.5, x),
}


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("what", NUMBER_FIRST)
def test_number_before_a_tensor(what: str, dtype: str) -> None:
    mine, right = (NUMBER_FIRST[what](t, t.tensor(INTEGERS, dtype=getattr(t, dtype))) for t in (ours, reference))
    assert (str(mine.dtype), mine.tolist()) == (str(right.dtype), right.tolist())


def test_gradient_of_a_number_before_a_tensor() -> None:
    """PyTorch has none for a remainder by a tensor, not even where the number is a tensor too."""
    x = ours.tensor([0.75, 2.0, -3.0], requires_grad=True)
    (5 % x + ours.remainder(2.5, x)).sum().backward()
    assert x.grad.tolist() == [-6.0 - 3.0, -2.0 - 1.0, 2.0 + 1.0]


def test_two_numbers_are_refused() -> None:
    for t in (ours, reference):
        for op in ("remainder", "bitwise_and", "bitwise_left_shift"):
            with pytest.raises(TypeError):
                getattr(t, op)(2, 3)


@pytest.mark.parametrize("form", ["clip", "clamp"])
@pytest.mark.parametrize("bounds", [(1, None), (None, 2), (1, 2)])
def test_bounds_that_are_tensors(form: str, bounds: tuple[int | None, int | None]) -> None:
    def clipped(t: Any) -> list[Any]:
        low, high = (b if b is None else t.tensor([b, b, b - 0.5, b + 0.5]) for b in bounds)
        x = t.arange(4.0, requires_grad=True)
        y = getattr(x, form)(low, high)
        y.sum().backward()
        inplace = getattr(t.arange(4.0), form + "_")(low, high)
        return [
            y.tolist(),
            x.grad.tolist(),
            inplace.tolist(),
            getattr(t, form)(t.arange(4), min=low, max=high).tolist(),
        ]

    assert clipped(ours) == clipped(reference)


@pytest.mark.parametrize("count", [1, 7, 40, 20000])
@pytest.mark.parametrize("exponent", [16777217, 16777217.0, -16777217, 1 / 3, 37.9, -0.1, 200.1, 2.5, 1e-9])
def test_exponents_are_not_rounded(exponent: float, count: int) -> None:
    """Of the number itself, whatever its place in the tensor; PyTorch rounds it to float32 for all but the last few."""
    for base in (-1.0, 1.0000001, 1.3, 0.25, 0.0, float("inf")):
        x = ours.full((count,), base)
        wide = reference.full((1,), base, dtype=reference.float32).double()
        right = (wide**exponent).float().item()
        for got in (x**exponent, ours.pow(x, exponent), x.clone().pow_(exponent), ours.pow(x, exponent, out=x.clone())):
            assert str(got.dtype) == "torch.float32"
            values = reference.tensor(got.tolist())
            reference.testing.assert_close(values, reference.full((count,), right), rtol=2e-7, atol=0, equal_nan=True)


def test_gradient_of_an_exact_exponent() -> None:
    x = ours.tensor([1.3, 0.7], requires_grad=True)
    (x**37.9).sum().backward()
    wide = reference.tensor(x.tolist(), dtype=reference.float64)
    right = 37.9 * wide**36.9
    reference.testing.assert_close(reference.tensor(x.grad.tolist()), right.float(), rtol=1e-6, atol=0)


KINDS = ["uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64"]


@pytest.mark.parametrize("second", [*KINDS, "0-dim int", "0-dim float"])
@pytest.mark.parametrize("first", KINDS)
def test_ldexp(first: str, second: str) -> None:
    def scaled(t: Any) -> Any:
        x = t.tensor([3], dtype=getattr(t, first))
        if second.startswith("0-dim"):
            exponents = t.tensor(2 if second.endswith("int") else 2.0)
        else:
            exponents = t.tensor([2], dtype=getattr(t, second))
        y = t.ldexp(x, exponents)
        return str(y.dtype), y.tolist()

    assert scaled(ours) == scaled(reference)


def test_ldexp_at_the_ends_of_the_range() -> None:
    values = [1e-30, 1e-44, 1.0, 1.5, 0.0, float("inf"), float("nan"), 3e38, 1.25]
    exponents = [140, 260, -140, 200, 2000, -2000, 3, -1, 1]

    def scaled(t: Any, dtype: str) -> list[str]:
        y = t.ldexp(t.tensor(values, dtype=getattr(t, dtype)), t.tensor(exponents))
        return [str(v) for v in y.double().tolist()]

    for dtype in ("float32", "float64"):
        assert scaled(ours, dtype) == scaled(reference, dtype)


def test_gradient_of_ldexp() -> None:
    def gradients(t: Any) -> list[list[float]]:
        x, e = t.tensor([1.5, 2.0], requires_grad=True), t.tensor([2.0, 3.0], requires_grad=True)
        t.ldexp(x, e).sum().backward()
        return [x.grad.tolist(), e.grad.tolist()]

    for mine, right in zip(gradients(ours), gradients(reference), strict=True):
        assert mine == pytest.approx(right, rel=1e-6)


REFUSED: dict[str, Callable[[Any], Any]] = {
    "beta of addr": lambda t: t.addr(t.zeros(2, 2, dtype=t.int8), *2 * [t.ones(2, dtype=t.int8)], beta=1000),
    "alpha of addr": lambda t: t.addr(t.zeros(2, 2, dtype=t.float16), *2 * [t.ones(2, dtype=t.float16)], alpha=1e5),
    "a fraction as beta of addr": lambda t: t.addr(t.zeros(2, 2, dtype=t.int64), *2 * [t.tensor([1, 2])], beta=0.5),
    "a bool as alpha of addr": lambda t: t.addr(t.zeros(2, 2), t.ones(2), t.ones(2), alpha=True),
    "linspace": lambda t: t.linspace(0, 1e5, 2, dtype=t.float16),
    "linspace of float32": lambda t: t.linspace(0, 1e39, 2),
    "logspace": lambda t: t.logspace(0, 1e39, 2),
    "eps of logit": lambda t: t.logit(t.tensor([0.5], dtype=t.float16), 1e5),
    "lambda of softshrink": lambda t: t.nn.functional.softshrink(t.ones(1, dtype=t.float16), 1e5),
    "a negative lambda": lambda t: t.nn.functional.softshrink(t.ones(1), -1.0),
    "a lambda that is NaN": lambda t: t.nn.functional.softshrink(t.ones(1), float("nan")),
    "an infinite lambda": lambda t: t.nn.functional.softshrink(t.ones(1), float("inf")),
    "negative limits": lambda t: t.nn.functional.hardtanh(t.ones(1, dtype=t.uint8), -3, 3),
}


@pytest.mark.parametrize("what", REFUSED)
def test_numbers_that_are_refused(what: str) -> None:
    for t in (reference, ours):
        with pytest.raises(RuntimeError):
            REFUSED[what](t)


def test_addr_of_bools() -> None:
    def results(t: Any) -> list[Any]:
        a, b = t.tensor([True, False]), t.tensor([[False, True], [False, False]])
        rows = [t.addr(b, a, a, beta=beta, alpha=alpha) for beta in (0, 1, 2, True) for alpha in (0, 1, False)]
        return [(str(y.dtype), y.tolist()) for y in rows]

    assert results(ours) == results(reference)


PAST_64_BITS = {
    OverflowError: [
        lambda t, x: x + 2**70,
        lambda t, x: 2**70 * x,
        lambda t, x: x == 2**70,
        lambda t, x: x.fill_(2**70),
        lambda t, x: t.full((2,), 2**70),
    ],
    ValueError: [
        lambda t, x: t.tensor(2**70),
        lambda t, x: x[2**70],
        lambda t, x: x.sum(2**70),
        lambda t, x: x.roll(2**70),
    ],
}


@pytest.mark.parametrize("error", PAST_64_BITS)
def test_integers_of_more_than_64_bits(error: type[Exception]) -> None:
    for t in (ours, reference):
        assert t.tensor([1, 2**70], dtype=t.float64).tolist() == [1, 2**70]
        assert t.tensor(2**64, dtype=t.float32).item() == 2**64
        assert t.tensor([0.5, 2**63]).tolist() == [0.5, 2**63]
        for call in PAST_64_BITS[error]:
            with pytest.raises(error, match=r"int too big to convert|Overflow when unpacking long"):
                call(t, t.ones(2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ranges_have_the_bits_of_pytorch(dtype: str) -> None:
    draw, compared = random.Random(dtype), 0
    for _ in range(200):
        n, low, high = draw.choice([1, 2, 7, 15, 16, 33, 100, 1000]), draw.uniform(-5, 5), draw.uniform(-100, 100)
        step = draw.choice([0.1, -0.7, draw.uniform(0.01, 3)])
        for run in (
            lambda t, d, n=n, low=low, high=high: t.linspace(low, high, n, dtype=d),
            lambda t, d, n=n, low=low, step=step: t.arange(low, low + step * n, step, dtype=d),
        ):
            found, expected = run(ours, getattr(ours, dtype)), run(reference, getattr(reference, dtype))
            assert found.tolist() == expected.tolist()
            compared += expected.numel()
    assert compared > 5000
