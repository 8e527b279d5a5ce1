"""The old constructors by element type: FloatTensor([1, 2]), LongTensor(2, 3), isinstance(x, FloatTensor)."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from vibetensor import _C

Tensor: Any = _C.Tensor


class TensorType:
    """Makes CPU tensors of one dtype: from data, or from sizes with elements unset; and tells them from others."""

    def __init__(self, name: str, dtype: Any):
        self.__name__ = self.__qualname__ = name
        self.__module__ = "torch"
        self.dtype = dtype

    def __call__(self, *args: Any) -> Any:
        if len(args) == 1 and not isinstance(args[0], Integral):
            (data,) = args
            if isinstance(data, _C.Size):
                return _C.ops.empty(data, dtype=self.dtype)
            if isinstance(data, Tensor):
                if data.dtype != self.dtype:
                    raise TypeError(f"expected {self.__name__} (got {data.type()})")
                return data.detach()
            return _C.tensor(data, dtype=self.dtype)
        return _C.ops.empty(args or (0,), dtype=self.dtype)

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, Tensor) and value.dtype == self.dtype and value.device.type == "cpu"

    def __repr__(self) -> str:
        return f"<class 'torch.{self.__name__}'>"


BFloat16Tensor = TensorType("BFloat16Tensor", _C.bfloat16)
BoolTensor = TensorType("BoolTensor", _C.bool)
ByteTensor = TensorType("ByteTensor", _C.uint8)
CharTensor = TensorType("CharTensor", _C.int8)
DoubleTensor = TensorType("DoubleTensor", _C.float64)
FloatTensor = TensorType("FloatTensor", _C.float32)
HalfTensor = TensorType("HalfTensor", _C.float16)
IntTensor = TensorType("IntTensor", _C.int32)
LongTensor = TensorType("LongTensor", _C.int64)
ShortTensor = TensorType("ShortTensor", _C.int16)
