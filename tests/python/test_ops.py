"""Every op of the registry against PyTorch, by the sample rows: values, gradients, in-place, out=, layouts, CUDA."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import op_checks
import pytest
import torch as reference
from compare import ours_of, same, theirs_of
from op_checks import LAYOUTS, Arguments, compare, flatten, our_function, reference_function, seed_both
from samples import Sample, all_samples
from vibetensor import _C

SAMPLES = all_samples()
OVERLOADS: dict[str, list[dict[str, Any]]] = {}
for entry in _C.registry():
    OVERLOADS.setdefault(entry["name"].split(".")[0], []).append(entry)


def has_form(op: str, tag: str) -> bool:
    return any(tag in form["tags"] for form in OVERLOADS.get(op, []))


def check(suits: Callable[[Sample], bool] = lambda sample: True, **wanted: Any) -> Any:
    """Makes a test of every row that suits and whose options have these values; the check says how much it compared.

    A row that leaves it nothing to compare fails: its option is wrong.
    """
    chosen = [s for s in SAMPLES if suits(s) and all(getattr(s, k) == v for k, v in wanted.items())]
    numbered = [f"{s.op}-{sum(t.op == s.op for t in chosen[:i])}" for i, s in enumerate(chosen)]

    def decorate(function: Callable[[Sample], int]) -> Any:
        @pytest.mark.parametrize("sample", chosen, ids=numbered)
        @functools.wraps(function)
        def test(sample: Sample) -> None:
            assert function(sample) > 0, f"{sample.op}: the row leaves {function.__name__} nothing to compare"

        return test

    return decorate


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


@check()
def test_forward(sample: Sample) -> int:
    compared = {str(x): 0 for x in (*sample.calls, *sample.dtypes)}
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
            compared[str(call)] += 1
            compared[dtype] += 1
    unused = [what for what, count in compared.items() if not count]
    assert not unused, f"{sample.op}: PyTorch never takes {unused}"
    return sum(compared.values())


@check(layouts=True)
def test_layouts(sample: Sample) -> int:
    dtype = "float32" if "float32" in sample.dtypes else sample.dtypes[0]
    compared = 0
    for call in sample.calls:
        for layout in LAYOUTS:
            arguments = Arguments(call, dtype, layout)
            seed_both()
            expected = run_reference(sample, arguments)
            if isinstance(expected, Exception):
                continue
            seed_both()
            compared += compare(sample, run_ours(sample, arguments), expected, f"{sample.op}({call}), inputs {layout}")
    return compared


def differentiable(results: Any, tensor_type: type) -> list[Any]:
    return [r for r in flatten(results) if isinstance(r, tensor_type) and r.requires_grad]


def cotangents(results: list[Any]) -> list[Any]:
    generator = reference.Generator().manual_seed(99)
    return [reference.rand(r.shape, generator=generator, dtype=reference.float64).to(r.dtype) + 0.5 for r in results]


def weighted_sum_ours(results: list[Any], weights: list[Any]) -> Any:
    total = None
    for r, w in zip(results, weights, strict=True):
        term = _C.ops.sum(_C.ops.mul(r, ours_of(w)))
        total = term if total is None else _C.ops.add(total, term)
    return _C.ops.real(total) if total.is_complex() else total


def gradient_dtype(sample: Sample) -> str:
    real = [d for d in sample.dtypes if reference.empty(0, dtype=op_checks.torch_dtype(d)).is_floating_point()]
    return "float64" if real or "complex128" not in sample.dtypes else "complex128"


def gradients(sample: Sample, call: Any, order: int) -> tuple[list[Any], list[Any]] | None:
    """Our gradients and PyTorch's, in float64; of second order: of the weighted squares of the first ones.

    Those are of the weighted squares of the results, so that they depend on the inputs where the op is linear too.
    """
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
    create = order == 2
    if create:
        theirs, ours = [t * t for t in theirs], [_C.ops.mul(r, r) for r in ours]
    their_sum = sum((t * w).sum() for t, w in zip(theirs, weights, strict=True))
    their_sum = their_sum.real if their_sum.is_complex() else their_sum
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


def compare_gradients(ours: list[Any], theirs: list[Any], what: str) -> int:
    """Returns how many there are on either side. What is 0 but for rounding is so beside the largest of them."""
    compared = 0
    largest = max((float(t.abs().max()) for t in theirs if t is not None and t.numel()), default=0.0)
    for i, (mine, wanted) in enumerate(zip(ours, theirs, strict=True)):
        if mine is not None and wanted is not None:
            compared += same(mine, wanted, f"{what}, input {i}", rtol=1e-6, atol=1e-8 * max(1.0, largest))
        elif mine is not None or wanted is not None:
            # An absent gradient and zeros say the same.
            present = wanted if mine is None else mine
            assert not bool((present != 0).any()), f"{what}: input {i} has a gradient on one side only"
            compared += 1
    return compared


def compare_order(sample: Sample, order: int, what: str) -> int:
    compared = 0
    for call in sample.calls:
        try:
            found = gradients(sample, call, order)
        except RuntimeError as error:
            if "derivative for" in str(error):  # PyTorch has none
                continue
            raise
        if found is not None:
            compared += compare_gradients(*found, f"{what} of {sample.op}({call})")
    return compared


@check(grad=True)
def test_gradient(sample: Sample) -> int:
    return compare_order(sample, 1, "gradient")


@check(grad=True, gradgrad=True)
def test_second_gradient(sample: Sample) -> int:
    return compare_order(sample, 2, "second gradient")


def numeric_gradient(sample: Sample, call: Any) -> bool:
    """Directional finite differences of our own forward against our own backward, in float64; False: there are none."""
    arguments = Arguments(call, gradient_dtype(sample), grad=True)
    seed_both()
    results = flatten(run_ours(sample, arguments)) if arguments.our_leaves else []
    chosen = [i for i, r in enumerate(results) if isinstance(r, _C.Tensor) and r.requires_grad]
    if not chosen or any(results[i].dtype not in (_C.float64, _C.complex128) for i in chosen):
        return False
    weights = cotangents([theirs_of(results[i]) for i in chosen])
    grads = run_grad(weighted_sum_ours([results[i] for i in chosen], weights), arguments.our_leaves, False)
    generator = reference.Generator().manual_seed(5)
    step = 1e-6
    directions = [
        reference.randn(leaf.shape, generator=generator, dtype=leaf.dtype) for leaf in arguments.theirs_leaves
    ]
    slope = sum(
        float((theirs_of(g).conj() * d).sum().real) for g, d in zip(grads, directions, strict=True) if g is not None
    )
    ends = []
    _C.set_grad_enabled(False)
    try:
        originals = [leaf.detach().clone() for leaf in arguments.our_leaves]
        for sign in (1.0, -1.0):
            for leaf, original, d in zip(arguments.our_leaves, originals, directions, strict=True):
                leaf.detach().copy_(_C.ops.add(original, ours_of(d * (sign * step))))
            seed_both()
            moved = flatten(run_ours(sample, arguments))
            ends.append(float(weighted_sum_ours([moved[i] for i in chosen], weights).item()))
    finally:
        _C.set_grad_enabled(True)
    if not all(map(math.isfinite, ends)):
        return False
    measured = (ends[0] - ends[1]) / (2 * step)
    assert measured == pytest.approx(slope, rel=1e-4, abs=1e-4), (
        f"gradcheck of {sample.op}({call}): finite differences give {measured}, backward {slope}"
    )
    return True


@check(grad=True, gradcheck=True, seeded=False)
def test_gradcheck(sample: Sample) -> int:
    return sum(numeric_gradient(sample, call) for call in sample.calls)


def has_inplace(sample: Sample) -> bool:
    return has_form(sample.op + "_", "inplace")


def inplace_reference(sample: Sample, self: Any, args: list[Any], kwargs: dict[str, Any], own: bool = True) -> Any:
    """PyTorch's in-place result, None if it refuses: of its own in-place form; where it has none, of the op and a copy."""
    try:
        if own and hasattr(self, sample.op + "_"):
            return getattr(self, sample.op + "_")(*args, **kwargs)
        result = reference_function(sample)(self.clone(), *args, **kwargs)
        return self.copy_(result) if (result.dtype, result.shape) == (self.dtype, self.shape) else None
    except (RuntimeError, TypeError):
        return None


def in_place_form(self: _C.Tensor, name: str) -> Callable[..., Any]:
    """The method, or where torch.Tensor has none (`elu_`) the op with its first argument."""
    return getattr(self, name) if hasattr(self, name) else functools.partial(getattr(_C.ops, name), self)


@check(has_inplace, inplace=True, seeded=False)
def test_inplace(sample: Sample) -> int:
    name = sample.op + "_"
    compared = 0
    for call in sample.calls:
        for dtype in sample.dtypes:
            arguments = Arguments(call, dtype)
            (self, *args), kwargs = arguments.theirs
            expected = inplace_reference(sample, self, args, kwargs) if isinstance(self, reference.Tensor) else None
            if expected is None:
                continue
            before = arguments.ours[0][0]
            result = in_place_form(before, name)(*arguments.ours[0][1:], **arguments.ours[1])
            assert result is before, f"{name}({call}): expected self back"
            compared += compare(sample, result, expected, f"{name}({call}) in {dtype}")
    return compared


# Of PyTorch's in-place forms.
WITHOUT_INPLACE_DERIVATIVE = ("acosh", "asinh", "atanh", "arccosh", "arcsinh", "arctanh")


@check(has_inplace, grad=True, inplace=True, seeded=False)
def test_inplace_gradient(sample: Sample) -> int:
    """Written over a tensor with a history, an op gives the gradients that PyTorch's gives."""
    name = sample.op + "_"
    compared = 0
    for call in sample.calls:
        arguments = Arguments(call, gradient_dtype(sample), grad=True)
        (self, *args), kwargs = arguments.theirs
        if not arguments.our_leaves or not isinstance(self, reference.Tensor):
            continue
        theirs = inplace_reference(sample, self * 1, args, kwargs, own=sample.op not in WITHOUT_INPLACE_DERIVATIVE)
        if theirs is None or not theirs.requires_grad:
            continue
        weights = cotangents([theirs])
        total = (theirs * weights[0]).sum()
        expected = reference.autograd.grad(
            total.real if total.is_complex() else total, arguments.theirs_leaves, allow_unused=True
        )
        ours = in_place_form(_C.ops.mul(arguments.ours[0][0], 1), name)(*arguments.ours[0][1:], **arguments.ours[1])
        found = run_grad(weighted_sum_ours([ours], weights), arguments.our_leaves, False)
        compared += compare_gradients(found, list(expected), f"gradient of {name}({call})")
    return compared


@check(lambda sample: has_form(sample.op, "out"), out=True, seeded=False)
def test_out(sample: Sample) -> int:
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
            compared += compare(
                sample, outs, wanted, f"{sample.op}({call}, out=) of shape {[tuple(o.shape) for o in outs]}"
            )
    return compared


@pytest.mark.cuda
@check(cuda=True, seeded=False)
def test_cuda(sample: Sample) -> int:
    compared = 0
    refused = set()
    for call in sample.calls:
        for dtype in sample.dtypes:
            here, there = Arguments(call, dtype), Arguments(call, dtype, device="cuda")
            try:
                found = run_ours(sample, there)
            except NotImplementedError:
                assert dtype in sample.not_on_cuda, f"{sample.op}({call}) in {dtype} is refused on CUDA"
                refused.add(dtype)
                continue
            compared += compare(
                sample,
                found,
                run_ours(sample, here),
                f"{sample.op}({call}) in {dtype} on CUDA",
                scale=10.0 if dtype in ("float32", "float64") else 1.0,
            )
    assert refused == set(sample.not_on_cuda), f"{sample.op}: only {sorted(refused)} are refused on CUDA"
    return compared + len(refused)
