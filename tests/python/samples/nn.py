"""Rows of softmax, activations, norms and attention; the private ops are checked against the formulas they stand for."""

import torch

from samples import FLOATS, REAL_FLOATS, DType, Sample, T, call

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


def norm_calls(*rest):
    return [
        call(T(3, 8), (8,), *rest),
        call(T(2, 3, 8), (3, 8), *rest),
        call(T(3, 8), (8,), T(8), *rest[1:]),
        call(T(0, 8), (8,), *rest),
        call(T(5, 257), (257,), *rest),
    ]


def multi_head_arguments(
    q=(5, 2, 8),
    k=(7, 2, 8),
    v=(7, 2, 8),
    bias=True,
    key_bias=False,
    zero_key=False,
    padding=None,
    need_weights=True,
    mask=None,
    apart=False,
    average=True,
    causal=False,
):
    """The op's arguments in order, with two heads of four."""
    separate = [T(8, x[-1]) if apart else None for x in (q, k, v)]
    key_bias = (T(1, 1, 8), T(1, 1, 8)) if key_bias else (None, None)
    projection = (None if apart else T(24, 8), T(24) if bias else None)
    rest = (T(8, 8), T(8) if bias else None, True, padding, need_weights, mask, apart, *separate, average, causal)
    return (T(*q), T(*k), T(*v), 8, 2, *projection, *key_bias, zero_key, 0.0, *rest)


def multi_head_attention(*args):
    return F.multi_head_attention_forward(*args[:-2], average_attn_weights=args[-2], is_causal=args[-1])


CAUSAL = torch.ones(5, 7, dtype=torch.bool).triu(1)
PADDING = torch.tensor([[False] * 7, [False] * 5 + [True] * 2])
MULTI_HEAD_CASES = [
    {},
    {"need_weights": False, "bias": False},
    {"q": (5, 8), "k": (7, 8), "v": (7, 8), "average": False},
    {"q": (5, 8), "k": (7, 8), "v": (7, 8), "need_weights": False, "padding": PADDING[1]},
    {"k": (7, 2, 6), "v": (7, 2, 3), "apart": True},
    {"mask": CAUSAL, "padding": PADDING, "causal": True, "need_weights": False},
    {"mask": T(4, 5, 7), "padding": PADDING, "average": False},
    {"mask": T(5, 7), "key_bias": True, "zero_key": True, "padding": PADDING},
    {"key_bias": True, "zero_key": True, "need_weights": False},
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
        Sample(f"special_{op}", call(T(3, 4), 1), call(T(3, 4), 0, dtype=DType("float64")), reference=f"special.{op}", **SUMS)
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
    Sample(
        "prelu",
        call(T(3, 4), T(low=0.1, high=0.5)),
        call(T(3, 4), T(1, low=0.1, high=0.5)),
        call(T(3, 4), T(4, low=0.1, high=0.5)),
        call(T(2, 3, 2, 2), T(3)),
        call(T(4), T(1)),
        call(T(), T(1)),
        call(T(0, 3), T(3)),
        dtypes=FLOATS,
    ),
    Sample("glu", call(T(3, 4)), call(T(4, 3), 0), call(T(2, 4, 3), -2), call(T(0, 4)), dtypes=FLOATS, **SUMS),
    Sample("softsign", call(T(3, 4)), call(T()), call(T(0)), dtypes=FLOATS),
    Sample(
        "gumbel_softmax",
        call(T(3, 4)),
        call(T(3, 4), 0.5, True, 0),
        call(T(2, 3, 4), 2.0, False, 1),
        seeded=True,
        reference=lambda x, tau=1, hard=False, dim=-1: F.gumbel_softmax(x, tau, hard, dim=dim),
        layouts=False,
        cuda=False,
        **SUMS,
    ),
    Sample(
        "multi_head_attention_forward",
        *(call(*multi_head_arguments(**case)) for case in MULTI_HEAD_CASES),
        dtypes=REAL_FLOATS,
        reference=multi_head_attention,
        **SUMS,
    ),
]
