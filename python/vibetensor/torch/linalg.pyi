# Made by tools/gen_stubs.py from the registry and the sources; do not edit.
from collections.abc import Callable, Sequence
from typing import Any, overload
from vibetensor._C import Tensor, _bool, _float, _int
from vibetensor.torch import return_types as _return_types
from vibetensor.torch._tensor import _C as _C

def vector_norm(x: Tensor, ord: _float = ..., dim: _int | Sequence[_int] | None = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ...) -> Tensor: ...
