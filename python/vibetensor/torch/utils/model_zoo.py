"""The old name of torch.hub's cache of files."""

from __future__ import annotations

from typing import Any

from vibetensor.torch import hub

__all__ = ["load_url"]

load_url = hub.load_state_dict_from_url


def __getattr__(name: str) -> Any:
    return getattr(hub, name)  # `tqdm` above all
