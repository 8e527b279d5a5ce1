"""Classes of PyTorch's binary part that libraries name in annotations: the archives that torch.save writes."""

from vibetensor.torch._not_there import RefusedType


class PyTorchFileReader(RefusedType, why="torch.load(path, mmap=True) reads a file without reading its tensors"):
    """The records of a file."""


class PyTorchFileWriter(RefusedType, why="torch.save writes files"):
    """A file that is written record by record."""


for kind in (PyTorchFileReader, PyTorchFileWriter):
    kind.__module__ = "vibetensor.torch"
    kind.refusal = kind.refusal.replace("torch._archive_types.", "torch.")
