"""Small sparse tensors of every layout, of PyTorch or ours."""

from __future__ import annotations

import torch
import vibetensor.torch as vt

BOTH = (torch, vt)


def coo(m, dtype="float32", grad=False):
    """Two sparse dims, an entry that comes twice."""
    made = m.sparse_coo_tensor(
        m.tensor([[1, 0, 1, 2], [2, 0, 2, 3]]), m.tensor([1.0, -2.0, 3.0, 0.5], dtype=getattr(m, dtype)), (3, 4)
    )
    return made.requires_grad_() if grad else made


def merged(m, dtype="float32", grad=False):
    return coo(m, dtype).coalesce().requires_grad_(grad)


def rows(m, dtype="float32", grad=False):
    """One sparse and one dense dim."""
    values = m.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=getattr(m, dtype))
    return m.sparse_coo_tensor(m.tensor([[3, 0, 3]]), values, (4, 2)).requires_grad_(grad)


def csr(m, dtype="float32", grad=False):
    values = m.tensor([1.0, -2.0, 3.0], dtype=getattr(m, dtype))
    return m.sparse_csr_tensor(m.tensor([0, 1, 1, 3]), m.tensor([2, 0, 3]), values, (3, 4)).requires_grad_(grad)


def csc(m, dtype="float32", grad=False):
    values = m.tensor([3.0, 1.0, -2.0], dtype=getattr(m, dtype))
    return m.sparse_csc_tensor(m.tensor([0, 1, 1, 2, 3]), m.tensor([2, 0, 2]), values, (3, 4)).requires_grad_(grad)


def bsr(m, dtype="float32", grad=False):
    values = m.tensor([[[1.0, 2.0]], [[0.0, 3.0]]], dtype=getattr(m, dtype))
    return m.sparse_bsr_tensor(m.tensor([0, 1, 1, 2]), m.tensor([1, 0]), values, (3, 4)).requires_grad_(grad)


def bsc(m, dtype="float32", grad=False):
    values = m.tensor([[[1.0, 2.0]], [[0.0, 3.0]]], dtype=getattr(m, dtype))
    return m.sparse_bsc_tensor(m.tensor([0, 1, 2]), m.tensor([2, 0]), values, (3, 4)).requires_grad_(grad)


COMPRESSED = {"csr": csr, "csc": csc, "bsr": bsr, "bsc": bsc}


def other(m):
    return m.sparse_coo_tensor([[0, 1, 1], [0, 0, 2]], [5.0, 6.0, 7.0], (3, 4))


def dense(m, *shape):
    count = 1
    for n in shape:
        count *= n
    return (m.arange(float(count)) / 3 - 1).reshape(shape)
