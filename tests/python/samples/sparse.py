"""Rows of sparse tensors: making them, taking them apart, products."""

import torch

from samples import FLOATS, I, Sample, T, call

COO = torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [1.0, -2.0, 3.0], (2, 3)).coalesce()
TWICE = torch.sparse_coo_tensor([[1, 0, 1], [2, 0, 2]], [1.0, -2.0, 3.0], (2, 3))
ROWS = torch.sparse_coo_tensor([[3, 0, 3]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], (4, 2))
CSR = torch.sparse_csr_tensor([0, 1, 3], [2, 0, 2], [1.0, -2.0, 3.0], (2, 3))
CSC, BSR, BSC = (
    COO.to_dense().to_sparse_csc(),
    COO.to_dense().to_sparse_bsr((1, 3)),
    COO.to_dense().to_sparse_bsc((2, 1)),
)
EMPTY = torch.sparse_coo_tensor(torch.zeros((2, 0), dtype=torch.int64), torch.zeros(0), (2, 3))

BEGINS, COLUMNS = torch.tensor([0, 2, 2, 5]), torch.tensor([0, 3, 0, 1, 2])
# The references round after every step.
ROUNDED = {"bfloat16": (0.02, 0.05), "float16": (2e-3, 1e-2)}
PLAIN = {"layouts": False, "grad": False, "inplace": False, "out": False}


def part(op, *tensors, reference=None, **options):
    """A row of a function of one sparse tensor."""
    return Sample(op, *map(call, tensors), dtypes=("float32",), reference=reference, **{**PLAIN, **options})


def coo(indices, values, size, is_coalesced=False):
    return torch.sparse_coo_tensor(indices, values, size)


def compressed(begins, others, values, size, layout):
    return torch.sparse_compressed_tensor(begins, others, values, size, layout=getattr(torch, layout))


def csr_mm(begins, columns, values, dense):
    """By index_add, which PyTorch differentiates twice."""
    rows = torch.repeat_interleave(torch.arange(len(begins) - 1), begins.diff())
    zeros = torch.zeros(len(begins) - 1, dense.shape[1], dtype=dense.dtype)
    return zeros.index_add(0, rows, values[:, None] * dense[columns])


def csr_dots(begins, columns, left, right):
    rows = torch.repeat_interleave(torch.arange(len(begins) - 1), begins.diff())
    return (left[rows] * right[columns]).sum(1)


def embedding_backward(grad, indices, rows, padding, by_frequency):
    kept = indices.flatten() != padding
    values = grad.reshape(-1, grad.shape[-1])[kept]
    return torch.sparse_coo_tensor(indices.flatten()[kept][None], values, (rows, grad.shape[-1]))


SAMPLES = [
    Sample("_sparse_coo", call(I(2, 4, high=3), T(4), (3, 3)), call(I(1, 3), T(3, 2), (3, 2)), reference=coo, **PLAIN),
    Sample("sparse_coo_tensor", call(I(2, 4, high=3), T(4), (3, 3)), call(I(1, 3), T(3, 2)), dtypes=FLOATS, **PLAIN),
    Sample("_sparse_compressed", call(BEGINS, COLUMNS, T(5), (3, 4), "sparse_csr"),
           call(BEGINS, COLUMNS, T(5, 2, 1), (6, 4), "sparse_bsr"),
           reference=compressed, **PLAIN),
    Sample("sparse_csr_tensor", call(BEGINS, COLUMNS, T(5), (3, 4)), call(BEGINS, COLUMNS, T(5)), **PLAIN),
    Sample("sparse_csc_tensor", call(BEGINS, COLUMNS, T(5), (4, 3)), call(BEGINS, COLUMNS, T(5)), **PLAIN),
    Sample("sparse_bsr_tensor", call(BEGINS, COLUMNS, T(5, 2, 3), (6, 12)), call(BEGINS, COLUMNS, T(5, 1, 2)), **PLAIN),
    Sample("sparse_bsc_tensor", call(BEGINS, COLUMNS, T(5, 2, 3), (8, 9)), call(BEGINS, COLUMNS, T(5, 1, 2)), **PLAIN),
    Sample("sparse_spdiags", call(T(3, 4), torch.tensor([0, -1, 2]), (4, 5)), call(T(3), torch.tensor(1), (4, 2)),
           reference=torch.sparse.spdiags, dtypes=("float32",), **PLAIN),
    Sample("sparse_sampled_addmm", call(CSR, T(2, 4, dtype="float32"), T(4, 3, dtype="float32")),
           call(CSR, T(2, 4, dtype="float32"), T(4, 3, dtype="float32"), beta=0.5, alpha=2),
           reference=torch.sparse.sampled_addmm, dtypes=("float32",), **PLAIN),
    Sample("_sparse_mm_reduce", *(call(CSR, T(3, 4, dtype="float32"), how) for how in ("sum", "mean", "amax", "amin")),
           reference=torch.sparse.mm, dtypes=("float32",), **PLAIN),
    part("coalesce", COO, TWICE, ROWS, EMPTY),
    part("values", COO, EMPTY, CSR, CSC, BSR, BSC),
    part("indices", COO, EMPTY),
    part("_values", TWICE, ROWS),
    part("_indices", TWICE, ROWS),
    part("crow_indices", CSR),
    part("col_indices", CSR, BSR),
    part("ccol_indices", CSC, BSC),
    part("row_indices", CSC, BSC),
    part("_nnz", COO, TWICE, ROWS, EMPTY, CSR),
    part("sparse_dim", COO, ROWS, CSR, torch.ones(2)),
    part("dense_dim", COO, ROWS, CSR, torch.ones(2)),
    part("is_coalesced", COO, TWICE),
    Sample("_coalesced_", call(TWICE, False), dtypes=("float32",), **PLAIN),
    part("to_dense", COO, TWICE, ROWS, EMPTY, CSR, CSC, BSR, BSC, torch.ones(2)),
    Sample("to_sparse", call(T(3, 4)), call(T(3, 4), 1), call(I(3, 4, dtype="int32")), call(COO), **PLAIN),
    Sample("to_sparse_csr", call(T(3, 4)), call(COO), call(CSR), call(CSC), **PLAIN),
    Sample("to_sparse_csc", call(T(3, 4)), call(COO), call(CSR), call(CSC), **PLAIN),
    Sample("to_sparse_bsr", call(T(4, 6), (2, 3)), call(CSR, (2, 1)), call(BSR, (1, 3)), **PLAIN),
    Sample("to_sparse_bsc", call(T(4, 6), (2, 3)), call(BSC, (2, 1)), **PLAIN),
    Sample("sparse_mask", call(T(2, 3, dtype="float32"), COO), dtypes=("float32",), **PLAIN),
    Sample("_csr_mm", call(BEGINS, COLUMNS, T(5), T(4, 3)), call(BEGINS, COLUMNS, T(5), T(4, 40)), reference=csr_mm,
           dtypes=(*FLOATS, "complex64"), layouts=False, gradcheck=False, tolerance=ROUNDED),
    Sample("_csr_dots", call(BEGINS, COLUMNS, T(3, 2), T(4, 2)), call(BEGINS, COLUMNS, T(3, 50), T(4, 50)),
           reference=csr_dots, dtypes=(*FLOATS, "complex64"), layouts=False, gradcheck=False, tolerance=ROUNDED),
    Sample("embedding_sparse_backward", call(T(2, 3, 4), I(2, 3, high=5), 5, -1, False),
           call(T(6, 4), I(6, high=5), 5, 2, False), reference=embedding_backward, **PLAIN),
]  # fmt: skip
