"""Calling a module, and the hooks that run before and after its forward and its backward."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from vibetensor.torch.nn.modules._module_path import name_module
from vibetensor.torch.utils.hooks import BackwardHook, RemovableHandle

Hook = Callable[..., Any]


# Called with each module that is called, where it is set; vibetensor.graphs learns from it what a function uses.
call_observer: Callable[[Any], None] | None = None


# Hooks of every module that is called; they run before a module's own. Flags as in a module's registries.
global_forward_hooks: OrderedDict[int, Hook] = OrderedDict()
global_forward_hooks_with_kwargs: OrderedDict[int, bool] = OrderedDict()
global_forward_hooks_always_called: OrderedDict[int, bool] = OrderedDict()
global_forward_pre_hooks: OrderedDict[int, Hook] = OrderedDict()
global_backward_hooks: OrderedDict[int, Hook] = OrderedDict()
global_backward_pre_hooks: OrderedDict[int, Hook] = OrderedDict()


def add_hook(hooks: OrderedDict[int, Any], hook: Any, prepend: bool, *flags: OrderedDict[int, Any]) -> RemovableHandle:
    """Enter `hook` in `hooks`, and True under the same id in each of `flags`."""
    handle = RemovableHandle(hooks, extra=flags)
    hooks[handle.id] = hook
    for flag in flags:
        flag[handle.id] = True
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


# asked of every module: hook(module, name, what is registered) may give something else to register
_global_parameter_registration_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()
_global_buffer_registration_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()
_global_module_registration_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A handle with `remove()`; hook(module, name, parameter) sees every parameter that a module gets, and may replace it."""
    return add_hook(_global_parameter_registration_hooks, hook, False)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A handle with `remove()`; hook(module, name, buffer) sees every buffer that a module gets, and may replace it."""
    return add_hook(_global_buffer_registration_hooks, hook, False)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A handle with `remove()`; hook(module, name, child) sees every child that a module gets, and may replace it."""
    return add_hook(_global_module_registration_hooks, hook, False)


def replaced_by(hook: Callable[..., Any], module: Any, name: str, given: Any) -> Any:
    """What a hook of registrations makes of what is registered: that itself where it gives None."""
    found = hook(module, name, given)
    return given if found is None else found


def as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class HookedCall:
    """The `__call__` of a Module: forward with whatever hooks are registered."""

    _forward_hooks: OrderedDict[int, Hook]
    _forward_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks_always_called: OrderedDict[int, bool]
    _forward_pre_hooks: OrderedDict[int, Hook]
    _forward_pre_hooks_with_kwargs: OrderedDict[int, bool]
    _backward_hooks: OrderedDict[int, Hook]
    _backward_pre_hooks: OrderedDict[int, Hook]
    _is_full_backward_hook: bool | None = None

    forward: Callable[..., Any]

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, args)` runs before forward and may return new args.

        With `with_kwargs` it is called as `hook(module, args, kwargs)` and returns both or None.
        """
        flags = (self._forward_pre_hooks_with_kwargs,) if with_kwargs else ()
        return add_hook(self._forward_pre_hooks, hook, prepend, *flags)

    def register_forward_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, args, output)` runs after forward and may return a new output.

        With `with_kwargs` it is called as `hook(module, args, kwargs, output)`; with `always_call` it
        also runs, with output None, when forward or another hook raises.
        """
        flags = [self._forward_hooks_with_kwargs] if with_kwargs else []
        if always_call:
            flags.append(self._forward_hooks_always_called)
        return add_hook(self._forward_hooks, hook, prepend, *flags)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, grad_input, grad_output)` runs when both are known.

        Both are tuples; what the hook returns, unless None, takes the place of grad_input.
        """
        self._is_full_backward_hook = True  # for PyTorch, where a module that is loaded whole may have others
        return add_hook(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, grad_output)` runs before the module's backward.

        What it returns, unless None, takes the place of grad_output.
        """
        return add_hook(self._backward_pre_hooks, hook, prepend)

    def register_backward_hook(self, hook: Hook) -> RemovableHandle:
        raise NotImplementedError(
            "Module.register_backward_hook is deprecated in PyTorch and not there: use register_full_backward_hook"
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if call_observer is not None:
            call_observer(self)
        try:
            if not (
                self._forward_hooks
                or self._forward_pre_hooks
                or self._backward_hooks
                or self._backward_pre_hooks
                or global_forward_hooks
                or global_forward_pre_hooks
                or global_backward_hooks
                or global_backward_pre_hooks
            ):
                return self.forward(*args, **kwargs)
            called: set[int] = set()
            try:
                return self._vt_call_with_hooks(args, kwargs, called)
            except BaseException:
                self._vt_call_remaining_hooks(args, kwargs, called)
                raise
        except Exception as error:
            name_module(error, self)
            raise

    def _vt_call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any], called: set[int]) -> Any:
        for key, hook in [*global_forward_pre_hooks.items(), *self._forward_pre_hooks.items()]:
            if key in self._forward_pre_hooks_with_kwargs:
                replaced = hook(self, args, kwargs)
                if replaced is not None:
                    if not (isinstance(replaced, tuple) and len(replaced) == 2):
                        raise RuntimeError(
                            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                            f"but got {replaced}."
                        )
                    args, kwargs = replaced
            else:
                replaced = hook(self, args)
                if replaced is not None:
                    args = as_tuple(replaced)

        tap = None
        after = [*global_backward_hooks.values(), *self._backward_hooks.values()]
        before = [*global_backward_pre_hooks.values(), *self._backward_pre_hooks.values()]
        if after or before:
            tap = BackwardHook(self, after, before)
            args = tap.on_inputs(args)
        result = self.forward(*args, **kwargs)
        for key, hook in [*global_forward_hooks.items(), *self._forward_hooks.items()]:
            called.add(key)
            replaced = self._vt_run_forward_hook(key, hook, args, kwargs, result)
            if replaced is not None:
                result = replaced
        return result if tap is None else tap.on_outputs(result)

    def _vt_run_forward_hook(self, key: int, hook: Hook, args: Any, kwargs: Any, result: Any) -> Any:
        if key in self._forward_hooks_with_kwargs or key in global_forward_hooks_with_kwargs:
            return hook(self, args, kwargs, result)
        return hook(self, args, result)

    def _vt_call_remaining_hooks(self, args: Any, kwargs: Any, called: set[int]) -> None:
        """After an error, run the hooks that are always called and have not been yet."""
        always = {*global_forward_hooks_always_called, *self._forward_hooks_always_called}
        for key, hook in [*global_forward_hooks.items(), *self._forward_hooks.items()]:
            if key in always and key not in called:
                try:
                    self._vt_run_forward_hook(key, hook, args, kwargs, None)
                except Exception as error:
                    import warnings

                    warnings.warn(
                        f"a forward hook with always_call=True raised after another error: {error}", stacklevel=2
                    )


def register_module_forward_pre_hook(hook: Hook) -> RemovableHandle:
    """A handle that removes the hook; `hook(module, args)` runs before the forward of every module."""
    return add_hook(global_forward_pre_hooks, hook, False)


def register_module_forward_hook(
    hook: Hook, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """A handle that removes the hook; `hook(module, args, output)` runs after the forward of every module."""
    flags = [global_forward_hooks_with_kwargs] if with_kwargs else []
    if always_call:
        flags.append(global_forward_hooks_always_called)
    return add_hook(global_forward_hooks, hook, False, *flags)


def register_module_full_backward_hook(hook: Hook) -> RemovableHandle:
    """A handle that removes the hook; `hook(module, grad_input, grad_output)` runs for every module."""
    return add_hook(global_backward_hooks, hook, False)


def register_module_full_backward_pre_hook(hook: Hook) -> RemovableHandle:
    """A handle that removes the hook; `hook(module, grad_output)` runs before the backward of every module."""
    return add_hook(global_backward_pre_hooks, hook, False)
