"""State dicts of modules and optimizers whose tensors may lie on several processes, by the names of parameters.

An optimizer numbers parameters in the order in which it was given them. In a checkpoint they go by their names in the
module, so that it fits any number of processes, and any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import collectives, groups
from vibetensor.torch.distributed.device_mesh import mesh_of
from vibetensor.torch.distributed.fsdp.module_sharding import state_of
from vibetensor.torch.distributed.objects import broadcast_object_list

__all__ = [
    "StateDictOptions",
    "get_model_state_dict",
    "get_optimizer_state_dict",
    "get_state_dict",
    "set_model_state_dict",
    "set_optimizer_state_dict",
    "set_state_dict",
]

Tensor: Any = _C.Tensor
WRAPPERS = ("module.", "_orig_mod.", "_checkpoint_wrapped_module.")


@dataclass
class StateDictOptions:
    """How a state dict is put together.

    full_state_dict: of whole tensors in the place of DTensors. cpu_offload: on the CPU; with full_state_dict the first
    process alone has it. ignore_frozen_params: without parameters that have no gradient. strict: names that a module lacks
    are an error. broadcast_from_rank0: of a full state dict that the first process alone has, for modules.
    """

    full_state_dict: bool = False
    cpu_offload: bool = False
    ignore_frozen_params: bool = False
    keep_submodule_prefixes: bool = True
    strict: bool = True
    broadcast_from_rank0: bool = False
    flatten_optimizer_state_dict: bool = False
    dsd_fqn_modifiers: str = "_fqn_modifiers"


def plain_name(name: str) -> str:
    """A parameter's name without those of wrappers around modules."""
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper).replace(f".{wrapper}", ".")
    return name


def cut_all(model: Any) -> None:
    """Returns None; parameters of fully_shard are DTensors."""
    for module in model.modules():
        if (state := state_of(module)) is not None:
            state.group.cut()


def taken(value: Any, options: StateDictOptions) -> Any:
    """A value of a state dict as `options` want it."""
    if isinstance(value, dict):
        return {key: taken(each, options) for key, each in value.items()}
    if not isinstance(value, Tensor):
        return value
    value = value.detach()
    if options.full_state_dict and mesh_of(value) is not None:
        value = value.full_tensor()
    return value.cpu() if options.cpu_offload and mesh_of(value) is None else value


def is_first() -> bool:
    return not groups.is_initialized() or groups.get_rank() == 0


def get_model_state_dict(
    model: Any, *, submodules: Any = None, options: StateDictOptions | None = None
) -> dict[str, Any]:
    """The state_dict of `model`: DTensors where parameters are, or whole tensors as `options` say."""
    if submodules is not None:
        raise NotImplementedError("get_model_state_dict: submodules is not there yet; take their own state_dict")
    chosen = options or StateDictOptions()
    cut_all(model)
    frozen = {plain_name(n) for n, p in model.named_parameters(remove_duplicate=False) if not p.requires_grad}
    state = {plain_name(name): value for name, value in model.state_dict().items()}
    if chosen.ignore_frozen_params:
        state = {name: value for name, value in state.items() if name not in frozen}
    found = {name: taken(value, chosen) for name, value in state.items()}
    return {} if chosen.full_state_dict and chosen.cpu_offload and not is_first() else found


def set_model_state_dict(
    model: Any, model_state_dict: dict[str, Any], *, options: StateDictOptions | None = None
) -> Any:
    """The missing and the unexpected keys, after loading a state_dict into `model`, whole tensors into DTensors too."""
    chosen = options or StateDictOptions()
    cut_all(model)
    own = model.state_dict()
    given = dict(model_state_dict)
    if chosen.broadcast_from_rank0 and not chosen.full_state_dict:
        raise ValueError("full_state_dict must be True when broadcast_from_rank0 is True.")
    if chosen.broadcast_from_rank0:
        given = sent_from_first(own, given)
    names = {plain_name(name): name for name in own}
    return model.load_state_dict({names.get(key, key): value for key, value in given.items()}, strict=chosen.strict)


def sent_from_first(own: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What the first process was given, in all processes: tensors that `own` has, other values whole."""
    tensors = {plain_name(name): value for name, value in own.items() if isinstance(value, Tensor)}
    sizes = {key: list(v.shape) if key in tensors and isinstance(v, Tensor) else None for key, v in given.items()}
    others = {key: v for key, v in given.items() if sizes[key] is None and not isinstance(v, Tensor)}
    sent = [sizes, others]
    broadcast_object_list(sent, 0)
    sizes, found = sent[0], dict.fromkeys(sent[0]) | sent[1]
    for key, size in sizes.items():
        if size is None:
            continue
        like = tensors[key]
        if is_first():
            whole = given[key].to(like.device, like.dtype).contiguous()
        else:
            whole = _C.ops.empty(size, dtype=like.dtype, device=like.device)
        collectives.broadcast(whole, 0)
        found[key] = whole
    return found


# ---- optimizers


def as_list(optimizers: Any) -> list[Any]:
    return list(optimizers) if isinstance(optimizers, Iterable) else [optimizers]


def names_of(model: Any) -> dict[int, str]:
    """The name of each parameter of `model`, by its id."""
    cut_all(model)
    return {id(p): plain_name(name) for name, p in model.named_parameters()}


def parameters_of(optimizer: Any) -> list[Any]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def begin(optimizer: Any) -> None:
    """Returns None; the optimizer has the state of a first step, which changes no parameter."""
    if optimizer.state:
        return
    parameters = parameters_of(optimizer)
    if any(p.grad is not None for p in parameters):
        raise RuntimeError("state can only be initialized if all .grad are None: call zero_grad() first")
    rates = []
    with no_grad():
        for p in parameters:
            if p.requires_grad:
                p.grad = _C.ops.zeros_like(p)
    for group in optimizer.param_groups:
        rates.append(group.get("lr"))
        if "lr" in group:
            group["lr"] = _C.tensor(0.0) if isinstance(group["lr"], Tensor) else 0.0
    optimizer.step()
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        if "lr" in group:
            group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)


def refuse(options: StateDictOptions, submodules: Any = None) -> None:
    if submodules is not None or options.flatten_optimizer_state_dict or options.broadcast_from_rank0:
        raise NotImplementedError(
            "optimizers' state dicts: submodules, flatten_optimizer_state_dict and broadcast_from_rank0 are not there yet"
        )


def get_optimizer_state_dict(
    model: Any, optimizers: Any, *, submodules: Any = None, options: StateDictOptions | None = None
) -> dict[str, Any]:
    """The state of one or several optimizers of parameters of `model`, by their names: {"state": ..., "param_groups": ...}.

    An optimizer that has made no step has the state of one with gradients of zero.
    """
    chosen = options or StateDictOptions()
    refuse(chosen, submodules)
    names = names_of(model)
    found: dict[str, Any] = {"state": {}, "param_groups": []}
    for optimizer in as_list(optimizers):
        begin(optimizer)
        for p in parameters_of(optimizer):
            if p in optimizer.state:
                found["state"][names[id(p)]] = taken(dict(optimizer.state[p]), chosen)
        for group in optimizer.param_groups:
            named = {key: value for key, value in group.items() if key != "params"}
            found["param_groups"].append({**named, "params": [names[id(p)] for p in group["params"]]})
    return {} if chosen.full_state_dict and chosen.cpu_offload and not is_first() else found


def set_optimizer_state_dict(
    model: Any, optimizers: Any, optim_state_dict: dict[str, Any], *, options: StateDictOptions | None = None
) -> None:
    """Returns None; optimizers get what get_optimizer_state_dict gave, of DTensors or of whole tensors."""
    chosen = options or StateDictOptions()
    refuse(chosen)
    names = names_of(model)
    groups_by_name = {name: group for group in optim_state_dict["param_groups"] for name in group["params"]}
    for optimizer in as_list(optimizers):
        begin(optimizer)
        for group in optimizer.param_groups:
            given = next(
                (groups_by_name[names[id(p)]] for p in group["params"] if names[id(p)] in groups_by_name), None
            )
            if given is None:
                raise RuntimeError("the state dict has no parameter of one of the optimizer's groups")
            group.update({key: value for key, value in given.items() if key != "params"})
            for p in group["params"]:
                state = optim_state_dict["state"].get(names[id(p)])
                if state is not None:
                    put_state(optimizer.state[p], state, names[id(p)])
                elif optim_state_dict["state"] and p.requires_grad and chosen.strict:
                    raise RuntimeError(
                        f"Missing optimizer state for parameter {names[id(p)]}: StateDictOptions(strict=False) keeps its own"
                    )


def put_state(own: dict[str, Any], given: dict[str, Any], name: str) -> None:
    """Returns None; a parameter's state gets other values, tensors in the memory where they are."""
    with no_grad():
        for key, value in given.items():
            there = own.get(key)
            if isinstance(there, Tensor) and isinstance(value, Tensor):
                if there.shape != value.shape:
                    raise RuntimeError(
                        f"{key} of {name} has sizes {tuple(there.shape)}, the state dict's {tuple(value.shape)}"
                    )
                if there is not value:
                    there.copy_(value)
            else:
                own[key] = value


def get_state_dict(
    model: Any, optimizers: Any, *, submodules: Any = None, options: StateDictOptions | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(state dict of the module, state dict of its optimizers)."""
    return (
        get_model_state_dict(model, submodules=submodules, options=options),
        get_optimizer_state_dict(model, optimizers, submodules=submodules, options=options),
    )


def set_state_dict(
    model: Any,
    optimizers: Any,
    *,
    model_state_dict: dict[str, Any],
    optim_state_dict: dict[str, Any],
    options: StateDictOptions | None = None,
) -> Any:
    """The missing and the unexpected keys of the module, after loading both."""
    found = set_model_state_dict(model, model_state_dict, options=options)
    set_optimizer_state_dict(model, optimizers, optim_state_dict, options=options)
    return found


__getattr__ = module_getattr(__name__)
