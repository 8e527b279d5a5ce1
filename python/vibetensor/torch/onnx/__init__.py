"""What programs ask of torch.onnx. Nothing is exported from here: that raises."""

from enum import IntEnum
from typing import Any

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr

__all__ = [
    "ExportOptions",
    "ONNXProgram",
    "OperatorExportTypes",
    "TrainingMode",
    "is_in_onnx_export",
    "register_custom_op_symbolic",
]

WAY_ROUND = "save the state_dict with torch.save, load it into the same model in PyTorch and export it there"

export = Refused("torch.onnx.export", WAY_ROUND)
_export = Refused("torch.onnx._export", WAY_ROUND)
dynamo_export = Refused("torch.onnx.dynamo_export", WAY_ROUND)
select_model_mode_for_export = Refused("torch.onnx.select_model_mode_for_export", WAY_ROUND)


class ONNXProgram(RefusedType, why=WAY_ROUND):
    """An exported program."""


class ExportOptions(RefusedType, why=WAY_ROUND):
    """How to export."""


class OperatorExportTypes(IntEnum):
    """How operators are exported; numbered as PyTorch's."""

    ONNX = 0
    ONNX_ATEN = 1
    ONNX_ATEN_FALLBACK = 2
    ONNX_FALLTHROUGH = 3


class TrainingMode(IntEnum):
    """In which mode a module is exported; numbered as PyTorch's."""

    EVAL = 0
    PRESERVE = 1
    TRAINING = 2


class OnnxExporterError(RuntimeError):
    """An export failed."""


def is_in_onnx_export() -> bool:
    """False: nothing is exported."""
    return False


_symbolics: dict[tuple[str, int], Any] = {}  # how a program's own ops would be exported


def register_custom_op_symbolic(symbolic_name: str, symbolic_fn: Any, opset_version: int) -> None:
    """Returns None; notes how an op "namespace::name" would be exported. ValueError for a name of another form."""
    if "::" not in symbolic_name:
        raise ValueError(
            f"Failed to register operator {symbolic_name}. The symbolic name must match the format domain::name."
        )
    _symbolics[symbolic_name, opset_version] = symbolic_fn


def unregister_custom_op_symbolic(symbolic_name: str, opset_version: int) -> None:
    """Returns None; forgets it."""
    _symbolics.pop((symbolic_name, opset_version), None)


__getattr__ = module_getattr(__name__, ["operators", "symbolic_helper", "symbolic_opset9", "symbolic_opset11"])
