"""What importlib.metadata says about `torch`."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import vibetensor
from vibetensor.torch.torch_version import torch_version

METADATA = f"""Metadata-Version: 2.1
Name: torch
Version: {torch_version}
Summary: PyTorch's API, answered by VibeTensor {vibetensor.__version__}
"""


class TorchDistribution(Distribution):
    """A distribution of the name and version of `torch`, without files of its own."""

    def read_text(self, filename: str) -> str | None:
        return {"METADATA": METADATA, "top_level.txt": "torch\n"}.get(filename)

    def locate_file(self, path: Any) -> Any:
        return Path(vibetensor.__file__).parent / path
