"""What the namespace can do, asked at run time."""

from __future__ import annotations

from typing import Any

import vibetensor.torch as torch
from vibetensor.array_api._data_types import BOOLS, KINDS


class NamespaceInfo:
    """Capabilities, devices and dtypes of vibetensor.array_api."""

    def capabilities(self) -> dict[str, Any]:
        """Whether there is indexing with masks and whether shapes may depend on values, and the most dimensions."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Any:
        """The device of new arrays."""
        return torch.get_default_device()

    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]:
        """The dtypes of new arrays by kind, and that of indices."""
        real = torch.get_default_dtype()
        return {
            "real floating": real,
            "complex floating": torch.complex128 if real is torch.float64 else torch.complex64,
            "integral": torch.int64,
            "indexing": torch.int64,
        }

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, Any]:
        """The dtypes of a kind, or of a tuple of kinds, by name; all of them for None. Every device has the same."""
        if kind is None:
            return BOOLS | KINDS["numeric"]
        if isinstance(kind, tuple):
            return {name: dtype for part in kind for name, dtype in self.dtypes(kind=part).items()}
        if kind not in KINDS:
            raise ValueError(f"dtypes: expected a kind of {', '.join(KINDS)}, got {kind!r}")
        return dict(KINDS[kind])

    def devices(self) -> list[Any]:
        """The devices that arrays can be on."""
        return [torch.device("cpu"), *(torch.device("cuda", i) for i in range(torch.cuda.device_count()))]


def __array_namespace_info__() -> NamespaceInfo:
    """What the namespace can do: capabilities(), default_device(), default_dtypes(), dtypes() and devices()."""
    return NamespaceInfo()
