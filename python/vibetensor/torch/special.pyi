# Made by tools/gen_stubs.py from the registry and the sources; do not edit.
from collections.abc import Callable, Sequence
from typing import Any, overload
from vibetensor._C import Tensor
from vibetensor.torch import return_types as _return_types
from vibetensor.torch._tensor import _C as _C

@overload
def entr(input: Tensor) -> Tensor: ...
@overload
def entr(input: Tensor, *, out: Tensor) -> Tensor: ...
@overload
def expit(input: Tensor) -> Tensor: ...
@overload
def expit(input: Tensor, *, out: Tensor) -> Tensor: ...
