"""Module, the base of everything that has parameters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, overload

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.nn.modules._module_hooks import (  # noqa: F401 - PyTorch has them here
    HookedCall,
    _global_buffer_registration_hooks,
    _global_module_registration_hooks,
    _global_parameter_registration_hooks,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
    replaced_by,
)
from vibetensor.torch.nn.modules._module_state import (  # noqa: F401
    EXTRA_STATE,
    StateDict,
    _IncompatibleKeys,
    _WrappedHook,
)
from vibetensor.torch.nn.parameter import Buffer, Parameter

Tensor: Any = _C.Tensor
M = TypeVar("M", bound="Module")
_EXTRA_STATE_KEY_SUFFIX = EXTRA_STATE


def parse_to(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any, bool, Any]:
    """(device, dtype, non_blocking, memory format), None where not given, of Tensor.to's and Module.to's arguments."""
    device, dtype, non_blocking = kwargs.pop("device", None), kwargs.pop("dtype", None), False
    rest = list(args)
    if rest and isinstance(rest[0], Tensor):
        other = rest.pop(0)
        device, dtype = other.device, other.dtype
    elif rest and isinstance(rest[0], _C.dtype):
        dtype = rest.pop(0)
    elif rest:
        device = rest.pop(0)
        if rest and (rest[0] is None or isinstance(rest[0], _C.dtype)):
            dtype = rest.pop(0)
    if rest:
        non_blocking = bool(rest.pop(0))
    non_blocking = bool(kwargs.pop("non_blocking", non_blocking))
    memory_format = kwargs.pop("memory_format", None)
    if kwargs or rest:
        raise TypeError(f"to() received an invalid combination of arguments: {[*rest, *kwargs]}")
    return (None if device is None else _C.device(device)), dtype, non_blocking, memory_format


def indent_after_first(text: str, spaces: int) -> str:
    return text.replace("\n", "\n" + " " * spaces)


def swap_in(param: Any, made: Any) -> None:
    """Returns None; `param` becomes a Parameter of `made`, for all who hold it."""
    from vibetensor.torch.utils._swap import swap_tensors

    if made is not param:
        swap_tensors(param, Parameter(made, requires_grad=param.requires_grad))


class Module(HookedCall, StateDict):
    """A part of a network: parameters, buffers and child modules by name, and a forward() that uses them.

    Subclasses call `super().__init__()` first and define forward(); assigning a Parameter, a Buffer or
    a Module to an attribute registers it.

    >>> import vibetensor.torch as torch
    >>> class Scale(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = torch.nn.Parameter(torch.ones(1))
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> list(torch.nn.Sequential(Scale(), torch.nn.ReLU()).state_dict())
    ['0.factor']
    """

    training: bool
    dump_patches = False
    call_super_init = False

    def __init__(self, *args: Any, **kwargs: Any):
        if not self.call_super_init and (args or kwargs):
            raise TypeError(f"{type(self).__name__}.__init__() takes no arguments, got {args or kwargs}")
        registries = {
            "training": True,
            "_parameters": {},
            "_buffers": {},
            "_non_persistent_buffers_set": set(),
            "_modules": {},
        }
        for name in HOOK_REGISTRIES:
            registries[name] = OrderedDict()
        self.__dict__.update(registries)
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    # ---- registration

    def _vt_check_name(self, kind: str, name: str, home: dict[str, Any]) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in home:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Returns None; makes `param` the attribute `name`. None: named, but absent."""
        self._vt_check_name("parameter", name, self.__dict__.get("_parameters", {}))
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_C.type_name(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                "To express a parameter as a function of another Tensor, compute the value in the forward() method."
            )
        for hook in _global_parameter_registration_hooks.values() if param is not None else ():
            param = replaced_by(hook, self, name, param)
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Returns None; makes `tensor` the attribute `name`, part of state_dict() if `persistent`."""
        self._vt_check_name("buffer", name, self.__dict__.get("_buffers", {}))
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{_C.type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        for hook in _global_buffer_registration_hooks.values():
            tensor = replaced_by(hook, self, name, tensor)
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Returns None; makes `module` the child and attribute `name`. None: named, but absent."""
        if module is not None and not isinstance(module, Module):
            from vibetensor.torch.functional import typename

            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._vt_check_name("module", name, self.__dict__.get("_modules", {}))
        for hook in _global_module_registration_hooks.values():
            module = replaced_by(hook, self, name, module)
        self._modules[name] = module

    register_module = add_module

    # ---- attributes

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for registry in ("_parameters", "_buffers", "_modules"):
            entries = own.get(registry)
            if entries is not None and name in entries:
                return entries[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _vt_forget(self, name: str, *registries: str) -> None:
        for registry in registries:
            self.__dict__.get(registry, {}).pop(name, None)
        self.__dict__.get("_non_persistent_buffers_set", set()).discard(name)

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            if "_parameters" not in own:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            own.pop(name, None)
            self._vt_forget(name, "_buffers", "_modules")
            self.register_parameter(name, value)
        elif name in own.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_C.type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, None)
        elif isinstance(value, Module):
            if "_modules" not in own:
                raise AttributeError("cannot assign module before Module.__init__() call")
            own.pop(name, None)
            self._vt_forget(name, "_parameters", "_buffers")
            for hook in _global_module_registration_hooks.values():
                value = replaced_by(hook, self, name, value)
            own["_modules"][name] = value
        elif name in own.get("_modules", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type(value).__name__}' as child module '{name}' "
                    "(torch.nn.Module or None expected)"
                )
            own["_modules"][name] = None
        elif isinstance(value, Tensor) and (name in own.get("_buffers", ()) or isinstance(value, Buffer)):
            self._vt_set_buffer(name, value)
        elif name in own.get("_buffers", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_C.type_name(value)}' as buffer '{name}' "
                    "(torch.nn.Buffer, torch.Tensor or None expected)"
                )
            own["_buffers"][name] = None
        else:
            super().__setattr__(name, value)

    def _vt_set_buffer(self, name: str, value: Any) -> None:
        if isinstance(value, Buffer):
            persistent = value.persistent
        else:
            persistent = name not in self._non_persistent_buffers_set
        self.__dict__.pop(name, None)
        self._vt_forget(name, "_parameters", "_modules")
        self.register_buffer(name, value, persistent)

    def __delattr__(self, name: str) -> None:
        for registry in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(registry, ()):
                self._vt_forget(name, registry)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        names = [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]
        return sorted(n for n in set(names) if n.isidentifier())

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name in HOOK_REGISTRIES:
            self.__dict__.setdefault(name, OrderedDict())

    # ---- walking the tree

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Yields every module of the tree with its dotted name, this one first under `prefix`."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, prefix + ("." if prefix else "") + name, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """Yields every module of the tree once, this one first."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yields the immediate children with their names, each once."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """Yields the immediate children, each once."""
        for _, child in self.named_children():
            yield child

    def _vt_named_tensors(
        self, registry: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        owners = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, owner in owners:
            for name, tensor in getattr(owner, registry).items():
                if tensor is None or id(tensor) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(tensor))
                yield path + ("." if path else "") + name, tensor

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yields every parameter of the tree with its dotted name; a shared one once, under its first name."""
        return self._vt_named_tensors("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yields every parameter of the tree once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Yields every buffer of the tree with its dotted name."""
        return self._vt_named_tensors("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Any]:
        """Yields every buffer of the tree once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """The module at the dotted path `target`; AttributeError if there is none, this one for ""."""
        module: Module = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            found = getattr(module, name)
            if not isinstance(found, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
            module = found
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Returns None; puts `module` at the dotted path `target`; with `strict` only where there is one already."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module).__name__}")
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if strict and not hasattr(owner, name):
            raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
        if hasattr(owner, name) and not isinstance(getattr(owner, name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(owner, name, module)

    def _vt_get_tensor(self, registry: str, target: str, kind: str) -> Any:
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not hasattr(owner, name):
            raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
        if name not in getattr(owner, registry):
            raise AttributeError(f"`{name}` is not {kind}")
        return getattr(owner, registry)[name]

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at the dotted path `target`; AttributeError if there is none."""
        return self._vt_get_tensor("_parameters", target, "an nn.Parameter")

    def get_buffer(self, target: str) -> Any:
        """The buffer at the dotted path `target`; AttributeError if there is none."""
        return self._vt_get_tensor("_buffers", target, "a buffer")

    # ---- changing all of it

    def apply(self: M, fn: Callable[[Module], Any]) -> M:
        """This module, after calling `fn` on every module of the tree, children first."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self: M, fn: Callable[[Any], Any], recurse: bool = True) -> M:
        """This module, with `fn` of every parameter, gradient and buffer in its place."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        with no_grad():
            for param in self._parameters.values():
                if param is not None:
                    grad = param.grad
                    if _C.answers_torch_dispatch(param):
                        swap_in(param, fn(param))  # what it is made of is in its object
                    else:
                        param.data = fn(param.detach())
                    if grad is not None:
                        param.grad = fn(grad.detach()).requires_grad_(grad.requires_grad)
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    @overload
    def to(
        self: M,
        device: str | _C.device | int | None = ...,
        dtype: _C.dtype | None = ...,
        non_blocking: bool = ...,
        *,
        memory_format: _C.memory_format | None = ...,
    ) -> M: ...
    @overload
    def to(
        self: M, dtype: _C.dtype, non_blocking: bool = ..., *, memory_format: _C.memory_format | None = ...
    ) -> M: ...
    @overload
    def to(self: M, tensor: _C.Tensor, non_blocking: bool = ...) -> M: ...
    def to(self: M, *args: Any, **kwargs: Any) -> M:
        """This module, its tensors moved to a device and its floating point tensors converted to a dtype.

        Arguments as for Tensor.to: `to(device)`, `to(dtype)`, `to(device, dtype)`, `to(tensor)`, with `non_blocking`.
        memory_format: channels_last of tensors of 4 dimensions, channels_last_3d of 5, others stay as they are.
        """
        device, dtype, non_blocking, memory_format = parse_to(args, kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )

        def convert(t: Any) -> Any:
            if t.device.type == "meta" and device is not None and device.type != "meta":
                raise NotImplementedError(
                    "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of "
                    "torch.nn.Module.to() when moving module from meta to a different device."
                )
            new_dtype = dtype if dtype is not None and (t.is_floating_point() or t.is_complex()) else t.dtype
            where = t.device if device is None else device
            if memory_format is not None and t.dim() in (4, 5):
                return t.to(where, new_dtype, non_blocking, memory_format=memory_format)
            return t.to(where, new_dtype, non_blocking)

        return self._apply(convert)

    def to_empty(self: M, *, device: Any, recurse: bool = True) -> M:
        """This module with tensors of the same shapes on `device`, their elements unset."""
        return self._apply(lambda t: _C.ops.empty_like(t, device=device), recurse)

    def cpu(self: M) -> M:
        """This module, its tensors moved to the CPU."""
        return self._apply(lambda t: t.cpu())

    def cuda(self: M, device: Any = None) -> M:
        """This module, its tensors moved to a GPU, by default the current one."""
        return self._apply(lambda t: t.cuda() if device is None else t.cuda(device))

    def type(self: M, dst_type: Any) -> M:
        """This module, all its tensors converted to `dst_type`."""
        return self._apply(lambda t: t.type(dst_type))

    def _vt_to_floating(self: M, dtype: Any) -> M:
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def float(self: M) -> M:
        """This module, its floating point tensors converted to float32."""
        return self._vt_to_floating(_C.float32)

    def double(self: M) -> M:
        """This module, its floating point tensors converted to float64."""
        return self._vt_to_floating(_C.float64)

    def half(self: M) -> M:
        """This module, its floating point tensors converted to float16."""
        return self._vt_to_floating(_C.float16)

    def bfloat16(self: M) -> M:
        """This module, its floating point tensors converted to bfloat16."""
        return self._vt_to_floating(_C.bfloat16)

    def train(self: M, mode: bool = True) -> M:
        """This module, it and its children switched to training (or to evaluation)."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self: M) -> M:
        """This module, switched to evaluation: dropout passes everything, and the like."""
        return self.train(False)

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """This module, with gradients of its parameters wanted or not."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Returns None; drops the gradients of all parameters, or fills them with zeros."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad = parameter.grad.detach().zero_()

    def share_memory(self: M) -> M:
        """self, its parameters and buffers moved into shared memory, in place: processes that it is sent to train it."""
        return self._apply(lambda t: t.share_memory_())

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Returns None; what torch.compile(self, ...) does in place: its arguments are checked, the module runs eagerly."""
        from vibetensor.torch._dynamo.eval_frame import compile

        compile(self.forward, *args, **kwargs)

    # ---- text

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What stands between the parentheses of repr(); subclasses say their sizes here."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {indent_after_first(repr(child), 2)}" for name, child in self._modules.items()]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + children) + "\n)"


HOOK_REGISTRIES = (
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)
