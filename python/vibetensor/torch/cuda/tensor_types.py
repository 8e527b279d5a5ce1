"""Old constructors of CUDA tensors by element type: torch.cuda.FloatTensor(2, 3)."""

from vibetensor.torch import _tensor
from vibetensor.torch._tensor import TensorType

NAMES = ("BFloat16", "Bool", "Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short")

for _name in NAMES:
    globals()[f"{_name}Tensor"] = TensorType(f"{_name}Tensor", getattr(_tensor, f"{_name}Tensor").dtype, "cuda")
