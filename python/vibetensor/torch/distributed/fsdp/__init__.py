"""Modules cut over several processes: fully_shard. Of FullyShardedDataParallel, which was before it, the names alone."""

from enum import Enum, auto

from vibetensor.torch._not_there import RefusedType, module_getattr
from vibetensor.torch.distributed.fsdp.module_sharding import (
    FSDPModule,
    UnshardHandle,
    fully_shard,
    register_fsdp_forward_method,
)
from vibetensor.torch.distributed.fsdp.policies import CPUOffloadPolicy, MixedPrecisionPolicy, OffloadPolicy
from vibetensor.torch.nn.modules.module import Module

__all__ = [
    "CPUOffloadPolicy",
    "FSDPModule",
    "FullyShardedDataParallel",
    "MixedPrecisionPolicy",
    "OffloadPolicy",
    "ShardingStrategy",
    "StateDictType",
    "UnshardHandle",
    "fully_shard",
    "register_fsdp_forward_method",
]

WAY_ROUND = "fully_shard cuts a module's parameters over processes"


class FullyShardedDataParallel(RefusedType, Module, why=WAY_ROUND):
    """A module cut over several processes: there are none, so isinstance says False."""


class MixedPrecision(RefusedType, why=WAY_ROUND):
    """Dtypes of a module that is cut."""


class CPUOffload(RefusedType, why=WAY_ROUND):
    """Whether parameters rest on the CPU."""


class FullStateDictConfig(RefusedType, why=WAY_ROUND):
    """How a state_dict is put together."""


class ShardingStrategy(Enum):
    """What is cut; PyTorch's names."""

    FULL_SHARD = auto()
    SHARD_GRAD_OP = auto()
    NO_SHARD = auto()
    HYBRID_SHARD = auto()
    _HYBRID_SHARD_ZERO2 = auto()


class BackwardPrefetch(Enum):
    """When the next part is fetched; PyTorch's names."""

    BACKWARD_PRE = auto()
    BACKWARD_POST = auto()


class StateDictType(Enum):
    """Which state_dict is meant; PyTorch's names."""

    FULL_STATE_DICT = auto()
    LOCAL_STATE_DICT = auto()
    SHARDED_STATE_DICT = auto()


class OptimStateKeyType(Enum):
    """By what the state of an optimizer is kept; PyTorch's names."""

    PARAM_NAME = auto()
    PARAM_ID = auto()


__getattr__ = module_getattr(__name__, ["fully_sharded_data_parallel", "sharded_grad_scaler", "wrap"])
