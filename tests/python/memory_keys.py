"""The names of torch.cuda.memory_stats, from PyTorch's documentation of it."""

from __future__ import annotations

import re

import torch


def documented_keys() -> set[str]:
    """The keys of memory_stats in PyTorch's own documentation of it."""
    text = torch.cuda.memory_stats.__doc__ or ""
    keys: set[str] = set()
    for name in re.findall(r'``"([^"]+)"``:', text):
        expanded = [name]
        while any("{" in key for key in expanded):
            expanded = [
                re.sub(r"\{[^}]*\}", choice, key, count=1)
                for key in expanded
                for choice in re.search(r"\{([^}]*)\}", key)[1].split(",")  # type: ignore[index]
            ]
        keys.update(expanded)
    # a slip in the documentation: the counter is "allocation", see PyTorch's own memory_summary
    return {re.sub(r"^allocated\.", "allocation.", key) for key in keys} - {"reserved_bytes_by_private_pools"}
