"""What libraries ask PyTorch's compiler about its work."""

from collections import Counter, defaultdict
from typing import Any

from vibetensor.torch._dynamo import is_compiling

__all__ = ["counters", "is_compile_supported", "is_compiling"]

counters: defaultdict[str, Counter[str]] = defaultdict(Counter)  # of graphs and breaks: there are none


def is_compile_supported(device_type: Any) -> bool:
    """False: torch.compile gives what runs eagerly."""
    return False
