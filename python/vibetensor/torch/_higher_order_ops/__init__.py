"""Control flow that is data to a compiler in PyTorch; here each runs the functions that it is given."""

from vibetensor.torch._higher_order_ops.associative_scan import associative_scan
from vibetensor.torch._higher_order_ops.cond import cond
from vibetensor.torch._higher_order_ops.out_dtype import out_dtype
from vibetensor.torch._higher_order_ops.while_loop import while_loop

__all__ = ["associative_scan", "cond", "out_dtype", "while_loop"]
