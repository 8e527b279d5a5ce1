"""What all optimizers share: groups of parameters, state per parameter, hooks, and both as a state dict."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import chain
from typing import Any, TypeAlias

from vibetensor import _C
from vibetensor.torch._profiled import in_range
from vibetensor.torch.autograd.grad_mode import enable_grad, no_grad
from vibetensor.torch.utils.hooks import RemovableHandle

Tensor: Any = _C.Tensor


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()

HOOK_REGISTRIES = (
    "_optimizer_step_pre_hooks",
    "_optimizer_step_post_hooks",
    "_optimizer_state_dict_pre_hooks",
    "_optimizer_state_dict_post_hooks",
    "_optimizer_load_state_dict_pre_hooks",
    "_optimizer_load_state_dict_post_hooks",
)


# Called with each optimizer that makes a step, where it is set; vibetensor.graphs learns from it what a function uses.
step_observer: Callable[[Any], None] | None = None


# Hooks of every optimizer's steps.
global_pre_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()
global_post_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A handle that removes the hook; `hook(optimizer, args, kwargs)` runs before the steps of all optimizers."""
    return add_hook(global_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """A handle that removes the hook; `hook(optimizer, args, kwargs)` runs after the steps of all optimizers."""
    return add_hook(global_post_hooks, hook)


def add_hook(hooks: OrderedDict[int, Callable[..., Any]], hook: Callable[..., Any]) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step` between the hooks that were registered for it."""

    @in_range("Optimizer.step#{}.step")
    @wraps(step)
    def wrapper(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if "_optimizer_step_pre_hooks" not in self.__dict__:  # made without __init__: a shell around another optimizer
            result = step(self, *args, **kwargs)
            self._opt_called = True
            return result
        if step_observer is not None:
            step_observer(self)
        for hook in (*global_pre_hooks.values(), *self._optimizer_step_pre_hooks.values()):
            replaced = hook(self, args, kwargs)
            if replaced is not None:
                if not (isinstance(replaced, tuple) and len(replaced) == 2):
                    raise RuntimeError(f"a step pre-hook must return None or (args, kwargs), but got {replaced}.")
                args, kwargs = replaced
        result = step(self, *args, **kwargs)
        self._opt_called = True
        for hook in (*self._optimizer_step_post_hooks.values(), *global_post_hooks.values()):
            hook(self, args, kwargs)
        return result

    return wrapper


class Optimizer:
    """Base of optimizers; subclasses define `step`.

    `params`: parameters, (name, parameter) pairs, or dicts of "params" and options that differ from
    `defaults`. `param_groups` is a list of such dicts, `state` a dict by parameter.
    """

    _optimizer_step_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_step_post_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_load_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_load_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = with_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    def __init__(self, params: Any, defaults: dict[str, Any]):
        self._vt_add_missing_registries()
        self._opt_called = False
        self.defaults = defaults
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {_C.type_name(params)}"
            )
        self.state: Any = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(dict(group) if isinstance(group, dict) else group)

    def _vt_add_missing_registries(self) -> None:
        for name in HOOK_REGISTRIES:
            self.__dict__.setdefault(name, OrderedDict())

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._vt_add_missing_registries()
        self.__dict__.setdefault("_opt_called", False)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
        return text + ")"

    # ---- groups

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Returns None; optimizes the parameters of `param_group` too, with its options over the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but "
                "the ordering of tensors in sets will change between runs. Please use a list instead."
            )
        entries = [params] if isinstance(params, Tensor) else list(params)
        names = [entry[0] for entry in entries if isinstance(entry, tuple)]
        if names and len(names) != len(entries):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        tensors = [entry[1] if isinstance(entry, tuple) else entry for entry in entries]
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {_C.type_name(tensor)}")
            if not (tensor.is_leaf or tensor.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        param_group["params"] = tensors
        if names:
            param_group["param_names"] = names
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        self._vt_check_membership(param_group)
        self.param_groups.append(param_group)

    def _vt_check_membership(self, group: dict[str, Any]) -> None:
        own = {id(p) for p in group["params"]}
        if len(own) != len(group["params"]):
            import warnings

            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error",
                stacklevel=4,
            )
        for other in self.param_groups:
            if ("param_names" in group) != ("param_names" in other):
                text = "with names" if "param_names" in group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {text} to the optimizer"
                )
            if own & {id(p) for p in other["params"]}:
                raise ValueError("some parameters appear in more than one parameter group")

    @in_range("Optimizer.zero_grad#{}.zero_grad")
    def zero_grad(self, set_to_none: bool = True) -> None:
        """Returns None; drops the gradients of all parameters, or fills them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    if p.grad.grad_fn is not None:
                        p.grad = p.grad.detach()
                    with no_grad():
                        p.grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define step()")

    @staticmethod
    def _vt_evaluate(closure: Callable[[], Any] | None) -> Any:
        """What the closure returns, with gradients on: it computes the loss and runs backward."""
        if closure is None:
            return None
        with enable_grad():
            return closure()

    # ---- state dict

    def state_dict(self) -> dict[str, Any]:
        """{"state", "param_groups"} with the parameters replaced by their numbers; tensors are not copied."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers: dict[int, int] = {}
        for p in chain.from_iterable(group["params"] for group in self.param_groups):
            numbers.setdefault(id(p), len(numbers))
        packed = []
        for group in self.param_groups:
            entry = {key: value for key, value in group.items() if key != "params"}
            entry["params"] = [numbers[id(p)] for p in group["params"]]
            packed.append(entry)
        state = {numbers[id(k)] if isinstance(k, Tensor) else k: v for k, v in self.state.items()}
        result: dict[str, Any] = {"state": state, "param_groups": packed}
        for hook in self._optimizer_state_dict_post_hooks.values():
            replaced = hook(self, result)
            if replaced is not None:
                result = replaced
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Returns None; takes over a copy of `state_dict`, its tensors moved and converted to fit the parameters.

        ValueError if its groups do not have as many parameters as ours.
        """
        from copy import deepcopy

        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = hook(self, state_dict)
            if replaced is not None:
                state_dict = replaced
        saved = deepcopy(state_dict["param_groups"])
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for ours, theirs in zip(self.param_groups, saved, strict=True):
            if len(ours["params"]) != len(theirs["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
                )
        by_number: dict[Any, Any] = {}
        for ours, theirs in zip(self.param_groups, saved, strict=True):
            by_number.update(zip(theirs["params"], ours["params"], strict=True))
            theirs["params"] = ours["params"]
            if "param_names" in ours:
                theirs.setdefault("param_names", ours["param_names"])
        state: Any = defaultdict(dict)
        groups = {id(p): theirs for theirs in saved for p in theirs["params"]}
        for key, value in state_dict["state"].items():
            if key in by_number:
                p = by_number[key]
                state[p] = self._vt_fitted(groups[id(p)], p, value)
            else:
                state[key] = value
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def _vt_is_counter(self, name: Any) -> bool:
        """Whether state of that name is a counter without dimensions, with a dtype and place of its own."""
        return name == "step"

    def _vt_place_counter(self, group: dict[str, Any], param: Any, value: Any) -> Any:
        return value.to(device=param.device, dtype=_C.float32, copy=True)

    def _vt_fitted(self, group: dict[str, Any], param: Any, value: Any, name: Any = None) -> Any:
        """A copy of loaded state whose tensors have the parameter's device and dtype, counters apart."""
        if isinstance(value, Tensor):
            if self._vt_is_counter(name):
                return self._vt_place_counter(group, param, value)
            dtype = param.dtype if param.is_floating_point() else value.dtype
            return value.to(device=param.device, dtype=dtype, copy=True)
        if isinstance(value, dict):
            return {k: self._vt_fitted(group, param, v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._vt_fitted(group, param, v) for v in value)
        return value

    # ---- hooks

    def _vt_add_hook(self, registry: str, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        hooks = getattr(self, registry)
        handle = add_hook(hooks, hook)
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """A handle that removes the hook; `hook(optimizer, args, kwargs)` runs before step, may return both anew."""
        return self._vt_add_hook("_optimizer_step_pre_hooks", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """A handle that removes the hook; `hook(optimizer, args, kwargs)` runs after step."""
        return self._vt_add_hook("_optimizer_step_post_hooks", hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """A handle that removes the hook; `hook(optimizer)` runs before the state is collected."""
        return self._vt_add_hook("_optimizer_state_dict_pre_hooks", hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """A handle that removes the hook; `hook(optimizer, state_dict)` may return another state dict."""
        return self._vt_add_hook("_optimizer_state_dict_post_hooks", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """A handle that removes the hook; `hook(optimizer, state_dict)` may return another state dict to load."""
        return self._vt_add_hook("_optimizer_load_state_dict_pre_hooks", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """A handle that removes the hook; `hook(optimizer)` runs when the state is loaded."""
        return self._vt_add_hook("_optimizer_load_state_dict_post_hooks", hook, prepend)


def check_kernels(foreach: bool | None, fused: bool | None, differentiable: bool) -> None:
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if foreach and fused:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def increment(steps: list[Any], amount: int = 1) -> None:
    """Add to step counts in place."""
    _C.ops._foreach_add_(steps, amount)


def take_back(steps: Iterable[Any], found_inf: Any) -> None:
    """Undo `increment` where the kernel found infinite gradients and did nothing; no wait for the device."""
    if found_inf is not None:
        for step in steps:
            step.sub_(found_inf.view(()))


@contextmanager
def swap_in_optimizer_params_and_state(
    optimizer: Optimizer, swapin_parameters: dict[str, Any], swapin_optim_state: dict[str, Any]
) -> Iterator[None]:
    """A context in which the optimizer has other parameters and another state, and its own again afterwards.

    `swapin_parameters`: tensors in the order of the optimizer's own; `swapin_optim_state`: a state dict, whose tensors
    are used as they are. ValueError if there are not as many parameters as in its groups.
    """
    groups = swapin_optim_state["param_groups"]
    own = [(group, dict(group)) for group in optimizer.param_groups]
    tensors = list(swapin_parameters.values())
    sizes = [len(group["params"]) for group, _ in own]
    if len(tensors) != sum(sizes) or [len(group["params"]) for group in groups] != sizes:
        raise ValueError(f"expected parameters and groups of the sizes {sizes}, got {len(tensors)} parameters")
    by_number: dict[Any, Any] = {}
    left = iter(tensors)
    state, hyperparameters = optimizer.state, []
    for group in groups:
        params = [next(left) for _ in group["params"]]
        by_number.update(zip(group["params"], params, strict=True))
        hyperparameters.append({**group, "params": params})
    try:
        optimizer.state = defaultdict(dict)
        for key, value in swapin_optim_state["state"].items():
            optimizer.state[by_number.get(key, key)] = dict(value) if isinstance(value, dict) else value
        for (group, _), other in zip(own, hyperparameters, strict=True):
            group.clear()
            group.update(other)
        yield
    finally:
        optimizer.state = state
        for group, before in own:
            group.clear()
            group.update(before)


# ---- names that optimizers of other libraries import

ParamsT: TypeAlias = Iterable[Any]  # tensors, dicts of them, or pairs of a name and a tensor
_params_t = ParamsT


def _use_grad_for_differentiable(func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`, a step, recorded for backward only if the optimizer was made with differentiable=True."""

    @wraps(func)
    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = _C.is_grad_enabled()
        _C.set_grad_enabled(bool(self.defaults.get("differentiable", False)))
        try:
            return func(self, *args, **kwargs)
        finally:
            _C.set_grad_enabled(before)

    return step


def _default_to_fused_or_foreach(params: list[Any], differentiable: bool, use_fused: bool = False) -> tuple[bool, bool]:
    """(False, False): an optimizer of another library takes its tensors one by one."""
    return False, False


def _get_capturable_supported_devices(supports_xla: bool = True) -> list[str]:
    """The kinds of device whose steps a CUDA graph can record."""
    return ["cuda"]
