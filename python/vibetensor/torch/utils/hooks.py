"""Handles that remove hooks, and the identity functions by which backward hooks of modules see the gradients."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from weakref import ref

from vibetensor import _C
from vibetensor.torch._warnings import warn_user
from vibetensor.torch.autograd.function import Function

Tensor: Any = _C.Tensor


class RemovableHandle:
    """Removes one hook from the dict that it was registered in; also a context manager that removes it at the end."""

    next_id = 0

    def __init__(self, hooks: dict[int, Any], *, extra: tuple[dict[int, Any], ...] = ()):
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self._holders = [ref(d) for d in (hooks, *extra)]

    def remove(self) -> None:
        """Returns None; the hook is not called from now on. Removing twice is fine."""
        for holder in self._holders:
            hooks = holder()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple[Any, ...]:
        """As PyTorch's: (hooks, id), and with flags a tuple of those too."""
        hooks, *extra = (holder() for holder in self._holders)
        return (hooks, self.id, tuple(extra)) if extra else (hooks, self.id)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        hooks, self.id, *extra = state
        # files of ours once had all of them in one tuple
        holders = hooks if isinstance(hooks, tuple) else (hooks, *(extra[0] or () if extra else ()))
        # of a dict that is gone, a reference that is dead from the start
        self._holders = [ref(OrderedDict() if d is None else d) for d in holders]
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


def unserializable_hook(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, marked so that pickling a tensor whose hook it is does not warn."""
    f.__torch_unserializable__ = True  # type: ignore[attr-defined]
    return f


def warn_if_has_hooks(tensor: Any) -> None:
    """Returns None; warns of each backward hook of `tensor` that pickling it would lose."""
    for hook in tensor._backward_hooks:
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can "
                "decorate the function with @torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=3,
            )


class BackwardHookFunction(Function):
    """Identity on tensors whose backward hands the gradients to `on_grad` and passes on what that returns."""

    @staticmethod
    def forward(ctx: Any, on_grad: Callable[[tuple[Any, ...]], tuple[Any, ...]], *tensors: Any) -> tuple[Any, ...]:
        ctx.set_materialize_grads(False)
        ctx.on_grad = on_grad
        ctx.mark_non_differentiable(*[t for t in tensors if not t.requires_grad])
        return tuple(t.view_as(t) for t in tensors)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:
        return (None, *ctx.on_grad(grads))


class BackwardHook:
    """One call of a module whose backward hooks are to run."""

    def __init__(self, module: Any, hooks: list[Callable[..., Any]], pre_hooks: list[Callable[..., Any]]):
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_outputs: tuple[Any, ...] | None = None
        self.input_count = 0
        self.input_at: list[int] = []
        self.output_count = 0
        self.output_at: list[int] = []

    def _tapped(self, values: tuple[Any, ...], on_grad: Callable[..., Any]) -> tuple[tuple[Any, ...], list[int]]:
        """`values` with the tensors among them passed through an identity, and where those are."""
        at = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
        if not (_C.is_grad_enabled() and any(values[i].requires_grad for i in at)):
            return values, []
        tapped = BackwardHookFunction.apply(on_grad, *[values[i] for i in at])
        replaced = list(values)
        for i, tensor in zip(at, tapped, strict=True):
            replaced[i] = tensor
        return tuple(replaced), at

    def on_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        args, self.input_at = self._tapped(args, self.input_grads)
        self.input_count = len(args)
        return args

    def on_outputs(self, result: Any) -> Any:
        single = not isinstance(result, tuple)
        outputs = (result,) if single else result
        self.output_count = len(outputs)
        outputs, self.output_at = self._tapped(outputs, self.output_grads)
        return outputs[0] if single else outputs

    def output_grads(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        spread: list[Any] = [None] * self.output_count
        for i, grad in zip(self.output_at, grads, strict=True):
            spread[i] = grad
        self.grad_outputs = tuple(spread)
        for hook in self.pre_hooks:
            replaced = hook(self.module, self.grad_outputs)
            if replaced is not None:
                replaced = replaced if isinstance(replaced, tuple) else (replaced,)
                if len(replaced) != self.output_count:
                    raise RuntimeError(
                        f"Backward pre hook returned an invalid number of grad_output, "
                        f"got {len(replaced)}, but expected {self.output_count}"
                    )
                self.grad_outputs = replaced
        passed_on = tuple(self.grad_outputs[i] for i in self.output_at)
        if not self.input_at:
            # no gradient will ever reach the inputs: this is the last chance
            if self.hooks:
                warn_user(
                    "Full backward hook is firing when gradients are computed with respect to module outputs since no "
                    "inputs require gradients."
                )
            self._run_hooks(tuple([None] * self.input_count))
        return passed_on

    def input_grads(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.grad_outputs is None:
            return grads  # the outputs of this call took no part in this backward
        spread: list[Any] = [None] * self.input_count
        for i, grad in zip(self.input_at, grads, strict=True):
            spread[i] = grad
        final = self._run_hooks(tuple(spread))
        return tuple(final[i] for i in self.input_at)

    def _run_hooks(self, grad_inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in self.hooks:
            replaced = hook(self.module, grad_inputs, self.grad_outputs)
            if replaced is not None:
                replaced = replaced if isinstance(replaced, tuple) else (replaced,)
                if len(replaced) != self.input_count:
                    raise RuntimeError(
                        f"Backward hook returned an invalid number of grad_input, "
                        f"got {len(replaced)}, but expected {self.input_count}"
                    )
                grad_inputs = replaced
        self.grad_outputs = None
        return grad_inputs
