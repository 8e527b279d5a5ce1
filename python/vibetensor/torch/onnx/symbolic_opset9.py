"""How ops are exported in version 9 of ONNX: functions that no export will call."""

from typing import Any

from vibetensor.torch._not_there import Refused
from vibetensor.torch.onnx import WAY_ROUND


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Refused(f"torch.onnx.symbolic_opset9.{name}", WAY_ROUND)
