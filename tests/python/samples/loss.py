"""Rows of the losses and of the distances that they are made of."""

import torch

from samples import FLOATS, I, Sample, T, call

F = torch.nn.functional
aten = torch.ops.aten  # torch's own functions of these names do not take the mean by default
SUMS = {"tolerance": {"float32": (1e-5, 1e-5), "bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)}}
REDUCTIONS = ("none", "mean", "sum")
SHARE = T(3, 4, low=0.05, high=0.95)
FAR = T(3, 4, low=0.5, high=2.5)
SIGNS = torch.tensor([[1.0, -1.0, 1.0, -1.0], [-1.0, -1.0, 1.0, 1.0], [1.0, 0.0, 1.0, -1.0]])


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


def nll_loss(x, target, weight=None, reduction=1, ignore_index=-100):
    return F.nll_loss(x, target, weight, ignore_index=ignore_index, reduction=REDUCTIONS[reduction])


def cross_entropy(x, target, weight=None, reduction=1, ignore_index=-100, label_smoothing=0.0):
    return F.cross_entropy(
        x, target, weight, ignore_index=ignore_index, reduction=REDUCTIONS[reduction], label_smoothing=label_smoothing
    )


def between(function, *names):
    """The loss of nn.functional with the op's arguments: after the target the reduction's number, then those named."""

    def run(a, b, reduction=1, *rest, **options):
        return function(a, b, reduction=REDUCTIONS[reduction], **dict(zip(names, rest, strict=False)), **options)

    return run


def binary(function):
    def run(a, b, weight=None, *rest, reduction=1):
        extra = {"pos_weight": rest[0]} if rest else {}
        return function(a, b, weight=weight, reduction=REDUCTIONS[reduction], **extra)

    return run


def kl_div(x, target, reduction=1, log_target=False):
    """PyTorch's, but for the gradient at target 0, which is NaN there."""
    return F.kl_div(x, target, reduction=(*REDUCTIONS, "batchmean")[reduction], log_target=log_target)


SAMPLES = [
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
        "mse_loss",
        *(call(T(3, 4), T(3, 4), r) for r in (0, 1, 2)),
        *(call(T(3, 4), T(3, 4), r, weight=FAR) for r in (0, 1, 2)),
        call(T(3, 4), T(4), 1),
        reference=between(F.mse_loss),
    ),
    Sample(
        "l1_loss",
        *(call(T(3, 4), T(3, 4), r) for r in (0, 1, 2)),
        *(call(T(3, 4), T(3, 4), r, weight=FAR) for r in (0, 1, 2)),
        reference=between(F.l1_loss),
    ),
    Sample(
        "smooth_l1_loss",
        *(call(T(3, 4), T(3, 4), r) for r in (0, 1, 2)),
        call(T(3, 4), T(3, 4), 2, 0.5),
        call(T(3, 4), T(3, 4), 1, 0.0),
        reference=between(F.smooth_l1_loss, "beta"),
    ),
    Sample(
        "huber_loss",
        *(call(T(3, 4), T(3, 4), r) for r in (0, 1, 2)),
        *(call(T(3, 4), T(3, 4), r, 0.7, weight=FAR) for r in (0, 1, 2)),
        reference=between(F.huber_loss, "delta"),
    ),
    Sample(
        "binary_cross_entropy",
        call(SHARE, SHARE),
        call(SHARE, SHARE, FAR, reduction=2),
        reference=binary(F.binary_cross_entropy),
    ),
    Sample(
        "binary_cross_entropy_with_logits",
        call(T(3, 4), SHARE),
        call(T(3, 4), SHARE, FAR),
        call(T(3, 4), SHARE, None, T(4, low=0.5, high=2.0), reduction=0),
        reference=binary(F.binary_cross_entropy_with_logits),
    ),
    Sample(
        "kl_div",
        *(call(T(3, 4), SHARE, r) for r in (0, 1, 2, 3)),
        *(call(T(3, 4), T(3, 4), r, log_target=True) for r in (0, 1, 2, 3)),
        call(T(3, 4), T(3, 4, low=-1.0, high=1.0, grad=False)),
        call(T(3, 4), T(3, 4, low=0.0, high=0.0, grad=False), 0),
        call(T(3, 4), T(4, low=0.1, high=0.9), 0),
        dtypes=FLOATS,
        reference=kl_div,
        **SUMS,
    ),
    Sample(
        "soft_margin_loss",
        *(call(T(3, 4), SIGNS, r) for r in (0, 1, 2)),
        call(T(3, 4), T(3, 4)),
        reference=aten.soft_margin_loss,
    ),
    Sample(
        "hinge_embedding_loss",
        *(call(T(3, 4), SIGNS, 0.7, r) for r in (0, 1, 2)),
        call(T(2, 3, 4), SIGNS),
        dtypes=FLOATS,
        **SUMS,
        reference=aten.hinge_embedding_loss,
    ),
    Sample(
        "margin_ranking_loss",
        *(call(T(3, 4), T(3, 4), SIGNS, 0.3, r) for r in (0, 1, 2)),
        call(T(3, 4), T(4), SIGNS),
        reference=aten.margin_ranking_loss,
    ),
    Sample(
        "cosine_embedding_loss",
        *(call(T(4, 5), T(4, 5), SIGNS[0], 0.1, r) for r in (0, 1, 2)),
        call(T(5), T(5), torch.tensor(-1.0)),
        call(T(4, 5), T(1, 5), SIGNS[0]),
        reference=aten.cosine_embedding_loss,
    ),
    Sample(
        "triplet_margin_loss",
        *(call(T(4, 5), T(4, 5), T(4, 5), 1.0, 2.0, 1e-6, False, r) for r in (0, 1, 2)),
        call(T(4, 5), T(4, 5), T(4, 5), 0.5, 1.0, 1e-6, True),
        call(T(4, 5), T(1, 5), T(4, 5), 2.0, 3.0),
        reference=aten.triplet_margin_loss,
    ),
    Sample(
        "cosine_similarity",
        call(T(3, 4), T(3, 4)),
        call(T(2, 3, 4), T(3, 1), -2),
        call(T(4), T(4), 0),
        call(T(0, 4), T(0, 4)),
        dtypes=FLOATS,
        **SUMS,
    ),
    # Where the bound holds a norm up, PyTorch's gradient is that without the bound.
    Sample(
        "cosine_similarity",
        call(T(2, 4, low=0.0, high=0.0), T(2, 4)),
        call(T(3, 4, low=-0.1, high=0.1), T(3, 4), 1, 0.5),
        gradgrad=False,
        gradcheck=False,
    ),
    Sample(
        "cosine_embedding_loss",
        call(T(4, 5, low=0.0, high=0.0), T(4, 5), SIGNS[0], 0.0, 0),
        reference=aten.cosine_embedding_loss,
        gradgrad=False,
        gradcheck=False,
    ),
    Sample(
        "pairwise_distance",
        call(T(3, 4), T(3, 4)),
        call(T(2, 3, 4), T(4), 1.0),
        call(T(3, 4), T(3, 4), 3.0, 1e-3, True),
        call(T(3, 4), T(3, 4), float("inf")),
        dtypes=FLOATS,
        **SUMS,
    ),
    Sample(
        "normalize",
        call(T(3, 4)),
        call(T(2, 3, 4), 1.0, 0),
        call(T(3, 4), 2.0, -1, 3.0),
        call(T(0, 4), 2.0, 0),
        dtypes=FLOATS,
        reference=lambda x, p=2.0, dim=1, eps=1e-12: F.normalize(x, p, dim, eps),
        **SUMS,
    ),
]
