"""Rows of what orders elements: sorting, elements by rank, distinct elements."""

import torch

from samples import FLOATS, NUMBERS, B, I, Sample, T, call

M = T(3, 4)
C = T(2, 3, 4)
ORDERED = {"dtypes": NUMBERS, "gradgrad": True}
NAN = float("nan")
NO_TIES = torch.tensor([[2.0, NAN, -1.0, 3.0], [NAN, 1.0, 0.0, -2.0]])
WITH_NAN = torch.tensor([[2.0, NAN, -1.0, 2.0], [NAN, NAN, 0.0, -0.0]])

SAMPLES = [
    Sample(
        "sort",
        call(M),
        call(C, 1),
        call(C, 0, True),
        call(T()),
        call(T(0, 3)),
        call(WITH_NAN),
        call(WITH_NAN, -1, True),
        **ORDERED,
    ),
    Sample("argsort", call(M, stable=True), call(C, stable=True, dim=0, descending=True), grad=False, dtypes=FLOATS),
    Sample("msort", call(M), call(C), dtypes=FLOATS),
    Sample(
        "topk",
        call(M, 2),
        call(C, 1, 0, False),
        call(T(2, 200), 3),
        call(T(5), 5),
        call(T(), 1),
        call(M, 0),
        call(NO_TIES, 2),
        dtypes=("float32", "float64"),
    ),
    Sample("topk", call(torch.tensor([[2, 0, -1, 3], [7, 1, 0, -2]]), 2), dtypes=("int64",), grad=False),
    Sample("kthvalue", call(M, 2), call(C, 1, 0, True), dtypes=("float32", "float64")),
    # PyTorch's median of an expanded tensor sorts the one copy it has several times, and gives wrong values.
    Sample("median", call(M), call(C, 1), call(C, 0, True), call(T(5)), dtypes=("float32", "float64"), layouts=False),
    Sample(
        "nanmedian",
        call(M),
        call(C, 1),
        call(C, 0, True),
        call(T(5)),
        call(T()),
        call(NO_TIES, 1),
        call(NO_TIES),
        call(torch.tensor([NAN, NAN])),
        dtypes=("float32", "float64"),
        layouts=False,
    ),
    Sample(
        "mode",
        call(M),
        call(C, 1),
        call(C, 0, True),
        call(T()),
        call(T(0, 3)),
        call(T(3, 16, low=-3, high=3)),  # PyTorch does not say which of the equal elements of longer rows it names
        call(I(4, 9)),
        call(B(12)),
        dtypes=NUMBERS,
    ),
    Sample(
        "_unique2",
        call(I(20, high=6), True, True, True),
        call(I(3, 4, high=6), True, False, False),
        reference=torch._unique2,
        grad=False,
    ),
    Sample(
        "unique_dim",
        call(I(6, 2, high=2), 0, True, True, True),
        call(I(2, 6, high=2), 1, True, True, False),
        reference=torch.ops.aten.unique_dim,
        grad=False,
    ),
    Sample(
        "unique_consecutive",
        call(I(20, high=2), True, True),
        call(I(6, 2, high=2), True, True, 0),
        reference=torch.ops.aten.unique_consecutive,
        grad=False,
    ),
]
