"""The table of a profile's events."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from vibetensor.torch.autograd.profiler_util import DeviceType, EventList, format_memory, format_share, format_time


class Column(NamedTuple):
    title: str
    width: int
    value: Callable[[Any], str]
    align: str = ">"


def widest(texts: Iterable[str], limit: int | None) -> int:
    width = max((len(text) for text in texts), default=0) + 4
    return width if limit is None else min(width, limit)


def shortened(text: str, limit: int | None) -> str:
    return text if limit is None or len(text) < limit - 3 else text[: limit - 3] + "..."


def last_part(path: str, width: int) -> str:
    return path if len(path) <= width else "..." + path[len(path) - width + 3 :]


PLAIN = 12  # characters of a column of numbers
GAP = "  "


class Table:
    """Columns for what the events have, and rows for the events."""

    def __init__(
        self,
        events: EventList,
        name_limit: int | None,
        shapes_limit: int | None,
        source_limit: int | None,
        time_unit: str | None,
    ):
        self.events = events
        self.time_unit = time_unit
        self.host_total = sum(event.self_cpu_time_total for event in events)
        self.device_total = sum(
            event.self_device_time_total
            for event in events
            if event.device_type != DeviceType.CPU and not event.is_user_annotation
        )
        self.source_width = widest((frame for e in events for frame in e.stack or ()), source_limit)
        self.device = (events._use_device or "none").upper()
        self.has_device_time = any(event.self_device_time_total > 0 for event in events)
        self.columns = [
            *self.name_columns(name_limit),
            *self.time_columns(),
            *self.memory_columns(),
            Column("# of Calls", PLAIN, lambda event: str(event.count)),
            *self.detail_columns(shapes_limit),
        ]

    def time(self, us: float) -> str:
        return format_time(us, self.time_unit)

    def name_columns(self, limit: int | None) -> list[Column]:
        width = widest((event.key for event in self.events), limit)
        columns = [Column("Name", width, lambda event: shortened(event.key, limit))]
        if any(event.overload_name for event in self.events):
            columns.append(Column("Overload Name", width, lambda event: shortened(event.overload_name, limit)))
        return columns

    def time_columns(self) -> list[Column]:
        def plain(title: str, value: Callable[[Any], str]) -> Column:
            return Column(title, PLAIN, value)

        columns = [
            plain("Self CPU %", lambda event: format_share(event.self_cpu_time_total, self.host_total)),
            plain("Self CPU", lambda event: self.time(event.self_cpu_time_total)),
            plain("CPU total %", lambda event: format_share(event.cpu_time_total, self.host_total)),
            plain("CPU total", lambda event: self.time(event.cpu_time_total)),
            plain("CPU time avg", lambda event: self.time(event.cpu_time)),
        ]
        if self.has_device_time:
            columns += [
                plain(f"Self {self.device}", lambda event: self.time(event.self_device_time_total)),
                plain(
                    f"Self {self.device} %",
                    lambda event: format_share(event.self_device_time_total, self.device_total),
                ),
                plain(f"{self.device} total", lambda event: self.time(event.device_time_total)),
                plain(f"{self.device} time avg", lambda event: self.time(event.device_time)),
            ]
        return columns

    def memory_columns(self) -> list[Column]:
        def memory(title: str, attribute: str) -> Column:
            return Column(title, PLAIN, lambda event: format_memory(getattr(event, attribute)))

        if not self.events._profile_memory:
            return []
        columns = [memory("CPU Mem", "cpu_memory_usage"), memory("Self CPU Mem", "self_cpu_memory_usage")]
        if any(event.self_device_memory_usage > 0 for event in self.events):
            columns += [
                memory(f"{self.device} Mem", "device_memory_usage"),
                memory(f"Self {self.device} Mem", "self_device_memory_usage"),
            ]
        return columns

    def detail_columns(self, shapes_limit: int | None) -> list[Column]:
        columns = []
        if any(event.input_shapes for event in self.events):
            width = widest((str(event.input_shapes) for event in self.events), shapes_limit)
            columns.append(Column("Input Shapes", width, lambda event: str(event.input_shapes)[:width]))
        if self.events._with_flops and (counted := [event.flops for event in self.events if event.flops > 0]):
            prefixes = ("", "K", "M", "G", "T", "P")
            power = min(int(math.log10(min(counted)) / 3), len(prefixes) - 1)
            columns.append(
                Column(
                    f"Total {prefixes[power]}FLOPs",
                    PLAIN,
                    lambda event: f"{event.flops / 1000**power:8.3f}" if event.flops > 0 else "--",
                )
            )
        if any(event.stack for event in self.events):
            columns.append(Column("Source Location", self.source_width, lambda event: self.frame(event, 0), "<"))
        return columns

    def frame(self, event: Any, number: int) -> str:
        return last_part(event.stack[number], self.source_width) if number < len(event.stack) else ""

    def line(self, values: Iterable[str]) -> str:
        cells = zip(self.columns, values, strict=True)
        return "".join(f"{value:{column.align}{column.width}}{GAP}" for column, value in cells)

    def rows(self, row_limit: int, top_level_only: bool) -> list[str]:
        lines: list[str] = []
        shown = [event for event in self.events if not top_level_only or event.cpu_parent is None]
        for event in shown if row_limit < 0 else shown[:row_limit]:
            lines.append(self.line(column.value(event) for column in self.columns))
            if self.columns[-1].title == "Source Location":
                nothing = [""] * (len(self.columns) - 1)
                more = [self.frame(event, number) for number in range(1, len(event.stack))]
                lines += [self.line([*nothing, frame]) for frame in [*more, ""]]
        return lines

    def text(self, row_limit: int, header: str | None, top_level_only: bool) -> str:
        if not self.events:
            return ""
        rule = "".join("-" * column.width + GAP for column in self.columns)
        double_rule = "=" * (len(rule) - len(GAP))
        lines = [] if header is None else [double_rule, header]
        if top_level_only:
            lines += [double_rule, "This report only display top-level ops statistics"]
        lines += [rule, self.line(column.title for column in self.columns), rule]
        lines += self.rows(row_limit, top_level_only)
        lines += [rule, f"Self CPU time total: {self.time(self.host_total)}"]
        if self.has_device_time:
            lines.append(f"Self {self.device} time total: {self.time(self.device_total)}")
        return "\n".join(lines) + "\n"
