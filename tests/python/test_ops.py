"""Every op of the registry against PyTorch, by the sample rows: values, gradients, in-place, out=, layouts, CUDA."""

from __future__ import annotations

import math
from typing import Any

import op_checks
import pytest
import torch as reference
from op_checks import LAYOUTS, Arguments, compare, flatten, our_function, reference_function, seed_both
from samples import Sample, all_samples
from vibetensor import _C

SAMPLES = all_samples()
OVERLOADS: dict[str, list[dict[str, Any]]] = {}
for entry in _C.registry():
    OVERLOADS.setdefault(entry["name"].split(".")[0], []).append(entry)


def rows(**wanted: Any) -> Any:
    """Parametrizes over the rows whose options have these values."""
    chosen = [s for s in SAMPLES if all(getattr(s, k) == v for k, v in wanted.items())]
    numbered = [f"{s.op}-{sum(t.op == s.op for t in chosen[:i])}" for i, s in enumerate(chosen)]
    return pytest.mark.parametrize("sample", chosen, ids=numbered)


def run_reference(sample: Sample, arguments: Arguments) -> Any:
    """PyTorch's result, or the exception where it has no kernel for the dtype."""
    args, kwargs = arguments.theirs
    try:
        return reference_function(sample)(*args, **kwargs)
    except (RuntimeError, NotImplementedError) as error:
        return error


def run_ours(sample: Sample, arguments: Arguments) -> Any:
    args, kwargs = arguments.ours
    return our_function(sample)(*args, **kwargs)


def tensors_only(arguments: list[Any]) -> list[Any]:
    return [a for a in flatten(arguments) if isinstance(a, (reference.Tensor, _C.Tensor))]


def test_every_op_has_a_row() -> None:
    covered = {s.op for s in SAMPLES}
    derived = {name for name, forms in OVERLOADS.items() if all("functional" not in f["tags"] for f in forms)}
    missing = sorted(set(OVERLOADS) - covered - derived)
    assert not missing, f"{len(missing)} registered ops have no sample row: {', '.join(missing)}"


def test_every_row_has_an_op() -> None:
    unknown = sorted({s.op for s in SAMPLES} - set(OVERLOADS))
    assert not unknown, f"rows for ops that are not registered: {', '.join(unknown)}"


@rows()
def test_forward(sample: Sample) -> None:
    compared = 0
    for call in sample.calls:
        for dtype in sample.dtypes:
            arguments = Arguments(call, dtype)
            seed_both()
            expected = run_reference(sample, arguments)
            if isinstance(expected, Exception):
                continue
            seed_both()
            compare(sample, run_ours(sample, arguments), expected, f"{sample.op}({call}) in {dtype}")
            # What is written to in place must match too.
            written = [tensors_only(side[0]) for side in (arguments.ours, arguments.theirs)]
            compare(sample, *written, f"arguments of {sample.op}({call}) in {dtype} afterwards")
            compared += 1
    assert compared, f"{sample.op}: PyTorch accepts none of the row's calls; the last error: {expected}"


@rows(layouts=True)
def test_layouts(sample: Sample) -> None:
    dtype = "float32" if "float32" in sample.dtypes else sample.dtypes[0]
    for call in sample.calls:
        for layout in LAYOUTS:
            arguments = Arguments(call, dtype, layout)
            seed_both()
            expected = run_reference(sample, arguments)
            if isinstance(expected, Exception):
                continue
            seed_both()
            compare(sample, run_ours(sample, arguments), expected, f"{sample.op}({call}), inputs {layout}")


def differentiable(results: Any, tensor_type: type) -> list[Any]:
    return [r for r in flatten(results) if isinstance(r, tensor_type) and r.requires_grad]


def cotangents(results: list[Any]) -> list[Any]:
    generator = reference.Generator().manual_seed(99)
    return [reference.rand(r.shape, generator=generator, dtype=reference.float64).to(r.dtype) + 0.5 for r in results]


def weighted_sum_ours(results: list[Any], weights: list[Any]) -> Any:
    total = None
    for r, w in zip(results, weights, strict=True):
        term = _C.ops.sum(_C.ops.mul(r, op_checks.ours_of(w)))
        total = term if total is None else _C.ops.add(total, term)
    return _C.ops.real(total) if total.is_complex() else total


def gradient_dtype(sample: Sample) -> str:
    real = [d for d in sample.dtypes if reference.empty(0, dtype=op_checks.torch_dtype(d)).is_floating_point()]
    return "float64" if real or "complex128" not in sample.dtypes else "complex128"


def gradients(sample: Sample, call: Any, order: int) -> tuple[list[Any], list[Any]] | None:
    """Our gradients and PyTorch's, in float64; of second order: of the weighted squares of the first ones."""
    arguments = Arguments(call, gradient_dtype(sample), grad=True)
    if not arguments.our_leaves:
        return None
    seed_both()
    expected = run_reference(sample, arguments)
    theirs = [] if isinstance(expected, Exception) else differentiable(expected, reference.Tensor)
    if not theirs:
        return None
    seed_both()
    ours = differentiable(run_ours(sample, arguments), _C.Tensor)
    assert len(ours) == len(theirs), f"{sample.op}({call}): {len(theirs)} results should need gradients, {len(ours)} do"
    weights = cotangents(theirs)
    their_sum = sum((t * w).sum() for t, w in zip(theirs, weights, strict=True))
    their_sum = their_sum.real if their_sum.is_complex() else their_sum
    create = order == 2
    their_grads = reference.autograd.grad(their_sum, arguments.theirs_leaves, allow_unused=True, create_graph=create)
    our_sum = weighted_sum_ours(ours, weights)
    our_grads = run_grad(our_sum, arguments.our_leaves, create)
    if order == 1:
        return our_grads, list(their_grads)
    their_second = [g for g in their_grads if g is not None and g.requires_grad]
    if not their_second:
        return None
    our_second = [g for g, t in zip(our_grads, their_grads, strict=True) if t is not None and t.requires_grad]
    weights = cotangents(their_second)
    their_sum = sum((g * g * w).sum() for g, w in zip(their_second, weights, strict=True))
    their_sum = their_sum.real if their_sum.is_complex() else their_sum
    # A gradient that PyTorch derives by way of a zero may be a constant here.
    kept = [(_C.ops.mul(g, g), w) for g, w in zip(our_second, weights, strict=True) if g.requires_grad]
    ours_again = [None] * len(arguments.our_leaves)
    if kept:
        our_sum = weighted_sum_ours([g for g, _ in kept], [w for _, w in kept])
        ours_again = run_grad(our_sum, arguments.our_leaves, False)
    return (
        ours_again,
        list(reference.autograd.grad(their_sum, arguments.theirs_leaves, allow_unused=True)),
    )


def run_grad(total: Any, leaves: list[Any], create_graph: bool) -> list[Any]:
    return list(_C.run_backward((total,), (None,), create_graph, create_graph, tuple(leaves), True, False))


def compare_gradients(sample: Sample, found: tuple[list[Any], list[Any]], what: str) -> None:
    for i, (ours, theirs) in enumerate(zip(*found, strict=True)):
        if theirs is None or ours is None:
            # An absent gradient and zeros say the same.
            rest = theirs if ours is None else ours
            assert rest is None or not bool((rest != 0).any()), f"{what}: input {i} has a gradient on one side only"
            continue
        assert tuple(ours.shape) == tuple(theirs.shape), f"{what}: input {i}: shape {tuple(ours.shape)}"
        reference.testing.assert_close(
            op_checks.theirs_of(ours),
            theirs.detach(),
            rtol=1e-6,
            atol=1e-8,
            equal_nan=True,
            msg=lambda text, i=i: f"{what}, input {i}: {text}",
        )


def compare_order(sample: Sample, order: int, what: str) -> None:
    for call in sample.calls:
        try:
            found = gradients(sample, call, order)
        except RuntimeError as error:
            if "derivative for" in str(error):  # PyTorch has none
                continue
            raise
        if found is not None:
            compare_gradients(sample, found, f"{what} of {sample.op}({call})")


@rows(grad=True)
def test_gradient(sample: Sample) -> None:
    compare_order(sample, 1, "gradient")


@rows(grad=True, gradgrad=True)
def test_second_gradient(sample: Sample) -> None:
    compare_order(sample, 2, "second gradient")


def numeric_gradient(sample: Sample, call: Any) -> None:
    """Directional finite differences of our own forward against our own backward, in float64."""
    arguments = Arguments(call, "float64", grad=True)
    if not arguments.our_leaves or gradient_dtype(sample) != "float64":
        return
    seed_both()
    results = differentiable(run_ours(sample, arguments), _C.Tensor)
    if not results or any(r.dtype is not _C.float64 for r in results):
        return
    weights = cotangents([op_checks.theirs_of(r) for r in results])
    total = weighted_sum_ours(results, weights)
    grads = run_grad(total, arguments.our_leaves, False)
    generator = reference.Generator().manual_seed(5)
    step = 1e-6
    directions = [
        reference.randn(tuple(leaf.shape), generator=generator, dtype=reference.float64)
        for leaf in arguments.our_leaves
    ]
    slope = sum(
        float((op_checks.theirs_of(g) * d).sum()) for g, d in zip(grads, directions, strict=True) if g is not None
    )
    ends = []
    _C.set_grad_enabled(False)
    try:
        originals = [leaf.detach().clone() for leaf in arguments.our_leaves]
        for sign in (1.0, -1.0):
            for leaf, original, d in zip(arguments.our_leaves, originals, directions, strict=True):
                leaf.detach().copy_(_C.ops.add(original, op_checks.ours_of(d * (sign * step))))
            seed_both()
            moved = [
                r for r in flatten(run_ours(sample, arguments)) if isinstance(r, _C.Tensor) and r.is_floating_point()
            ]
            ends.append(float(weighted_sum_ours(moved[: len(weights)], weights).item()))
    finally:
        _C.set_grad_enabled(True)
    if not all(map(math.isfinite, ends)):
        return
    measured = (ends[0] - ends[1]) / (2 * step)
    assert measured == pytest.approx(slope, rel=1e-4, abs=1e-4), (
        f"gradcheck of {sample.op}({call}): finite differences give {measured}, backward {slope}"
    )


@rows(grad=True, gradcheck=True, seeded=False)
def test_gradcheck(sample: Sample) -> None:
    for call in sample.calls:
        numeric_gradient(sample, call)


def has_form(op: str, tag: str) -> bool:
    return any(tag in form["tags"] for form in OVERLOADS.get(op, []))


@rows(inplace=True, seeded=False)
def test_inplace(sample: Sample) -> None:
    name = sample.op + "_"
    if not has_form(name, "inplace"):
        return
    compared = 0
    for call in sample.calls:
        for dtype in sample.dtypes:
            arguments = Arguments(call, dtype)
            args, kwargs = arguments.theirs
            if not isinstance(args[0], reference.Tensor) or not hasattr(args[0], name):
                continue
            before = arguments.ours[0][0]
            try:
                expected = getattr(args[0], name)(*args[1:], **kwargs)
            except (RuntimeError, NotImplementedError, TypeError):
                continue
            result = getattr(before, name)(*arguments.ours[0][1:], **arguments.ours[1])
            assert result is before, f"{name}({call}): expected self back"
            compare(sample, result, expected, f"{name}({call}) in {dtype}")
            compared += 1
    if not compared:
        pytest.skip(f"PyTorch's {name} takes none of these calls")


@rows(grad=True, inplace=True, seeded=False)
def test_inplace_gradient(sample: Sample) -> None:
    """Written over a tensor with a history, an op gives the gradients that PyTorch's gives."""
    name = sample.op + "_"
    if not has_form(name, "inplace"):
        return
    compared = 0
    for call in sample.calls:
        arguments = Arguments(call, gradient_dtype(sample), grad=True)
        args, kwargs = arguments.theirs
        if not arguments.our_leaves or not isinstance(args[0], reference.Tensor) or not hasattr(args[0], name):
            continue
        try:
            theirs = getattr(args[0] * 1, name)(*args[1:], **kwargs)
        except (RuntimeError, NotImplementedError, TypeError):
            continue
        if not theirs.requires_grad:
            continue
        weights = cotangents([theirs])
        total = (theirs * weights[0]).sum()
        try:
            expected = reference.autograd.grad(
                total.real if total.is_complex() else total, arguments.theirs_leaves, allow_unused=True
            )
        except RuntimeError as error:
            if "derivative for" in str(error):  # PyTorch has none
                continue
            raise
        ours = getattr(_C.ops.mul(arguments.ours[0][0], 1), name)(*arguments.ours[0][1:], **arguments.ours[1])
        found = run_grad(weighted_sum_ours([ours], weights), arguments.our_leaves, False)
        compare_gradients(sample, (found, list(expected)), f"gradient of {name}({call})")
        compared += 1
    if not compared:
        pytest.skip(f"PyTorch differentiates {name} for none of these calls")


@rows(out=True, seeded=False)
def test_out(sample: Sample) -> None:
    if not has_form(sample.op, "out"):
        return
    compared = 0
    for call in sample.calls:
        dtype = "float32" if "float32" in sample.dtypes else sample.dtypes[0]
        arguments = Arguments(call, dtype)
        expected = run_reference(sample, arguments)
        if isinstance(expected, Exception) or not all(isinstance(e, reference.Tensor) for e in flatten(expected)):
            continue
        args, kwargs = arguments.ours
        wanted = flatten(expected)
        for shape_of in (lambda e: (0,), lambda e: tuple(e.shape)):
            outs = [_C.ops.empty(shape_of(e), dtype=getattr(_C, str(e.dtype).removeprefix("torch."))) for e in wanted]
            given = outs[0] if not isinstance(expected, (tuple, list)) else tuple(outs)
            try:
                result = our_function(sample)(*args, **kwargs, out=given)
            except TypeError:
                # Another overload has the out= form; PyTorch refuses as well.
                with pytest.raises(TypeError):
                    reference_function(sample)(*arguments.theirs[0], **arguments.theirs[1], out=expected)
                break
            for out, back in zip(outs, flatten(result), strict=True):
                assert back is out, f"{sample.op}({call}, out=): expected the given tensor back"
            compare(sample, outs, wanted, f"{sample.op}({call}, out=) of shape {[tuple(o.shape) for o in outs]}")
            compared += 1
    if not compared:
        pytest.skip(f"PyTorch's {sample.op} takes none of these calls with out=")


@pytest.mark.cuda
@rows(cuda=True, seeded=False)
def test_cuda(sample: Sample) -> None:
    for call in sample.calls:
        for dtype in sample.cuda_dtypes or sample.dtypes:
            here, there = Arguments(call, dtype), Arguments(call, dtype, device="cuda")
            try:
                expected = run_ours(sample, here)
            except NotImplementedError:
                continue
            found = run_ours(sample, there)
            compare(
                sample,
                [r.cpu() if isinstance(r, _C.Tensor) else r for r in flatten(found)],
                [op_checks.theirs_of(r) if isinstance(r, _C.Tensor) else r for r in flatten(expected)],
                f"{sample.op}({call}) in {dtype} on CUDA",
                scale=10.0 if dtype in ("float32", "float64") else 1.0,
            )
