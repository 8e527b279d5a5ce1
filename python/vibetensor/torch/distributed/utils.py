"""What libraries import of PyTorch's parts for processes."""

from vibetensor.torch._not_there import Refused

__all__: list[str] = []

_sync_module_states = Refused(
    "torch.distributed.utils._sync_module_states", "DistributedDataParallel does it when it is made"
)
