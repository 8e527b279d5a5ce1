"""Results with names, and the documentation of ops."""

import inspect
import io
import pickle
import pydoc
from contextlib import redirect_stdout

import pytest
import torch
import vibetensor.torch as vt
from vibetensor import _C
from vibetensor.torch import _op_docs, _op_examples
from vibetensor.torch.utils import _pytree

CALLS = {
    "max": lambda t, x: t.max(x, 1),
    "min": lambda t, x: x.min(0, True),
    "sort": lambda t, x: t.sort(x, descending=True),
    "topk": lambda t, x: x.topk(2),
    "mode": lambda t, x: t.mode(x),
    "median": lambda t, x: x.median(0),
    "nanmedian": lambda t, x: t.nanmedian(x, 0),
    "kthvalue": lambda t, x: x.kthvalue(2),
    "frexp": lambda t, x: t.frexp(x),
    "aminmax": lambda t, x: t.aminmax(x),
    "cummax": lambda t, x: x.cummax(1),
    "cummin": lambda t, x: t.cummin(x, 0),
    **{
        f"linalg_{name}": lambda t, x, name=name: getattr(t.linalg, name)(t.eye(2) * 4)
        for name in (
            *("cholesky_ex", "eig", "eigh", "inv_ex", "ldl_factor", "ldl_factor_ex", "lu", "lu_factor", "lu_factor_ex"),
            *("qr", "slogdet", "svd"),
        )
        if f"linalg_{name}" in _C.return_types()
    },
    "histogram": lambda t, x: t.histogram(x, 3),
    "linalg_lstsq": lambda t, x: t.linalg.lstsq(t.eye(2) * 4, t.ones(2, 1)),
    "geqrf": lambda t, x: t.geqrf(t.eye(2) * 4),
    "qr": lambda t, x: t.qr(t.eye(2) * 4),
    "slogdet": lambda t, x: t.slogdet(t.eye(2) * 4),
    "svd": lambda t, x: t.svd(t.eye(2) * 4),
    "lu_unpack": lambda t, x: t.lu_unpack(*t.linalg.lu_factor(t.eye(2) * 4)),
    "triangular_solve": lambda t, x: t.triangular_solve(t.ones(2, 1), t.eye(2) * 4),
    "linalg_solve_ex": lambda t, x: t.linalg.solve_ex(t.eye(2) * 4, t.ones(2, 1)),
}
# Of ops that others are made of; test_linalg.py has these.
PARTS = {name for name in _C.return_types() if name.startswith("_")}


@pytest.mark.parametrize("name", CALLS)
def test_named_results_are_pytorchs(name):
    ours, theirs = (CALLS[name](t, t.tensor([[1.0, 3.0, 2.0], [4.0, 0.0, 5.0]])) for t in (vt, torch))
    assert repr(ours) == repr(theirs) and type(ours).__name__ == type(theirs).__name__
    assert [f for f in dir(theirs) if not f.startswith("_")] == [f for f in dir(ours) if not f.startswith("_")]
    again = pickle.loads(pickle.dumps(ours))
    assert type(again) is type(ours) is getattr(vt.return_types, name) and repr(again) == repr(ours)
    assert [part.tolist() for part in _pytree.tree_map(lambda x: x * 2, ours)] == [
        (part * 2).tolist() for part in theirs
    ]
    assert type(_pytree.tree_map(lambda x: x, ours)) is type(ours)


def test_every_type_has_a_case_and_is_pytorchs():
    assert set(CALLS) == set(_C.return_types()) - PARTS
    assert len(vt.return_types.all_return_types) == len(_C.return_types()) + 1
    points = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]]
    for options in ({}, {"density": True}, {"range": [0.0, 1.0, 0.0, 2.0]}):
        assert repr(vt.histogramdd(vt.tensor(points), [2, 3], **options)) == repr(
            torch.histogramdd(torch.tensor(points), [2, 3], **options)
        )
    edges = [[0.0, 1.0, 2.0], [0.0, 3.0]]
    ours, theirs = (
        t.histogramdd(t.tensor(points), list(map(t.tensor, edges)), weight=t.tensor([1.0, 2.0, 4.0]))
        for t in (vt, torch)
    )
    assert repr(ours) == repr(theirs) and type(ours) is vt.return_types.histogramdd
    assert repr(vt.histogramdd(vt.tensor(points), 2)) == repr(torch.histogramdd(torch.tensor(points), 2))
    for name, kind in _C.return_types().items():
        if name not in PARTS:
            assert kind.n_fields == getattr(torch.return_types, name).n_fields


def test_help_reads_like_documentation():
    out = io.StringIO()
    with redirect_stdout(out):
        pydoc.help(vt.softmax)
    text = out.getvalue()
    assert "softmax(input, dim, dtype=None) -> Tensor" in text and "Arguments:" in text and ">>> torch.softmax" in text
    assert "Tensor self" not in text and "?" not in text
    assert vt.Tensor.max.__doc__.startswith("max() -> Tensor\nmax(dim, keepdim=False) -> torch.return_types.max\n")


@pytest.mark.parametrize("name", sorted(_op_examples.EXAMPLES))
def test_examples_are_of_what_they_document(name):
    assert f"torch.{name}(" in _op_examples.EXAMPLES[name]
    assert _op_docs.example_of(name)[-1].strip()
    assert name in _op_docs.rows()


def test_every_op_can_be_read():
    said = 0
    ops = [value for value in (getattr(vt, name) for name in dir(vt)) if type(value).__name__ == "OpFunction"]
    for value in ops:
        assert inspect.getdoc(value).startswith(f"{value.__name__}("), value
        said += bool(_op_docs.sentence_of(value.__name__, ""))
    assert len(ops) > 300 and said > 120
    assert set(_op_examples.SENTENCES) <= set(_op_docs.rows())
