"""Values and derivatives where they are hard: zeros of both signs, subnormal, tiny and huge numbers, infinities, NaN,
ties and bounds, all against all, in float64 and float32, against PyTorch's.

A row says nothing where both sides are right in other ways; `apart` gives the reason.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as ours

Call = Callable[..., Any]
COMMON = [0.0, -0.0, 1e-8, 1e-3, 0.5, -0.5, 1.0, -1.0, 1.5, 2.0, -2.0, 3.0, -3.0, 6.0, -6.0, 20.0, -20.0, 50.0, -50.0]
COMMON += [100.0, -100.0, 1e10, -1e10, math.inf, -math.inf, math.nan]
POINTS = {
    "float64": [*COMMON, 5e-324, -5e-324, 1e-310, 1e-200, -1e-200, 1e-25, 1e200, -1e200],
    "float32": [*COMMON, 1e-45, -1e-45, 1e-39, 1e-30, -1e-30, 1e-25, 1e30, -1e30],
}
FINITE_DOMAIN = "outside the domain, or where PyTorch's formula leaves the dtype's range, ours does not"

UNARY: dict[str, Call] = {
    **{
        op: lambda t, x, op=op: getattr(t, op)(x)
        for op in [
            "abs",
            "neg",
            "exp",
            "exp2",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sqrt",
            "rsqrt",
            "reciprocal",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "atanh",
            "sigmoid",
            "erf",
            "erfc",
            "erfinv",
            "sinc",
            "logit",
            "floor",
            "ceil",
            "trunc",
            "round",
            "frac",
            "sign",
            "sgn",
            "angle",
            "square",
            "nan_to_num",
            "relu",
            "deg2rad",
            "rad2deg",
        ]
    },
    **{
        f: lambda t, x, f=f: getattr(t.nn.functional, f)(x)
        for f in [
            "silu",
            "mish",
            "softplus",
            "elu",
            "selu",
            "leaky_relu",
            "hardtanh",
            "hardswish",
            "logsigmoid",
            "softshrink",
            "hardshrink",
            "relu6",
            "softsign",
        ]
    },
    "logit with eps": lambda t, x: t.logit(x, 0.25),
    "softplus 3 2": lambda t, x: t.nn.functional.softplus(x, 3.0, 2.0),
    "hardtanh .1 .3": lambda t, x: t.nn.functional.hardtanh(x, 0.1, 0.3),
    "threshold": lambda t, x: t.nn.functional.threshold(x, 1.0, 0.1),
    **{f"pow {e}": lambda t, x, e=e: x**e for e in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5, 2.5, 0.1, 1 / 3, 100)},
    **{f"number {b} to the power": lambda t, x, b=b: b**x for b in (2.0, 0.0, -1.0, 0.1, 3, 10)},
    **{
        f"clamp {low} {high}": lambda t, x, low=low, high=high: x.clamp(low, high)
        for low, high in ((-1.0, 1.0), (0.0, None), (None, 2.0), (0.5, -0.5), (math.nan, 1.0), (0.1, 0.3))
    },
    **{f"mul {c}": lambda t, x, c=c: x * c for c in (0.1, 0.0, math.inf, math.nan)},
    **{f"div {c}": lambda t, x, c=c: x / c for c in (0.1, 0.0, math.inf, math.nan)},
    **{f"xlogy {c}": lambda t, x, c=c: t.xlogy(x, c) for c in (0.1, 0.0, 3.0)},
    **{f"copysign {c}": lambda t, x, c=c: t.copysign(x, c) for c in (0.1, -0.1, 0.0, -0.0)},
    "float_power": lambda t, x: t.float_power(x.abs(), 0.1),
    "lerp": lambda t, x: t.lerp(x, x * 2, 0.3),
}
TWO: dict[str, Call] = {
    **{
        op: lambda t, x, y, op=op: getattr(t, op)(x, y)
        for op in [
            "add",
            "sub",
            "mul",
            "div",
            "pow",
            "atan2",
            "hypot",
            "copysign",
            "logaddexp",
            "logaddexp2",
            "xlogy",
            "maximum",
            "minimum",
            "fmax",
            "fmin",
        ]
    },
    "clamp min": lambda t, x, y: t.clamp(x, min=y),
    "clamp max": lambda t, x, y: t.clamp(x, max=y),
    "clamp both": lambda t, x, y: t.clamp(x, min=y, max=y * 0 + 1.0),
    "lerp": lambda t, x, y: t.lerp(x, y, 0.3),
    "where": lambda t, x, y: t.where(x > y, x, y),
    **{
        f"{f} {options}": lambda t, x, y, f=f, options=options: getattr(t.nn.functional, f)(
            x, y, reduction="none", **options
        )
        for f, options in (
            ("mse_loss", {}),
            ("l1_loss", {}),
            ("smooth_l1_loss", {}),
            ("smooth_l1_loss", {"beta": 0.3}),
            ("smooth_l1_loss", {"beta": 0.0}),
            ("huber_loss", {}),
            ("huber_loss", {"delta": 0.3}),
        )
    },
}


def pairs(call: Call) -> Call:
    """Of rows of two."""
    return lambda t, x, y: call(t, t.stack([x, y], 1))


TWO |= {
    f"rows: {name}": pairs(call)
    for name, call in {
        "amax": lambda t, z: z.amax(1),
        "amin": lambda t, z: z.amin(1),
        "max": lambda t, z: z.max(1)[0],
        "min": lambda t, z: z.min(1)[0],
        "sort": lambda t, z: z.sort(1)[0][:, 0],
        "topk": lambda t, z: z.topk(1)[0][:, 0],
        "median": lambda t, z: z.median(1)[0],
        "nanmedian": lambda t, z: z.nanmedian(1)[0],
        "nansum": lambda t, z: z.nansum(1),
        "logsumexp": lambda t, z: t.logsumexp(z, 1),
        "log_softmax": lambda t, z: t.nn.functional.log_softmax(z, 1)[:, 0],
        "cumsum": lambda t, z: z.cumsum(1)[:, 1],
        "pairwise_distance": lambda t, z: t.nn.functional.pairwise_distance(z[:, :1], z[:, 1:], eps=0.0),
        **{f"norm {p}": lambda t, z, p=p: z.norm(p, dim=1) for p in (0, 1, 2, 3, 1.5, 0.5, math.inf, -math.inf)},
    }.items()
}
# What is checked apart from the grid, or differs for the better.
APART: dict[str, tuple[Callable[[tuple[float, ...]], bool], str]] = {
    "div": (lambda p: abs(p[1]) < 1e-100 or abs(p[1]) > 1e100, FINITE_DOMAIN),
    "pow": (lambda p: not math.isfinite(p[0] * p[1]) or abs(p[1]) > 50, FINITE_DOMAIN),
    "rows: prod": (
        lambda p: not (p[0] * p[1] == 0 and 0 in p) and not 1e-36 < abs(p[0] * p[1]) < 1e36,
        "PyTorch divides the product, which may have left the dtype's range; ours multiplies the other factors",
    ),
    "mish": (lambda p: abs(p[0]) > 40, FINITE_DOMAIN),
}


def gradients(t: Any, call: Call, points: Sequence[tuple[float, ...]], dtype: str) -> tuple[Any, ...]:
    leaves = [t.tensor(list(c), dtype=getattr(t, dtype), requires_grad=True) for c in zip(*points, strict=True)]
    result = call(t, *leaves)
    grads = t.autograd.grad(result.sum(), leaves, allow_unused=True)
    zeros = [0.0] * len(points)
    return [r.item() for r in result.detach().double()], *(
        zeros if g is None else [v.item() for v in g.double() + 0] for g in grads
    )


def alike(mine: float, wanted: float, dtype: str) -> bool:
    if math.isnan(mine) or math.isnan(wanted):
        return math.isnan(mine) and math.isnan(wanted)
    if mine == wanted:
        return True
    tolerance, floor = (1e-9, 1e-300) if dtype == "float64" else (3e-4, 1e-37)
    return math.isfinite(wanted) and abs(mine - wanted) <= tolerance * abs(wanted) + floor


def by_single_elements(call: Call, points: Sequence[tuple[float, ...]], dtype: str) -> tuple[Any, ...]:
    """PyTorch's, from calls too short for its vectorised loops, which have rules of their own for NaN."""
    parts = [gradients(reference, call, points[i : i + 3], dtype) for i in range(0, len(points), 3)]
    return tuple(list(itertools.chain(*which)) for which in zip(*parts, strict=True))


def compare(name: str, call: Call, count: int, dtype: str) -> None:
    points = list(itertools.product(POINTS[dtype], repeat=count))
    leave, _ = APART.get(name, (lambda p: False, ""))
    points = [p for p in points if not leave(p)]
    assert len(points) > 10
    mine, wanted = gradients(ours, call, points, dtype), by_single_elements(call, points, dtype)
    for what, ms, ws in zip(("value", "gradient 0", "gradient 1"), mine, wanted, strict=False):
        wrong = [(p, m, w) for p, m, w in zip(points, ms, ws, strict=True) if not alike(m, w, dtype)]
        assert not wrong, f"{name} in {dtype}: {what} at {len(wrong)} points, (point, ours, PyTorch's): {wrong[:4]}"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("op", UNARY)
def test_of_one(op: str, dtype: str) -> None:
    compare(op, UNARY[op], 1, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("op", TWO)
def test_of_two(op: str, dtype: str) -> None:
    compare(op, TWO[op], 2, dtype)


def test_numbers_in_derivatives_have_all_digits() -> None:
    """In float64 a number that was an operand is not read as float32 by a derivative."""
    for call in (
        lambda t, x: 2.0**x,
        lambda t, x: 3**x,
        lambda t, x: t.pow(0.1, x),
        lambda t, x: t.xlogy(x, 0.1),
        lambda t, x: t.float_power(x, 0.1),
        lambda t, x: t.ldexp(x, x),
        lambda t, x: t.lerp(x, x * x, 0.1),
        lambda t, x: t.nn.functional.softplus(x, 0.7),
        lambda t, x: (0.1 + 0.7j) ** x,
    ):
        values = []
        for t in (ours, reference):
            x = t.tensor([0.3, 1.7], dtype=t.float64, requires_grad=True)
            y = call(t, x)
            (t.view_as_real(y) if y.is_complex() else y).sum().backward()
            values.append(x.grad.tolist())
        for mine, wanted in zip(*values, strict=True):
            assert abs(mine - wanted) <= 1e-14 * abs(wanted), (mine, wanted)


def test_reported_points() -> None:
    def grad(call: Callable[[Any], Any], *values: float) -> list[float]:
        x = ours.tensor(values, dtype=ours.float64, requires_grad=True)
        call(x).sum().backward()
        return list(x.grad.tolist())

    zero = ours.tensor(0.0, dtype=ours.float64)
    assert grad(lambda x: ours.logaddexp(x, zero), math.inf) == [1.0]
    assert grad(lambda x: ours.logaddexp(zero, x), math.inf) == [1.0]
    assert grad(ours.sinc, 1e-25, 5e-324) == [0.0, 0.0]
    assert math.isnan(grad(lambda x: ours.nn.functional.smooth_l1_loss(x, zero.expand(1)), math.nan)[0])
    assert grad(lambda x: ours.atan2(x, zero), 0.0) == [0.0]
    # The first NaN is the median's, and gets its gradient.
    assert grad(lambda x: x.median(0)[0], math.nan, math.nan) == [1.0, 0.0]


def test_complex_power_of_zero() -> None:
    for exponent, wanted in ((0j, 1), (1 + 0j, 0), (2 + 1j, 0)):
        assert (ours.tensor([0j]) ** exponent).tolist() == [wanted]


def spread(t: Any, x: Any) -> list[Any]:
    table = t.stack([x, x * 0.5], 1).repeat(300, 1)
    return [x.std(), x.repeat(5000).std(), table.std(0), t.std_mean(x)[0], table.std(1)]


@pytest.mark.parametrize(
    "values", [[1e30, -1e30], [3e38, -2e38], [1e-30, -1e-30], [1e-40, 3e-40], [0.1, 0.1], [1e4, 10000.001]]
)
def test_std_stays_in_range(values: list[float]) -> None:
    """Squares leave float32's range on either side, and PyTorch sums them in double."""
    exact = reference.tensor(values).double()  # what float32 holds
    for mine, wanted in zip(spread(ours, ours.tensor(values)), spread(reference, exact), strict=True):
        a, b = reference.tensor(mine.tolist()), wanted.float()
        floor = 1e-7 * max(map(abs, values)) if values[0] == values[1] else 1e-44
        assert bool(((a == b) | ((a - b).abs() <= 1e-5 * b.abs() + floor)).all()), (a, b)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_equal_numbers_do_not_vary(dtype: str) -> None:
    x = ours.full((3, 4096), 0.1, dtype=getattr(ours, dtype))
    assert x.std(1).tolist() == [0.0] * 3 and x.var(0).max().item() == 0.0 and x.var().item() == 0.0
    assert ours.var_mean(x, 1)[0].tolist() == [0.0] * 3
    normal = ours.nn.functional.layer_norm(x, (4096,), eps=1e-12)
    assert normal.abs().max().item() == 0.0


def test_std_of_halves_leaves_their_range_in_between() -> None:
    x = ours.tensor([300.0, -300.0], dtype=ours.float16)
    assert abs(x.std().item() - 424.26) < 0.5


def test_norm_of_one_element_is_its_size() -> None:
    for size in (1e200, 1e-200, 5e-324):
        x = ours.tensor([[size], [-size]], dtype=ours.float64)
        for p in (1, 2, 3, math.inf, -math.inf):
            assert x.norm(p, dim=1).tolist() == [size, size]


def test_moments_agree_with_pytorch() -> None:
    generator = reference.Generator().manual_seed(0)
    x = reference.randn(7, 33, 130, generator=generator) * 3 + 100
    mine = ours.from_dlpack(x.clone())
    layouts = {
        "dense": lambda z: z,
        "transposed": lambda z: z.transpose(0, 2),
        "strided": lambda z: z[:, ::2, ::3],
        "expanded": lambda z: z[:, :1].expand(7, 5, 130),
    }
    for layout, view in layouts.items():
        for dims in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2)):
            for correction in (0, 1, 2):
                for keepdim in (False, True):
                    a = view(mine).var(dims, correction=correction, keepdim=keepdim)
                    b = view(x.double()).var(dims, correction=correction, keepdim=keepdim)
                    assert tuple(a.shape) == tuple(b.shape)
                    error = (reference.tensor(a.tolist(), dtype=reference.float64) - b).abs().max().item()
                    assert error <= 2e-6 * b.abs().max().item(), (layout, dims, correction, error)
    assert ours.var(ours.ones(0)).isnan().item() and ours.var(ours.ones(2, 0), 1).isnan().all().item()
    with pytest.raises(RuntimeError, match="floating point"):
        ours.tensor([1, 2]).std()


@pytest.mark.parametrize("values", [[1e30, -1e30], [1e-30, -1e-30]])
@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.norm(),
        lambda t, x: x.norm(3),
        lambda t, x: t.stack([x, x]).norm(dim=1),
        lambda t, x: t.nn.functional.layer_norm(x, (2,)),
        lambda t, x: t.nn.functional.rms_norm(x, (2,)),
        lambda t, x: t.nn.functional.layer_norm(x, (2,), eps=0.0),
        lambda t, x: t.nn.functional.rms_norm(x, (2,), eps=0.0),
    ],
    ids=["norm", "norm of order 3", "norm of rows", "layer_norm", "rms_norm", "layer_norm, no eps", "rms_norm, no eps"],
)
def test_norms_leave_the_range_where_pytorchs_do(call: Any, values: list[float]) -> None:
    """Squares and cubes are summed in float32's range, unlike those of std."""
    mine, right = (call(t, t.tensor(values)) for t in (ours, reference))
    reference.testing.assert_close(reference.tensor(mine.tolist()), right, equal_nan=True)


def test_gradient_of_acosh_outside_its_domain() -> None:
    """Below -1 PyTorch's derivative has a value, though the function has none."""
    points = [-2.0, 0.5, 1.0, 0.0, -math.inf, math.inf, -1.0, 1.5, math.nan, -1e3]

    def gradient(t: Any) -> Any:
        x = t.tensor(points, requires_grad=True)
        x.acosh().sum().backward()
        return reference.tensor(x.grad.tolist())

    reference.testing.assert_close(gradient(ours), gradient(reference), equal_nan=True)
    far = ours.tensor([1e30], requires_grad=True)
    far.acosh().backward()
    assert far.grad.item() == pytest.approx(1e-30)  # PyTorch's square leaves float32's range


def test_gradient_of_complex_acosh() -> None:
    def gradient(t: Any) -> Any:
        x = t.tensor([0.5 + 0.1j, -2 + 0.3j, -1 - 2j], requires_grad=True)
        x.acosh().backward(t.ones(3, dtype=t.complex64))
        return reference.tensor(x.grad.tolist())

    reference.testing.assert_close(gradient(ours), gradient(reference))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("op", ["i1", "i1e"])
def test_gradients_of_modified_bessel_functions_near_zero(op: str, dtype: str) -> None:
    """A half, where 1 / x may be infinite."""
    points = [0.0, -0.0, *POINTS[dtype][-9:], 1e-18, 1e-8]

    def gradient(t: Any) -> list[float]:
        x = t.tensor([p for p in points if abs(p) <= 1e-8], dtype=getattr(t, dtype), requires_grad=True)
        getattr(t.special, op)(x).sum().backward()
        return x.grad.tolist()

    assert gradient(ours) == pytest.approx(gradient(reference), rel=1e-6)


@pytest.mark.parametrize("weight", [math.inf, -math.inf, math.nan, 0.25])
def test_gradient_of_prelu_is_not_the_weights_where_it_does_not_scale(weight: float) -> None:
    def gradients(t: Any) -> list[Any]:
        x, w = t.tensor([1.0, 0.5, 3.0, -1.0, 0.0], requires_grad=True), t.tensor([weight], requires_grad=True)
        t.nn.functional.prelu(x, w).sum().backward()
        return [reference.tensor(g.tolist()) for g in (x.grad, w.grad)]

    for mine, right in zip(gradients(ours), gradients(reference), strict=True):
        reference.testing.assert_close(mine, right, equal_nan=True)


def test_incomplete_gamma_functions_of_subnormal_order() -> None:
    a, x = ours.tensor([1e-310, 5e-324, 1e-310], dtype=ours.float64), ours.tensor([1.0, 0.5, 0.0], dtype=ours.float64)
    assert ours.igamma(a, x).tolist() == [1.0, 1.0, 0.0]
    assert ours.igammac(a, x).tolist() == [0.0, 0.0, 1.0]


def test_incomplete_gamma_functions_near_zero_keep_their_digits() -> None:
    """The complement of a function that is 1 to the last digit: a E1(x), as far as a is nothing beside 1."""
    euler = -ours.digamma(ours.tensor(1.0, dtype=ours.float64)).item()
    for x in (1e-30, 1e-8, 0.3, 0.5, 0.9, 1.0):
        series = sum((-x) ** n / (n * math.factorial(n)) for n in range(1, 30))
        order, at = ours.tensor(1e-30, dtype=ours.float64), ours.tensor(x, dtype=ours.float64)
        assert ours.igammac(order, at).item() == pytest.approx(
            1e-30 * (-euler - math.log(x) - series), rel=1e-12, abs=0
        )
    a, x = [1e-3, 0.01, 0.3, 0.3, 0.02, 0.9], [0.3, 0.5, 0.9, 1e-8, 1e-3, 0.99]
    mine, right = (t.igammac(*(t.tensor(v, dtype=t.float64) for v in (a, x))).tolist() for t in (ours, reference))
    assert mine == pytest.approx(right, rel=1e-11, abs=0)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("op", ["i1", "i1e"])
def test_gradients_of_modified_bessel_functions_in_16_bits(op: str, dtype: str) -> None:
    x = ours.tensor([0.0, -0.0, 6e-8, -1e-6, 1e-3, 2.0], dtype=getattr(ours, dtype), requires_grad=True)
    getattr(ours.special, op)(x).sum().backward()
    y = reference.tensor(x.tolist(), requires_grad=True)
    getattr(reference.special, op)(y).sum().backward()
    assert x.grad.tolist() == pytest.approx(y.grad.to(getattr(reference, dtype)).tolist(), rel=8e-3)


@pytest.mark.parametrize("p", [0.5, 1, 2, math.inf])
def test_renorm_leaves_the_gradient_of_what_it_leaves(p: float) -> None:
    """The slope of a norm is infinite at 0 for orders below 1."""

    def gradient(t: Any) -> Any:
        x = t.tensor([[3.0, -4.0], [0.0, 0.0], [0.1, 0.2]], requires_grad=True)
        t.renorm(x, p, 0, 1.0).sum().backward()
        return reference.tensor(x.grad.tolist())

    reference.testing.assert_close(gradient(ours), gradient(reference))
    assert gradient(ours)[1:].tolist() == [[1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("reduce", ["amax", "amin"])
@pytest.mark.parametrize("op", ["scatter_reduce", "index_reduce"])
def test_gradient_of_an_extreme_that_is_nan_is_nan(op: str, reduce: str) -> None:
    def gradients(t: Any) -> list[Any]:
        x, y = t.tensor([1.0, 2.0, math.nan], requires_grad=True), t.tensor([math.nan, 3.0, 2.0], requires_grad=True)
        getattr(x, op)(0, t.tensor([0, 0, 1]), y, reduce).sum().backward()
        return [reference.tensor(g.tolist()) for g in (x.grad, y.grad)]

    for mine, right in zip(gradients(ours), gradients(reference), strict=True):
        assert mine.isnan().any()
        reference.testing.assert_close(mine, right, equal_nan=True)


@pytest.mark.parametrize("target", [0.0, 1.0, 0.5])
def test_binary_cross_entropy_of_infinite_logits(target: float) -> None:
    """Infinite against the target, nothing with it: PyTorch has a NaN in some of these."""
    loss = ours.nn.functional.binary_cross_entropy_with_logits
    x = ours.tensor([math.inf, -math.inf, 3e38, -3e38, math.nan])
    mine = loss(x, ours.full((5,), target), reduction="none")
    right = [math.inf if target < 1 else 0.0, math.inf if target > 0 else 0.0, 3e38 * (1 - target), 3e38 * target]
    assert mine[:4].tolist() == pytest.approx(right) and mine[4].isnan().item()


def test_gradient_of_binary_cross_entropy_far_from_its_target() -> None:
    """1 - sigmoid(20) is 0 in float32, the gradient is not."""
    x = ours.tensor([-20.0, 20.0], requires_grad=True)
    ours.nn.functional.binary_cross_entropy_with_logits(x, ours.tensor([0.0, 1.0]), reduction="sum").backward()
    assert x.grad.tolist() == pytest.approx([2.061153618190204e-09, -2.061153618190204e-09], rel=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("hidden", [[1], [0, 1]])
def test_attention_of_rows_that_a_mask_of_numbers_hides(hidden: list[int], dtype: str) -> None:
    """They are 0, and so is their part of the gradients."""

    def results(t: Any) -> list[Any]:
        mask = t.zeros(2, 3, dtype=getattr(t, dtype))
        mask[hidden] = -math.inf
        x = (t.arange(24.0) * 0.1).sin().reshape(1, 2, 3, 4).to(getattr(t, dtype)).requires_grad_()
        y = t.nn.functional.scaled_dot_product_attention(x[:, :, :2], x, x, attn_mask=mask)
        y.sum().backward()
        return [reference.tensor(v.float().tolist()) for v in (y, x.grad)]

    mine, right = results(ours), results(reference)
    assert not mine[1].isnan().any() and mine[0][:, :, hidden].abs().max() == 0
    for a, b in zip(mine, right, strict=True):
        reference.testing.assert_close(a, b, rtol=2e-2, atol=2e-2 if dtype == "bfloat16" else 1e-6)


def test_integrals_of_integers_do_not_leave_their_dtype() -> None:
    y = ours.tensor([100, 100, 120], dtype=ours.int8)
    assert ours.trapezoid(y).item() == 210.0 and ours.cumulative_trapezoid(y).tolist() == [100.0, 210.0]


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (2, 0, 3)])
def test_norms_and_conditions_of_matrices_without_elements(shape: tuple[int, ...]) -> None:
    for order in (1, 2, math.inf):
        values = [t.linalg.matrix_norm(t.ones(shape), order).tolist() for t in (ours, reference)]
        assert values[0] == values[1]
    assert ours.linalg.cond(ours.ones(shape)).tolist() == reference.linalg.cond(reference.ones(shape)).tolist()
