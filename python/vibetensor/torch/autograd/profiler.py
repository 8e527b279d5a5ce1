"""Profiles of ops, nodes of backward, ranges, memory and device work; and the same as ranges of NVTX."""

from __future__ import annotations

import gzip
import json
import uuid
import warnings
from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused, RefusedType, module_getattr
from vibetensor.torch.autograd.profiler_util import (
    MEMORY_EVENT_NAME,
    DeviceType,
    EventList,
    FunctionEvent,
)

__all__ = ["EventList", "FunctionEvent", "emit_itt", "emit_nvtx", "load_nvprof", "profile", "record_function"]

DEFAULT_MAX_EVENTS = 1 << 20
EVALUATE = "autograd::engine::evaluate_function: "
FORWARD, BACKWARD, USER = 0, 1, 7  # PyTorch's numbers of scopes


class record_function(ContextDecorator):
    """A named range: a context, or a decorator of a function whose every call is one.

    Ranges nest, may be opened on any thread and closed on another, and end where an exception leaves them. While no
    profile runs one costs two short calls.

    args: text that the trace shows beside the name.

    >>> import vibetensor.torch as torch
    >>> with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as prof:
    ...     with torch.profiler.record_function("forward"):
    ...         y = torch.ones(2) + 1
    >>> [event.name for event in prof.events()]
    ['forward', 'aten::ones', 'aten::add']
    """

    def __init__(self, name: str, args: str | None = None):
        if not isinstance(name, str):
            raise TypeError(f"record_function(): argument 'name' must be str, not {_C.type_name(name)}")
        self.name = name
        self.args = args
        self._ranges: list[int] = []  # a stack: one object may be entered while it is entered

    def _recreate_cm(self) -> record_function:
        return record_function(self.name, self.args)

    def __enter__(self) -> record_function:
        self._ranges.append(_C.profiler_begin_range(self.name, self.args or ""))
        return self

    def __exit__(self, *exception: Any) -> None:
        _C.profiler_end_range(self._ranges.pop())


def _why_no_device() -> str:
    return _C.profiler_device_unavailable_reason()


class _Events:
    """The events of one result of the C++ profiler, with their tree, memory and kernels."""

    def __init__(self, result: _C.ProfilerResult, use_device: str | None):
        self.use_device = use_device
        records = result.host_events()
        self.host = {record["id"]: self.host_event(record) for record in records}
        for record in records:
            self.attach(self.host[record["id"]], self.host.get(record["parent"]))
        self.calls = [self.runtime_event(record) for record in result.runtime_events()]
        self.work = [self.device_event(record) for record in result.device_events()]
        self.loose: list[FunctionEvent] = []  # memory taken or given back outside any call
        for record in result.memory_events():
            self.add_memory(record)
        self.merge_repeated()
        self.take_stacks_of_forward()

    def event(self, record: dict[str, Any], **more: Any) -> FunctionEvent:
        begin, end = record["begin_ns"] / 1000, record["end_ns"] / 1000
        return FunctionEvent(name=record["name"], start_us=begin, end_us=end, use_device=self.use_device, **more)

    def host_event(self, record: dict[str, Any]) -> FunctionEvent:
        kind = record["kind"]
        shapes, strides, dtypes, values = record["inputs"] or ((), (), (), ())
        is_list = [bool(shape) and isinstance(shape[0], list) for shape in shapes]
        return self.event(
            record,
            id=record["id"],
            external_id=record["id"],
            thread=record["thread"],
            overload_name=record["overload"],
            input_shapes=[[] if a_list else shape for shape, a_list in zip(shapes, is_list, strict=True)],
            structured_input_shapes=shapes,
            structured_input_strides=strides,
            input_dtypes=[dtype if isinstance(dtype, str) else "" for dtype in dtypes],
            concrete_inputs=values,
            stack=record["stack"],
            scope={"range": USER, "node": BACKWARD}.get(kind, FORWARD),
            sequence_nr=record["sequence"],
            flops=record["flops"],
            is_user_annotation=kind == "range",
            activity_type="user_annotation" if kind == "range" else "cuda_graph" if record["graph"] else "cpu_op",
            graph=record["graph"],
            finished=record["finished"],
        )

    def attach(self, event: FunctionEvent, parent: FunctionEvent | None) -> None:
        """Makes `event` a child of the innermost of `parent` and its ancestors that it lies inside."""
        while parent is not None and not (
            parent.time_range.start <= event.time_range.start and event.time_range.end <= parent.time_range.end
        ):
            parent = parent.cpu_parent
        if parent is not None:
            parent.append_cpu_child(event)
            event.set_cpu_parent(parent)

    def runtime_event(self, record: dict[str, Any]) -> FunctionEvent:
        event = self.event(
            record,
            id=record["correlation"],
            thread=record["thread"],
            activity_type="cuda_runtime",
            external_id=record["host"],
            linked_correlation_id=record["host"],
        )
        self.attach(event, self.host.get(record["host"]))
        return event

    def device_event(self, record: dict[str, Any]) -> FunctionEvent:
        event = self.event(
            record,
            id=record["correlation"],
            thread=record["stream"],
            device_type=DeviceType.CUDA,
            device_index=record["device"],
            device_resource_id=record["stream"],
            activity_type={"kernel": "kernel", "copy": "gpu_memcpy", "fill": "gpu_memset"}[record["kind"]],
            external_id=record["host"],
            linked_correlation_id=record["host"],
            graph=record["graph_id"],
        )
        starter = self.host.get(record["host"])
        if starter is not None:
            starter.append_kernel(event.name, event.device_index, event.time_range.elapsed_us())
        return event

    def add_memory(self, record: dict[str, Any]) -> None:
        attribute = "cpu_memory_usage" if record["device"][0] == "cpu" else "device_memory_usage"
        event = self.host.get(record["host"])
        if event is None:
            at = record["at_ns"] / 1000
            event = FunctionEvent(0, MEMORY_EVENT_NAME, record["thread"], at, at, use_device=self.use_device)
            self.loose.append(event)
        while event is not None:
            setattr(event, attribute, getattr(event, attribute) + record["bytes"])
            event = event.cpu_parent

    def merge_repeated(self) -> None:
        """An op whose whole work is one call of an op of its name, such as another overload, is one event with it."""
        for number, event in list(self.host.items()):
            parent = event.cpu_parent
            if parent is None or parent.name != event.name or len(parent.cpu_children) != 1:
                continue
            parent.cpu_children = event.cpu_children
            parent.kernels += event.kernels
            parent.flops = parent.flops or event.flops
            for child in event.cpu_children:
                child.set_cpu_parent(parent)
            del self.host[number]

    def take_stacks_of_forward(self) -> None:
        """What runs in backward has the stack of the forward call that it belongs to."""
        forward: dict[tuple[int, int], FunctionEvent] = {}  # by thread and number
        origin: dict[int, FunctionEvent] = {}  # by id() of what runs in backward: the forward call
        for event in self.host.values():
            is_node = event.scope == BACKWARD or event.name.startswith(EVALUATE)
            made_by = forward.get((event.thread, event.sequence_nr)) if is_node else None
            if made_by is not None:
                event.fwd_thread = made_by.thread
            elif event.cpu_parent is not None:
                made_by = origin.get(id(event.cpu_parent))
            if made_by is not None:
                origin[id(event)] = made_by
                event.stack = made_by.stack
            elif event.scope == FORWARD and not is_node and event.sequence_nr >= 0:
                forward.setdefault((event.thread, event.sequence_nr), event)

    def in_order(self) -> list[FunctionEvent]:
        on_host = [*self.host.values(), *self.calls, *self.loose]
        return sorted(on_host, key=lambda event: event.time_range.start) + self.work


class profile:
    """A context in which the process is profiled, every thread of it.

    use_device: "cuda" to record kernels, copies and fills too. record_shapes, with_flops, profile_memory, with_stack: what
    else to keep of ops. acc_events: keep the events of earlier contexts of this object. max_events: of each kind of
    record (host events, device events, runtime calls, memory events) the latest so many are kept; `dropped` says how many
    were not. RuntimeError if a profile runs already.
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
        acc_events: bool = False,
        custom_trace_id_callback: Callable[[], str] | None = None,
        post_processing_timeout_s: float | None = None,
        max_events: int = DEFAULT_MAX_EVENTS,
    ):
        if with_modules:
            raise NotImplementedError(
                "with_modules=True: the hierarchy of modules is not recorded; use with_stack=True"
            )
        if experimental_config is not None:
            raise NotImplementedError("experimental_config: there are no such options here")
        if post_processing_timeout_s is not None:
            raise NotImplementedError("post_processing_timeout_s: events are made as a whole; lower max_events instead")
        if max_events < 1:
            raise ValueError(f"max_events must be at least 1, got {max_events}")
        if use_cuda:
            warnings.warn(
                "The attribute `use_cuda` will be deprecated soon, please use ``use_device = 'cuda'`` instead.",
                FutureWarning,
                stacklevel=2,
            )
            use_device = "cuda"
        if use_device not in (None, "cuda"):
            raise NotImplementedError(f"use_device={use_device!r}: device work is recorded on 'cuda' alone")
        if enabled and use_device and (reason := _why_no_device()):
            warnings.warn(f"CUDA is not available, disabling CUDA profiling: {reason}", stacklevel=2)
            use_device = None
        if enabled and not use_cpu and not use_device:
            raise AssertionError("No valid profiler activities found")
        self.enabled = enabled
        self.use_device = use_device
        self.use_cpu = use_cpu
        self.record_shapes = record_shapes or with_flops
        self.with_flops = with_flops
        self.profile_memory = profile_memory
        self.with_stack = with_stack
        self.acc_events = acc_events
        self.max_events = max_events
        self.trace_id = ""
        self._make_trace_id = custom_trace_id_callback or (lambda: uuid.uuid4().hex.upper())
        self._entered = False
        self._result: _C.ProfilerResult | None = None
        self._events: EventList | None = None
        self._earlier: list[FunctionEvent] = []
        self._metadata: dict[str, str] = {}

    def _options(self) -> dict[str, Any]:
        return {
            "host": self.use_cpu,
            "device": self.use_device is not None,
            "shapes": self.record_shapes,
            "memory": self.profile_memory,
            "stacks": self.with_stack,
            "flops": self.with_flops,
            "limit": self.max_events,
        }

    def _prepare_trace(self) -> None:
        _C.profiler_prepare(self._options())

    def _start_trace(self) -> None:
        if self._entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        if self.acc_events and self._result is not None:
            self._earlier = list(self.function_events)
        _C.profiler_start(self._options())
        self._entered = True
        self._result = self._events = None
        self.trace_id = self._make_trace_id()

    def _stop_trace(self) -> None:
        self._entered = False
        self._result = _C.profiler_stop()

    def __enter__(self) -> profile | None:
        if not self.enabled:
            return None
        self._start_trace()
        return self

    def __exit__(self, *exception: Any) -> None:
        if self.enabled:
            self._stop_trace()

    def _finished(self) -> _C.ProfilerResult:
        if self._result is None:
            raise AssertionError("Profiler didn't finish running")
        return self._result

    @property
    def dropped(self) -> dict[str, int]:
        """How many records of each kind came before the latest `max_events`, and are not there."""
        return self._finished().dropped()

    @property
    def function_events(self) -> EventList:
        """Every event, those of the host by the time of their begin, then those of devices."""
        if self._events is None:
            result = self._finished()
            if any(result.dropped().values()):
                warnings.warn(
                    f"the profile keeps the latest {self.max_events} records of each kind, and dropped {result.dropped()}",
                    stacklevel=3,
                )
            self._events = EventList(
                [*self._earlier, *_Events(result, self.use_device).in_order()],
                use_device=self.use_device,
                profile_memory=self.profile_memory,
                with_flops=self.with_flops,
            )
        return self._events

    def __str__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._result is None else str(self.function_events)

    __repr__ = __str__

    def table(self, *args: Any, **kwargs: Any) -> str:
        """EventList.table of the events."""
        return self.function_events.table(*args, **kwargs)

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """EventList.key_averages of the events."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def total_average(self) -> Any:
        """EventList.total_average of the events."""
        return self.function_events.total_average()

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds on the host, of all events."""
        return self.function_events.self_cpu_time_total

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Returns None; EventList.export_stacks of the events. ValueError without with_stack=True."""
        if not self.with_stack:
            raise ValueError("export_stacks() requires with_stack=True")
        self.function_events.export_stacks(path, metric)

    def export_chrome_trace(self, path: str) -> None:
        """Returns None; writes the trace for Perfetto or chrome://tracing, compressed if the path ends in ".gz".

        The file is written whole or not at all.
        """
        result = self._finished()
        metadata = {"trace_id": json.dumps(self.trace_id), "traceName": json.dumps(str(path)), **self._metadata}
        with _C.AtomicFile(path) as file:
            if not str(path).endswith(".gz"):
                result.chrome_trace(_writing_all(file), metadata)
                return
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=5) as compressed:  # type: ignore[call-overload]
                result.chrome_trace(compressed.write, metadata)


def _writing_all(file: _C.AtomicFile) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]

    return write


class emit_nvtx:
    """A context in which every op, and every node of backward, is a range of NVTX, for Nsight Systems.

    The range of an op is named "add, seq = 3" after the node that it records, and that of a node "AddBackward0, seq = 3".
    record_shapes: with ", sizes = [[2, 3], []]". RuntimeError while a profile or another such context runs.
    """

    def __init__(self, enabled: bool = True, record_shapes: bool = False):
        self.enabled = enabled
        self.record_shapes = record_shapes
        self._entered = False

    def __enter__(self) -> emit_nvtx | None:
        if not self.enabled:
            return None
        if self._entered:
            raise RuntimeError("NVTX annotation context manager is not reentrant")
        _C.profiler_emit_nvtx(True, self.record_shapes)
        self._entered = True
        return self

    def __exit__(self, *exception: Any) -> None:
        if self._entered:
            self._entered = False
            _C.profiler_emit_nvtx(False, False)


class emit_itt(RefusedType, why="ranges for VTune are not emitted; emit_nvtx and profile are there"):
    """Named in programs that choose a profiler."""


load_nvprof = Refused("torch.autograd.profiler.load_nvprof", "nvprof is gone from CUDA 13; use profile")
parse_nvprof_trace = Refused("torch.autograd.profiler.parse_nvprof_trace", "nvprof is gone from CUDA 13; use profile")

__getattr__ = module_getattr(__name__)
