"""What a profile found, as events: one per call, averages of calls alike, and their table."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple

__all__ = ["DeviceType", "EventList", "FunctionEvent", "FunctionEventAvg", "Interval", "Kernel"]


class DeviceType(Enum):
    """Kinds of devices, by PyTorch's numbers; events are of CPU or CUDA."""

    CPU = 0
    CUDA = 1
    MKLDNN = 2
    OPENGL = 3
    OPENCL = 4
    IDEEP = 5
    HIP = 6
    FPGA = 7
    MAIA = 8
    XLA = 9
    Vulkan = 10
    Metal = 11
    XPU = 12
    MPS = 13
    Meta = 14
    HPU = 15
    VE = 16
    Lazy = 17
    IPU = 18
    MTIA = 19
    PrivateUse1 = 20


MEMORY_EVENT_NAME = "[memory]"


class Interval:
    """A stretch of time, in microseconds since the profile began."""

    def __init__(self, start: float, end: float):
        self.start = start
        self.end = end

    def elapsed_us(self) -> float:
        """Its length in microseconds."""
        return self.end - self.start


class Kernel(NamedTuple):
    """Work of a device that an op started."""

    name: str
    device: int
    duration: float  # microseconds


def format_time(us: float, unit: str | None = None) -> str:
    """Microseconds as "1.500ms", in the unit asked for ("s", "ms" or "us") or the one that reads best."""
    if unit is None:
        unit = "s" if us >= 1e6 else "ms" if us >= 1e3 else "us"
    return f"{us / {'s': 1e6, 'ms': 1e3, 'us': 1.0}[unit]:.3f}{unit}"


def format_share(part: float, whole: float) -> str:
    """ "12.34%", or "NaN" of nothing."""
    return f"{100.0 * part / whole:.2f}%" if whole else "NaN"


def format_memory(nbytes: int) -> str:
    """Bytes as "1.50 KB"."""
    for unit, power in (("GB", 30), ("MB", 20), ("KB", 10)):
        if abs(nbytes) >= 1 << power:
            return f"{nbytes / (1 << power):.2f} {unit}"
    return f"{nbytes} B"


def device_spelling(name: str) -> str:
    """ "self_device_time_total" for "self_cuda_time_total": attributes go by the device's kind nowhere any more."""
    return name.replace("cuda", "device").replace("xpu", "device").replace("privateuse1", "device")


def _deprecated(old: str, new: str) -> property:
    def read(self: Any) -> Any:
        warnings.warn(f"`{old}` is deprecated, please use `{new}` instead.", FutureWarning, stacklevel=2)
        return getattr(self, new)

    return property(read)


def _formatted(name: str) -> property:
    return property(lambda self: format_time(getattr(self, name)))


class _Times:
    """What follows from the totals and the count of an event or of an average."""

    count: int
    cpu_time_total: float
    device_time_total: float

    cpu_time_str = _formatted("cpu_time")
    device_time_str = _formatted("device_time")
    cpu_time_total_str = _formatted("cpu_time_total")
    device_time_total_str = _formatted("device_time_total")
    self_cpu_time_total_str = _formatted("self_cpu_time_total")
    self_device_time_total_str = _formatted("self_device_time_total")
    cuda_time = _deprecated("cuda_time", "device_time")

    @property
    def cpu_time(self) -> float:
        """Microseconds per call on the host."""
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def device_time(self) -> float:
        """Microseconds per call on the device."""
        return self.device_time_total / self.count if self.count else 0.0


class FunctionEvent(_Times):
    """One thing that happened: a call of an op, a node of backward, a range, a call of CUDA, or work of a device.

    Attributes that a program reads: name, overload_name, id, thread, time_range, cpu_parent, cpu_children, kernels,
    input_shapes, concrete_inputs, stack (innermost frame first), flops, sequence_nr, scope (0 forward, 1 backward, 7 a
    range), device_type, device_index, device_resource_id (the stream), cpu_memory_usage, device_memory_usage, graph (the
    number of the CUDA graph that was replayed or captured, 0 without one).
    """

    count = 1
    node_id = -1
    is_legacy = is_remote = False
    self_cuda_memory_usage = _deprecated("self_cuda_memory_usage", "self_device_memory_usage")
    cuda_time_total = _deprecated("cuda_time_total", "device_time_total")
    self_cuda_time_total = _deprecated("self_cuda_time_total", "self_device_time_total")

    def __init__(
        self,
        id: int,
        name: str,
        thread: int,
        start_us: float,
        end_us: float,
        *,
        overload_name: str = "",
        fwd_thread: int | None = None,
        input_shapes: Sequence[Any] = (),
        stack: Sequence[str] = (),
        scope: int = 0,
        use_device: str | None = None,
        is_async: bool = False,
        sequence_nr: int = -1,
        device_type: Any = DeviceType.CPU,
        device_index: int = 0,
        device_resource_id: int | None = None,
        flops: int = 0,
        concrete_inputs: Sequence[Any] = (),
        is_user_annotation: bool = False,
        activity_type: str = "cpu_op",
        external_id: int = 0,
        linked_correlation_id: int = 0,
        structured_input_shapes: Sequence[Any] = (),
        structured_input_strides: Sequence[Any] = (),
        input_dtypes: Sequence[str] = (),
        graph: int = 0,
        finished: bool = True,
    ):
        self.id = id
        self.name = self.trace_name = name
        self.overload_name = overload_name
        self.thread = thread
        self.fwd_thread = fwd_thread
        self.time_range = Interval(start_us, end_us)
        self.input_shapes = list(input_shapes)
        self.concrete_inputs = list(concrete_inputs)
        self.structured_input_shapes = list(structured_input_shapes)
        self.structured_input_strides = list(structured_input_strides)
        self.input_dtypes = list(input_dtypes)
        self.stack = list(stack)
        self.scope = scope
        self.use_device = use_device
        self.is_async = is_async
        self.sequence_nr = sequence_nr
        self.device_type = device_type
        self.device_index = device_index
        self.device_resource_id = thread if device_resource_id is None else device_resource_id
        self.flops = flops
        self.is_user_annotation = is_user_annotation
        self.activity_type = activity_type
        self.external_id = external_id
        self.linked_correlation_id = linked_correlation_id
        self.graph = graph
        self.finished = finished
        self.cpu_memory_usage = 0
        self.device_memory_usage = 0
        self.kernels: list[Kernel] = []
        self.cpu_children: list[FunctionEvent] = []
        self.cpu_parent: FunctionEvent | None = None

    @property
    def key(self) -> str:
        """What averages are over: the name, with the steps of a schedule as one."""
        return "ProfilerStep*" if self.name.startswith("ProfilerStep#") else self.name

    @property
    def _is_on_host(self) -> bool:
        return bool(self.device_type == DeviceType.CPU)

    def append_kernel(self, name: str, device: int, duration: float) -> None:
        """Returns None; `duration` in microseconds is work of a device that this event started."""
        self.kernels.append(Kernel(name, device, duration))

    def append_cpu_child(self, child: FunctionEvent) -> None:
        """Returns None; `child` happened inside this event, and inside none of its other children."""
        self.cpu_children.append(child)

    def set_cpu_parent(self, parent: FunctionEvent) -> None:
        """Returns None; the other direction of append_cpu_child."""
        self.cpu_parent = parent

    def _own(self, attribute: str) -> Any:
        """Of a total what the children do not account for."""
        if self.is_async or not self._is_on_host:
            return 0
        return getattr(self, attribute) - sum(getattr(child, attribute) for child in self.cpu_children)

    @property
    def cpu_time_total(self) -> float:  # type: ignore[override]
        """Microseconds on the host, children included; 0 for work of a device."""
        return self.time_range.elapsed_us() if self._is_on_host else 0

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds on the host outside the children."""
        return self._own("cpu_time_total")

    @property
    def device_time_total(self) -> float:  # type: ignore[override]
        """Microseconds of work on the device that this event and its children started, or that it is."""
        if self.is_async or not self.use_device:
            return 0
        if not self._is_on_host:
            return self.time_range.elapsed_us()
        return sum(kernel.duration for kernel in self.kernels) + sum(c.device_time_total for c in self.cpu_children)

    @property
    def self_device_time_total(self) -> float:
        """Microseconds of work on the device that this event started itself, or that it is."""
        return self._own("device_time_total") if self._is_on_host else self.device_time_total

    @property
    def self_cpu_memory_usage(self) -> int:
        """Bytes of host memory taken, less those given back, outside the children."""
        return self._own("cpu_memory_usage")

    @property
    def self_device_memory_usage(self) -> int:
        """Bytes of device memory taken, less those given back, outside the children."""
        return self._own("device_memory_usage")

    def __repr__(self) -> str:
        return (
            f"<FunctionEvent id={self.id} name={self.name} overload_name={self.overload_name} "
            f"device_type={self.device_type} cpu_time={self.cpu_time_str} start_us={self.time_range.start} "
            f"end_us={self.time_range.end} cpu_children={[child.id for child in self.cpu_children]} "
            f"{self.use_device}_time={self.device_time_str} thread={self.thread} input_shapes={self.input_shapes} "
            f"cpu_memory_usage={self.cpu_memory_usage} {self.use_device}_memory_usage={self.device_memory_usage} "
            f"is_async={self.is_async} seq_nr={self.sequence_nr}>"
        )


_SUMMED = (
    "cpu_time_total",
    "device_time_total",
    "self_cpu_time_total",
    "self_device_time_total",
    "cpu_memory_usage",
    "device_memory_usage",
    "self_cpu_memory_usage",
    "self_device_memory_usage",
    "count",
    "flops",
)
_SHARED = (
    "key",
    "node_id",
    "is_async",
    "is_remote",
    "is_legacy",
    "is_user_annotation",
    "overload_name",
    "input_shapes",
    "stack",
    "scope",
    "device_type",
    "use_device",
    "cpu_parent",
    "cpu_children",
)


class FunctionEventAvg(_Times):
    """Events of one key taken together: sums, a count, and what the first of them had of the rest.

    Attributes: key, count, flops, the totals of FunctionEvent with and without `self_`, input_shapes and stack as far as
    they were grouped by.
    """

    def __init__(self) -> None:
        for name in _SUMMED:
            setattr(self, name, 0)
        for name in _SHARED:
            setattr(self, name, None)
        self.key: str | None = None
        self.node_id = 0
        self.is_async = self.is_remote = self.is_legacy = False
        self.device_type: Any = DeviceType.CPU

    def add(self, other: FunctionEvent | FunctionEventAvg) -> FunctionEventAvg:
        """This average, with `other` in it. AssertionError for another key."""
        if self.key is None:
            for name in _SHARED:
                setattr(self, name, getattr(other, name))
        if other.key != self.key:
            raise AssertionError(f"an average of {self.key} cannot take in {other.key}")
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    __iadd__ = add

    def __repr__(self) -> str:
        device = self.use_device or "cuda"  # type: ignore[attr-defined]
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} "
            f"cpu_time={self.cpu_time_str} self_{device}_time={self.self_device_time_total_str} "
            f"{device}_time={self.device_time_str} input_shapes={self.input_shapes} "  # type: ignore[attr-defined]
            f"cpu_memory_usage={self.cpu_memory_usage} "  # type: ignore[attr-defined]
            f"{device}_memory_usage={self.device_memory_usage}>"  # type: ignore[attr-defined]
        )


_STACK_METRICS = [
    "self_cpu_time_total",
    "self_cuda_time_total",
    "self_xpu_time_total",
    "self_privateuse1_time_total",
]


class EventList(list[Any]):
    """Events of a profile, or averages of them. `str()` of it is its table."""

    def __init__(
        self,
        events: Iterable[Any] = (),
        *,
        use_device: str | None = None,
        profile_memory: bool = False,
        with_flops: bool = False,
    ):
        super().__init__(events)
        self._use_device = use_device
        self._profile_memory = profile_memory
        self._with_flops = with_flops

    def __str__(self) -> str:
        return self.table()

    def _like(self, events: Iterable[Any]) -> EventList:
        return EventList(
            events, use_device=self._use_device, profile_memory=self._profile_memory, with_flops=self._with_flops
        )

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds on the host, of all events, each counted once."""
        return sum(event.self_cpu_time_total for event in self)

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int | None = 75,
        max_name_column_width: int | None = 55,
        max_shapes_column_width: int | None = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as text, a row each.

        sort_by: an attribute, largest first ("self_cpu_time_total", "cuda_time_total", "count", ...). row_limit: -1 for
        all. time_unit: "s", "ms" or "us" for every time.
        """
        events = self
        if sort_by is not None:
            name = device_spelling(sort_by)
            events = self._like(sorted(self, key=lambda event: getattr(event, name), reverse=True))
        from vibetensor.torch.autograd._profiler_table import Table

        return Table(events, max_name_column_width, max_shapes_column_width, max_src_column_width, time_unit).text(
            row_limit, header, top_level_events_only
        )

    def key_averages(
        self, group_by_input_shapes: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """An average for the events of each name, and as asked for of each set of shapes, innermost frames, overload."""
        averages: dict[tuple[Any, ...], FunctionEventAvg] = {}
        for event in self:
            key = (
                event.key,
                event.device_type,
                event.is_user_annotation,
                event.overload_name if group_by_overload_name else None,
                str(event.input_shapes) if group_by_input_shapes else None,
                tuple(event.stack[:group_by_stack_n]),
            )
            averages.setdefault(key, FunctionEventAvg()).add(event)
        for average in averages.values():
            average.stack = average.stack[:group_by_stack_n]  # type: ignore[attr-defined]
            if not group_by_input_shapes:
                average.input_shapes = ""  # type: ignore[attr-defined]
            if not group_by_overload_name:
                average.overload_name = ""  # type: ignore[attr-defined]
        return self._like(averages.values())

    def total_average(self) -> FunctionEventAvg:
        """One average over all events, of the key "Total"."""
        total = FunctionEventAvg()
        for event in self:
            total.key = None
            total.add(event)
        total.key = "Total"
        return total

    def supported_export_stacks_metrics(self) -> list[str]:
        """What export_stacks can weigh by."""
        return list(_STACK_METRICS)

    def export_stacks(self, path: str, metric: str) -> None:
        """Returns None; writes a line "outer;inner 12" per event with a stack, as tools for flame graphs read it.

        metric: one of supported_export_stacks_metrics(), in whole microseconds; events of less than one are left out.
        """
        if metric not in _STACK_METRICS:
            raise ValueError("metric should be one of: " + str(_STACK_METRICS))
        no_separators = str.maketrans(" ;\t\n", "____")
        with open(path, "w", encoding="utf-8") as file:
            for event in self:
                weight = int(getattr(event, device_spelling(metric)))
                if event.stack and weight > 0:
                    frames = ";".join(frame.translate(no_separators) for frame in reversed(event.stack))
                    file.write(f"{frames} {weight}\n")
