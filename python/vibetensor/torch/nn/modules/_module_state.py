"""state_dict and load_state_dict of modules, with their hooks."""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Iterator, Mapping
from functools import update_wrapper
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.nn.modules._module_hooks import add_hook
from vibetensor.torch.nn.parameter import Parameter
from vibetensor.torch.utils.hooks import RemovableHandle

Tensor: Any = _C.Tensor
EXTRA_STATE = "_extra_state"


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class _WrappedHook:
    """`hook`, called with `module` before its other arguments if there is one: it is not kept alive.

    Files name it where PyTorch has it; PyTorch's hold its hooks of load_state_dict as these.
    """

    __module__ = "vibetensor.torch.nn.modules.module"

    def __init__(self, hook: Callable[..., Any], module: Any = None):
        update_wrapper(self, hook)
        self.__setstate__({"hook": hook, "with_module": module is not None, "module": module})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.hook(*self._first(), *args, **kwargs)

    def _first(self) -> tuple[Any, ...]:
        if not self.with_module:
            return ()
        module = self.module()
        if module is None:
            raise RuntimeError("the module of this hook is gone")
        return (module,)

    def __getstate__(self) -> dict[str, Any]:
        state = {"hook": self.hook, "with_module": self.with_module}
        return state | {"module": self._first()[0]} if self.with_module else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.hook, self.with_module = state["hook"], state["with_module"]
        if self.with_module:
            self.module = weakref.ref(state["module"])


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class StateDict:
    """What a Module stores and restores."""

    _version = 1
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]
    _state_dict_hooks: OrderedDict[int, Callable[..., Any]]
    _state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _load_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _load_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]

    def _vt_persistent(self) -> Iterator[tuple[str, Any]]:
        """Own parameters and stored buffers by name, None where one is registered as absent."""
        yield from self._parameters.items()
        for name, buffer in self._buffers.items():
            if name not in self._non_persistent_buffers_set:
                yield name, buffer

    def get_extra_state(self) -> Any:
        raise RuntimeError("get_extra_state: a module that sets extra state has to define both sides of it")

    def set_extra_state(self, state: Any) -> None:
        raise RuntimeError("set_extra_state: a module that returns extra state has to define both sides of it")

    def _vt_overrides(self, method: str) -> bool:
        return getattr(type(self), method) is not getattr(StateDict, method)

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, tensor in self._vt_persistent():
            if tensor is not None:
                destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if self._vt_overrides("get_extra_state"):
            destination[prefix + EXTRA_STATE] = self.get_extra_state()

    def state_dict(self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """An OrderedDict of the parameters and persistent buffers by dotted name, sharing their memory.

        Own tensors come before those of the children; with `keep_vars` they are not detached.
        """
        if args:
            raise TypeError("state_dict: destination, prefix and keep_vars are keyword arguments")
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            result = hook(self, destination, prefix, metadata)
            if result is not None:
                destination = result
        return destination

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        return add_hook(self._state_dict_hooks, hook, False)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, state_dict, prefix, local_metadata)` edits the dict."""

        def checked(*args: Any) -> None:
            if hook(*args) is not None:
                raise RuntimeError("state_dict post-hook must return None")

        return add_hook(self._state_dict_hooks, checked, False)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, prefix, keep_vars)` runs before the state is collected."""
        return add_hook(self._state_dict_pre_hooks, hook, False)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], with_module: bool = False
    ) -> RemovableHandle:
        return add_hook(self._load_state_dict_pre_hooks, _WrappedHook(hook, self) if with_module else hook, False)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """A handle that removes the hook, which gets the module and all arguments of _load_from_state_dict."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """A handle that removes the hook; `hook(module, incompatible_keys)` may edit the lists of keys."""
        return add_hook(self._load_state_dict_post_hooks, hook, False)

    def _load_from_state_dict(
        self,
        state_dict: Mapping[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Fill the module's own tensors from `state_dict`, noting in the lists what does not fit."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        assign = local_metadata.get("assign_to_params_buffers", False)
        own = {name: tensor for name, tensor in self._vt_persistent() if tensor is not None}
        for name, tensor in own.items():
            key = prefix + name
            if key in state_dict:
                error = self._vt_load_tensor(name, key, tensor, state_dict[key], assign)
                if error:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)

        extra_key = prefix + EXTRA_STATE
        if self._vt_overrides("set_extra_state"):
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)

        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra_key:
                    head, _, tail = key[len(prefix) :].partition(".")
                    if head not in (self._modules if tail else own):
                        unexpected_keys.append(key)

    def _vt_load_tensor(self, name: str, key: str, tensor: Any, given: Any, assign: bool) -> str | None:
        """Fill `tensor` from `given` or put that in its place; returns what is wrong, if anything is."""
        if not isinstance(given, Tensor):
            return (
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object '
                f"from checkpoint but received {_C.type_name(given)}"
            )
        if tensor.dim() == 0 and given.dim() == 1 and given.numel() == 1:
            given = given[0]
        if given.shape != tensor.shape:
            return (
                f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, "
                f"the shape in current model is {tensor.shape}."
            )
        if tensor.device.type == "meta" and given.device.type != "meta" and not assign:
            warnings.warn(
                f"for {key}: copying from a non-meta parameter in the checkpoint to a meta parameter in the current "
                "model, which is a no-op. (Did you mean to pass `assign=True` to assign items in the state dictionary "
                "to their corresponding key in the module instead of copying them in place?)",
                stacklevel=2,
            )
        try:
            with no_grad():
                if not assign:
                    tensor.copy_(given)
                elif isinstance(tensor, Parameter):
                    if not isinstance(given, Parameter):
                        given = Parameter(given, requires_grad=tensor.requires_grad)
                    setattr(self, name, given.requires_grad_(tensor.requires_grad))
                else:
                    setattr(self, name, given)
        except Exception as error:
            return (
                f'While copying the parameter named "{key}", whose dimensions in the model are {tensor.size()} and '
                f"whose dimensions in the checkpoint are {given.size()}, an exception occurred : {error.args}."
            )
        return None

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """The (missing_keys, unexpected_keys), after copying `state_dict` into the module and its children.

        strict: raise RuntimeError unless both are empty. assign: take the tensors themselves in place
        of copying into those of the module. Wrong sizes raise RuntimeError, listing all of them.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        state = OrderedDict(state_dict)
        if metadata is not None:
            state._metadata = metadata  # type: ignore[attr-defined]

        def load(module: StateDict, local: Mapping[str, Any], prefix: str) -> None:
            local_metadata = {} if metadata is None else dict(metadata.get(prefix[:-1], {}))
            if assign:
                local_metadata["assign_to_params_buffers"] = True
            module._load_from_state_dict(local, prefix, local_metadata, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    child_prefix = f"{prefix}{name}."
                    load(child, {k: v for k, v in local.items() if k.startswith(child_prefix)}, child_prefix)
            keys = _IncompatibleKeys(missing, unexpected)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, keys) is not None:
                    raise RuntimeError(
                        "Hooks registered with register_load_state_dict_post_hook are not expected to return new "
                        "values, if incompatible_keys need to be modified, it should be done inplace."
                    )

        load(self, state, "")
        if strict:
            if unexpected:
                errors.insert(0, f"Unexpected key(s) in state_dict: {quoted(unexpected)}. ")
            if missing:
                errors.insert(0, f"Missing key(s) in state_dict: {quoted(missing)}. ")
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}")
        return _IncompatibleKeys(missing, unexpected)

    def load_safetensors(self, path: Any, device: Any = None, strict: bool = True) -> Any:
        """The (missing_keys, unexpected_keys), after reading a safetensors file, or those of an index, into the module.

        device: where the module is afterwards; None for where it is, and the CPU for a module on the meta device, whose
        parameters become the file's tensors, of the file's dtypes. Of tensors that the module uses under several names the
        file needs to hold one. Buffers that no state_dict has stay on the meta device. RuntimeError as load_state_dict.
        """
        from vibetensor.safetensors import load_file

        module: Any = self
        own = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
        on_meta = any(tensor.device.type == "meta" for _, tensor in own)
        if device is None:
            device = "cpu" if on_meta or not own else own[0][1].device
        elif not on_meta:
            module.to(device)
        state = load_file(path, device)
        names_of: dict[int, list[str]] = {}
        for name, tensor in own:
            names_of.setdefault(id(tensor), []).append(name)
        tied = [names for names in names_of.values() if len(names) > 1]
        for names in tied:
            found = next((state[name] for name in names if name in state), None)
            if found is not None:
                for name in names:
                    state.setdefault(name, found)
        keys = self.load_state_dict(state, strict=strict, assign=on_meta)
        for names in tied if on_meta else ():
            first = attribute_of(module, names[0])
            for name in names[1:]:
                path_to, _, last = name.rpartition(".")
                setattr(module.get_submodule(path_to), last, first)
        return keys


def attribute_of(module: Any, name: str) -> Any:
    path, _, last = name.rpartition(".")
    return getattr(module.get_submodule(path), last)
