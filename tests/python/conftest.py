"""What every Python test shares: the scripts of tools/ on the path, and GPU tests skipped where there is no GPU."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))


def pytest_collection_modifyitems(items):
    marked = [item for item in items if item.get_closest_marker("cuda")]
    if not marked:
        return
    import vibetensor.torch as torch
    from vibetensor import info

    if not torch.cuda.is_available():
        skip = pytest.mark.skip(reason=f"no GPU: {info.collect()['cuda']['reason']}")
        for item in marked:
            item.add_marker(skip)
    else:
        torch.backends.cudnn.allow_tf32 = False  # what is compared is float32
