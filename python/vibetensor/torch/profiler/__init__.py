"""Where the time goes: ops, kernels, memory and CUDA graphs of a stretch of a program. See docs/profiler.md."""

from __future__ import annotations

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.autograd.profiler import record_function
from vibetensor.torch.autograd.profiler_util import DeviceType
from vibetensor.torch.profiler.profiler import (
    ExecutionTraceObserver,
    ProfilerAction,
    ProfilerActivity,
    kineto_available,
    profile,
    schedule,
    supported_activities,
    tensorboard_trace_handler,
)

__all__ = [
    "DeviceType",
    "ExecutionTraceObserver",
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]

__getattr__ = module_getattr(__name__)
