"""What a timer has measured, and numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

UNITS = (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0))
UNIT_NAMES = {"ns": "nanosecond", "us": "microsecond", "ms": "millisecond", "s": "second"}
LARGE_SPREAD, LARGEST_SPREAD = 0.1, 0.25  # of the quartiles, as a share of the median
ENOUGH_RUNS = 4


def select_unit(t: float) -> tuple[str, float]:
    """The (name, seconds) of the unit in which `t` seconds are a number from 1 to 1000."""
    for name, seconds in reversed(UNITS):
        if t >= seconds:
            return name, seconds
    return UNITS[0]


def unit_to_english(u: str) -> str:
    """The word for "ns", "us", "ms" or "s"."""
    return UNIT_NAMES[u]


def trim_sigfig(x: float, n: int) -> float:
    """`x` rounded to `n` digits that count."""
    if x == 0:
        return 0.0
    scale = 10.0 ** (math.floor(math.log10(abs(x))) + 1 - n)
    return round(x / scale) * scale


@dataclass(frozen=True)
class TaskSpec:
    """What is timed, and the words under which it is shown."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        """The label, or else the statement, with the sub_label behind it."""
        text = self.label or self.stmt.replace("\n", "; ")
        return f"{text}: {self.sub_label}" if self.sub_label else text

    def summarize(self) -> str:
        """Title, description, setup and threads, on lines of their own."""
        lines = [self.title, self.description or "", f"setup: {self.setup}" if self.setup not in ("", "pass") else ""]
        return "\n".join(line for line in [*lines, f"{self.num_threads} thread{'s' * (self.num_threads > 1)}"] if line)


@dataclass
class Measurement:
    """Times of a task, in seconds, each of `number_per_run` runs together: `times` and its statistics are of one run."""

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = field(default=None)

    @property
    def times(self) -> list[float]:
        """Seconds for one run, by measurement."""
        return [t / self.number_per_run for t in self.raw_times]

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        at = share * (len(ordered) - 1)
        low = math.floor(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (at - low)

    @property
    def median(self) -> float:
        """The median of the times."""
        return median(self.times)

    @property
    def mean(self) -> float:
        """The mean of the times."""
        return mean(self.times)

    @property
    def iqr(self) -> float:
        """What lies between the quartiles."""
        return self.quantile(0.75) - self.quantile(0.25)

    @property
    def significant_figures(self) -> int:
        """How many digits of the median the spread leaves, 1 to 5."""
        spread = self.iqr / math.sqrt(len(self.times)) if len(self.times) > 1 else 0.0
        if spread == 0:
            return 5
        return max(1, min(5, math.floor(math.log10(self.median / spread)) + 1)) if self.median > spread else 1

    @property
    def has_warnings(self) -> bool:
        """Whether the times spread so far that they say little."""
        return self.iqr / self.median > LARGE_SPREAD if self.median > 0 else False

    def __getattr__(self, name: str) -> Any:
        if name in TaskSpec.__dataclass_fields__ or name == "title":
            return getattr(self.task_spec, name)
        raise AttributeError(f"'Measurement' object has no attribute {name!r}")

    @staticmethod
    def merge(measurements: Iterable[Measurement]) -> list[Measurement]:
        """One Measurement for each task, of the times of all."""
        groups: dict[TaskSpec, list[Measurement]] = {}
        for measurement in measurements:
            groups.setdefault(measurement.task_spec, []).append(measurement)
        return [Measurement(1, [t for m in group for t in m.times], spec) for spec, group in groups.items()]

    def __repr__(self) -> str:
        unit, seconds = select_unit(self.median)
        lines = [f"<{type(self).__module__.removeprefix('vibetensor.')}.{type(self).__name__} object>"]
        lines.append(self.task_spec.summarize())
        digits = self.significant_figures
        lines.append(
            f"  {'Median' if len(self.times) > 1 else 'Time'}: {trim_sigfig(self.median / seconds, digits):g} {unit}"
        )
        if len(self.times) >= ENOUGH_RUNS:
            low, high = (trim_sigfig(self.quantile(q) / seconds, digits) for q in (0.25, 0.75))
            lines.append(f"  IQR:    {self.iqr / seconds:.2f} {unit} ({low:g} to {high:g})")
        runs = "runs" if self.number_per_run > 1 else "run"
        count = len(self.times)
        lines.append(f"  {count} measurement{'s' * (count > 1)}, {self.number_per_run} {runs} per measurement")
        if self.has_warnings:
            words = (
                "very large: it may be that other work"
                if self.iqr / self.median > LARGEST_SPREAD
                else "large: perhaps work"
            )
            lines.append(f"  WARNING: the spread is {self.iqr / self.median * 100:.1f}%, {words} ran beside this")
        return "\n".join(lines)
