"""Rows of indexing: elements and slices named by tensors of positions or by masks."""

import torch

from samples import ALL, FLOATS, NUMBERS, REAL_FLOATS, B, I, Sample, T, call

M = T(3, 4)
NAN, INF = float("nan"), float("inf")
C = T(2, 3, 4)
SAME = {"dtypes": ALL}
REDUCED = {"dtypes": NUMBERS, "tolerance": {"bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)}}


def by_index(x, indices, *rest):
    return x[tuple(slice(None) if i is None else i for i in indices)]


def embedding(weight, indices, padding_idx=-1, by_frequency=False, sparse=False):
    return torch.nn.functional.embedding(
        indices, weight, padding_idx if padding_idx >= 0 else None, scale_grad_by_freq=by_frequency
    )


SAMPLES = [
    Sample(
        "index",
        call(M, [I(5)]),
        call(M, [None, I(2, 2)]),
        call(C, [I(3, high=2), None, I(3)]),
        call(C, [I(2, 1, high=2), I(3)]),
        call(C, [I(3, low=-2, high=2)]),
        call(M, [B(3, 4)]),
        call(C, [B(2), None, I(1)]),
        call(M, [I(0)]),
        reference=by_index,
        layouts=False,
        **SAME,
    ),
    Sample(
        "index_put",
        call(M, [torch.tensor([2, 0])], T(2, 4)),
        call(C, [None, I(2)], T(2, 2, 4), True),
        reference=torch.ops.aten.index_put,
        **SAME,
    ),
    Sample(
        "index_put_",
        call(T(3, 4, grad=False), [I(5)], T(4, grad=False), True),
        call(T(3, 4, grad=False), [B(3, 4)], T(grad=False)),
        call(T(2, 3, 4, grad=False), [None, None, I(2)], T(1, 1, grad=False)),
        reference=lambda x, i, v, a=False: (
            torch.index_put_(x, [slice(None) if j is None else j for j in i], v, a)
            if all(j is not None for j in i)
            else torch.ops.aten.index_put_(x, i, v, a)
        ),
        layouts=False,
        grad=False,
        dtypes=ALL,
    ),
    Sample(
        "_index_put_impl_",
        call(T(3, 4, grad=False), [I(5)], T(4, grad=False), True, False),
        reference=torch.ops.aten._index_put_impl_,
        layouts=False,
        grad=False,
    ),
    Sample(
        "index_select",
        call(M, 1, I(5, high=4)),
        call(C, 0, I(3, high=2)),
        call(T(), 0, I(1, high=1)),
        call(M, -1, I(0)),
        **SAME,
    ),
    Sample(
        "index_add",
        call(M, 0, I(5), T(5, 4)),
        call(C, 2, I(3, high=4), T(2, 3, 3), alpha=2),
        call(T(3), 0, I(2), T(2)),
        **REDUCED,
    ),
    Sample("index_copy", call(M, 1, I(1, high=4), T(3, 1)), call(C, 0, I(1, high=2), T(1, 3, 4)), **SAME),
    Sample("index_fill", call(M, 1, I(2, low=-4, high=4), 1), call(C, 0, I(1, high=2), 2), **SAME),
    Sample("index_fill", call(M, 1, torch.tensor([2, 0, 2, 3]), T()), call(T(), 0, torch.tensor([0]), T())),
    Sample(
        "index_fill_",
        call(T(3, 4, grad=False), 1, I(2, low=-4, high=4), 1),
        call(T(3, 4, grad=False), 0, I(1, high=2), T(grad=False)),
        reference=lambda x, d, i, v: x.index_fill_(d, i, v),
        layouts=False,
        grad=False,
        dtypes=ALL,
    ),
    Sample(
        "masked_scatter_",
        call(T(3, 4, grad=False), B(3, 4), T(14, grad=False)),
        reference=lambda x, m, s: x.masked_scatter_(m, s),
        layouts=False,
        grad=False,
        dtypes=ALL,
    ),
    Sample(
        "gather",
        call(M, 1, I(3, 2, high=4)),
        call(C, 0, I(1, 3, 4, high=2)),
        call(T(3), 0, I(5)),
        call(M, 0, I(2, 4)),
        call(T(3), 0, torch.empty(0, dtype=torch.uint8)),
        **SAME,
    ),
    Sample("take_along_dim", call(M, I(3, 2, high=4), 1), call(M, I(2, high=12)), call(C, I(1, 3, 1), 1)),
    Sample("take_along_dim", call(M, torch.tensor([[-1, 0, -4]]), 1)),
    Sample(
        "scatter",
        call(M, 1, torch.tensor([[0, 2], [1, 3], [3, 0]]), T(3, 2)),
        call(M, 0, torch.tensor([[2, 0, 1, 1]]), 1.0),
        call(T(3), 0, torch.tensor([1]), T(1)),
        dtypes=ALL,
    ),
    Sample("scatter_add", call(M, 1, I(3, 2, high=4), T(3, 2)), call(C, 0, I(2, 3, 4, high=2), T(2, 3, 4)), **REDUCED),
    Sample(
        "scatter_reduce",
        *(call(M, 1, I(3, 4, high=4), T(3, 4), mode) for mode in ("sum", "prod", "mean", "amax", "amin")),
        *(call(M, 0, I(3, 4), T(3, 4), mode, include_self=False) for mode in ("sum", "mean", "amax", "amin")),
        dtypes=(*FLOATS, "int32", "int64"),
        tolerance={"bfloat16": (3e-2, 3e-2), "float16": (5e-3, 5e-3)},
    ),
    Sample("masked_select", call(M, B(3, 4)), call(M, B(4)), call(T(4), B(3, 4)), **SAME),
    Sample("masked_scatter", call(M, B(3, 4), T(14)), call(M, B(4), T(3, 4)), **SAME),
    Sample("nonzero", call(B(3, 4)), call(I(5)), call(B()), call(B(0, 3)), grad=False),
    Sample("nonzero_numpy", call(B(3, 4)), call(I(5)), reference=lambda x: torch.nonzero(x, as_tuple=True), grad=False),
    Sample("argwhere", call(B(3, 4)), call(I(2, 2)), grad=False),
    Sample("take", call(M, I(2, 3, low=-12, high=12)), call(M, I(0)), **SAME),
    Sample(
        "put",
        call(M, torch.tensor([0, 5, 11, -4]), T(4)),
        call(M, I(4, high=12), T(2, 2), True),
        reference=lambda x, i, s, a=False: torch.Tensor.put(x, i, s, a),
        dtypes=REAL_FLOATS,
    ),
    Sample(
        "embedding",
        call(T(5, 4), I(2, 3, high=5)),
        call(T(5, 3), I(6, high=5), 2),
        reference=embedding,
        dtypes=FLOATS,
        layouts=False,
        gradcheck=False,
    ),
    Sample("embedding", call(T(5, 8), I(0)), reference=embedding, dtypes=FLOATS, gradcheck=False, gradgrad=False),
    Sample(
        "embedding_renorm_",
        call(T(5, 4), I(2, 3, high=5), 1.0, 2.0),
        call(T(5, 4), I(6, high=5), 0.5, 1.0),
        call(T(5, 4), I(0), 0.5, 2.0),
        call(T(5, 4), I(3, high=5, dtype="int32"), 3.0, float("inf")),
        dtypes=("float32", "float64"),
        layouts=False,
        grad=False,
    ),
    Sample(
        "embedding_dense_backward",
        call(T(2, 3, 4), I(2, 3, high=5), 5, -1, False),
        call(T(6, 4), I(6, high=5), 5, 2, True),
        reference=torch.ops.aten.embedding_dense_backward,
        gradgrad=False,
        grad=False,
    ),
    Sample(
        "bincount",
        call(I(20, high=6)),
        call(I(20, high=6), None, 9),
        call(I(20, high=6), T(20, grad=False)),
        grad=False,
    ),
    Sample(
        "searchsorted",
        call(
            torch.tensor([1.0, 3.0, 5.0, 7.0], dtype=torch.float32), T(2, 3, low=0, high=8, dtype="float32", grad=False)
        ),
        call(torch.tensor([[1, 3, 5], [2, 4, 6]]), I(2, 4, high=7), right=True),
        call(torch.tensor([1, 3, 3, 5]), I(4, high=7), out_int32=True, side="right"),
        call(torch.tensor([5, 1, 3, 3]), I(4, high=7), sorter=torch.tensor([1, 2, 3, 0])),
        call(torch.tensor([[5, 1], [2, 4]]), I(2, 3, high=7), right=True, sorter=torch.tensor([[1, 0], [0, 1]])),
        call(torch.tensor([1, 3, 3, 5]), 3, right=True),
        call(torch.tensor([0.1, 0.3, 0.5], dtype=torch.float32), 0.3),
        call(torch.tensor([1, 3, 3, 5]), 2.5),
        call(torch.tensor([1.0, 3.0, INF]), torch.tensor([NAN, 2.0, INF]), right=True),
        call(torch.tensor([], dtype=torch.int64), I(4, high=7)),
        call(torch.tensor([1, 3]), I(0)),
        grad=False,
    ),
    Sample(
        "bucketize",
        call(I(2, 4, high=9), torch.tensor([1, 3, 5, 7])),
        call(I(2, 4, high=9), torch.tensor([1, 3, 5, 7]), right=True),
        call(4, torch.tensor([1, 3, 5, 7]), out_int32=True),
        grad=False,
    ),
    Sample(
        "segment_reduce",
        *(
            call(T(5, 2), how, lengths=torch.tensor([2, 0, 3]), initial=initial)
            for how in ("sum", "mean", "max", "min", "prod")
            for initial in (None, 0.5)
        ),
        call(T(2, 3, 2), "sum", lengths=torch.tensor([[1, 2], [3, 0]]), axis=1),
        call(T(2, 3), "mean", offsets=torch.tensor([[0, 1, 3], [0, 3, 3]]), axis=1),
        call(T(0, 2), "max", lengths=torch.tensor([0, 0])),
        call(T(4), "sum", lengths=torch.tensor([1, 3], dtype=torch.int32)),
        gradgrad=False,
        gradcheck=False,
    ),
    Sample("_segment_reduce", call(T(5, 2), "mean", offsets=torch.tensor([0, 2, 5])), gradgrad=False, gradcheck=False),
    Sample(
        "histogram",
        call(T(20), 4),
        call(T(4, 5), 3, range=(-0.5, 1.0), weight=T(4, 5), density=True),
        call(T(0), 4),
        call(T(20), torch.tensor([-1.0, 0.0, 0.25, 2.0])),
        call(torch.tensor([0.0, 0.5, 1.0, 1.0]), 2),
        dtypes=("float32",),
        grad=False,
        cuda=False,
    ),
    Sample(
        "_histogramdd_bin_edges",
        call(T(9, 2), [3, 4]),
        call(T(2, 5, 3), [1, 2, 3], range=(0.0, 1.0, -1.0, 1.0, 2.0, 2.0)),
        grad=False,
        cuda=False,
    ),
    Sample(
        "_histogramdd_from_bin_tensors",
        call(T(9, 2), [torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([0.0, 3.0])], weight=T(9)),
        call(T(2, 5, 1), [torch.tensor([-1.0, 0.0, 2.0])], density=True),
        dtypes=("float32",),
        grad=False,
        cuda=False,
    ),
    Sample(
        "histc",
        call(T(200, grad=False)),
        call(T(3, 40, grad=False), 7, -1, 1.5),
        call(T(20, grad=False), 5, 3, 3),
        call(torch.tensor([2.0, 2.0]), 4),
        call(torch.tensor([1.0, NAN, INF, 2.0, 3.0]), 3, 1, 3),
        call(T(0, grad=False), 4),
        call(T(grad=False), 4),
        grad=False,
    ),
]
