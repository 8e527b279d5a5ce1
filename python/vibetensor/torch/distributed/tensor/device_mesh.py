"""The grid of processes under another of PyTorch's names."""

from vibetensor.torch.distributed.device_mesh import DeviceMesh, init_device_mesh

__all__ = ["DeviceMesh", "init_device_mesh"]
