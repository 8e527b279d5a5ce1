"""State dicts of what lies on several processes: the plain ones, as every process has the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch.distributed.checkpoint import WAY_ROUND

__all__ = ["StateDictOptions", "get_model_state_dict", "set_model_state_dict"]


@dataclass
class StateDictOptions:
    """How a state dict is put together. It is whole either way; `cpu_offload` moves it to the CPU."""

    full_state_dict: bool = False
    cpu_offload: bool = False
    ignore_frozen_params: bool = False
    keep_submodule_prefixes: bool = True
    strict: bool = True
    broadcast_from_rank0: bool = False
    flatten_optimizer_state_dict: bool = False
    dsd_fqn_modifiers: str = "_fqn_modifiers"


def get_model_state_dict(
    model: Any, *, submodules: Any = None, options: StateDictOptions | None = None
) -> dict[str, Any]:
    """The state_dict of `model`."""
    if submodules is not None:
        raise NotImplementedError("get_model_state_dict: submodules is not there yet; take their own state_dict")
    chosen = options or StateDictOptions()
    state = model.state_dict()
    if chosen.ignore_frozen_params:
        frozen = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
        state = {name: value for name, value in state.items() if name not in frozen}
    return {name: value.cpu() for name, value in state.items()} if chosen.cpu_offload else dict(state)


def set_model_state_dict(
    model: Any, model_state_dict: dict[str, Any], *, options: StateDictOptions | None = None
) -> Any:
    """The missing and the unexpected keys, after loading a state_dict into `model`."""
    return model.load_state_dict(model_state_dict, strict=(options or StateDictOptions()).strict)


get_optimizer_state_dict = Refused("torch.distributed.checkpoint.state_dict.get_optimizer_state_dict", WAY_ROUND)
set_optimizer_state_dict = Refused("torch.distributed.checkpoint.state_dict.set_optimizer_state_dict", WAY_ROUND)
get_state_dict = Refused("torch.distributed.checkpoint.state_dict.get_state_dict", WAY_ROUND)
set_state_dict = Refused("torch.distributed.checkpoint.state_dict.set_state_dict", WAY_ROUND)

__getattr__ = module_getattr(__name__)
