"""Where ops are public, against PyTorch: what the surface column declares is there on both sides, and nothing else is."""

from __future__ import annotations

import functools
import importlib

import pytest
import torch as reference
import vibetensor.torch as ours
from vibetensor import _C

REGISTRY = _C.registry()
# Place: PyTorch's, ours, and what an op's name has in front of the name there.
PLACES = {
    "torch": (reference, ours, ""),
    "Tensor": (reference.Tensor, ours.Tensor, ""),
    "torch.nn.functional": (reference.nn.functional, ours.nn.functional, ""),
    "torch.linalg": (reference.linalg, importlib.import_module("vibetensor.torch.linalg"), "linalg_"),
    "torch.special": (reference.special, importlib.import_module("vibetensor.torch.special"), "special_"),
    "torch.fft": (reference.fft, importlib.import_module("vibetensor.torch.fft"), "fft_"),
}


def names_in(place: str, rows: list[dict]) -> set[str]:
    """The ops of the rows by the name that they would have there."""
    prefix = PLACES[place][2]
    names = {row["name"].partition(".")[0] for row in rows}
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_declared_is_there_as_in_pytorch(place):
    theirs, mine, _ = PLACES[place]
    declared = names_in(place, [row for row in REGISTRY if place in row["places"]])
    assert declared
    assert {name for name in declared if not hasattr(theirs, name)} == set()
    assert {name for name in declared if not hasattr(mine, name)} == set()


# Names under which PyTorch has something else in that place than the op.
ANOTHER_THING = {
    "torch": {"embedding_bag"},  # which also gives what its derivative needs; the op is nn.functional.embedding_bag's
    "torch.nn.functional": {"unfold"},  # the columns of a convolution; the op is Tensor.unfold
}


@pytest.mark.parametrize("place", PLACES)
def test_what_pytorch_has_of_our_ops_is_there(place):
    theirs, mine, _ = PLACES[place]
    found = {name for name in names_in(place, REGISTRY) if not name.startswith("_") and hasattr(theirs, name)}
    found -= ANOTHER_THING.get(place, set())
    assert found
    assert {name for name in found if not hasattr(mine, name)} == set()


@pytest.mark.parametrize("place", PLACES)
def test_no_op_is_anywhere_that_pytorch_has_not_put_it(place):
    theirs, mine, _ = PLACES[place]
    ops = {name for name in names_in(place, REGISTRY) if not name.startswith("__") and hasattr(mine, name)}
    assert ops
    assert {name for name in ops if not hasattr(theirs, name)} == set()


# Ops that Node offers under the registry's name, and what Python calls them.
IN_PYTHON = {
    "sparse_coo_tensor": "torch.sparse_coo_tensor",
    "sparse_csr_tensor": "torch.sparse_csr_tensor",
    "sparse_csc_tensor": "torch.sparse_csc_tensor",
    "sparse_bsr_tensor": "torch.sparse_bsr_tensor",
    "sparse_bsc_tensor": "torch.sparse_bsc_tensor",
    "sparse_sampled_addmm": "torch.sparse.sampled_addmm",
    "sparse_spdiags": "torch.sparse.spdiags",
    "_sparse_mm_reduce": "torch.sparse.mm(reduce=)",
    "_histogramdd_bin_edges": "torch.histogramdd",
    "_histogramdd_from_bin_tensors": "torch.histogramdd",
    **{f"signal_windows_{name}": f"torch.signal.windows.{name}" for name in ours.signal.windows.__all__},
    "block_diag": "torch.block_diag",
    "cdist": "torch.cdist",
    "col2im": "torch.nn.functional.fold",
    "cross_entropy_loss": "torch.nn.functional.cross_entropy",
    "linear_cross_entropy": "torch.nn.functional.linear_cross_entropy",
    "embedding_bag": "torch.nn.functional.embedding_bag",
    "gaussian_nll_loss": "torch.nn.functional.gaussian_nll_loss",
    "gradient": "torch.gradient",
    "hardsigmoid_": "torch.nn.functional.hardsigmoid(inplace=True)",
    "hardswish_": "torch.nn.functional.hardswish(inplace=True)",
    "im2col": "torch.nn.functional.unfold",
    "interpolate": "torch.nn.functional.interpolate",
    "log_sigmoid": "torch.nn.functional.logsigmoid",
    "mish_": "torch.nn.functional.mish(inplace=True)",
    "multi_margin_loss": "torch.nn.functional.multi_margin_loss",
    "multilabel_margin_loss": "torch.nn.functional.multilabel_margin_loss",
    "multilabel_soft_margin_loss": "torch.nn.functional.multilabel_soft_margin_loss",
    "nonzero_numpy": "torch.nonzero(as_tuple=True)",
    "pad_sequence": "nn.utils.rnn.pad_sequence",
    "relu6_": "torch.nn.functional.relu6(inplace=True)",
    "silu_": "torch.nn.functional.silu(inplace=True)",
    "slice": "x[start:end:step]",
    "unravel_index": "torch.unravel_index",
    "unique_consecutive": "torch.unique_consecutive",
    "unique_dim": "torch.unique(dim=...)",
    "varlen_attention": "nn.attention.varlen.varlen_attn",
    **{
        name: f"torch.nn.functional.{name}"
        for name in [
            *(f"{kind}{d}d" for kind in ("lp_pool", "max_unpool") for d in (1, 2, 3)),
            *(f"adaptive_{kind}_pool{d}d" for kind in ("avg", "max") for d in (2, 3)),
            *(f"{kind}max_pool{d}d{end}" for kind, end in (("", "_with_indices"), ("fractional_", "")) for d in (2, 3)),
        ]
    },
}


def test_what_node_alone_has_python_has_under_another_name():
    alone = {row["name"].partition(".")[0] for row in REGISTRY if row["places"] == ["node"]}
    assert alone == set(IN_PYTHON)
    for spelled in IN_PYTHON.values():
        if spelled.startswith("torch."):
            assert callable(functools.reduce(getattr, spelled.partition("(")[0].split(".")[1:], ours)), spelled


def test_parts_of_other_ops_are_public_nowhere():
    parts = [row for row in REGISTRY if not row["places"]]
    assert {row["name"].partition(".")[0] for row in parts} >= {"gelu_backward", "_cross_entropy", "_attention"}
    for row in parts:
        assert hasattr(_C.ops, row["name"].partition(".")[0])
