"""Ops of a program's own: what `torch.library` has, for programs that use the runtime by its own name."""

from vibetensor.torch.library import *  # noqa: F403
from vibetensor.torch.library import __all__ as __all__
