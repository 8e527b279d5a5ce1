"""What libraries ask PyTorch's compiler about its work."""

import warnings
from collections import Counter, defaultdict
from typing import Any

from vibetensor.torch._dynamo import is_compiling

__all__ = ["counters", "is_compile_supported", "is_compiling", "warn_once"]

counters: defaultdict[str, Counter[str]] = defaultdict(Counter)  # of graphs and breaks: there are none


warned: set[str] = set()


def warn_once(msg: str, stacklevel: int = 1) -> None:
    """Returns None; warns with that message if it has not yet."""
    if msg not in warned:
        warned.add(msg)
        warnings.warn(msg, stacklevel=stacklevel + 1)


def is_compile_supported(device_type: Any) -> bool:
    """False: torch.compile gives what runs eagerly."""
    return False
