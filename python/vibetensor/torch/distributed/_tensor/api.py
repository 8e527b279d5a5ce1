"""The old name of torch.distributed.tensor."""

from vibetensor.torch.distributed.tensor import DeviceMesh, DTensor, distribute_tensor

__all__ = ["DTensor", "DeviceMesh", "distribute_tensor"]
