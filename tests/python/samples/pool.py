"""Rows of pooling."""

import math

import torch
import torch.nn.functional as F

from samples import FLOATS, REAL_FLOATS, I, Sample, T, call

SHAPES = {1: (9,), 2: (7, 6), 3: (5, 4, 6)}
NEAR = {"tolerance": {"float16": (2e-3, 5e-3), "bfloat16": (1.6e-2, 3e-2)}}


def windows(dims: int, average: bool) -> list:
    """Calls with strides, padding, windows that reach past the end, and without a batch."""
    x = (2, 3, *SHAPES[dims])
    calls = [
        call(T(*x), 2),
        call(T(*x[1:]), 3, 1),
        call(T(*x), (3, 2, 3)[:dims], (2, 1, 2)[:dims], 1),
        call(T(*x), 3, 2, 1, ceil_mode=True),
        call(T(0, *x[1:]), 2),
    ]
    if average:
        calls.append(call(T(*x), 3, 2, 1, True, False))
        calls.append(call(T(2, 3, *(5, 4, 3)[:dims]), (5, 4, 3)[:dims]))  # whole planes
        if dims > 1:
            calls.append(call(T(*x), 2, divisor_override=3))
    else:
        calls.append(call(T(*x), 2, 2, 1, 2))
    return calls


def adaptive(dims: int) -> list:
    x = (2, 3, *SHAPES[dims])
    return [call(T(*x), (4, 3, 5)[:dims]), call(T(*x[1:]), (1,) * dims), call(T(*x), tuple(n + 2 for n in x[2:]))]


def average_windows(x, outputs, kernel, stride, padding, include, divisor):
    return F.avg_pool2d(x, kernel, stride, padding, False, include, divisor)


def average_windows_backward(grad, inputs, kernel, stride, padding, include, divisor):
    x = torch.zeros(*grad.shape[:-2], *inputs, dtype=grad.dtype)
    return torch.ops.aten.avg_pool2d_backward(grad, x, kernel, stride, padding, False, include, divisor)


def max_windows(x, outputs, kernel, stride, padding, dilation):
    return F.max_pool2d(x, kernel, stride, padding, dilation, return_indices=True)


def max_windows_backward(grad, indices, inputs, kernel, stride, padding, dilation):
    zeros = torch.zeros(*grad.shape[: -len(inputs)], math.prod(inputs), dtype=grad.dtype)
    return zeros.scatter_add(-1, indices.flatten(-len(inputs)), grad.flatten(-len(inputs))).unflatten(-1, inputs)


def response(x, size, alpha=1e-4, beta=0.75, k=1.0):
    return F.local_response_norm(x, size, alpha, beta, k)


def unpool(dims: int):
    function = getattr(F, f"max_unpool{dims}d")
    return lambda x, indices, size: function(x, indices, size, output_size=size)


SAMPLES = [
    *(Sample(f"max_pool{d}d", *windows(d, False), dtypes=FLOATS, gradcheck=False) for d in (1, 2, 3)),
    Sample("max_pool2d", *windows(2, False), dtypes=("int32", "uint8")),
    *(
        Sample(
            f"max_pool{d}d_with_indices",
            *windows(d, False),
            dtypes=FLOATS,
            gradcheck=False,
            reference=f"nn.functional.max_pool{d}d_with_indices",
        )
        for d in (1, 2, 3)
    ),
    *(
        Sample(
            f"avg_pool{d}d",
            *windows(d, True),
            dtypes=FLOATS if d < 3 else REAL_FLOATS,
            reference=f"nn.functional.avg_pool{d}d",
            **NEAR,
        )
        for d in (1, 2, 3)
    ),
    *(
        Sample(
            f"adaptive_avg_pool{d}d",
            *adaptive(d),
            dtypes=FLOATS,
            reference=f"nn.functional.adaptive_avg_pool{d}d",
            **NEAR,
        )
        for d in (1, 2, 3)
    ),
    *(
        Sample(
            f"adaptive_max_pool{d}d",
            *adaptive(d),
            dtypes=FLOATS,
            gradcheck=False,
            reference=f"nn.functional.adaptive_max_pool{d}d_with_indices",
        )
        for d in (1, 2, 3)
    ),
    *(
        Sample(
            f"lp_pool{d}d",
            call(T(2, 3, *SHAPES[d], low=0.5), 2.0, 2),
            call(T(2, 3, *SHAPES[d], low=0.5), 3.0, 3, 2, True),
            reference=f"nn.functional.lp_pool{d}d",
        )
        for d in (1, 2, 3)
    ),
    *(
        Sample(
            f"max_unpool{d}d",
            call(T(2, 3, *(1,) * d), I(2, 3, *(1,) * d, high=math.prod(SHAPES[d])), SHAPES[d]),
            dtypes=FLOATS,
            reference=unpool(d),
        )
        for d in (1, 2, 3)
    ),
    Sample(
        "local_response_norm",
        call(T(2, 5, 4), 3),
        call(T(2, 5, 3, 2), 2, 1e-2, 0.5, 2.0),
        call(T(2, 4, 2, 3, 2), 5, 0.1),
        dtypes=FLOATS,
        reference=response,
        **NEAR,
    ),
    Sample(
        "_max_windows",
        call(T(2, 3, 7, 6), (4, 4), (3, 2), (2, 2), (1, 1), (1, 1)),
        dtypes=FLOATS,
        reference=max_windows,
        gradcheck=False,
    ),
    # indices that all windows hold
    Sample(
        "_max_windows_backward",
        call(T(2, 3, 1, 1), I(2, 3, 1, 1, high=12), (3, 4), (3, 4), (1, 1), (0, 0), (1, 1)),
        call(T(2, 3, 3, 3), I(2, 3, 3, 3, low=4, high=5), (3, 3), (3, 3), (1, 1), (1, 1), (1, 1)),
        call(T(3, 3), I(3, 3, low=2, high=3), (5,), (3,), (1,), (2,), (2,)),
        dtypes=FLOATS,
        reference=max_windows_backward,
        **NEAR,
    ),
    Sample(
        "_average_windows",
        call(T(2, 3, 7, 6), (4, 4), (3, 2), (2, 2), (1, 1), True, None),
        dtypes=FLOATS,
        reference=average_windows,
        **NEAR,
    ),
    Sample(
        "_average_windows_backward",
        call(T(2, 3, 4, 4), (7, 6), (3, 2), (2, 2), (1, 1), False, None),
        dtypes=FLOATS,
        reference=average_windows_backward,
        **NEAR,
    ),
    # the samples are arguments: (N, C, dims)
    Sample(
        "fractional_max_pool2d",
        call(T(2, 3, 7, 6), 2, (4, 3), T(2, 3, 2, low=0.0, high=0.99, grad=False)),
        call(T(3, 9, 8), (3, 2), (1, 7), T(1, 3, 2, low=0.0, high=0.99, grad=False)),
        reference=torch.ops.aten.fractional_max_pool2d,
        gradgrad=False,
    ),
    Sample(
        "fractional_max_pool3d",
        call(T(2, 3, 5, 4, 6), 2, (3, 2, 4), T(2, 3, 3, low=0.0, high=0.99, grad=False)),
        call(T(2, 5, 4, 6), (2, 1, 3), (3, 3, 1), T(1, 2, 3, low=0.0, high=0.99, grad=False)),
        reference=torch.ops.aten.fractional_max_pool3d,
        gradgrad=False,
    ),
]
