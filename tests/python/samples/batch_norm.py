"""Rows of the norms of channels."""

import torch
import torch.nn.functional as F

from samples import FLOATS, REAL_FLOATS, Sample, T, call

SUMS = {"tolerance": {"float32": (1e-5, 2e-5), "float16": (2e-3, 5e-3), "bfloat16": (1.6e-2, 4e-2)}}


def running(*channels: int) -> tuple:
    return T(*channels, grad=False), T(*channels, low=0.5, high=2, grad=False)


def batch_norm(x, weight, bias, eps):
    out = F.batch_norm(x, None, None, weight, bias, True, 0.1, eps)
    dims = [d for d in range(x.dim()) if d != 1]
    wide = x.double() if x.dtype == torch.float64 else x.float()
    return out, wide.mean(dims), wide.var(dims, correction=0)


def batch_norm_backward(grad, x, mean, var, weight, eps):
    invstd = (var + eps).rsqrt()
    return torch.ops.aten.native_batch_norm_backward(grad, x, weight, None, None, mean, invstd, True, eps, [True] * 3)


def dense(*tensors):
    """aten's own entries read memory as if it were contiguous."""
    return [None if t is None else t.contiguous() for t in tensors]


def group_norm(x, weight, bias, groups, eps):
    n, c = x.shape[:2]
    return torch.ops.aten.native_group_norm(*dense(x, weight, bias), n, c, x[0, 0].numel(), groups, eps)


def group_norm_backward(grad, x, mean, rstd, weight, groups):
    n, c = x.shape[:2]
    return torch.ops.aten.native_group_norm_backward(
        *dense(grad, x, mean, rstd, weight), n, c, x[0, 0].numel(), groups, [True] * 3
    )


def moments(*channels: int) -> tuple:
    return T(*channels, grad=False), T(*channels, low=0.5, high=2, grad=False)


SAMPLES = [
    Sample(
        "batch_norm",
        call(T(4, 3, 5, 2), T(3), T(3), *running(3), True, 0.1, 1e-5, True),
        call(T(4, 3, 5), T(3), T(3), *running(3), False, 0.1, 1e-3, True),
        call(T(6, 5), None, None, None, None, True, 0.1, 1e-5, True),
        call(T(2, 3, 2, 3, 2), T(3), T(3), None, None, True, 0.3, 1e-5, True),
        dtypes=FLOATS,
        layouts=False,  # running statistics that are expanded cannot be written
        **SUMS,
    ),
    # PyTorch's own gradients raise where there is a bias without a weight
    Sample("batch_norm", call(T(2, 3, 4), None, T(3), *running(3), False, 0.3, 1e-5, True), grad=False, **SUMS),
    Sample("group_norm", call(T(2, 4, 5), 1, None, T(4)), call(T(0, 4, 5), 2, T(4), T(4)), grad=False, **SUMS),
    Sample(
        "_batch_norm",
        call(T(4, 3, 5, 2), T(3), T(3), 1e-5),
        call(T(6, 5), None, None, 1e-3),
        dtypes=REAL_FLOATS,
        reference=batch_norm,
        grad=False,
        **SUMS,
    ),
    Sample(
        "_batch_norm_backward",
        call(T(4, 3, 5, 2, grad=False), T(4, 3, 5, 2, grad=False), *moments(3), T(3, grad=False), 1e-5),
        dtypes=REAL_FLOATS,
        reference=batch_norm_backward,
        grad=False,
        **SUMS,
    ),
    Sample(
        "group_norm",
        call(T(2, 6, 3, 2), 3, T(6), T(6)),
        call(T(3, 4), 2),
        call(T(2, 4, 5), 4, T(4), None, 1e-3),
        dtypes=FLOATS,
        **SUMS,
    ),
    Sample(
        "_group_norm",
        call(T(2, 6, 3, 2), T(6), T(6), 3, 1e-5),
        call(T(3, 4), None, None, 2, 1e-3),
        dtypes=REAL_FLOATS,
        reference=group_norm,
        grad=False,
        **SUMS,
    ),
    Sample(
        "_group_norm_backward",
        call(T(2, 6, 3, 2, grad=False), T(2, 6, 3, 2, grad=False), *moments(2, 3), T(6, grad=False), 3),
        dtypes=REAL_FLOATS,
        reference=group_norm_backward,
        grad=False,
        **SUMS,
    ),
    Sample(
        "instance_norm",
        call(T(2, 3, 4, 2), T(3), T(3), None, None, True, 0.1, 1e-5, True),
        call(T(2, 3, 5), None, None, *running(3), True, 0.1, 1e-5, True),
        call(T(2, 3, 5), T(3), T(3), *running(3), False, 0.1, 1e-5, True),
        dtypes=FLOATS,
        **SUMS,
    ),
]
