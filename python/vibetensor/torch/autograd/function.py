"""Functions whose derivative is written by hand in Python."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad

Tensor: Any = _C.Tensor


class FunctionCtx:
    """What forward leaves for backward: saved tensors, marks on inputs and outputs, any other attributes."""

    to_save: tuple[Any, ...] | None = None
    saved_for_forward: tuple[Any, ...] | None = None
    dirty_tensors: tuple[Any, ...] | None = None
    non_differentiable: tuple[Any, ...] | None = None
    materialize_grads = True
    needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Returns None; keeps tensors (or None) for backward, which checks that nobody changed them since."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument is of type {_C.type_name(tensor)}"
                )
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Returns None; keeps tensors (or None) for jvp. Forward derivatives come from backward here, so none calls it."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(
                    f"save_for_forward can only save variables, but argument is of type {_C.type_name(tensor)}"
                )
        self.saved_for_forward = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors given to save_for_backward."""
        if self.to_save is not None:
            return self.to_save  # forward is still running, or nothing is recorded
        return _C.function_saved_tensors(self)

    def mark_dirty(self, *tensors: Any) -> None:
        """Returns None; names the inputs that forward changed in place. They must be among its outputs."""
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Returns None; names the outputs that have no gradient."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Returns None; whether backward sees zeros (the default) or None where no gradient came."""
        self.materialize_grads = value


class Function:
    """Base of functions with a derivative of their own.

    Subclasses define the static methods `forward(ctx, *args)` and `backward(ctx, *grad_outputs)`, or
    `forward(*args)` and `setup_context(ctx, inputs, output)` apart; call them by `apply`. backward
    returns one gradient, or None, for each argument of forward.

    >>> import vibetensor.torch as torch
    >>> class Cube(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensors
    ...         return 3 * x**2 * grad
    >>> x = torch.tensor([2.0], requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor([12.])
    """

    def __init__(self, *args: Any, **kwargs: Any):
        warnings.warn(
            f"{type(self).__name__} should not be instantiated. Methods on autograd functions are all static, so you "
            f"should invoke them on the class itself: {type(self).__name__}.apply(...)",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = type(self).__name__
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            f"function with static forward method: forward(ctx, ...) and backward(ctx, ...) of {name} with "
            f"@staticmethod, called as {name}.apply(...). "
            "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function "
            "to use it with backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        raise NotImplementedError("Function: jvp (forward-mode gradients) is not there yet")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """What forward returns for `args`, recorded for backward."""
        return _C.apply_function(cls, FunctionCtx(), args)

    @classmethod
    def _vt_forward(cls, ctx: Any, args: tuple[Any, ...]) -> Any:
        """Runs the user's forward in whichever of its two forms; called by the extension."""
        if cls.setup_context is Function.setup_context:
            return cls.forward(ctx, *args)
        output = cls.forward(*args)
        cls.setup_context(ctx, args, output)
        return output

    @classmethod
    def _vt_backward(cls, ctx: Any, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """Runs the user's backward and checks what it returns; called by the extension."""
        run = cls.backward if cls.backward is not Function.backward else cls.vjp
        result = run(ctx, *grads)
        result = result if isinstance(result, tuple) else (result,)
        wanted = len(ctx.needs_input_grad)
        if len(result) > wanted and all(r is None for r in result[wanted:]):
            result = result[:wanted]
        if len(result) != wanted:
            raise RuntimeError(
                f"function {cls.__name__}Backward returned an incorrect number of gradients "
                f"(expected {wanted}, got {len(result)})"
            )
        for i, grad in enumerate(result):
            if grad is not None and not isinstance(grad, Tensor):
                raise TypeError(
                    f"function {cls.__name__}Backward returned a {_C.type_name(grad)} as gradient {i}, "
                    "expected a Tensor or None"
                )
        return result


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A backward whose result cannot be differentiated again: trying to raises RuntimeError."""

    @wraps(fn)
    def wrapper(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            outputs = fn(ctx, *grads)
        recorded = _C.is_grad_enabled() and any(isinstance(g, Tensor) and g.requires_grad for g in grads)
        if not recorded:
            return outputs
        single = not isinstance(outputs, tuple)
        tensors = (outputs,) if single else outputs
        marked = tuple(DelayedError.apply(t.detach().requires_grad_()) if isinstance(t, Tensor) else t for t in tensors)
        return marked[0] if single else marked

    return wrapper


class DelayedError(Function):
    """Identity whose backward raises."""

    @staticmethod
    def forward(ctx: Any, tensor: Any) -> Any:
        return tensor.view_as(tensor)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")
