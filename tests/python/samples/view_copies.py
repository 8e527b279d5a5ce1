"""Rows of what a view shows as memory of its own, and of tensors with another one where a view is."""

import torch

from samples import ALL, COMPLEX, DType, Sample, T, call

M = T(3, 4)
C = T(2, 3, 4)

SAMPLES = [
    Sample("alias_copy", call(M), call(T()), dtypes=ALL),
    Sample("as_strided_copy", call(T(12), (2, 3), (1, 2)), call(T(12), (2,), (3,), 4), layouts=False),
    Sample("detach_copy", call(M), grad=False),
    Sample("diagonal_copy", call(M), call(C, 1, 0, 2), dtypes=ALL),
    Sample("expand_copy", call(T(3, 1), (3, 4)), call(T(3), (2, -1))),
    Sample("narrow_copy", call(M, 1, 1, 2), call(M, 0, -2, 1), dtypes=ALL),
    Sample("permute_copy", call(C, (2, 0, 1)), dtypes=ALL),
    Sample("select_copy", call(C, 1, -1), call(T(3), 0, 1), dtypes=ALL),
    Sample("slice_copy", call(M), call(M, 1, 1, None, 2), call(M, 0, -2), dtypes=ALL),
    Sample("split_copy", call(M, 2, 1), call(T(5), 2)),
    Sample("split_with_sizes_copy", call(M, (1, 3), 1)),
    Sample("squeeze_copy", call(T(1, 3, 1)), call(T(1, 3, 1), 0), call(T(1, 3, 1), (0, 2))),
    Sample("t_copy", call(M), call(T(3))),
    Sample("transpose_copy", call(C, 0, 2), call(M, -1, 0)),
    Sample("unbind_copy", call(M), call(C, 1)),
    Sample("unfold_copy", call(M, 1, 2, 1), call(T(7), 0, 3, 2)),
    Sample("unsqueeze_copy", call(M, 1)),
    Sample("view_copy", call(M, (4, 3)), call(T(2, 4, dtype="float32"), DType("int32")), layouts=False),
    Sample("view_as_complex_copy", call(T(3, 2)), layouts=False, grad=False),
    Sample("view_as_real_copy", call(M), dtypes=COMPLEX),
    # PyTorch's gradient of self is that of the part which src takes; finite differences give the rest
    Sample("as_strided_scatter", call(T(12), T(2, 3), (2, 3), (1, 4), 1), layouts=False, grad=False),
    Sample("diagonal_scatter", call(M, T(3)), call(C, T(3, 2), 0, 0, 2), call(M, T(2), -1), dtypes=ALL),
    Sample("select_scatter", call(C, T(2, 4), 1, -1), call(T(3), T(), 0, 1), dtypes=ALL),
    Sample("slice_scatter", call(M, T(3, 2), 1, 0, None, 2), call(M, T(1, 4), 0, -1), dtypes=ALL),
    Sample(
        "fill_diagonal_",
        call(T(3, 4, grad=False), 5),
        call(T(3, 3, 3, grad=False), 5),
        call(T(5, 2, grad=False), 5, False),
        dtypes=ALL,
        grad=False,
        reference=lambda x, *rest: x.fill_diagonal_(*rest),
    ),
    Sample(
        "fill_diagonal_",
        call(T(7, 2, grad=False), 5, True),
        grad=False,
        layouts=False,  # PyTorch takes a wrapped diagonal of strided memory as if it were dense
        reference=lambda x, *rest: x.fill_diagonal_(*rest),
    ),
    Sample("unsafe_chunk", call(M, 2, 1), call(T(5), 3)),
    Sample("unsafe_split", call(M, 2, 1), call(T(5), 2)),
    Sample("unsafe_split_with_sizes", call(M, (1, 3), 1)),
    Sample("swapaxes_", call(T(2, 3, grad=False), 0, 1), grad=False, reference=lambda x, *d: x.swapaxes_(*d)),
    Sample("swapdims_", call(T(2, 3, grad=False), 0, 1), grad=False, reference=lambda x, *d: x.swapdims_(*d)),
    Sample(
        "empty_permuted",
        call((2, 3, 4), (0, 2, 1)),
        call((2, 0, 4), (2, 0, 1)),
        call((), ()),
        values=False,
        grad=False,
        layouts=False,
    ),
    Sample(
        "range",
        call(0, 4),
        call(1, 2, 0.3),
        call(5, 0, -2),
        call(0, 5, 2, dtype=DType("int64")),
        grad=False,
        layouts=False,
    ),
    Sample(
        "block_diag",
        call([M, T(), T(2), T(2, 0)]),
        call([T(2, 2)]),
        dtypes=ALL,
        reference=lambda tensors: torch.block_diag(*tensors),
    ),
    Sample(
        "pad_sequence",
        call([T(3, 2), T(5, 2), T(1, 2)]),
        call([T(3), T(2)], True, 0.5, "left"),
        call([T(0, 2), T(2, 2)], True),
        reference=lambda tensors, *rest: torch.nn.utils.rnn.pad_sequence(tensors, *rest),
    ),
    Sample(
        "_pack_padded_sequence",
        call(T(4, 3, 2), torch.tensor([4, 2, 1]), False),
        call(T(2, 3), torch.tensor([2, 2]), True),
        cuda=False,
    ),
    Sample(
        "_pad_packed_sequence",
        call(T(6, 2), torch.tensor([3, 2, 1]), False, 0.0, 3),
        call(T(4), torch.tensor([2, 2]), True, 1.5, 3),
        cuda=False,
    ),
]
