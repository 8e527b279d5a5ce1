"""Pools of processes: Python's, whose tasks and results share the memory of tensors."""

from multiprocessing.pool import Pool

__all__ = ["Pool"]
