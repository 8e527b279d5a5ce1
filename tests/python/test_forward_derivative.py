"""Forward derivatives of ops, by the sample rows: the op's own jvp and the derivative of the derivative, against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as vt
from compare import ours_of, same
from op_checks import Arguments, flatten, reference_function, seed_both
from samples import Sample, all_samples
from vibetensor import _C

OF_OPS: dict[str, set[str]] = {}
for row in _C.registry():
    if "functional" in row["tags"] and "!)" not in row["schema"]:
        OF_OPS.setdefault(row["name"].partition(".")[0], set()).update(row["tags"])
ROWS = [s for s in all_samples() if s.op in OF_OPS and s.grad and s.gradgrad and s.values]


def substituted(values: Any, old: list[Any], new: Any) -> Any:
    """The arguments with tensors exchanged."""
    if isinstance(values, (list, tuple)):
        return type(values)(substituted(v, old, new) for v in values)
    return next((n for o, n in zip(old, new, strict=True) if o is values), values)


def expected_tangents(sample: Sample, arguments: Arguments, tangents: list[Any]) -> list[Any]:
    """PyTorch's, of the results that depend on the leaves; by differences where it does not differentiate twice, or to NaN."""
    args, kwargs = arguments.theirs
    leaves = arguments.theirs_leaves

    def run(*changed: Any) -> Any:
        seed_both()
        results = reference_function(sample)(
            *substituted(args, leaves, changed), **{k: substituted(v, leaves, changed) for k, v in kwargs.items()}
        )
        tensors = [r for r in flatten(results) if isinstance(r, reference.Tensor)]
        return tuple(r for r in tensors if r.dtype.is_floating_point or r.dtype.is_complex)

    plain = [x.detach() for x in leaves]
    if not run(*plain):
        return []
    try:
        found = list(reference.autograd.functional.jvp(run, tuple(leaves), tuple(tangents))[1])
        if not any(t.isnan().any() for t in found):
            return found
    except RuntimeError:
        pass
    step = 1e-5
    moved = [[x + sign * step * t for x, t in zip(plain, tangents, strict=True)] for sign in (1, -1)]
    return [(up - down) / (2 * step) for up, down in zip(run(*moved[0]), run(*moved[1]), strict=True)]


def compared(sample: Sample, by_derivative: bool) -> int:
    count = 0
    for call in sample.calls:
        arguments = Arguments(call, "float64", grad=True)
        leaves = arguments.theirs_leaves
        if not leaves:
            continue
        generator = reference.Generator().manual_seed(3)
        tangents = [reference.randn(x.shape, generator=generator, dtype=x.dtype) for x in leaves]
        expected = expected_tangents(sample, arguments, tangents)
        args, kwargs = arguments.ours
        seed_both()
        _, found = _C.op_jvp(
            sample.op, args, kwargs, arguments.our_leaves, [ours_of(t) for t in tangents], by_derivative
        )
        # What does not change is None here and zeros there.
        ours = [t for t in found if t is not None]
        theirs = expected if len(ours) == len(expected) else [t for t in expected if t.any()]
        assert len(ours) == len(theirs)
        for mine, wanted in zip(ours, theirs, strict=True):
            same(mine, wanted, f"{sample.op}({call})", 1e-6, 1e-5)
        count += 1
    return count


def rows(suits: Callable[[set[str]], bool]) -> Any:
    chosen = [s for s in ROWS if suits(OF_OPS[s.op]) and "float64" in s.dtypes]
    return pytest.mark.parametrize("sample", chosen, ids=[f"{s.op}-{i}" for i, s in enumerate(chosen)])


@rows(lambda tags: "jvp" in tags)
def test_the_ops_own(sample):
    assert compared(sample, by_derivative=False) > 0


@rows(lambda tags: "not_differentiable" not in tags)
def test_the_derivative_of_the_derivative(sample):
    assert compared(sample, by_derivative=True) > 0


def test_complex_tensors_take_the_second_way():
    x, t = reference.randn(3, dtype=reference.complex128), reference.randn(3, dtype=reference.complex128)
    for name in ("exp", "abs", "sgn", "conj_physical"):
        wanted = reference.autograd.functional.jvp(getattr(reference, name), x, t)[1]
        ours = ours_of(x)
        (found,) = _C.op_jvp(name, [ours], {}, [ours], [ours_of(t)])[1]
        same(found, wanted, name, 1e-10, 1e-12)


def test_what_does_not_change_has_no_tangent():
    x, y = vt.ones(2), vt.ones(2)
    results, tangents = _C.op_jvp("add", [x, y], {"alpha": 3}, [y], [vt.ones(2)])
    assert results.tolist() == [4.0, 4.0] and tangents[0].tolist() == [3.0, 3.0]
    assert _C.op_jvp("add", [x, y], {}, [], [])[1] == (None,)
    assert _C.op_jvp("gt", [x, y], {}, [x], [vt.ones(2)])[1] == (None,)
    assert _C.op_jvp("sort", [vt.tensor([3.0, 1.0])], {}, [], [])[1] == (None, None)
    assert not results.requires_grad


def test_bad_tangents_are_refused():
    x = vt.ones(2)
    for tangent in (vt.ones(3), vt.ones(2, dtype=vt.float64)):
        with pytest.raises(RuntimeError, match="must be like its argument"):
            _C.op_jvp("exp", [x], {}, [x], [tangent])
    number = vt.ones(2, dtype=vt.int64)
    with pytest.raises(RuntimeError, match="does not change by little"):
        _C.op_jvp("abs", [number], {}, [number], [number])
    for name, args in (("exp_", [x]), ("zero_", [x]), ("item", [vt.ones(1)])):
        with pytest.raises(NotImplementedError, match="not there yet"):
            _C.op_jvp(name, args, {}, [], [])
