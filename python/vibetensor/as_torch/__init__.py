"""`import torch` answered with vibetensor.torch, in this process and in its workers.

`enable_torch()` does it from inside a program, `python -m vibetensor.run` for a whole program from outside.
"""

from __future__ import annotations

import sys

from vibetensor.as_torch.finder import TorchFinder

__all__ = ["enable_torch", "enabled"]

finder = TorchFinder()


def enabled() -> bool:
    """Whether `import torch` gives vibetensor.torch in this process."""
    return finder in sys.meta_path


def enable_torch() -> None:
    """Returns None; from now on `import torch`, and every submodule of it, gives vibetensor.torch.

    That holds for all code of the process, libraries too, and for the processes that multiprocessing starts from it.
    `importlib.util.find_spec("torch")` and `importlib.metadata.version("torch")` answer for us as well, also where
    PyTorch is installed. RuntimeError if PyTorch itself was imported before: its tensors would meet ours.

    >>> import vibetensor
    >>> vibetensor.enable_torch()
    >>> import torch
    >>> torch.ones(2)
    tensor([1., 1.])
    """
    if enabled():
        return
    ours = sys.modules.get("vibetensor.torch")
    others = [name for name in ("torch", "torch._C") if sys.modules.get(name) not in (None, ours)]
    if others:
        where = getattr(sys.modules[others[0]], "__file__", None) or "an unknown place"
        raise RuntimeError(
            f"enable_torch: PyTorch itself is already imported in this process (from {where}); call enable_torch() before "
            "the first `import torch` and before any library that imports it, or run the program by "
            "`python -m vibetensor.run`"
        )
    sys.meta_path.insert(0, finder)
    from vibetensor.as_torch.workers import carry_over

    carry_over()
