"""What every Python test shares: the scripts of tools/ on the path, and GPU tests skipped where there is no GPU."""

import gc
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))


@pytest.fixture(autouse=True, scope="module")
def collector_begins_anew():
    """The collector leaves alone what is there before a file's first test: a million objects, most of them pytest's and
    PyTorch's. A test that collects would walk them all, half a second each time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def checks_of_pytorchs_distributions():
    """They stay on: PyTorch's compiler turns them off for the whole process when it first runs."""
    yield
    if (distributions := sys.modules.get("torch.distributions")) is not None:
        distributions.Distribution.set_default_validate_args(True)


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
