"""Sparse tensors against PyTorch's: values, layouts, text, files, errors; and input that is meant to break them."""

from __future__ import annotations

import copy
import io
import pickle

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, outcome, same
from sparse_makers import COMPRESSED, bsc, bsr, coo, csc, csr, dense, merged, other, rows
from vibetensor import _C

VALUES = {
    "coalesce": lambda m: coo(m).coalesce(),
    "coalesce of rows": lambda m: rows(m).coalesce(),
    "is_coalesced": lambda m: [coo(m).is_coalesced(), coo(m).coalesce().is_coalesced(), rows(m).is_coalesced()],
    "indices and values": lambda m: [merged(m).indices(), merged(m).values(), coo(m)._indices(), rows(m)._values()],
    "parts of csr": lambda m: [csr(m).crow_indices(), csr(m).col_indices(), csr(m).values()],
    "dims": lambda m: [rows(m).sparse_dim(), rows(m).dense_dim(), csr(m).sparse_dim(), csr(m).dense_dim(), coo(m).dim()],
    "sizes": lambda m: [tuple(coo(m).shape), coo(m).numel(), len(coo(m)), coo(m)._nnz(), csr(m)._nnz()],
    "flags": lambda m: [t.is_sparse for t in (coo(m), csr(m), m.ones(1))] + [csr(m).is_sparse_csr],
    "layout": lambda m: [str(t.layout) for t in (coo(m), csr(m), m.ones(1))],
    "to_dense": lambda m: [t.to_dense() for t in (coo(m), rows(m), csr(m))],
    "strides": lambda m: [coo(m).stride(), coo(m).is_contiguous(), coo(m).storage_offset()],
    "item": lambda m: [m.sparse_coo_tensor([[0, 0]], [1.0, 2.0], (1,)).item(), bool(m.sparse_coo_tensor([[0]], [1.0], (1,)))],
    "to_sparse": lambda m: [dense(m, 2, 4).to_sparse(), dense(m, 2, 4).to_sparse(1), dense(m, 2, 3, 2).to_sparse(2)],
    "to_sparse csr": lambda m: [dense(m, 2, 4).to_sparse_csr(), coo(m).to_sparse_csr(), csr(m).to_sparse()],
    "to_sparse by layout": lambda m: [dense(m, 2, 4).to_sparse(layout=layout) for layout in (m.sparse_coo, m.sparse_csr)],
    "zeros": lambda m: [m.zeros(2, 3).to_sparse(), m.zeros(0, 3).to_sparse(), m.zeros_like(coo(m))],
    "to_sparse csc": lambda m: [dense(m, 2, 4).to_sparse_csc(), csr(m).to_sparse_csc(), coo(m).to_sparse(layout=m.sparse_csc)],
    "to_sparse of blocks": lambda m: [
        dense(m, 2, 4).to_sparse_bsr((1, 2)),
        dense(m, 2, 4).to_sparse(layout=m.sparse_bsc, blocksize=(2, 2)),
        csr(m).to_sparse_bsr((3, 2)),
    ],
    "compressed to coo": lambda m: [csc(m).to_sparse(), bsr(m).to_sparse(), bsc(m).to_sparse().coalesce()],
    "compressed": lambda m: [
        [t.to_dense(), t.values(), t._nnz(), t.sparse_dim(), t.dense_dim(), t * 2, t.sin(), t + t, t.sum(), t.t(), t.clone()]
        for t in (csr(m), csc(m), bsr(m), bsc(m))
    ],
    "parts of compressed": lambda m: [csc(m).ccol_indices(), csc(m).row_indices(), bsr(m).col_indices(), bsc(m).ccol_indices()],
    "products of csc": lambda m: [csc(m) @ dense(m, 4, 5), dense(m, 2, 3) @ csc(m), csc(m) @ dense(m, 4)],
    "compressed without a size": lambda m: [
        m.sparse_csc_tensor([0, 1, 2], [1, 0], [1.0, 2.0]),
        m.sparse_bsr_tensor([0, 1, 2], [0, 2], m.ones(2, 2, 3)),
        m.sparse_compressed_tensor([0, 1, 2], [0, 2], m.ones(2, 2, 3), layout=m.sparse_bsc),
    ],
    "sampled_addmm": lambda m: [
        m.sparse.sampled_addmm(csr(m), dense(m, 3, 2), dense(m, 2, 4)),
        m.sparse.sampled_addmm(csr(m), dense(m, 3, 2), dense(m, 2, 4), beta=0, alpha=0.5),
    ],
    "mm with reduce": lambda m: [m.sparse.mm(csr(m), dense(m, 4, 3), how) for how in ("sum", "mean", "amax", "amin")],
    "spdiags": lambda m: [
        m.sparse.spdiags(dense(m, 3, 3), m.tensor([0, -1, 1]), (3, 3)).to_dense(),
        m.sparse.spdiags(dense(m, 3), m.tensor(1), (4, 5)),
        m.sparse.spdiags(dense(m, 2, 3), m.tensor([2, -1]), (2, 5), layout=m.sparse_csr),
    ],
    "old types": lambda m: [
        isinstance(coo(m), m.sparse.FloatTensor),
        isinstance(m.ones(1), m.sparse.FloatTensor),
        isinstance(coo(m), m.FloatTensor),
        coo(m).type(),
    ],
    "asking for checks": lambda m: [
        m.sparse.check_sparse_tensor_invariants.is_enabled(),
        [m.sparse.check_sparse_tensor_invariants.is_enabled() for _ in [0]],
        m.sparse.check_sparse_tensor_invariants()(m.sparse.check_sparse_tensor_invariants.is_enabled)(),
    ],
    "0-dim": lambda m: [m.tensor(3.0).to_sparse().to_dense(), m.tensor(3.0).to_sparse().sparse_dim()],
    "bool": lambda m: (dense(m, 2, 3) > 0).to_sparse().to_dense(),
    "clone": lambda m: [coo(m).clone(), csr(m).clone(), rows(m).detach()],
    "dtypes": lambda m: [coo(m).double(), csr(m).to(m.float64), rows(m).to(m.bfloat16).float(), coo(m).to("cpu")],
    "add": lambda m: [coo(m) + other(m), m.add(coo(m), other(m), alpha=3), merged(m) - other(m)],
    "add promotes": lambda m: coo(m) + other(m).double(),
    "add to dense": lambda m: [dense(m, 3, 4) + coo(m), dense(m, 4, 2).add(rows(m), alpha=-2)],
    "add_ to dense": lambda m: dense(m, 3, 4).add_(coo(m), alpha=0.5),
    "add_ to a transposed tensor": lambda m: dense(m, 4, 3).t().add_(coo(m)),
    "add_ in place": lambda m: merged(m).add_(other(m)),
    "mul": lambda m: [coo(m) * 2, 2 * rows(m), csr(m) * 2.5, merged(m) * m.tensor(3.0), coo(m) * other(m)],
    "mul by dense": lambda m: merged(m) * dense(m, 3, 4),
    "mul_": lambda m: [coo(m).mul_(3), csr(m).mul_(3)],
    "div": lambda m: [coo(m) / 2, rows(m) / m.tensor(4.0), merged(m).div(2, rounding_mode="floor")],
    "neg": lambda m: [-coo(m), -csr(m)],
    "unary": lambda m: [
        getattr(t, name)()
        for t in (coo(m), csr(m))
        for name in ("abs", "sin", "tanh", "relu", "sign", "ceil", "expm1", "isnan", "neg_")
    ],
    "pow": lambda m: merged(m).pow(2),
    "zero_": lambda m: coo(m).zero_(),
    "copy_": lambda m: coo(m).copy_(other(m)),
    "sum": lambda m: [coo(m).sum(), rows(m).sum(), csr(m).sum(), m.sparse.sum(coo(m))],
    "sum over dims": lambda m: [
        m.sparse.sum(coo(m), 0),
        m.sparse.sum(coo(m), [0, 1]),
        m.sparse.sum(rows(m), 1),
        m.sparse.sum(rows(m), 0),
        m.sparse.sum(rows(m), -1, dtype=m.float64),
    ],
    "softmax": lambda m: [
        f(merged(m), dim) for f in (m.sparse.softmax, m.sparse.log_softmax) for dim in (0, 1)
    ],
    "softmax of dense dims": lambda m: m.sparse.softmax(rows(m).coalesce(), 1),
    "transpose": lambda m: [coo(m).t(), coo(m).transpose(0, 1), csr(m).t().to_dense()],
    "norm": lambda m: [coo(m).norm(), rows(m).norm()],
    "cat": lambda m: [m.cat([coo(m), other(m)]), m.cat([coo(m), other(m)], 1)],
    "sparse_mask": lambda m: [dense(m, 3, 4).sparse_mask(merged(m)), dense(m, 4, 2).sparse_mask(rows(m).coalesce())],
    "sparse_mask of sparse": lambda m: other(m).coalesce().sparse_mask(merged(m)),
    "mm": lambda m: [m.mm(t, dense(m, 4, 5)) for t in (coo(m), csr(m))],
    "matmul": lambda m: [coo(m) @ dense(m, 4, 5), coo(m) @ dense(m, 4), m.mv(csr(m), dense(m, 4))],
    "sparse.mm": lambda m: [m.sparse.mm(coo(m), dense(m, 4, 2)), m.sparse.mm(coo(m), other(m).t())],
    "addmm": lambda m: [
        m.addmm(dense(m, 3, 5), coo(m), dense(m, 4, 5)),
        m.sparse.addmm(dense(m, 3, 5), coo(m), dense(m, 4, 5), beta=2, alpha=0.5),
        m.addmm(dense(m, 3, 5), csr(m), dense(m, 4, 5), beta=0),
    ],
    "only a size": lambda m: [m.sparse_coo_tensor((2, 3)), m.sparse_coo_tensor(size=(2, 3), dtype=m.float64)],
    "no size": lambda m: [m.sparse_coo_tensor([[0, 3], [2, 1]], [1, 2]), m.sparse_csr_tensor([0, 1, 2], [1, 0], [1.0, 2.0])],
    "lists": lambda m: m.sparse_coo_tensor([[0, 3]], [1.0, 2.0], (4,), dtype=m.float64),
    "int32 rows": lambda m: m.sparse_csr_tensor(
        m.tensor([0, 1], dtype=m.int32), m.tensor([1], dtype=m.int32), m.tensor([1.0]), (1, 2)
    ).crow_indices(),
    "huge sizes": lambda m: m.sparse_coo_tensor([[2**40], [2**20]], [1.0], (2**41, 2**21)).coalesce().indices(),
    "bounds of sizes": lambda m: [tuple(m.sparse_coo_tensor([[0]], [1.0], (2**62,)).shape)],
    "no entries": lambda m: [m.sparse_coo_tensor((3, 4)) @ dense(m, 4, 2), m.sparse_coo_tensor((3, 4)) + coo(m)],
    "empty sizes": lambda m: m.sparse_coo_tensor((0, 4)) @ dense(m, 4, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_values(name):
    theirs = VALUES[name](torch)
    same(VALUES[name](vt), theirs)


TEXTS = {
    "coo": coo,
    "merged": merged,
    "rows": rows,
    **COMPRESSED,
    "empty": lambda m: m.sparse_coo_tensor((2, 3)),
    "no values": lambda m: m.sparse_coo_tensor(m.zeros((1, 2), dtype=m.int64), m.zeros((2, 0)), (3, 0)),
    "double": lambda m: coo(m, "float64"),
    "half": lambda m: csr(m, "float16"),
    "int": lambda m: m.tensor([[0, 1000], [3, 0]]).to_sparse(),
    "bool": lambda m: m.tensor([[False, True]]).to_sparse(),
    "requires_grad": lambda m: coo(m, grad=True),
    "csr requires_grad": lambda m: csr(m, grad=True),
    "long": lambda m: m.arange(1.0, 2001.0).reshape(20, 100).to_sparse(),
    "wide": lambda m: (m.arange(1.0, 41.0) * 1000.5).reshape(2, 20).to_sparse_csr(),
    "empty csr": lambda m: m.zeros(2, 3).to_sparse_csr(),
    "scientific": lambda m: m.sparse_coo_tensor([[0, 2]], [1e-8, 1e8], (3,)),
    "parameter": lambda m: m.nn.Parameter(coo(m)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(name):
    assert repr(TEXTS[name](vt)) == repr(TEXTS[name](torch))


FILES = {
    "coo": coo,
    "merged": merged,
    "rows": rows,
    **COMPRESSED,
    "state dict": lambda m: {"a": merged(m), "b": [rows(m), m.ones(2)], "layout": m.sparse_csr},
    "parameter": lambda m: m.nn.Parameter(merged(m)),
    "empty": lambda m: m.sparse_coo_tensor((2, 3)),
}


def in_file(m, value, **options):
    file = io.BytesIO()
    m.save(value, file, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("legacy", (False, True))
@pytest.mark.parametrize("name", FILES)
def test_files_go_both_ways(name, legacy):
    form = {"_use_new_zipfile_serialization": not legacy}
    theirs, ours = FILES[name](torch), FILES[name](vt)

    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return (
            [value, value.is_coalesced()]
            if getattr(value, "is_sparse", False)
            else str(value)
            if not hasattr(value, "dtype")
            else value
        )

    wanted = plain(theirs)
    same(plain(vt.load(in_file(torch, theirs, **form))), wanted)
    same(plain(vt.load(in_file(vt, ours, **form))), wanted)
    same(plain(vt.load(in_file(torch, theirs, **form), weights_only=False)), wanted)
    same(plain(vt.load(in_file(vt, ours, **form), weights_only=False)), wanted)
    read = torch.load(in_file(vt, ours, **form), weights_only=False)
    assert repr(plain(read)) == repr(wanted)


@pytest.mark.parametrize("make", (coo, merged, rows, *COMPRESSED.values()))
def test_copies(make):
    given = make(vt)
    given.note = "kept"
    for again in (copy.deepcopy(given), pickle.loads(pickle.dumps(given)), copy.copy(given)):
        same(again, make(torch))
        assert again.note == "kept" and again.layout is given.layout
    leaf = make(vt, grad=True)
    again = copy.deepcopy(leaf)
    assert again.requires_grad and again.is_leaf
    module = vt.nn.Module()
    module.table = vt.nn.Parameter(make(vt))
    other_one = copy.deepcopy(module)
    other_one.load_state_dict(module.state_dict())
    same(other_one.table, make(torch))


def test_in_place_is_seen_by_what_shares_the_data():
    s = coo(vt)
    shared, before = s.detach(), s._version
    s.mul_(2)
    same(shared, coo(torch) * 2)
    assert s._version == before + 1
    t = coo(vt)
    s.copy_(t)
    t.mul_(0)
    same(s, coo(torch))


def test_saved_tensors_notice_writes():
    x = dense(vt, 4, 2).requires_grad_()
    s = coo(vt)
    out = vt.sparse.mm(s, x).sum()
    s._values().zero_()
    with vt.no_grad():
        x.add_(1)
    out.backward()  # the coalesced values are apart from those of s
    same(x.grad, coo(torch).to_dense().t() @ torch.ones(3, 2))


HOSTILE = {
    "index past the end": lambda m: m.sparse_coo_tensor([[5]], [1.0], (3,)),
    "negative index": lambda m: m.sparse_coo_tensor([[-1]], [1.0], (3,)),
    "negative index, no size": lambda m: m.sparse_coo_tensor([[-1]], [1.0]),
    "negative size": lambda m: m.sparse_coo_tensor([[0]], [1.0], (-1,)),
    "too few indices": lambda m: m.sparse_coo_tensor([[0, 1]], [1.0], (3,)),
    "too many dims": lambda m: m.sparse_coo_tensor([[0], [1]], [1.0], (3,)),
    "values of another width": lambda m: m.sparse_coo_tensor([[0]], [[1.0, 2.0]], (3, 3)),
    "indices of one dim": lambda m: m.sparse_coo_tensor(m.tensor([0]), m.tensor([1.0]), (3,)),
    "sizes that overflow": lambda m: m.sparse_coo_tensor([[0], [0], [0]], [1.0], (2**40, 2**40, 2**40)),
    "memory that overflows": lambda m: m.sparse_coo_tensor([[0]], [1.0], (2**62,)).to_dense(),
    "csr that begins late": lambda m: m.sparse_csr_tensor([1, 2], [0, 0], [1.0, 2.0], (1, 2), check_invariants=True),
    "csr that ends early": lambda m: m.sparse_csr_tensor([0, 1], [0, 1], [1.0, 2.0], (1, 2), check_invariants=True),
    "csr that goes back": lambda m: m.sparse_csr_tensor([0, 2, 1, 2], [0, 1], [1.0, 2.0], (3, 2), check_invariants=True),
    "csr column past the end": lambda m: m.sparse_csr_tensor([0, 1], [2], [1.0], (1, 2), check_invariants=True),
    "csr negative column": lambda m: m.sparse_csr_tensor([0, 1], [-1], [1.0], (1, 2), check_invariants=True),
    "csr columns out of order": lambda m: m.sparse_csr_tensor([0, 2], [1, 0], [1.0, 2.0], (1, 2), check_invariants=True),
    "csr of float rows": lambda m: m.sparse_csr_tensor([0.0, 1.0], [0], [1.0], (1, 2), check_invariants=True),
    "csr of other rows": lambda m: m.sparse_csr_tensor([0, 1], [0], [1.0], (5, 2), check_invariants=True),
    "csc row past the end": lambda m: m.sparse_csc_tensor([0, 1, 2], [0, 2], m.ones(2), (2, 2), check_invariants=True),
    "csc that ends early": lambda m: m.sparse_csc_tensor([0, 1, 1], [0, 1], m.ones(2), (2, 2), check_invariants=True),
    "block past the end": lambda m: m.sparse_bsr_tensor([0, 1, 2], [0, 2], m.ones(2, 1, 2), (2, 4), check_invariants=True),
    "blocks that do not fit": lambda m: dense(m, 2, 4).to_sparse_bsr((2, 3)),
    "blocks of nothing": lambda m: dense(m, 2, 4).to_sparse_bsr((0, 2)),
    "blocks without a size": lambda m: dense(m, 2, 4).to_sparse(layout=m.sparse_bsr),
    "a size for csr": lambda m: dense(m, 2, 4).to_sparse(layout=m.sparse_csr, blocksize=(1, 1)),
    "crow_indices of csc": lambda m: csc(m).crow_indices(),
    "ccol_indices of csr": lambda m: csr(m).ccol_indices(),
    "compressed of strided": lambda m: m.sparse_compressed_tensor([0, 1], [0], [1.0], layout=m.strided),
    "stride of bsc": lambda m: bsc(m).stride(),
    "sampled_addmm of coo": lambda m: m.sparse.sampled_addmm(coo(m), dense(m, 3, 2), dense(m, 2, 4)),
    "sampled_addmm of other sizes": lambda m: m.sparse.sampled_addmm(csr(m), dense(m, 3, 2), dense(m, 3, 4)),
    "sampled_addmm of other rows": lambda m: m.sparse.sampled_addmm(csr(m), dense(m, 2, 2), dense(m, 2, 4)),
    "mm with another reduce": lambda m: m.sparse.mm(csr(m), dense(m, 4, 2), "prod"),
    "offsets that come twice": lambda m: m.sparse.spdiags(dense(m, 2, 3), m.tensor([1, 1]), (3, 3)),
    "offsets of floats": lambda m: m.sparse.spdiags(dense(m, 1, 3), m.tensor([1.0]), (3, 3)),
    "too few offsets": lambda m: m.sparse.spdiags(dense(m, 2, 3), m.tensor([1]), (3, 3)),
    "diagonals of a cube": lambda m: m.sparse.spdiags(dense(m, 2, 3), m.tensor([1, 2]), (3, 3, 3)),
    "indices of uncoalesced": lambda m: coo(m).indices(),
    "values of uncoalesced": lambda m: coo(m).values(),
    "values of dense": lambda m: m.ones(2).values(),
    "indices of dense": lambda m: m.ones(2).indices(),
    "coalesce of dense": lambda m: m.ones(2).coalesce(),
    "coalesce of csr": lambda m: csr(m).coalesce(),
    "crow_indices of coo": lambda m: coo(m).crow_indices(),
    "sizes that differ": lambda m: coo(m) + m.sparse_coo_tensor((4, 3)),
    "dims that differ": lambda m: rows(m) + m.sparse_coo_tensor((4, 2)),
    "number added": lambda m: coo(m) + 1,
    "dense from": lambda m: coo(m) - 1,
    "product of other sizes": lambda m: m.sparse.mm(coo(m), dense(m, 3, 2)),
    "to_dense with all of the gradient": lambda m: coo(m).to_dense(masked_grad=False) if m is vt else 1 / 0,
    "product of another dtype": lambda m: m.sparse.mm(coo(m), dense(m, 4, 2).double()),
    "division by a sparse tensor": lambda m: dense(m, 3, 4) / coo(m),
    "dense into sparse": lambda m: coo(m).copy_(dense(m, 3, 4)),
    "sparse into dense": lambda m: dense(m, 3, 4).copy_(coo(m)),
    "softmax of a dim": lambda m: m.sparse.softmax(coo(m), 2),
    "sum of a dim": lambda m: m.sparse.sum(coo(m), 5),
    "sparse_mask of other sizes": lambda m: dense(m, 2, 2).sparse_mask(merged(m)),
    "stride": lambda m: csr(m).stride(),
    "is_contiguous": lambda m: csr(m).is_contiguous(),
    "data_ptr": lambda m: coo(m).data_ptr(),
    "storage": lambda m: coo(m).untyped_storage(),
    "numpy": lambda m: coo(m).numpy(),
    "view": lambda m: coo(m).view(12),
    "item": lambda m: coo(m).item(),
    "truth": lambda m: bool(coo(m)),
    "tolist": lambda m: coo(m).tolist(),
    "layout of a factory": lambda m: m.ones(2, layout=m.sparse_csr),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_bad_input_raises(name):
    theirs, ours = outcome(HOSTILE[name], torch), outcome(HOSTILE[name], vt)
    assert isinstance(ours, Exception), f"expected an error, as PyTorch's {theirs!r}; got {ours!r}"
    if isinstance(theirs, Exception):
        wanted = type(theirs).__name__
        assert type(ours).__name__ == wanted or isinstance(ours, NotImplementedError), f"{theirs!r}, got {ours!r}"


def test_indices_that_are_written_to_later_do_not_reach_memory():
    for make in (coo, merged, rows):
        s = make(vt)
        s._indices()[0, 0] = 10**12
        for use in (
            lambda s: s.to_dense(),
            lambda s: vt.ones(*s.shape).add_(s),
            lambda s: s.coalesce().to_dense(),
            lambda s: vt.sparse.mm(s, vt.ones(s.shape[1], 2)),
            lambda s: vt.ones(*s.shape).sparse_mask(s),
        ):
            outcome(use, s)  # an error, or an entry that went elsewhere inside of the result
    for part, value in (("crow_indices", 10**12), ("crow_indices", -5), ("col_indices", 10**12), ("col_indices", -1)):
        s = csr(vt)
        getattr(s, part)()[1] = value
        for use in (
            lambda s: s.to_dense(),
            lambda s: vt.sparse.mm(s, vt.ones(4, 2)),
            lambda s: s.to_sparse().coalesce().to_dense(),
        ):
            outcome(use, s)
        with pytest.raises(IndexError, match="out of range"):
            vt.sparse.mm(s, vt.ones(4, 2))


def test_indices_that_change_shape_leave_the_tensor_alone():
    indices, values = vt.tensor([[0, 1]]), vt.tensor([1.0, 2.0])
    s = vt.sparse_coo_tensor(indices, values, (3,))
    indices.resize_(5, 5)
    values.resize_(0)
    same(s, torch.sparse_coo_tensor([[0, 1]], [1.0, 2.0], (3,)))


def test_every_op_takes_or_refuses_sparse_tensors():
    """Every overload that begins with a tensor, called with a sparse one: a result or an exception, never a crash."""
    tried = raised = 0
    for entry in _C.registry():
        arguments = entry["arguments"]
        if not arguments or arguments[0]["type"] != "Tensor":
            continue
        function = getattr(_C.ops, entry["name"].split(".")[0])
        fill = {"Tensor": None, "int": 1, "float": 1.0, "bool": False, "Scalar": 1, "str": "none"}
        for make in (coo, csr, rows):
            for second in (make(vt), dense(vt, 3, 4)):
                args = []
                for a in arguments:
                    if a["has_default"] or a["keyword_only"]:
                        break
                    value = second if a["type"] == "Tensor" and args else make(vt) if a["type"] == "Tensor" else None
                    value = fill.get(a["type"]) if value is None else value
                    args.append([value] * max(a["list_size"], 2) if a["is_list"] else value)
                tried += 1
                raised += isinstance(outcome(lambda f, args=args: f(*args), function), Exception)
    assert tried > 3000 and raised < tried


def test_views_and_writes_of_every_kind_are_refused_or_right():
    for use in (
        lambda s: s[0],
        lambda s: s[:, 1:],
        lambda s: s.__setitem__(0, 1),
        lambda s: s.resize_(2, 2),
        lambda s: s.set_(vt.ones(2)),
        lambda s: vt.ones(2).set_(s),
        lambda s: s.as_strided((1,), (1,)),
        lambda s: s._over_storage(vt.float32, (100,), (1,), 0),
        lambda s: s._storage_as_bytes(),
        lambda s: s.share_memory_(),
        lambda s: vt.to_dlpack(s) if hasattr(vt, "to_dlpack") else s.__dlpack__(),
        lambda s: s.tolist(),
        lambda s: vt.add(s, s, out=vt.sparse_coo_tensor((9, 9))),
        lambda s: vt.mm(s, vt.ones(4, 2), out=s),
        lambda s: iter(s).__next__(),
        lambda s: s.fill_(1),
        lambda s: s.normal_(),
        lambda s: float(s.sum()) and s.exp(),
        lambda s: vt.nn.functional.linear(vt.ones(2, 4), s),
        lambda s: vt.optim.Adam([s.requires_grad_()]).step() or s.view(-1),
    ):
        assert isinstance(outcome(use, coo(vt)), Exception), use


def test_weights_only_checks_what_a_sparse_tensor_is_made_of():
    from pickle import UnpicklingError

    from vibetensor.torch._serialization.makers import sparse_tensor

    i, v = vt.tensor([[0, 1]]), vt.tensor([1.0, 2.0])
    for bad in (
        (vt.sparse_coo, (i, v)),
        (vt.sparse_coo, [i, v, (3,)]),
        (vt.sparse_coo, (i, v, (-3,), True)),
        (vt.sparse_coo, (i, v, "3", True)),
        (vt.sparse_coo, (i, v, (3,), "yes")),
        (vt.sparse_coo, (i, [1.0, 2.0], (3,), True)),
        (vt.sparse_csr, (i, v, (3,))),
        (vt.sparse_csr, (i, v, v, None)),
        ("torch.sparse_coo", (i, v, (3,), True)),
    ):
        with pytest.raises(UnpicklingError):
            sparse_tensor(*bad)
    with pytest.raises(RuntimeError, match="inconsistent"):
        sparse_tensor(vt.sparse_coo, (i, v, (1,), True))
    assert not sparse_tensor(vt.sparse_coo, (vt.tensor([[1, 0]]), v, (3,), True)).is_coalesced()
    assert ours_of(torch.ones(1)).layout is vt.strided


@pytest.mark.filterwarnings("ignore:torch.sparse")
def test_old_constructors():
    def program(t):
        indices, values = t.tensor([[0, 1], [1, 0]]), t.tensor([1.0, 2.0])
        made = t.sparse.FloatTensor(indices, values, t.Size([2, 3]))
        empty = t.sparse.DoubleTensor(2, 3)
        kinds = [isinstance(x, t.sparse.FloatTensor) for x in (made, empty, values)]
        return [
            made.to_dense().tolist(),
            str(empty.dtype),
            empty.shape,
            empty._nnz(),
            kinds,
            repr(t.sparse.FloatTensor),
        ]

    assert program(vt) == program(torch)
