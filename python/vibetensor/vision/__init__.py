"""Image data: datasets in their usual files, the usual transforms, boxes, and grids of images to look at.

The names and random draws are torchvision's. For `vibetensor.run`, this is `torchvision` where that is not installed.
"""

from importlib import import_module
from typing import Any

import vibetensor

__all__ = ["datasets", "io", "models", "ops", "transforms", "utils"]
__version__ = f"0.28.0+vibetensor{vibetensor.__version__}"  # the torchvision whose behaviour this is


def set_image_backend(backend: str) -> None:
    """Returns None; "PIL" reads images; ValueError for others."""
    if backend != "PIL":
        raise ValueError(f"set_image_backend: images are read by PIL, got {backend!r}")


def get_image_backend() -> str:
    """ "PIL": what reads images."""
    return "PIL"


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"vibetensor.vision has {', '.join(__all__)} and no {name!r}; where torchvision is installed, `import torchvision` "
        "gives that, with all it has"
    )


def __dir__() -> list[str]:
    return [*globals(), *__all__]
