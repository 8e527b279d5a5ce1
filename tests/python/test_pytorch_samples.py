"""PyTorch's own samples: all of its layers and optimizers, of its ops a few; that the page says what was found."""

import contextlib

import pytest
import torch
import vibetensor.torch as vt
from pytorch_samples import across, layers, ops, optimizers, refusals, report, verdict

# of every kind that op_db has: rows, reductions, views, products, random ops, layers, what PyTorch's tests wrap
FEW = [
    *[
        "add",
        "addmm",
        "all",
        "amax",
        "argsort",
        "bernoulli",
        "bmm",
        "cat",
        "cdist",
        "cumsum",
        "einsum",
        "expand",
        "flip",
        "gather",
        "index_add",
        "logsumexp",
    ],
    *[
        "masked.softmax",
        "masked_fill",
        "matmul",
        "norm",
        "permute",
        "roll",
        "scatter",
        "softmax",
        "sort",
        "split",
        "std_mean",
        "topk",
        "tril",
        "unfold",
    ],
    *[
        "uniform",
        "var",
        "where",
        "zeros_like",
        "linalg.solve",
        "signal.windows.kaiser",
        "nn.functional.conv2d",
        "nn.functional.relu",
    ],
    *["nn.functional.cross_entropy", "nn.functional.embedding", "nn.functional.interpolate.bilinear"],
    *["nn.functional.layer_norm", "nn.functional.pad.reflect", "nn.functional.silu", "as_strided.partial_views"],
]
OPS_WHOLE = 520  # of op_db, at least


@pytest.mark.parametrize("name", FEW)
def test_ops(name):
    result = ops.run_op(name, most=4)
    assert "failed" not in result, result
    assert result["compared"]


@pytest.mark.parametrize("name", [name for name in layers.infos() if not layers.lacks(name)])
def test_layers(name):
    result = layers.run_layer(name)
    assert "failed" not in result, result
    assert result["compared"]


@pytest.mark.parametrize("name", optimizers.infos())
def test_optimizers(name):
    result = optimizers.run_optimizer(name)
    known = report.recorded()["optimizers"][name]
    assert result.get("kind") == known.get("kind"), result
    assert result["compared"] or "failed" in known


@pytest.mark.parametrize("name", [name for name in refusals.infos() if name not in refusals.KNOWN])
def test_refusals(name):
    result = refusals.run_refusals(name)
    assert "failed" not in result, result
    assert result["compared"] or name in refusals.ACCEPTED_BY_PYTORCH


@pytest.mark.parametrize("name", refusals.KNOWN)
def test_known_differences_in_refusals_are_there(name):
    with contextlib.suppress(BufferError, NotImplementedError):  # inputs of which there is no tensor here
        assert "failed" in refusals.run_refusals(name)


def test_the_page_says_what_was_found():
    assert report.page_is_current(), "docs/opinfo.md is not what docs/opinfo.json makes: make opinfo"
    found = report.recorded()
    assert set(found["ops"]) == set(ops.infos()) and set(found["layers"]) == set(layers.infos())
    assert sum(map(report.whole, found["ops"].values())) >= OPS_WHOLE
    assert not [name for name in FEW if not report.whole(found["ops"][name])]


def wrong(change):
    """What is said of torch.sin when ours goes through `change`, and of its gradient."""
    info = ops.infos()["sin"]
    translated = across.Across.function

    def function(self, fn):
        right = translated(self, fn)
        return (lambda x: change(right(x))) if fn is info.op else right

    patch = pytest.MonkeyPatch()
    with patch.context() as p:
        p.setattr(across.Across, "function", function)
        return ops.run_op("sin", most=2)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda y: y * 1.001, "value"),
        (lambda y: y.double(), "dtype"),
        (lambda y: y.unsqueeze(0), "shape"),
        (lambda y: y + (y - y.detach()) * 0.01, "gradient"),
        (lambda y: y.detach(), "gradient"),
        (lambda y: y / 0, "value"),
        (lambda y: y.no_such_method(), "missing"),
        (lambda y: vt.ones(2) + vt.ones(3), "error"),
    ],
)
def test_a_difference_is_seen(change, kind):
    assert wrong(change)["kind"] == kind
    assert "failed" not in wrong(lambda y: y * 1)


def test_lost_ops_are_named(tmp_path, monkeypatch):
    good, bad = (
        {"samples": 1, "compared": 1},
        {"samples": 1, "compared": 0, "failed": 1, "kind": "value", "reason": "x"},
    )
    empty = {"layers": {}, "optimizers": {}, "torch": "2"}
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    report.RESULTS.write_text(report.as_json({**empty, "ops": {"a": good, "b": bad, "c": good}}))
    assert report.lost({**empty, "ops": {"a": bad, "b": bad, "c": good, "new": bad}}) == ["a: x"]


def test_functions_of_pytorchs_tests_are_made_again():
    side = across.Across()

    def outer(x, *, power=2.0):
        def inner(y):
            return torch.pow(y, power)

        return inner(x)

    outer.__module__ = "torch.testing.pretended"
    assert side.function(outer)(vt.tensor([3.0])).tolist() == [9.0]
    assert side.function(torch.nn.functional.relu) is vt.nn.functional.relu
    with pytest.raises(across.Missing, match=r"torch\.no_such_function"):
        across.named("no_such_function")(1)


def test_tensors_that_come_twice_are_one():
    side = across.Across()
    x = torch.ones(2, requires_grad=True)
    a, b = side.ours((x, x))
    assert a is b and a.requires_grad and side.pair(x)[0].is_leaf


def test_rounding_is_told_from_errors():
    theirs = torch.tensor([1.0, 1000.0])
    verdict.check(vt.tensor([1.0, 1000.005]), theirs, "value")
    with pytest.raises(verdict.Wrong) as near:
        verdict.check(vt.tensor([1.0, 1000.5]), theirs, "value")
    with pytest.raises(verdict.Wrong) as far:
        verdict.check(vt.tensor([1.0, 1010.0]), theirs, "value")
    assert near.value.rounding and not far.value.rounding
