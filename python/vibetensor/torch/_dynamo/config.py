"""Settings of PyTorch's compiler."""

import sys

from vibetensor.torch._dynamo.settings import Settings

_module = sys.modules[__name__]
_module.__class__ = Settings
_module.begin("torch._dynamo.config")  # type: ignore[attr-defined]
