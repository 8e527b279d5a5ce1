"""Queues between processes: Python's, which share the memory of tensors."""

from multiprocessing.queues import Queue, SimpleQueue

__all__ = ["Queue", "SimpleQueue"]
