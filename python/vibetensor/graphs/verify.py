"""A replay held against the same step run eagerly from the same state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vibetensor import _C
from vibetensor.graphs.surroundings import Surroundings
from vibetensor.torch.utils._pytree import tree_flatten, tree_unflatten

if TYPE_CHECKING:
    from vibetensor.graphs.step import Captured

Tensor: Any = _C.Tensor


def same_bits(a: Any, b: Any) -> bool:
    """Whether two tensors of one shape and dtype have the same bits; NaN is equal to itself."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype != _C.uint8 and a.numel() > 0:
        return same_bits(as_bytes(a), as_bytes(b))
    return bool((a == b).all())


def as_bytes(t: Any) -> Any:
    return t.detach().reshape(-1).contiguous().view(_C.uint8)


def run_both(fn: Callable[..., Any], captured: Captured, around: Surroundings) -> list[Any]:
    """The outputs of a replay. RuntimeError if fn, run from the same state, gives other bits anywhere.

    Compared are the outputs, all memory that the graph uses, and the gradients. Afterwards the state is that of fn.
    """
    memory = captured.graph.kept_memory()
    generators = captured.graph.generators()
    before = [m.clone() for m in memory]
    draws = [g.get_state() for g in generators]
    captured.graph.replay()
    outputs = [o.clone() if isinstance(o, Tensor) else o for o in captured.outputs]
    after = [m.clone() for m in memory]
    gradients = [None if grad is None else grad.clone() for _, grad in captured.gradients]

    for m, old in zip(memory, before, strict=True):
        m.copy_(old)
    for generator, state in zip(generators, draws, strict=True):
        generator.set_state(state)
    added_to = {id(p): grad for p, grad in captured.added_to}
    for p, _ in captured.gradients:
        p.grad = added_to.get(id(p))
    args, kwargs = tree_unflatten(captured.slots, captured.spec)
    expected, spec = tree_flatten(fn(*args, **kwargs))

    if spec != captured.output_spec:
        differ("what it returns is nested differently")
    for i, (got, want) in enumerate(zip(outputs, expected, strict=True)):
        if isinstance(want, Tensor) != isinstance(got, Tensor):
            differ(f"result {i} is of another type")
        if isinstance(want, Tensor) and not same_bits(got, want.detach()):
            differ(f"result {i}")
        if not isinstance(want, Tensor) and got != want and got == got:
            differ(f"result {i}: {got!r}, eagerly {want!r}")
    names = around.names()
    for got, now in zip(after, memory, strict=True):
        if not same_bits(got, now):
            differ(names.get(now._storage_key(), "memory without a name"))
    for got, (p, _) in zip(gradients, captured.gradients, strict=True):
        if (got is None) != (p.grad is None) or (got is not None and not same_bits(got, p.grad)):
            differ(f"the gradient of {names.get(p._storage_key(), 'a parameter')}")
    return outputs


def differ(what: str) -> None:
    raise RuntimeError(
        f"graph_step: a replay differs from the step run eagerly in {what}. A number or object that the step reads and "
        "that is not among its arguments and variables has changed since the capture, or an op gives other bits from "
        "run to run"
    )
