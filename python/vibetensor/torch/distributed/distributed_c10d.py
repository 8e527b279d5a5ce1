"""PyTorch's home of groups and collectives."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.distributed import collectives, groups
from vibetensor.torch.distributed.collectives import *  # noqa: F403
from vibetensor.torch.distributed.groups import *  # noqa: F403
from vibetensor.torch.distributed.objects import *  # noqa: F403
from vibetensor.torch.distributed.process_group import ProcessGroup, Work
from vibetensor.torch.distributed.reduce_op import ReduceOp
from vibetensor.torch.distributed.store import FileStore, HashStore, PrefixStore, Store
from vibetensor.torch.distributed.tcp_store import TCPStore

_get_default_group = groups.group_or_default

__all__ = [
    "FileStore",
    "HashStore",
    "PrefixStore",
    "ProcessGroup",
    "ReduceOp",
    "Store",
    "TCPStore",
    "Work",
    "collectives",
    "groups",
]
__getattr__ = module_getattr(__name__)
