"""Derivatives of functions of tensors by backward passes: products with Jacobians and Hessians, and those whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import _C
from vibetensor.torch._functorch.vmap import vmap

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensor: Any = _C.Tensor


class Tensors:
    """What a caller gave as one tensor or as a tuple of them."""

    def __init__(self, given: Any, what: str, function: str):
        self.single = not isinstance(given, tuple)
        self.all: tuple[Any, ...] = (given,) if self.single else given
        for i, t in enumerate(self.all):
            if not isinstance(t, Tensor):
                raise TypeError(
                    f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but the value at index "
                    f"{i} has type {type(t)}."
                )

    def like(self, values: Sequence[Any]) -> Any:
        return values[0] if self.single else tuple(values)


def leaves(inputs: Tensors, create_graph: bool) -> tuple[Any, ...]:
    """Tensors to differentiate by: with create_graph they depend on those given."""

    def one(t: Any) -> Any:
        return t.view_as(t) if create_graph and t.requires_grad else t.detach().requires_grad_()

    return tuple(one(t) for t in inputs.all)


def run(func: Callable[..., Any], inputs: tuple[Any, ...], function: str) -> Tensors:
    return Tensors(func(*inputs), "outputs of the user-provided function", function)


def check_vector(v: Tensors, like: Sequence[Any], function: str, what: str) -> None:
    if len(v.all) != len(like):
        raise RuntimeError(f"{function}: v is a tuple of invalid length: should be {len(like)} but got {len(v.all)}.")
    for i, (one, t) in enumerate(zip(v.all, like, strict=True)):
        if one.shape != t.shape:
            raise RuntimeError(
                f"{function}: entry {i} of v has invalid size: should be {t.shape}, as that of the {what}, but got "
                f"{one.shape}."
            )


def vector_or_one(v: Any, like: Sequence[Any], function: str, what: str) -> tuple[Any, ...]:
    if v is not None:
        given = Tensors(v, "v", function)
        check_vector(given, like, function, what)
        return given.all
    if len(like) != 1 or like[0].numel() != 1:
        raise RuntimeError(f"{function}: the vector v can only be None if there is one {what} of one element.")
    return (_C.ops.ones_like(like[0]),)


def gradients(
    outputs: Sequence[Any], inputs: Sequence[Any], along: Sequence[Any], create_graph: bool
) -> tuple[Any, ...]:
    """None where an output does not depend on an input."""
    pairs = [(y, g) for y, g in zip(outputs, along, strict=True) if y is not None and y.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    of, by = zip(*pairs, strict=True)
    return tuple(_C.run_backward(of, by, True, create_graph, inputs, True, False))


def filled(
    values: Sequence[Any], like: Sequence[Any], create_graph: bool, strict: bool, function: str
) -> tuple[Any, ...]:
    """Zeros in the place of None, which strict refuses; without history unless create_graph."""
    result = []
    for i, (value, t) in enumerate(zip(values, like, strict=True)):
        if value is None and strict:
            raise RuntimeError(
                f"{function}: the output of the user-provided function is independent of input {i}. This is not allowed "
                "in strict mode."
            )
        found = _C.ops.zeros_like(t) if value is None else value
        if strict and create_graph and not found.requires_grad:
            raise RuntimeError(
                f"{function}: the derivative by input {i} is independent of the inputs. This is not allowed in strict "
                "mode with create_graph=True."
            )
        result.append(found if create_graph else found.detach())
    return tuple(result)


def finished(outputs: Tensors, create_graph: bool) -> Any:
    return outputs.like([y if create_graph else y.detach() for y in outputs.all])


class enabled:
    """Grad mode on for a block."""

    def __enter__(self) -> None:
        self.before = _C.is_grad_enabled()
        _C.set_grad_enabled(True)

    def __exit__(self, *error: Any) -> None:
        _C.set_grad_enabled(self.before)


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func(*inputs), v^T J), J its Jacobian; v of the outputs' shape, None for one output of one element."""
    given = Tensors(inputs, "inputs", "vjp")
    with enabled():
        at = leaves(given, create_graph)
        outputs = run(func, at, "vjp")
        along = vector_or_one(v, outputs.all, "vjp", "output")
        found = gradients(outputs.all, at, along, create_graph)
        found = filled(found, at, create_graph, strict, "vjp")
    return finished(outputs, create_graph), given.like(found)


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func(*inputs), J v), J its Jacobian; v of the inputs' shape, None for one input of one element."""
    given = Tensors(inputs, "inputs", "jvp")
    with enabled():
        at = leaves(given, create_graph)
        along = vector_or_one(v, given.all, "jvp", "input")
        outputs = run(func, at, "jvp")
        # The backward pass is linear in what it starts from, so its own gradient by that is J v.
        starts = tuple(_C.ops.zeros_like(y).requires_grad_() for y in outputs.all)
        back = gradients(outputs.all, at, starts, True)
        found = gradients(
            [b for b in back if b is not None], starts, [a for a, b in zip(along, back, strict=True) if b is not None],
            create_graph,
        )  # fmt: skip
        found = filled(found, outputs.all, create_graph, strict, "jvp")
    return finished(outputs, create_graph), outputs.like(found)


def unit_vectors(t: Any) -> Any:
    return _C.ops.eye(t.numel(), dtype=t.dtype, device=t.device).view([t.numel(), *t.shape])


def rows_of(output: Any, at: tuple[Any, ...], create_graph: bool, strict: bool, vectorize: bool) -> tuple[Any, ...]:
    """The Jacobian of one output, (*output shape, *input shape) for each input."""

    def row(along: Any) -> tuple[Any, ...]:
        found = gradients([output], at, [along], create_graph)
        return filled(found, at, create_graph, strict, "jacobian")

    basis = unit_vectors(output)
    if vectorize:
        rows = vmap(row)(basis)
    elif output.numel() == 0:
        rows = tuple(_C.ops.zeros([0, *t.shape], dtype=t.dtype, device=t.device) for t in at)
    else:
        rows = tuple(_C.ops.stack(list(of_input)) for of_input in zip(*map(row, basis.unbind(0)), strict=True))
    return tuple(r.reshape([*output.shape, *t.shape]) for r, t in zip(rows, at, strict=True))


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of func at inputs: (*output shape, *input shape), a tuple per output and per input where there are
    several.

    vectorize: all rows by one vmap. strict: RuntimeError where an output does not depend on an input, instead of zeros.
    strategy "forward-mode" (with vectorize) takes columns in the place of rows, with the same result.
    """
    if strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    if strategy == "forward-mode":
        return forward_jacobian(func, inputs, create_graph, strict, vectorize)
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: strict=True and vectorized=True are not supported together."
        )
    given = Tensors(inputs, "inputs", "jacobian")
    with enabled():
        at = leaves(given, create_graph)
        outputs = run(func, at, "jacobian")
        rows = [given.like(rows_of(y, at, create_graph, strict, vectorize)) for y in outputs.all]
    return outputs.like(rows)


def forward_jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool, strict: bool, vectorize: bool) -> Any:
    if create_graph:
        raise NotImplementedError(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
            "together (yet)."
        )
    if strict:
        raise RuntimeError(
            'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together '
            "(yet)."
        )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian is only implemented for `vectorize=True`."
        )
    from vibetensor.torch._functorch.eager_transforms import jacfwd

    given = Tensors(inputs, "inputs", "jacobian")
    at = tuple(t.detach() for t in given.all)
    result = jacfwd(func, argnums=tuple(range(len(at))))(*at)
    outputs_are_single = isinstance(result[0], Tensor) if result else True
    return given.like(result) if outputs_are_single else tuple(given.like(r) for r in result)


def one_number(outputs: Tensors, function: str) -> Any:
    if not outputs.single or outputs.all[0].numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {function} should contain a single element")
    y = outputs.all[0]
    return y if y.dim() == 0 else y.reshape([])


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of func, which gives one number: a tensor, or a tuple of tuples for a tuple of inputs."""
    given = Tensors(inputs, "inputs", "hessian")

    def gradient(*values: Any) -> Any:
        value = one_number(run(func, values, "hessian"), "hessian")
        found = gradients([value], values, [_C.ops.ones_like(value)], True)
        found = filled(found, values, True, False, "hessian")
        if strict and not all(g.requires_grad for g in found):
            raise RuntimeError(
                "hessian: the gradient is independent of the inputs. This is not allowed in strict mode."
            )
        return given.like(found)

    return jacobian(
        gradient,
        inputs,
        create_graph=create_graph,
        strict=strict,
        vectorize=vectorize,
        strategy=outer_jacobian_strategy,
    )


def hessian_products(
    func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool, function: str
) -> Any:
    given = Tensors(inputs, "inputs", function)
    with enabled():
        at = leaves(given, create_graph)
        outputs = run(func, at, function)
        value = one_number(outputs, function)
        along = vector_or_one(v, given.all, function, "input")
        first = gradients([value], at, [_C.ops.ones_like(value)], True)
        first = filled(first, at, True, False, function)
        found = gradients(first, at, along, create_graph)
        found = filled(found, at, create_graph, strict, function)
    return finished(outputs, create_graph), given.like(found)


def vhp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func(*inputs), v^T H), H the second derivatives of func, which gives one number."""
    return hessian_products(func, inputs, v, create_graph, strict, "vhp")


def hvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """(func(*inputs), H v), H the second derivatives of func, which gives one number: H is symmetric, so this is vhp."""
    return hessian_products(func, inputs, v, create_graph, strict, "hvp")
