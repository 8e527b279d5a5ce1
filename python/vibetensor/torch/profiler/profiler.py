"""torch.profiler.profile: profiles of chosen steps of a loop."""

from __future__ import annotations

import json
import os
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import RefusedType
from vibetensor.torch.autograd import profiler as autograd_profiler
from vibetensor.torch.autograd.profiler_util import EventList

__all__ = [
    "ExecutionTraceObserver",
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]


class ProfilerActivity(Enum):
    """What to record: the host's ops, or the work of a kind of device."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(Enum):
    """What a schedule says of a step. RECORD_AND_SAVE: the last recorded one of a cycle."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


RECORDS = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


class ExecutionTraceObserver(
    RefusedType, why="traces to be executed again are not written; export_chrome_trace is there"
):
    """Named in programs that record a replayable trace."""


def kineto_available() -> bool:
    """Whether torch.profiler records anything: it does, without Kineto."""
    return True


def supported_activities() -> set[ProfilerActivity]:
    """CPU, and CUDA where there is a GPU and CUPTI, which is looked for beside CUDA's other libraries."""
    cuda = set() if _C.profiler_device_unavailable_reason() else {ProfilerActivity.CUDA}
    return {ProfilerActivity.CPU} | cuda


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Callable[[int], ProfilerAction]:
    """A function of the step's number: after `skip_first` steps, cycles of `wait`, `warmup` and `active` steps.

    repeat: how many cycles; 0 for ever. skip_first_wait: not 0 leaves out the first cycle's `wait`.

    >>> plan = schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> [plan(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active < 1:
        raise AssertionError(
            f"Invalid profiler schedule arguments: wait={wait}, warmup={warmup}, repeat={repeat} and "
            f"skip_first={skip_first} must not be negative, and active={active} must be at least 1"
        )
    if warmup == 0:
        warnings.warn("Profiler won't be using warmup, this can skew profiler results", stacklevel=2)
    cycle = wait + warmup + active

    def action_of(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        if skip_first_wait:
            step += wait
        number, place = divmod(step, cycle)
        if place < wait or (repeat and number >= repeat):
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if place == cycle - 1 else ProfilerAction.RECORD

    return action_of


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False, use_python_export: bool = False
) -> Callable[[profile], None]:
    """For `on_trace_ready`: writes each trace into that folder, which is made, under a name that TensorBoard looks for.

    worker_name: what tells processes apart; the host's name and the process's number unless given.
    """
    if use_python_export:
        raise NotImplementedError("use_python_export=True: traces are written by C++")

    def handle(prof: profile) -> None:
        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        ending = ".pt.trace.json" + (".gz" if use_gzip else "")
        prof.export_chrome_trace(os.path.join(dir_name, f"{worker}.{time.time_ns()}{ending}"))

    return handle


def _activities(given: Iterable[Any] | None, use_cuda: bool | None) -> set[ProfilerActivity]:
    activities = supported_activities() if given is None else set()
    for item in given or ():
        if isinstance(item, dict):
            raise NotImplementedError(
                "activities: a choice of types within an activity is not there; name the activity"
            )
        if item not in (ProfilerActivity.CPU, ProfilerActivity.CUDA):
            raise NotImplementedError(f"activities: {item} is not recorded; CPU and CUDA are")
        activities.add(item)
    if use_cuda is not None:
        warnings.warn("`use_cuda` is deprecated, use `activities` argument instead", FutureWarning, stacklevel=4)
        activities = activities | {ProfilerActivity.CUDA} if use_cuda else activities - {ProfilerActivity.CUDA}
    if not activities:
        raise AssertionError("No valid profiler activities found")
    return activities


def _distributed_info() -> dict[str, Any] | None:
    from vibetensor.torch import distributed

    if not distributed.is_available() or not distributed.is_initialized():
        return None
    return {
        "backend": distributed.get_backend(),
        "rank": distributed.get_rank(),
        "world_size": distributed.get_world_size(),
    }


class profile:
    """A context in which the process is profiled, every thread of it; with a schedule, at chosen steps of a loop.

    activities: ProfilerActivity.CPU, CUDA or both; what supported_activities() says unless given. schedule: a function of
    the step's number to a ProfilerAction, see `schedule`; without one everything is recorded. on_trace_ready: called with
    this object when a recording is complete. record_shapes, profile_memory, with_stack, with_flops: what else to keep of
    ops. acc_events: keep the events of earlier cycles. max_events: of each kind of record (host events, device events,
    runtime calls, memory events) the latest so many are kept; `dropped` says how many were not.

    >>> import vibetensor.torch as torch
    >>> from vibetensor.torch.profiler import ProfilerActivity, profile, schedule
    >>> done = []
    >>> plan = schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> with profile(activities=[ProfilerActivity.CPU], schedule=plan, on_trace_ready=done.append) as prof:
    ...     for _ in range(4):
    ...         y = torch.ones(3) * 2
    ...         prof.step()
    >>> [(row.key, row.count) for row in done[0].key_averages() if row.key == "aten::mul"]
    [('aten::mul', 2)]
    """

    def __init__(
        self,
        *,
        activities: Iterable[Any] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Callable[[], str] | None = None,
        post_processing_timeout_s: float | None = None,
        max_events: int = autograd_profiler.DEFAULT_MAX_EVENTS,
    ):
        if execution_trace_observer is not None:
            raise NotImplementedError(ExecutionTraceObserver.refusal)
        self.activities = _activities(activities, use_cuda)
        self.profiler = autograd_profiler.profile(
            use_cpu=ProfilerActivity.CPU in self.activities,
            use_device="cuda" if ProfilerActivity.CUDA in self.activities else None,
            record_shapes=record_shapes,
            with_flops=with_flops,
            profile_memory=profile_memory,
            with_stack=with_stack,
            with_modules=with_modules,
            experimental_config=experimental_config,
            acc_events=acc_events,
            custom_trace_id_callback=custom_trace_id_callback,
            post_processing_timeout_s=post_processing_timeout_s,
            max_events=max_events,
        )
        self.record_shapes = record_shapes
        self.profile_memory = profile_memory
        self.with_stack = with_stack
        self.with_flops = with_flops
        self.use_device = self.profiler.use_device
        self.schedule = schedule or (lambda _: ProfilerAction.RECORD)
        self.record_steps = schedule is not None
        self.on_trace_ready = on_trace_ready
        self.step_num = 0
        self.current_action = self.schedule(self.step_num)
        self._step_range: autograd_profiler.record_function | None = None
        self._metadata: dict[str, str] = {}

    # ---- the life of a profile

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.stop()

    def start(self) -> None:
        """Returns None; begins with what the schedule says of the first step."""
        self._begin(ProfilerAction.NONE, self.current_action)
        self._open_step()

    def step(self) -> None:
        """Returns None; the next step of the loop begins."""
        self._close_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        self._end(before, self.current_action)
        self._begin(before, self.current_action)
        self._open_step()

    def stop(self) -> None:
        """Returns None; ends the profile, whose recording is ready if it has recorded."""
        self._close_step()
        if self.current_action is ProfilerAction.WARMUP:
            self.start_trace()
            self.stop_trace()
        elif self.current_action in RECORDS:
            self.stop_trace()
            self._trace_ready()

    def _open_step(self) -> None:
        if self.record_steps:
            self._step_range = autograd_profiler.record_function(f"ProfilerStep#{self.step_num}")
            self._step_range.__enter__()

    def _close_step(self) -> None:
        if self._step_range is not None:
            step, self._step_range = self._step_range, None
            step.__exit__(None, None, None)

    def _end(self, before: ProfilerAction, now: ProfilerAction) -> None:
        if before is ProfilerAction.RECORD_AND_SAVE:
            self.stop_trace()
            self._trace_ready()
        elif before is ProfilerAction.RECORD and now not in RECORDS:
            warnings.warn(f"Incorrect schedule: RECORD followed by {now.name}", stacklevel=3)
            self.stop_trace()
        elif before is ProfilerAction.WARMUP and now is ProfilerAction.NONE:
            warnings.warn("Incorrect schedule: WARMUP followed by NONE", stacklevel=3)
            self.start_trace()
            self.stop_trace()

    def _begin(self, before: ProfilerAction, now: ProfilerAction) -> None:
        goes_on = before is ProfilerAction.RECORD and now in RECORDS
        if now is ProfilerAction.WARMUP and before is not ProfilerAction.WARMUP:
            self.prepare_trace()
        elif now in RECORDS and not goes_on:
            if before is not ProfilerAction.WARMUP:
                self.prepare_trace()
            self.start_trace()

    def prepare_trace(self) -> None:
        """Returns None; warms up what recording needs."""
        self.profiler._prepare_trace()

    def start_trace(self) -> None:
        """Returns None; recording begins. RuntimeError if a profile records already."""
        self.profiler._start_trace()
        if info := _distributed_info():
            self.add_metadata_json("distributedInfo", json.dumps(info))

    def stop_trace(self) -> None:
        """Returns None; recording ends, after the device has done what it was given."""
        self.profiler._stop_trace()

    def _trace_ready(self) -> None:
        if self.on_trace_ready:
            self.on_trace_ready(self)

    # ---- what was recorded

    @property
    def dropped(self) -> dict[str, int]:
        """How many records of each kind came before the latest `max_events`, and are not there."""
        return self.profiler.dropped

    def events(self) -> EventList:
        """Every event of the latest recording."""
        return self.profiler.function_events

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """Averages by name, and as asked for by input shapes, innermost frames of the stack, overload."""
        return self.profiler.key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def export_chrome_trace(self, path: str, use_python_export: bool = False) -> None:
        """Returns None; writes the trace for Perfetto or chrome://tracing, compressed if the path ends in ".gz"."""
        if use_python_export:
            raise NotImplementedError("use_python_export=True: traces are written by C++")
        self.profiler._metadata = self._metadata
        self.profiler.export_chrome_trace(path)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Returns None; writes stacks and their weights as tools for flame graphs read them. Needs with_stack=True."""
        self.profiler.export_stacks(path, metric)

    def export_memory_timeline(self, path: str, device: str | None = None) -> None:
        raise NotImplementedError(
            "export_memory_timeline(): use torch.cuda.memory._dump_snapshot and python -m vibetensor.memory_viz, or the "
            "counters of memory in export_chrome_trace with profile_memory=True"
        )

    def toggle_collection_dynamic(self, enable: bool, activities: Iterable[ProfilerActivity]) -> None:
        raise NotImplementedError("toggle_collection_dynamic(): leave steps out with a schedule")

    def add_metadata(self, key: str, value: str) -> None:
        """Returns None; a text that the trace has under `key`."""
        self._metadata[key] = json.dumps(str(value))

    def add_metadata_json(self, key: str, value: str) -> None:
        """Returns None; what the trace has under `key`, as JSON. ValueError if it is none."""
        json.loads(value)
        self._metadata[key] = value

    preset_metadata_json = add_metadata_json

    def get_trace_id(self) -> str | None:
        """The id of the latest recording; None before the first."""
        return self.profiler.trace_id or None

    def set_custom_trace_id_callback(self, callback: Callable[[], str]) -> None:
        """Returns None; `callback` gives the ids of recordings from the next one on."""
        self.profiler._make_trace_id = callback
