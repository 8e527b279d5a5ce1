"""Checkpoints that several processes write together: the names; there are none yet."""

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr

__all__ = ["load", "save"]

WAY_ROUND = "every process has the whole state_dict, which one of them can torch.save"

save = Refused("torch.distributed.checkpoint.save", WAY_ROUND)
async_save = Refused("torch.distributed.checkpoint.async_save", WAY_ROUND)
load = Refused("torch.distributed.checkpoint.load", WAY_ROUND)


class FileSystemReader(RefusedType, why=WAY_ROUND):
    """Reads one from a folder."""


class FileSystemWriter(RefusedType, why=WAY_ROUND):
    """Writes one to a folder."""


__getattr__ = module_getattr(__name__, ["default_planner", "hf_storage", "state_dict"])
