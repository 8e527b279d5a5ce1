"""Rows of softmax, norms, losses and attention; the private ops are checked against the formulas they stand for."""

import torch

from samples import FLOATS, REAL_FLOATS, DType, I, Sample, T, call

F = torch.nn.functional
SUMS = {"tolerance": {"float32": (1e-5, 1e-5), "bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)}}


def wide(x):
    """The dtype that sums of x are kept in."""
    return torch.float64 if x.dtype == torch.float64 else torch.float32


def causal_softmax(scores, scale):
    t, s = scores.shape[-2:]
    hidden = torch.ones(t, s, dtype=torch.bool).triu(1)
    return torch.softmax((scores.double() * scale).masked_fill(hidden, float("-inf")), -1).to(scores.dtype)


def rms(x, shape, eps):
    dims = tuple(range(-len(shape), 0))
    return (x.to(wide(x)).square().mean(dims, keepdim=True) + eps).rsqrt()


def fused_rms_norm(x, shape, weight, eps):
    rstd = rms(x, shape, eps)
    y = x.to(wide(x)) * rstd
    return (y if weight is None else y * weight).to(x.dtype), rstd


def fused_rms_norm_backward(grad, x, shape, rstd, weight):
    dims = tuple(range(-len(shape), 0))
    outer = tuple(range(x.dim() - len(shape)))
    scaled = grad if weight is None else grad * weight
    normal = x * rstd
    dx = rstd * (scaled - normal * (scaled * normal).mean(dims, keepdim=True))
    return dx, None if weight is None else (grad * normal).sum(outer)


def layer_norm_backward(grad, x, shape, mean, rstd, weight, bias):
    return torch.ops.aten.native_layer_norm_backward(grad, x, shape, mean, rstd, weight, bias, [True] * 3)


def loss_calls(*rest, **options):
    """Calls of a loss over classes: flat, with more dims, without a batch, weighted, ignoring."""
    return [
        call(T(6, 5), I(6, high=5), *rest, **options),
        call(T(2, 5, 3), I(2, 3, high=5), *rest, **options),
        call(T(5), I(high=5), *rest, **options),
        *(call(T(6, 5), I(6, high=5), T(5, low=0.5, high=1, grad=False), r) for r in (0, 1, 2)),
        call(T(6, 5), I(6, high=5), None, 1, 2),
        call(T(6, 5), I(6, high=5), T(5, low=0.5, high=1, grad=False), 1, 2),
    ]


REDUCTIONS = ("none", "mean", "sum")


def nll_loss(x, target, weight=None, reduction=1, ignore_index=-100):
    return F.nll_loss(x, target, weight, ignore_index=ignore_index, reduction=REDUCTIONS[reduction])


def cross_entropy(x, target, weight=None, reduction=1, ignore_index=-100, label_smoothing=0.0):
    return F.cross_entropy(
        x, target, weight, ignore_index=ignore_index, reduction=REDUCTIONS[reduction], label_smoothing=label_smoothing
    )


def norm_calls(*rest):
    return [
        call(T(3, 8), (8,), *rest),
        call(T(2, 3, 8), (3, 8), *rest),
        call(T(3, 8), (8,), T(8), *rest[1:]),
        call(T(0, 8), (8,), *rest),
        call(T(5, 257), (257,), *rest),
    ]


SOFTMAX_CALLS = [
    call(T(3, 4), 1),
    call(T(3, 4), 0),
    call(T(2, 3, 4), -2),
    call(T(), 0),
    call(T(0, 3), 1),
    call(T(4, 300), -1),
]

SAMPLES = [
    *(
        Sample(op, *SOFTMAX_CALLS, call(T(3, 4), 1, dtype=DType("float64")), dtypes=FLOATS, **SUMS)
        for op in ("softmax", "log_softmax")
    ),
    *(
        Sample(
            op, call(T(3, 4), 1, False), call(T(2, 3, 4), 1, False), dtypes=FLOATS, reference=f"ops.aten.{op}", **SUMS
        )
        for op in ("_softmax", "_log_softmax")
    ),
    Sample(
        "_softmax_backward_data",
        call(T(3, 4), T(3, 4, low=0, high=1), 1, DType("float32")),
        dtypes=("float32",),
        grad=False,
        reference="ops.aten._softmax_backward_data",
    ),
    Sample(
        "_log_softmax_backward_data",
        call(T(3, 4), T(3, 4, low=-3, high=0), 1, DType("float32")),
        dtypes=("float32",),
        grad=False,
        reference="ops.aten._log_softmax_backward_data",
    ),
    Sample(
        "_causal_softmax", call(T(2, 5, 5), 0.5), call(T(3, 1, 7), 1.0), dtypes=FLOATS, reference=causal_softmax, **SUMS
    ),
    Sample("layer_norm", *norm_calls(), call(T(3, 8), (8,), T(8), T(8), 1e-3), dtypes=FLOATS, **SUMS),
    Sample(
        "native_layer_norm",
        call(T(3, 8), (8,), T(8), T(8), 1e-5),
        call(T(2, 3, 8), (3, 8), None, None, 1e-3),
        dtypes=REAL_FLOATS,
        grad=False,  # of the first result alone; layer_norm has it
        reference="native_layer_norm",
        **SUMS,
    ),
    Sample(
        "native_layer_norm_backward",
        call(T(3, 8), T(3, 8), (8,), T(3, 1), T(3, 1, low=0.5, high=1), T(8), T(8)),
        grad=False,
        layouts=False,
        reference=layer_norm_backward,
        **SUMS,
    ),
    Sample(
        "rms_norm",
        *norm_calls(),
        call(T(3, 8), (8,), T(8), 1e-3),
        dtypes=FLOATS,
        reference="nn.functional.rms_norm",
        **SUMS,
    ),
    Sample(
        "_fused_rms_norm",
        call(T(3, 8), (8,), T(8), 1e-5),
        call(T(2, 3, 8), (3, 8), None, 1e-3),
        dtypes=REAL_FLOATS,
        reference=fused_rms_norm,
        **SUMS,
    ),
    Sample(
        "_fused_rms_norm_backward",
        call(T(3, 8), T(3, 8), (8,), T(3, 1, low=0.5, high=1), T(8)),
        grad=False,
        layouts=False,
        reference=fused_rms_norm_backward,
        **SUMS,
    ),
    Sample("nll_loss", *loss_calls(), dtypes=FLOATS, reference=nll_loss, **SUMS),
    Sample(
        "nll_loss_forward",
        call(T(6, 5), I(6, high=5), None, 1, -100),
        call(T(6, 5), I(6, high=5), T(5, low=0.5, high=1, grad=False), 2, 3),
        grad=False,
        reference="ops.aten.nll_loss_forward",
    ),
    Sample(
        "nll_loss_backward",
        call(T(), T(6, 5), I(6, high=5), None, 1, -100, T(low=6, high=6)),
        call(T(), T(6, 5), I(6, high=5), T(5, low=0.5, high=1), 2, 3, T(low=6, high=6)),
        grad=False,
        reference="ops.aten.nll_loss_backward",
    ),
    Sample(
        "cross_entropy_loss",
        *loss_calls(),
        call(T(6, 5), I(6, high=5), None, 1, -100, 0.1),
        call(T(6, 5), I(6, high=5), T(5, low=0.5, high=1, grad=False), 0, 2, 0.3),
        call(T(6, 5), T(6, 5, low=0, high=1)),
        dtypes=FLOATS,
        reference=cross_entropy,
        **SUMS,
    ),
    Sample(
        "scaled_dot_product_attention",
        call(T(2, 3, 5, 4), T(2, 3, 7, 4), T(2, 3, 7, 6)),
        call(T(2, 3, 5, 4), T(2, 3, 5, 4), T(2, 3, 5, 4), None, 0.0, True),
        call(T(2, 5, 4), T(2, 7, 4), T(2, 7, 4), T(5, 7)),
        call(T(2, 5, 4), T(2, 7, 4), T(2, 7, 4), scale=0.7),
        call(T(2, 3, 5, 4), T(2, 3, 7, 4), T(2, 3, 7, 6), None, 0.0, True),
        call(T(2, 4, 5, 4), T(2, 2, 5, 4), T(2, 2, 5, 4), enable_gqa=True),
        dtypes=FLOATS,
        reference="nn.functional.scaled_dot_product_attention",
        **SUMS,
    ),
]
