"""How values of several processes are combined."""

from enum import IntEnum


class ReduceOp(IntEnum):
    """How values of several processes are combined; numbered as PyTorch's."""

    SUM = 0
    AVG = 1
    PRODUCT = 2
    MIN = 3
    MAX = 4
    BAND = 5
    BOR = 6
    BXOR = 7
    PREMUL_SUM = 8


ReduceOp.RedOpType = ReduceOp  # type: ignore[attr-defined]  # PyTorch's name of the enumeration in the class
