"""Reads pickles with pickle's own unpickler, which runs what the file says: for files of people you trust."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from vibetensor.torch._serialization.names import is_torchs, ours


def unpickling(file: BinaryIO, pickle_module: Any, options: dict[str, Any]) -> Callable[[Callable[[Any], Any]], Any]:
    """What gives the next pickle of `file`, given what loads a reference to a storage.

    Classes of PyTorch's are ours. options: those of the module's Unpickler, such as `encoding`.
    """

    class Unpickler(pickle_module.Unpickler):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> Any:
            return ours(module, name) if is_torchs(module) else super().find_class(module, name)

    def unpickle(load_storage: Callable[[Any], Any]) -> Any:
        unpickler = Unpickler(file, **options)
        unpickler.persistent_load = load_storage
        return unpickler.load()

    return unpickle
