"""Rows of the pointwise ops."""

from __future__ import annotations

from typing import Any

import torch as reference

from samples import ALL, COMPLEX, FLOATS, INTS, NUMBERS, B, I, Sample, T, call, pointwise

functional = reference.nn.functional
FLOATS_AND_COMPLEX = (*FLOATS, *COMPLEX)
BITS = (*INTS, "bool")
COMPARABLE = (*NUMBERS, "bool")
# Far from 0, for divisors; and away from the ends of a function's domain.
FAR = T(3, 4, low=0.5, high=2.5)
UNIT = T(3, 4, low=-0.9, high=0.9)
SHARE = T(3, 4, low=0.05, high=0.95)
NAN = reference.tensor([1.0, float("nan")])

# PyTorch rounds intermediate values of these to 16 bits.
TWICE_ROUNDED = {"bfloat16": (4e-2, 1e-2), "float16": (5e-3, 2e-3)}


def flat(op: str, *operands: Any, **options: Any) -> Sample:
    """A row for an op without derivative."""
    return pointwise(op, *operands, grad=False, **options)


def backward(function: Any, *arguments: Any, **keywords: Any) -> Any:
    """The reference of an `_backward` op: PyTorch's own derivative of `function`."""

    def run(grad: Any, x: Any, *rest: Any, **more: Any) -> Any:
        if not x.requires_grad:
            x = x.detach().requires_grad_(True)
        y = function(x, *(rest or arguments), **(more or keywords))
        (found,) = reference.autograd.grad(y, x, grad.expand_as(y).to(y.dtype), create_graph=True)
        return found if grad.requires_grad else found.detach()

    return run


MATH = [
    pointwise("abs", T(3, 4), dtypes=(*NUMBERS, *COMPLEX)),
    pointwise("neg", T(3, 4), dtypes=(*NUMBERS, *COMPLEX)),
    pointwise("exp", T(3, 4), dtypes=ALL),
    pointwise("exp2", T(3, 4), dtypes=COMPARABLE),
    pointwise("expm1", T(3, 4), dtypes=ALL),
    pointwise("log", FAR, dtypes=ALL),
    pointwise("log2", FAR, dtypes=ALL),
    pointwise("log10", FAR, dtypes=ALL),
    pointwise("log1p", FAR, dtypes=ALL),
    pointwise("sqrt", FAR, dtypes=ALL),
    pointwise("rsqrt", FAR, dtypes=ALL),
    pointwise("square", T(3, 4), dtypes=ALL),
    pointwise("reciprocal", FAR, dtypes=ALL),
    pointwise("sin", T(3, 4), dtypes=ALL),
    pointwise("cos", T(3, 4), dtypes=ALL),
    pointwise("tan", UNIT, dtypes=ALL),
    pointwise("asin", UNIT, dtypes=ALL),
    pointwise("acos", UNIT, dtypes=ALL),
    pointwise("atan", T(3, 4), dtypes=ALL),
    pointwise("sinh", T(3, 4), dtypes=ALL),
    pointwise("cosh", T(3, 4), dtypes=ALL),
    pointwise("tanh", T(3, 4), dtypes=ALL),
    pointwise("asinh", T(3, 4), dtypes=ALL),
    pointwise("acosh", T(3, 4, low=1.1, high=4.0), dtypes=COMPARABLE),
    pointwise("atanh", UNIT, dtypes=ALL),
    pointwise("sigmoid", T(3, 4), dtypes=ALL),
    pointwise("special_expit", T(3, 4), reference=reference.special.expit),
    pointwise("erf", T(3, 4), dtypes=COMPARABLE),
    pointwise("erfc", T(3, 4), dtypes=COMPARABLE),
    pointwise("erfinv", UNIT, dtypes=COMPARABLE),
    pointwise("lgamma", FAR, dtypes=COMPARABLE),
    pointwise("digamma", FAR, dtypes=COMPARABLE, tolerance={"float32": (2e-6, 1e-6)}),
    pointwise("_trigamma", FAR, reference=lambda x: reference.polygamma(1, x)),
    pointwise("special_entr", FAR, dtypes=COMPARABLE, reference=reference.special.entr),
    pointwise("deg2rad", T(3, 4), dtypes=COMPARABLE),
    pointwise("rad2deg", T(3, 4), dtypes=COMPARABLE),
    pointwise("sinc", FAR, dtypes=ALL),
    pointwise("logit", SHARE, tolerance=TWICE_ROUNDED),
    Sample("logit", call(SHARE, 0.1), call(T(3, 4, low=-1.0, high=2.0), 0.2), dtypes=FLOATS, tolerance=TWICE_ROUNDED),
    pointwise("_square", T(3, 4), reference="square"),
    pointwise("_cube", T(3, 4), reference=lambda x: x**3),
    pointwise("absolute", T(3, 4)),
    pointwise("negative", T(3, 4)),
    pointwise("arccos", UNIT),
    pointwise("arcsin", UNIT),
    pointwise("arctan", T(3, 4)),
    pointwise("arccosh", T(3, 4, low=1.1, high=4.0)),
    pointwise("arcsinh", T(3, 4)),
    pointwise("arctanh", UNIT),
    pointwise("positive", T(3, 4), dtypes=(*NUMBERS, *COMPLEX)),
    pointwise("frexp", T(3, 4, low=-100.0, high=100.0), reference=lambda x: tuple(reference.frexp(x))),
    pointwise("_frexp_mantissa", T(3, 4), reference=lambda x: reference.frexp(x).mantissa),
    flat("_frexp_exponent", T(3, 4), reference=lambda x: reference.frexp(x).exponent.to(x.dtype)),
]

ROUNDING = [
    pointwise("floor", T(3, 4), dtypes=NUMBERS, gradgrad=False),
    pointwise("ceil", T(3, 4), dtypes=NUMBERS, gradgrad=False),
    pointwise("trunc", T(3, 4), dtypes=NUMBERS, gradgrad=False),
    pointwise("fix", T(3, 4), gradgrad=False),
    pointwise("round", T(3, 4), dtypes=NUMBERS, gradgrad=False),
    Sample("round", call(T(3, 4), decimals=2), call(T(3, 4, low=-500.0, high=500.0), decimals=-1), gradgrad=False),
    Sample(
        "_round_decimals",
        call(T(3, 4), 100.0, False),
        call(T(3, 4, low=-500.0, high=500.0), 10.0, True),
        reference=lambda x, ten, left: x.div(ten).round() * ten if left else x.mul(ten).round() / ten,
        gradgrad=False,
    ),
    pointwise("frac", T(3, 4)),
    pointwise("sign", T(3, 4), dtypes=COMPARABLE, gradgrad=False),
    pointwise("sgn", T(3, 4), dtypes=ALL, gradgrad=False),
    pointwise("angle", T(3, 4), dtypes=ALL, gradgrad=False),
    pointwise("conj_physical", T(3, 4), dtypes=ALL),
    pointwise("conj", T(3, 4), dtypes=ALL),
    flat("isnan", T(3, 4), dtypes=ALL),
    flat("isinf", T(3, 4), dtypes=ALL),
    flat("isfinite", T(3, 4), dtypes=ALL),
    flat("isposinf", T(3, 4), dtypes=COMPARABLE),
    flat("isneginf", T(3, 4), dtypes=COMPARABLE),
    flat("signbit", T(3, 4), dtypes=COMPARABLE),
    flat("logical_not", T(3, 4), dtypes=ALL),
    flat("bitwise_not", T(3, 4), dtypes=BITS),
    pointwise("nan_to_num", T(3, 4), dtypes=(*NUMBERS, *COMPLEX)),
    Sample("nan_to_num", call(T(3, 4), 1.0, 2.0, -2.0), call(T(3, 4), nan=3.0), dtypes=FLOATS),
    Sample("_nan_to_num", call(T(3, 4), 0.0, 9.0, -9.0), reference=lambda x, a, b, c: reference.nan_to_num(x, a, b, c)),
]

ACTIVATION = [
    pointwise("relu", T(3, 4), dtypes=NUMBERS),
    pointwise("relu6", T(3, 4, low=-3.0, high=9.0), reference=functional.relu6),
    Sample("threshold", call(T(3, 4), 0.5, 7.0), call(T(3, 4), -1, 0), dtypes=FLOATS, reference=functional.threshold),
    Sample("threshold_backward", call(T(3, 4), T(3, 4), 0.5), dtypes=FLOATS),
    Sample("tanh_backward", call(T(3, 4), UNIT), dtypes=FLOATS_AND_COMPLEX),
    Sample("sigmoid_backward", call(T(3, 4), SHARE), dtypes=FLOATS_AND_COMPLEX),
    pointwise("silu", T(3, 4), reference=functional.silu),
    Sample("silu_backward", call(T(3, 4), T(3, 4)), reference=backward(functional.silu)),
    pointwise("mish", T(3, 4), reference=functional.mish),
    Sample("mish_backward", call(T(3, 4), T(3, 4)), reference=backward(functional.mish)),
    pointwise("gelu", T(3, 4), reference=functional.gelu),
    Sample("gelu", call(T(3, 4), approximate="tanh"), dtypes=FLOATS, reference=functional.gelu),
    Sample("gelu_backward", call(T(3, 4), T(3, 4)), call(T(3, 4), T(3, 4), approximate="tanh"), dtypes=FLOATS),
    Sample("_gelu_tanh", call(T(3, 4)), reference=lambda x: functional.gelu(x, approximate="tanh")),
    Sample("_gelu_tanh_backward", call(T(3, 4), T(3, 4)), reference=backward(functional.gelu, approximate="tanh")),
    pointwise("softplus", T(3, 4), reference=functional.softplus),
    Sample("softplus", call(T(3, 4), 2.0, 1.0), reference=functional.softplus),
    Sample("softplus_backward", call(T(3, 4), T(3, 4), 2.0, 1.0), reference=backward(functional.softplus)),
    pointwise("elu", T(3, 4), reference=functional.elu),
    Sample("elu", call(T(3, 4), 0.5), call(T(3, 4), 1.5, 2.0, 0.5), reference=reference.ops.aten.elu),
    Sample("elu_backward", call(T(3, 4), T(3, 4), 0.7, 1.0, 1.0), reference=backward(reference.ops.aten.elu)),
    pointwise("selu", T(3, 4)),
    pointwise("celu", T(3, 4)),
    pointwise("celu", T(3, 4), 0.5),
    pointwise("leaky_relu", T(3, 4), reference=functional.leaky_relu),
    Sample("leaky_relu", call(T(3, 4), 0.2), reference=functional.leaky_relu),
    Sample("leaky_relu_backward", call(T(3, 4), T(3, 4), 0.2), reference=backward(functional.leaky_relu)),
    pointwise("hardtanh", T(3, 4), reference=functional.hardtanh),
    Sample("hardtanh", call(T(3, 4), -0.5, 1.5), dtypes=FLOATS, reference=functional.hardtanh),
    Sample("hardtanh_backward", call(T(3, 4), T(3, 4), -0.5, 1.5)),
    pointwise("hardsigmoid", T(3, 4, low=-4.0, high=4.0), gradgrad=False, reference=functional.hardsigmoid),
    Sample("hardsigmoid_backward", call(T(3, 4), T(3, 4, low=-4.0, high=4.0)), grad=False),
    pointwise("hardswish", T(3, 4, low=-4.0, high=4.0), reference=functional.hardswish),
    Sample("hardswish_backward", call(T(3, 4), T(3, 4, low=-4.0, high=4.0)), grad=False),
    pointwise("log_sigmoid", T(3, 4), reference=functional.logsigmoid),
    Sample("log_sigmoid_backward", call(T(3, 4), T(3, 4)), reference=backward(functional.logsigmoid)),
    pointwise("softshrink", T(3, 4), reference=functional.softshrink),
    pointwise("hardshrink", T(3, 4), reference=functional.hardshrink),
    Sample("hardshrink_backward", call(T(3, 4), T(3, 4), 0.5), reference=backward(functional.hardshrink)),
    pointwise("tanhshrink", T(3, 4), reference=functional.tanhshrink),
    Sample("logit_backward", call(T(3, 4), SHARE), call(T(3, 4), SHARE, 0.2), reference=backward(reference.logit)),
]

ARITHMETIC = [
    pointwise("add", T(3, 4), T(3, 4), dtypes=ALL),
    Sample(
        "add", call(T(3, 4), T(4), alpha=2), call(T(3, 4), 2), call(T(3, 4), 1, alpha=3), dtypes=(*NUMBERS, *COMPLEX)
    ),
    Sample(
        "add",
        call(T(3, 4, dtype="int32"), T(3, 4)),
        call(T(3, 4, dtype="float16"), T(4)),
        call(B(3, 4), T(3, 4)),
        call(I(3, 4), 2.5),
        call(B(3, 4), 1),
        dtypes=("float32", "float64", "int64"),
        grad=False,
    ),
    pointwise("sub", T(3, 4), T(3, 4), dtypes=(*NUMBERS, *COMPLEX)),
    Sample(
        "sub",
        call(T(3, 4), T(4), alpha=2),
        call(T(3, 4), 2),
        call(5, T(3, 4)),
        dtypes=NUMBERS,
        reference=lambda a, b, **k: (
            reference.sub(a, b, **k) if isinstance(a, reference.Tensor) else reference.rsub(b, a, **k)
        ),
        inplace=False,
    ),
    pointwise("rsub", T(3, 4), T(3, 4), dtypes=(*NUMBERS, *COMPLEX)),
    pointwise("subtract", T(3, 4), T(3, 4)),
    pointwise("mul", T(3, 4), T(3, 4), dtypes=ALL),
    Sample("mul", call(T(3, 4), 2), call(T(3, 4), 2.5), call(T(3, 4), True), dtypes=ALL),
    pointwise("multiply", T(3, 4), T(3, 4)),
    pointwise("div", T(3, 4), FAR, dtypes=ALL),
    Sample(
        "div",
        call(T(3, 4), 2),
        call(T(3, 4), 0.3),
        call(T(3, 4), FAR, rounding_mode="floor"),
        call(T(3, 4), FAR, rounding_mode=None),
        call(T(3, 4), FAR, rounding_mode="trunc"),
        call(T(3, 4), 0.7, rounding_mode="floor"),
        dtypes=("float32", "float64"),
    ),
    pointwise("divide", T(3, 4), FAR),
    pointwise("true_divide", T(3, 4), FAR),
    flat("floor_divide", T(3, 4), T(3, 4, low=1.0, high=2.5), dtypes=NUMBERS),
    pointwise(
        "_div_floor",
        T(3, 4),
        T(3, 4, low=1.0, high=2.5),
        dtypes=NUMBERS,
        reference=lambda a, b: reference.div(a, b, rounding_mode="floor"),
        gradgrad=False,
    ),
    pointwise(
        "_div_trunc",
        T(3, 4),
        T(3, 4, low=1.0, high=2.5),
        dtypes=NUMBERS,
        reference=lambda a, b: reference.div(a, b, rounding_mode="trunc"),
        gradgrad=False,
    ),
    pointwise("remainder", T(3, 4), T(3, 4, low=1.0, high=2.5), dtypes=NUMBERS),
    Sample("remainder", call(T(3, 4), 2), call(T(3, 4), -1.5), dtypes=("float32", "float64")),
    pointwise("fmod", T(3, 4), T(3, 4, low=1.0, high=2.5), dtypes=NUMBERS),
    pointwise("pow", FAR, T(3, 4), dtypes=FLOATS_AND_COMPLEX),
    Sample("pow", *(call(FAR, e) for e in (2, 3, 0.5, -0.5, -1, 0, 1, 2.5, -2)), dtypes=FLOATS),
    Sample("pow", *(call(T(3, 4), e) for e in (2, 3, 0, 5)), dtypes=(*NUMBERS, *COMPLEX)),
    Sample("pow", call(2, T(3, 4)), call(2.5, T(3, 4)), dtypes=("float32", "float64"), inplace=False),
    Sample("pow", call(I(3, 4), I(3, 4)), call(I(3, 4), 0.5), call(I(3, 4), T(3, 4)), grad=False),
    pointwise("float_power", FAR, T(3, 4), dtypes=(*FLOATS, "int64"), inplace=False),
    pointwise("ldexp", T(3, 4), T(3, 4)),
    pointwise("atan2", T(3, 4), FAR, dtypes=COMPARABLE),
    pointwise("arctan2", T(3, 4), FAR),
    pointwise("hypot", T(3, 4), FAR),
    pointwise("copysign", FAR, FAR, dtypes=COMPARABLE),
    pointwise("nextafter", T(3, 4), T(3, 4), dtypes=FLOATS, gradgrad=False, gradcheck=False),
    flat("_nextafter", T(3, 4), T(3, 4), dtypes=("float32", "float64"), reference="nextafter"),
    pointwise("nextafter", T(4, low=0.0, high=0.0), T(4), dtypes=FLOATS, gradgrad=False, gradcheck=False),
    pointwise("logaddexp", T(3, 4), T(3, 4), dtypes=("float32", "float64", *COMPLEX)),
    pointwise("logaddexp2", T(3, 4), T(3, 4), dtypes=("float32", "float64")),
    pointwise("xlogy", T(3, 4), FAR, dtypes=COMPARABLE),
    pointwise("_squared_difference", T(3, 4), T(3, 4), reference=lambda a, b: (a - b) ** 2, tolerance=TWICE_ROUNDED),
    pointwise(
        "_smooth_l1",
        T(3, 4),
        T(3, 4),
        0.7,
        reference=lambda a, b, beta: functional.smooth_l1_loss(
            *reference.broadcast_tensors(a, b), reduction="none", beta=beta
        ),
    ),
    pointwise(
        "_huber",
        T(3, 4),
        T(3, 4),
        0.7,
        reference=lambda a, b, d: functional.huber_loss(*reference.broadcast_tensors(a, b), reduction="none", delta=d),
    ),
    pointwise(
        "_binary_cross_entropy",
        SHARE,
        SHARE,
        reference=lambda a, b: functional.binary_cross_entropy(*reference.broadcast_tensors(a, b), reduction="none"),
    ),
    pointwise(
        "_binary_cross_entropy_with_logits",
        T(3, 4),
        SHARE,
        reference=lambda a, b: functional.binary_cross_entropy_with_logits(
            *reference.broadcast_tensors(a, b), reduction="none"
        ),
        tolerance=TWICE_ROUNDED,
    ),
    pointwise(
        "_binary_cross_entropy_with_logits_backward",
        T(3, 4),
        T(3, 4),
        SHARE,
        reference=lambda g, a, b: g * (a.sigmoid() - b),
        tolerance=TWICE_ROUNDED,
    ),
]

COMPARISON = [
    *(flat(op, T(3, 4), T(3, 4), dtypes=ALL) for op in ("eq", "ne")),
    *(flat(op, T(3, 4), T(3, 4), dtypes=COMPARABLE) for op in ("lt", "le", "gt", "ge")),
    *(
        flat(op, T(3, 4), T(3, 4), dtypes=COMPARABLE)
        for op in ("greater", "greater_equal", "less", "less_equal", "not_equal")
    ),
    Sample("eq", call(T(3, 4), 1), call(T(3, 4), 0.5), call(I(3, 4), 1.0), grad=False, dtypes=NUMBERS),
    Sample("lt", call(T(3, 4), 1), call(T(3, 4), 0.5), call(I(3, 4), T(3, 4)), grad=False, dtypes=NUMBERS),
    *(flat(op, T(3, 4), T(3, 4), dtypes=ALL) for op in ("logical_and", "logical_or", "logical_xor")),
    *(flat(op, T(3, 4), T(3, 4), dtypes=BITS) for op in ("bitwise_and", "bitwise_or", "bitwise_xor")),
    *(
        Sample(op, call(T(3, 4), T(3, 4, low=0.0)), call(T(3, 4), 2), dtypes=("int8", "int32", "int64"), grad=False)
        for op in ("bitwise_left_shift", "bitwise_right_shift")
    ),
    *(pointwise(op, T(3, 4), T(3, 4), dtypes=COMPARABLE) for op in ("maximum", "minimum", "fmax", "fmin")),
    Sample("maximum", call(T(3, 4, low=1.0, high=1.0), T(3, 4, low=1.0, high=1.0))),
    flat("heaviside", T(3, 4), T(3, 4), dtypes=("float32", "float64", "int64")),
    flat("gcd", T(3, 4), T(3, 4), dtypes=INTS),
    flat("lcm", T(3, 4), T(3, 4), dtypes=INTS),
    flat("isclose", T(3, 4), T(3, 4), dtypes=NUMBERS),
    Sample("isclose", call(T(3, 4), T(3, 4), 0.5, 0.5), call(T(3, 4), T(3, 4), equal_nan=True), grad=False),
    Sample(
        "allclose",
        call(T(3, 4), T(3, 4)),
        call(T(3, 4), T(3, 4), 9.0, 9.0),
        call(T(2, low=1.0, high=1.0), T(), rtol=4.0),
        call(NAN, NAN, equal_nan=True),
        call(NAN, NAN),
        call(T(0), T(0)),
        grad=False,
        dtypes=NUMBERS,
    ),
    Sample(
        "equal",
        call(T(3, 4), T(3, 4)),
        call(T(3, low=1.0, high=1.0), T(3, low=1.0, high=1.0)),
        call(T(3), T(3, 1)),
        call(reference.ones(3), reference.ones(3, dtype=reference.int64)),
        call(NAN, NAN),
        call(T(0), T(0)),
        grad=False,
        dtypes=ALL,
    ),
    Sample("is_same_size", call(T(3, 4), T(3, 4)), call(T(3), T(3, 1)), call(T(), T()), grad=False, dtypes=ALL),
    Sample("is_nonzero", call(T()), call(T(1, 1, low=0.0, high=0.0)), grad=False, dtypes=ALL),
    flat("isreal", T(3, 4), dtypes=ALL),
    Sample(
        "isin",
        call(T(3, 4, low=0, high=5), I(6, high=5)),
        call(I(3, 4), I(2), invert=True),
        call(I(3, 4), I(0)),
        call(I(), I(4), assume_unique=True),
        call(I(5), 1),
        call(2, I(2, 2)),
        grad=False,
        dtypes=("float32", "float64", "int64", "int8"),
    ),
]

SELECTION = [
    Sample(
        "where",
        call(B(3, 4), T(3, 4), T(3, 4)),
        call(B(4), T(3, 1), T(3, 4)),
        call(B(3, 4), T(3, 4), 2.0),
        call(B(3, 4), 1, T(3, 4)),
        call(B(), T(), T()),
        call(B(0), T(0), T(0)),
        dtypes=ALL,
    ),
    Sample(
        "where",
        call(T(3, 4)),
        call(B(3, 4)),
        call(B()),
        call(B(0, 3)),
        dtypes=ALL,
        grad=False,
        layouts=False,
        out=False,
    ),
    Sample(
        "clamp",
        call(T(3, 4), 0, 1),
        call(T(3, 4), min=0),
        call(T(3, 4), max=0.5),
        call(T(3, 4), 1, 0),
        dtypes=NUMBERS,
    ),
    Sample("clamp", call(T(3, 4), T(3, 4), T(3, 4)), call(T(3, 4), T(4)), call(T(3, 4), max=T(3, 1)), dtypes=NUMBERS),
    Sample("clip", call(T(3, 4), 0, 1), dtypes=NUMBERS),
    Sample("_clamp", call(T(3, 4), 0, 1), call(T(3, 4), T(3, 4), T(3, 4)), reference="clamp"),
    Sample("clamp_min", call(T(3, 4), 0.5), call(T(3, 4), 1), call(T(3, 4), T(3, 4)), dtypes=NUMBERS),
    Sample("clamp_max", call(T(3, 4), 0.5), call(T(3, 4), 1), call(T(3, 4), T(3, 4)), dtypes=NUMBERS),
    Sample("masked_fill", call(T(3, 4), B(3, 4), 2), call(T(3, 4), B(4), 0), call(T(3, 4), B(3, 1), T()), dtypes=ALL),
    Sample(
        "masked_fill",
        call(T(3, 4), B(3, 4), 2.5),
        call(T(3, 4), B(3, 4), T(dtype="float32", low=2.5, high=2.5)),
        dtypes=("int64", "bool"),
        grad=False,
    ),
    Sample(
        "lerp",
        call(T(3, 4), T(3, 4), 0.3),
        call(T(3, 4), T(4), 0.8),
        call(T(3, 4), T(3, 4), T(3, 4)),
        dtypes=FLOATS_AND_COMPLEX,
    ),
    Sample(
        "addcmul", call(T(3, 4), T(3, 4), T(3, 4)), call(T(3, 4), T(3, 1), T(4), value=2), dtypes=(*NUMBERS, *COMPLEX)
    ),
    Sample(
        "addcdiv",
        call(T(3, 4), T(3, 4), FAR),
        call(T(3, 4), T(3, 1), T(4, low=0.5), value=0.5),
        dtypes=FLOATS_AND_COMPLEX,
    ),
]

SAMPLES = [*MATH, *ROUNDING, *ACTIVATION, *ARITHMETIC, *COMPARISON, *SELECTION]
