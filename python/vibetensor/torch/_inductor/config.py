"""Settings of PyTorch's code generator."""

import sys

from vibetensor.torch._dynamo.settings import Settings

_module = sys.modules[__name__]
_module.__class__ = Settings
_module.begin("torch._inductor.config")  # type: ignore[attr-defined]
