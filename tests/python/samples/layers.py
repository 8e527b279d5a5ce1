"""Rows of what layers move, add up and compare: windows, channels, bags, distances, losses, slopes that are drawn."""

import torch

from samples import ALL, FLOATS, Sample, T, call

F = torch.nn.functional
aten = torch.ops.aten
TARGETS = torch.tensor([1, 0, 3])
LABELS = torch.tensor([[3, 0, -1, 1], [-1, 2, 1, 0], [0, 1, 2, 3]])
SUMS = {"tolerance": {"float32": (1e-5, 1e-5), "bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)}}


def embedding_bag(weight, indices, offsets, scale=False, mode=0, sparse=False, weights=None, last=False, padding=-1):
    padding = None if padding < 0 else padding
    return F.embedding_bag(
        indices, weight, offsets, None, 2, scale, ("sum", "mean", "max")[mode], sparse, weights, last, padding
    )


def slopes(x, lower, upper):
    noise = torch.empty_like(x)
    aten.rrelu_with_noise(x, noise, lower, upper, True)
    return noise


BAG = (torch.tensor([1, 2, 4, 5, 4, 3, 0, 4]), torch.tensor([0, 3, 3, 6]))
MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


def cdist(x1, x2, p=2.0, mode=0):
    return torch.cdist(x1, x2, p, MODES[mode])


SAMPLES = [
    Sample("pixel_shuffle", call(T(2, 8, 3, 2), 2), call(T(9, 2, 2), 3), call(T(2, 1, 4, 1, 1), 2), dtypes=ALL),
    Sample("pixel_unshuffle", call(T(2, 2, 6, 4), 2), call(T(1, 6, 3), 3), dtypes=ALL),
    Sample("channel_shuffle", call(T(2, 6, 3), 3), call(T(1, 4, 2, 2), 2), dtypes=FLOATS),
    Sample("native_channel_shuffle", call(T(2, 6, 3, 2), 3), dtypes=("float32", "float64"), grad=False),
    Sample(
        "im2col",
        call(T(2, 3, 5, 6), (2, 3), (1, 1), (0, 0), (1, 1)),
        call(T(2, 3, 7, 6), (2, 2), (2, 3), (1, 2), (2, 1)),
        call(T(3, 5, 6), (2, 2), (1, 1), (1, 0), (3, 2)),
        dtypes=FLOATS,
        reference=lambda x, *rest: F.unfold(x, *rest),
    ),
    Sample(
        "col2im",
        call(T(2, 18, 16), (5, 6), (2, 3), (1, 1), (0, 0), (1, 1)),
        call(T(2, 12, 28), (7, 6), (2, 2), (2, 3), (1, 2), (2, 1)),
        call(T(12, 6), (5, 6), (2, 2), (1, 1), (1, 0), (3, 2)),
        reference=lambda x, *rest: F.fold(x, *rest),
    ),
    Sample("norm_except_dim", call(T(3, 4)), call(T(3, 4), 2, 1), call(T(2, 3, 4), 1, 1), call(T(3, 4), 2, -1)),
    Sample(
        "_weight_norm",
        call(T(3, 4), T(3, 1), 0),
        call(T(3, 4), T(1, 4), 1),
        call(T(2, 3, 4), T(2, 1, 1)),
        call(T(3, 4), T(), -1),
        reference=lambda v, g, dim=0: v * (g / torch.norm_except_dim(v, 2, dim)),
        rtol=1e-5,
        atol=1e-6,
    ),
    Sample(
        "embedding_bag",
        *(call(T(6, 3), *BAG, False, mode) for mode in (0, 1, 2)),
        *(call(T(6, 3), *BAG, False, mode, False, None, False, 4) for mode in (0, 1, 2)),
        call(T(6, 3), *BAG, False, 0, False, T(8)),
        call(T(6, 3), BAG[0], torch.tensor([0, 3, 3, 6, 8]), False, 1, False, None, True),
        reference=embedding_bag,
        gradgrad=False,
    ),
    # PyTorch scales by how often another row came; finite differences do not see the scale
    Sample("embedding_bag", call(T(6, 3), *BAG, True, 0), reference=embedding_bag, grad=False),
    Sample(
        "_rrelu_slopes",
        call(T(5, 8, grad=False), 0.125, 0.3),
        call(T(0, 8, grad=False), 0.125, 0.3),
        dtypes=("float32", "float64", "bfloat16"),
        seeded=True,
        grad=False,
        cuda=False,
        layouts=False,
        reference=slopes,
    ),
    Sample(
        "rrelu",
        call(T(5, 8), 0.125, 0.3, True),
        call(T(5, 8), 0.125, 0.3, False),
        call(T(5, 8)),
        dtypes=FLOATS,
        seeded=True,
        cuda=False,
    ),
    Sample(
        "rrelu_",
        call(T(5, 8, grad=False), 0.125, 0.3, True),
        call(T(5, 8, grad=False), 0.125, 0.3, False),
        dtypes=FLOATS,
        seeded=True,
        grad=False,
        cuda=False,
        reference=torch.rrelu_,
    ),
    Sample(
        "cdist",
        call(T(3, 4), T(5, 4)),
        call(T(2, 3, 4), T(5, 4), 1.0),
        call(T(2, 1, 3, 4), T(3, 5, 4), 3.0),
        call(T(3, 4), T(5, 4), float("inf")),
        call(T(3, 4), T(5, 4), 2.0, 1),
        call(T(3, 0), T(5, 0)),
        call(T(0, 4), T(5, 4)),
        reference=cdist,
        gradgrad=False,
        rtol=1e-5,
        atol=1e-5,
    ),
    Sample(
        "_euclidean_distances",
        call(T(3, 4), T(5, 4)),
        call(T(2, 30, 4), T(2, 5, 4)),
        reference=cdist,
        gradgrad=False,
        rtol=1e-4,
        atol=1e-5,
    ),
    Sample("pdist", call(T(4, 3)), call(T(4, 3), 1.0), call(T(4, 3), float("inf")), call(T(1, 3)), gradgrad=False),
    Sample(
        "multi_margin_loss",
        *(call(T(3, 4), TARGETS, 1, 0.7, None, r) for r in (0, 1, 2)),
        call(T(3, 4), TARGETS, 2, 1.0, T(4, low=0.2, high=1.0, grad=False)),
        call(T(4), torch.tensor(2)),
        call(T(4), torch.tensor(2), 1, 1.0, None, 0),
        reference=lambda x, y, p=1, m=1.0, w=None, r=1: aten.multi_margin_loss(x, y, p, m, w, r),
        gradgrad=False,
    ),
    Sample(
        "multilabel_margin_loss",
        *(call(T(3, 4), LABELS, r) for r in (0, 1, 2)),
        call(T(4), LABELS[0]),
        reference=aten.multilabel_margin_loss,
        gradgrad=False,
    ),
    Sample(
        "poisson_nll_loss",
        *(
            call(T(3, 4), T(3, 4, low=0.0, high=4.0, grad=False), True, full, 1e-8, r)
            for full in (True, False)
            for r in (0, 1, 2)
        ),
        call(T(3, 4, low=0.1), T(3, 4, low=0.0, high=4.0, grad=False), False, True, 1e-8, 1),
    ),
    Sample(
        "gaussian_nll_loss",
        *(call(T(3, 4), T(3, 4), T(3, 4, low=0.1), full, 1e-6, r) for full in (True, False) for r in (0, 1, 2)),
        call(T(3, 4), T(3, 4), T(3, low=0.1)),
        call(T(3, 4), T(3, 4), T(3, 1, low=0.1)),
        reference=lambda x, y, v, full=False, eps=1e-6, r=1: F.gaussian_nll_loss(
            x, y, v, full=full, eps=eps, reduction=("none", "mean", "sum")[r]
        ),
    ),
    Sample(
        "multilabel_soft_margin_loss",
        *(call(T(3, 4), T(3, 4, low=0.0, high=1.0), None, r) for r in (0, 1, 2)),
        call(T(3, 4), T(3, 4, low=0.0, high=1.0), T(4, low=0.2, high=1.0)),
        call(T(4), T(4, low=0.0, high=1.0)),
        reference=lambda x, y, w=None, r=1: F.multilabel_soft_margin_loss(
            x, y, w, reduction=("none", "mean", "sum")[r]
        ),
    ),
]
