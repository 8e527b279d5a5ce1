"""Rows of the convolutions."""

import torch

from samples import COMPLEX, FLOATS, Sample, T, call

# Sums of products round in another order.
NEAR = {"tolerance": {"float32": (1e-5, 5e-5), "bfloat16": (1.6e-2, 1e-1), "float16": (2e-3, 2e-2)}}


def plain(dims: int) -> list:
    """Calls that reach every path: groups, strides, gaps, no batch, no elements, wide enough for several chunks."""
    size, kernel = {1: (11,), 2: (7, 8), 3: (5, 4, 6)}[dims], (3, 2, 3)[:dims]
    return [
        call(T(2, 3, *size), T(4, 3, *kernel), T(4)),
        call(T(3, *size), T(4, 3, *kernel)),
        call(T(2, 4, *size), T(6, 2, *kernel), T(6), 2, 1, 1, 2),
        call(T(2, 3, *size), T(4, 3, *kernel), None, 1, 2, 2),
        call(T(2, 4, *size), T(8, 1, *kernel), T(8), 1, 1, 1, 4),
        call(T(2, 3, *size), T(5, 3, *(1,) * dims), T(5)),
        call(T(0, 3, *size), T(4, 3, *kernel), T(4)),
    ]


def transposed(dims: int) -> list:
    size, kernel = {1: (5,), 2: (4, 5), 3: (3, 2, 4)}[dims], (3, 2, 3)[:dims]
    return [
        call(T(2, 3, *size), T(3, 4, *kernel), T(4)),
        call(T(3, *size), T(3, 4, *kernel)),
        call(T(2, 4, *size), T(4, 3, *kernel), T(6), 2, 1, 1, 2),
        call(T(2, 3, *size), T(3, 4, *kernel), None, 3, 0, 2),
        call(T(2, 3, *size), T(3, 4, *kernel), None, 2, 1, 0, 1, 2),
        call(T(2, 4, *size), T(4, 1, *kernel), T(4), 2, 0, 0, 4),
        call(T(0, 3, *size), T(3, 4, *kernel), T(4)),
    ]


def weight_gradient(input, grad, kernel_size, stride, padding, dilation, groups):
    weight = torch.zeros(grad.shape[1], input.shape[1] // groups, *kernel_size, dtype=input.dtype)
    arguments = (stride, padding, dilation, False, [0] * len(stride), groups, [False, True, False])
    return torch.ops.aten.convolution_backward(grad, input, weight, None, *arguments)[1]


SAMPLES = [
    Sample("conv1d", *plain(1), call(T(2, 3, 9), T(4, 3, 2), T(4), 1, "same"), dtypes=FLOATS, **NEAR),
    Sample(
        "conv2d",
        *plain(2),
        call(T(2, 3, 7, 8), T(4, 3, 2, 3), None, 1, "same", (2, 1)),
        call(T(2, 3, 7, 8), T(4, 3, 2, 3), None, 2, "valid"),
        call(T(2, 3, 40, 33), T(4, 3, 3, 5), T(4), (2, 3), (1, 2)),
        dtypes=FLOATS,
        **NEAR,
    ),
    Sample("conv3d", *plain(3), dtypes=FLOATS, **NEAR),
    Sample("conv_transpose1d", *transposed(1), dtypes=FLOATS, **NEAR),
    Sample("conv_transpose2d", *transposed(2), dtypes=FLOATS, **NEAR),
    Sample("conv_transpose3d", *transposed(3), dtypes=FLOATS, **NEAR),
    Sample(  # every second output along a dim has no tap at all
        "conv_transpose3d",
        call(T(1, 4, 2, 2, 2), T(4, 1, 3, 2, 3), None, 2, 0, 1, 4, 2),
        call(T(1, 4, 2, 2, 2), T(4, 2, 3, 2, 3), T(4), 2, 0, 1, 2, 2),
        dtypes=FLOATS,
        **NEAR,
    ),
    Sample("conv3d", call(T(1, 4, 5, 5, 5), T(4, 1, 3, 3, 3), None, 2, 0, 2, 4), dtypes=FLOATS, **NEAR),
    Sample("conv2d", *plain(2)[:4], dtypes=COMPLEX, **NEAR),
    Sample("conv2d", *plain(2)[:4], dtypes=("int64",), cuda=False),
    Sample(
        "convolution",
        call(T(2, 4, 6, 5), T(6, 2, 3, 3), T(6), (2, 1), (1, 0), (1, 2), False, (0, 0), 2),
        call(T(2, 4, 6, 5), T(4, 3, 3, 3), T(6), (2, 1), (1, 0), (1, 2), True, (1, 0), 2),
        dtypes=FLOATS,
        **NEAR,
    ),
    Sample(
        "_convolution_weight_gradient",
        call(T(2, 4, 6, 5), T(2, 6, 3, 3), (3, 3), (2, 1), (1, 1), (1, 2), 2),
        call(T(2, 4, 6), T(2, 4, 6), (3,), (1,), (1,), (1,), 4),
        dtypes=FLOATS,
        reference=weight_gradient,
        **NEAR,
    ),
]
