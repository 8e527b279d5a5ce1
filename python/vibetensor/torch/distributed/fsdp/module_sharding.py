"""fully_shard: when a module's parameters are whole, and when they are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from vibetensor import _C
from vibetensor.torch.distributed import groups
from vibetensor.torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from vibetensor.torch.distributed.fsdp.parameter_group import Layout, ParameterGroup, ShardedParameter
from vibetensor.torch.distributed.fsdp.policies import MixedPrecisionPolicy, OffloadPolicy
from vibetensor.torch.distributed.tensor.placement_types import Shard

Tensor: Any = _C.Tensor


class Run:
    """What the modules under one root share over a forward and its backward."""

    def __init__(self, states: list[ShardingState]):
        self.states = states
        self.order: list[ShardingState] = []  # of forward
        self.awaited = -1  # the backward pass at whose end finish() runs
        self.is_last = True

    def await_end(self) -> None:
        """Returns None; sees to it that finish() runs when the backward pass ends."""
        running = _C.running_backward_pass()
        if self.awaited != running:
            self.awaited = running
            _C.at_end_of_backward(self.finish)

    def finish(self) -> None:
        """Returns None; what no hook has seen to: gradients of modules of which some parameters had none."""
        self.awaited = -1
        for s in self.states:
            s.after_backward()
            if s.reshards_after_backward:
                s.group.cut()
            s.in_backward = False
        self.order = []
        if not self.is_last:
            return
        for s in self.states:
            s.group.sum_over_replicas()
        for s in self.states:
            s.group.give_gradients()


class ShardingState:
    """One call of fully_shard: modules that are whole together, their parameters, and the hooks between."""

    def __init__(self, modules: list[Any], group: ParameterGroup, reshard_after_forward: bool | None):
        self.modules, self.group = modules, group
        self.wants_reshard = reshard_after_forward
        self.reshards_after_forward = reshard_after_forward is not False
        self.reshards_after_backward = True
        self.unshards_in_backward = True
        self.run: Run | None = None
        self.in_backward = False
        self.to_come: set[int] = set()  # modules of ours whose forward has not ended
        self.before_forward: list[Any] = []  # modules to gather when this one begins
        self.before_backward: list[Any] | None = None
        group.when_complete = self._gradients_complete
        for module in modules:
            module.register_forward_pre_hook(self._enter, prepend=True, with_kwargs=True)
            module.register_forward_hook(self._leave)
            module.register_state_dict_pre_hook(lambda *_: self.group.cut())
            module.register_load_state_dict_pre_hook(lambda *_: self.group.cut())

    # ---- forward

    def _begin(self, module: Any) -> None:
        if self.run is None:  # the outermost module that is called
            inside = [m for module in self.modules for m in module.modules()]
            states = list(dict.fromkeys(s for m in inside if (s := state_of(m)) is not None))
            made = Run(states)
            for s in states:
                s.run = made
            if self.wants_reshard is None:
                self.reshards_after_forward = False  # backward begins with it
        if self.in_backward and not is_in_backward():  # a pass that failed
            self.in_backward = False
        if id(module) not in self.to_come:
            self.to_come = {id(m) for m in self.modules}
        self.group.make_whole()
        for following in self.before_forward:
            of(following).group.gather()

    def _enter(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._begin(module)
        dtype = self.group.policy.param_dtype
        if dtype is None or not self.group.policy.cast_forward_inputs:
            return args, kwargs
        return cast(args, dtype), cast(kwargs, dtype)

    def _leave(self, module: Any, args: Any, output: Any) -> Any:
        self.to_come.discard(id(module))
        if not self.to_come:
            if not self.in_backward and (self.reshards_after_forward or not _C.is_grad_enabled()):
                self.group.cut()
            if _C.is_grad_enabled() and not self.in_backward and self.run is not None:
                self.run.order.append(self)
        if _C.is_grad_enabled():
            for t in tensors_in(output):
                if t.requires_grad:
                    t.register_hook(self._before_backward)
        dtype = self.group.policy.output_dtype
        return output if dtype is None else cast(output, dtype)

    # ---- backward

    def _before_backward(self, grad: Any) -> None:
        if self.in_backward or self.run is None:
            return
        self.in_backward = True
        self.run.await_end()
        self.group.expect_gradients()
        if self.unshards_in_backward:
            self.group.make_whole()
        for s in self._next_in_backward():
            if not s.in_backward:
                s.group.gather()

    def _next_in_backward(self) -> list[ShardingState]:
        if self.before_backward is not None:
            return [of(m) for m in self.before_backward]
        order = self.run.order if self.run is not None else []
        if self not in order:
            return []
        at = len(order) - 1 - order[::-1].index(self)
        return [s for s in order[max(at - 1, 0) : at] if s.reshards_after_forward]

    def _gradients_complete(self) -> None:
        if self.run is None or not self.in_backward:
            return
        self.run.await_end()
        self.after_backward()
        # What is frozen may be needed by a gradient that goes further.
        if self.reshards_after_backward and not self.group.has_frozen:
            self.group.cut()

    def after_backward(self) -> None:
        """Returns None; begins to sum the gradients that have come."""
        self.group.reduce()


def is_in_backward() -> bool:
    return _C.running_backward_pass() != 0


def of(module: Any) -> ShardingState:
    found = state_of(module)
    if found is None:
        raise ValueError(f"expected a module of fully_shard, got {type(module).__name__}")
    return found


def state_of(module: Any) -> ShardingState | None:
    return module.__dict__.get("_fsdp_state")


def tensors_in(value: Any) -> Iterator[Any]:
    """The tensors in nested tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors_in(each)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


def cast(value: Any, dtype: Any) -> Any:
    """Floating-point tensors in nested tuples, lists and dicts as `dtype`."""
    if isinstance(value, Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    if isinstance(value, tuple):
        made = [cast(each, dtype) for each in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    if isinstance(value, list):
        return [cast(each, dtype) for each in value]
    if isinstance(value, dict):
        return {key: cast(each, dtype) for key, each in value.items()}
    return value


class FSDPModule:
    """What fully_shard makes of a module's class: parameters that are whole while they are needed.

    >>> import vibetensor.torch as torch
    >>> isinstance(torch.nn.Linear(2, 2), torch.distributed.fsdp.FSDPModule)
    False
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls.__mro__[2](*args, **kwargs)  # another module of the class before

    def unshard(self, async_op: bool = False) -> UnshardHandle | None:
        """Makes the module's own parameters whole; with `async_op` gives a handle whose wait() does the last of it."""
        group = of(self).group
        group.gather()
        if async_op:
            return UnshardHandle(group)
        group.make_whole()
        return None

    def reshard(self) -> None:
        """Returns None; cuts the module's own parameters."""
        of(self).group.cut()

    def _states(self, recurse: bool = True) -> list[ShardingState]:
        inside = self.modules() if recurse else [self]  # type: ignore[attr-defined]
        return list(dict.fromkeys(s for m in inside if (s := state_of(m)) is not None))

    def set_requires_gradient_sync(self, requires_gradient_sync: bool, *, recurse: bool = True) -> None:
        """Returns None; whether gradients are summed after backward, or kept as wholes until they are."""
        for s in self._states(recurse):
            s.group.sums = requires_gradient_sync

    def set_requires_all_reduce(self, requires_all_reduce: bool, *, recurse: bool = True) -> None:
        """Returns None; gradients are summed over processes that have the same parts: NotImplementedError for not."""
        if not requires_all_reduce and any(s.group.layout.replicas is not None for s in self._states(recurse)):
            raise NotImplementedError(
                "set_requires_all_reduce(False) on a 2-d mesh is not there yet; use set_requires_gradient_sync(False)"
            )

    def set_is_last_backward(self, is_last_backward: bool) -> None:
        """Returns None; parameters get their gradients at the end of the next backward pass, or of a later one."""
        for s in self._states():
            if s.run is not None:
                s.run.is_last = is_last_backward

    def set_reshard_after_forward(self, reshard_after_forward: bool, recurse: bool = True) -> None:
        """Returns None; whether parameters are cut between forward and backward."""
        if not isinstance(reshard_after_forward, bool):
            raise ValueError(f"reshard_after_forward should be a bool, got {type(reshard_after_forward)}")
        for s in self._states(recurse):
            s.wants_reshard = s.reshards_after_forward = reshard_after_forward

    def set_reshard_after_backward(self, reshard_after_backward: bool, *, recurse: bool = True) -> None:
        """Returns None; whether parameters are cut after backward."""
        for s in self._states(recurse):
            s.reshards_after_backward = reshard_after_backward

    def set_unshard_in_backward(self, unshard_in_backward: bool) -> None:
        """Returns None; whether backward needs the parameters whole."""
        of(self).unshards_in_backward = unshard_in_backward

    def set_modules_to_forward_prefetch(self, modules: list[Any]) -> None:
        """Returns None; modules whose parameters are asked for when this one's forward begins."""
        of(self).before_forward = [m for m in modules if of(m)]

    def set_modules_to_backward_prefetch(self, modules: list[Any]) -> None:
        """Returns None; modules whose parameters are asked for when this one's backward begins, by default the one before."""
        of(self).before_backward = [m for m in modules if of(m)]

    def set_gradient_divide_factor(self, factor: float) -> None:
        """Returns None; what sums of gradients are divided by, in the place of the number of processes."""
        of(self).group.divide_by = factor

    set_reduce_scatter_divide_factor = set_gradient_divide_factor

    def _apply(self, *args: Any, **kwargs: Any) -> Any:
        for s in self._states():
            s.group.cut()
        made = super()._apply(*args, **kwargs)  # type: ignore[misc]
        for s in self._states():
            for p in s.group.parameters:
                module, name = p.owners[0]
                p.sharded = module._parameters[name]
                if p.sharded.dtype != p.dtype:
                    p.dtype, p.memory, p.whole = p.sharded.dtype, None, None
        return made


class UnshardHandle:
    """Parameters on their way."""

    def __init__(self, group: ParameterGroup):
        self._group = group

    def wait(self) -> None:
        """Returns None; the parameters are whole."""
        self._group.make_whole()


def fully_shard(
    module: Any,
    *,
    mesh: DeviceMesh | None = None,
    reshard_after_forward: bool | int | None = None,
    shard_placement_fn: Callable[[Any], Shard | None] | None = None,
    mp_policy: MixedPrecisionPolicy | None = None,
    offload_policy: OffloadPolicy | None = None,
    ignored_params: set[Any] | None = None,
) -> Any:
    """`module`, or modules, with parameters cut over the processes of `mesh`: DTensors, whole only while they are needed.

    Parameters of modules inside that were cut before stay theirs, so that a model is cut layer by layer and then as a whole.
    Before forward, and again before backward, a module's parameters are gathered in one collective, the next one's while it
    computes; after backward gradients are averaged and cut in another. An optimizer made of the parameters afterwards
    works on the parts.

    mesh: of one dimension, all processes without; of two (replicas, parts) parts are the same along the first.
    reshard_after_forward: whether wholes are given up between forward and backward; None: but for the outermost module.
    Parameters on meta get memory for their parts, of any values: to_empty() and initialize, or load.
    shard_placement_fn: the Shard(dim) of a parameter, by default Shard(0). A parameter whose only dim tensor parallelism
    cuts stays replicated.
    """
    if isinstance(reshard_after_forward, int) and not isinstance(reshard_after_forward, bool):
        raise NotImplementedError(
            "fully_shard: reshard_after_forward as a number of processes is not there yet; use a bool"
        )
    modules = list(module) if isinstance(module, (list, tuple)) else [module]
    for m in modules:
        if state_of(m) is not None:
            raise AssertionError(f"fully_shard was called on {type(m).__name__} before")
    layout = Layout(mesh if mesh is not None else default_mesh(modules))
    policy = mp_policy or MixedPrecisionPolicy()
    parameters = []
    for p, owners in owned(modules, ignored_params or set()):
        parameters.append(ShardedParameter(p, owners, layout, shard_placement_fn(p) if shard_placement_fn else None))
    state = ShardingState(modules, ParameterGroup(parameters, layout, policy), reshard_after_forward)
    for m in modules:
        m.__dict__["_fsdp_state"] = state
        kind: Any = type(m)
        m.__class__ = sharded_class(kind)
    return module


@cache
def sharded_class(kind: type) -> type:
    """The class of modules of class `kind` that are cut."""
    return type(f"FSDP{kind.__name__}", (FSDPModule, kind), {"__module__": kind.__module__})


def default_mesh(modules: Sequence[Any]) -> DeviceMesh:
    """All processes, on the device of the parameters."""
    kinds = [p.device.type for m in modules for p in m.parameters() if not p.is_meta]
    kind = kinds[0] if kinds else "cuda" if _C.cuda_device_count() else "cpu"
    if not groups.is_initialized():
        groups.init_process_group(groups.get_default_backend_for_device(kind))
    return init_device_mesh(kind, (groups.get_world_size(),))


def owned(modules: Sequence[Any], ignored: set[Any]) -> list[tuple[Any, list[tuple[Any, str]]]]:
    """(parameter, [(module, name), ...]) of those of the modules that no module inside has cut before."""
    skipped = {id(p) for p in ignored}
    found: dict[int, tuple[Any, list[tuple[Any, str]]]] = {}
    todo, seen = list(modules), set()
    while todo:
        m = todo.pop(0)
        if id(m) in seen or state_of(m) is not None:
            continue
        seen.add(id(m))
        for name, p in m._parameters.items():
            if p is not None and id(p) not in skipped:
                found.setdefault(id(p), (p, []))[1].append((m, name))
        todo[:0] = list(m.children())
    return list(found.values())


def register_fsdp_forward_method(module: Any, method_name: str) -> None:
    """Returns None; the module's parameters are whole in its method `method_name` as in forward."""
    state = state_of(module)
    if state is None:
        return
    method = getattr(module, method_name)

    def whole(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = state._enter(module, args, kwargs)
        return state._leave(module, args, method(*args, **kwargs))

    object.__setattr__(module, method_name, whole)


__all__ = ["FSDPModule", "UnshardHandle", "fully_shard", "register_fsdp_forward_method"]
