"""Calls of functions in other processes, which are not there: what libraries import."""

from vibetensor.torch._not_there import Refused, module_getattr

WAY_ROUND = "torch.multiprocessing starts processes and passes tensors to them"

init_rpc = Refused("torch.distributed.rpc.init_rpc", WAY_ROUND)
rpc_sync = Refused("torch.distributed.rpc.rpc_sync", WAY_ROUND)
rpc_async = Refused("torch.distributed.rpc.rpc_async", WAY_ROUND)
remote = Refused("torch.distributed.rpc.remote", WAY_ROUND)
shutdown = Refused("torch.distributed.rpc.shutdown", WAY_ROUND)


def is_available() -> bool:
    """False."""
    return False


__getattr__ = module_getattr(__name__)
