"""Tensors of which every process has a part: DTensor."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from vibetensor.torch.distributed.tensor.dtensor import DTensor, distribute_module, distribute_tensor
from vibetensor.torch.distributed.tensor.factories import empty, full, ones, rand, randn, zeros
from vibetensor.torch.distributed.tensor.placement_types import Partial, Placement, Replicate, Shard, _StridedShard

__all__ = [
    "DTensor",
    "DeviceMesh",
    "Partial",
    "Placement",
    "Replicate",
    "Shard",
    "_StridedShard",
    "distribute_module",
    "distribute_tensor",
    "empty",
    "full",
    "init_device_mesh",
    "ones",
    "rand",
    "randn",
    "zeros",
]

__getattr__ = module_getattr(__name__, ["_utils", "device_mesh", "parallel", "placement_types"])
