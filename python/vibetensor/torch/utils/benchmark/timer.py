"""Timer: seconds that a statement takes, work of CUDA devices included."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from textwrap import dedent
from typing import Any

from vibetensor import _C
from vibetensor.torch._not_there import Refused
from vibetensor.torch.utils.benchmark.measurement import Measurement, TaskSpec

MOST_RUNS = 10**8
NO_CALLGRIND = "counts of instructions are valgrind's: run the program under it yourself"


def timer() -> float:
    """Seconds by the clock, after CUDA devices that are in use have done their work."""
    if _C.cuda_is_available():
        from vibetensor.torch import cuda

        if cuda.is_initialized():
            cuda.synchronize()
    return timeit.default_timer()


class Timer:
    """Times `stmt`, a statement of Python or its text, with the names in `globals`, after `setup`.

    label, sub_label, description and env are the words under which Compare shows the times. num_threads: of CPU ops.

    >>> import vibetensor.torch.utils.benchmark as benchmark
    >>> m = benchmark.Timer("x + 1", "x = 1").timeit(100)
    >>> m.number_per_run, len(m.times), m.median > 0
    (100, 1, True)
    """

    def __init__(
        self,
        stmt: str = "pass",
        setup: str = "pass",
        global_setup: str = "",
        timer: Callable[[], float] = timer,
        globals: dict[str, Any] | None = None,
        label: str | None = None,
        sub_label: str | None = None,
        description: str | None = None,
        env: str | None = None,
        num_threads: int = 1,
        language: Any = "python",
    ):
        if not isinstance(stmt, str):
            raise ValueError(f"stmt: expected the text of a statement, got {type(stmt).__name__}")
        if str(getattr(language, "name", language)).lower() not in ("python", "py"):
            raise NotImplementedError(f"Timer: statements are Python's; there is no {language} here")
        if global_setup:
            raise ValueError("global_setup is of statements of C++")
        from vibetensor import torch

        names = {"torch": torch, **(globals or {})}
        stmt, setup = (dedent(text).strip() for text in (stmt, setup))
        self._task_spec = TaskSpec(stmt, setup, "", label, sub_label, description, env, num_threads)
        self._clock, self._timer = timer, timeit.Timer(stmt, setup, timer, names)

    def _seconds(self, number: int) -> float:
        before = _C.get_num_threads()
        try:
            _C.set_num_threads(self._task_spec.num_threads)
            return max(self._timer.timeit(number), 1e-9)
        finally:
            _C.set_num_threads(before)

    def timeit(self, number: int = 1_000_000) -> Measurement:
        """The time of `number` runs together, after a few to warm up."""
        self._seconds(max(number // 100, 2))
        return Measurement(number, [self._seconds(number)], self._task_spec)

    def repeat(self, repeat: int = -1, number: int = -1) -> None:
        """Raises NotImplementedError, as in PyTorch: blocked_autorange repeats as often as is good."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def autorange(self, callback: Callable[[int, float], None] | None = None) -> None:
        """Raises NotImplementedError, as in PyTorch: blocked_autorange finds the number of runs."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def _block_size(self, min_run_time: float) -> int:
        """How many runs together, so that looking at the clock is a thousandth of their time."""
        empty = timeit.Timer("pass", timer=self._clock)
        overhead = sorted(empty.timeit(0) for _ in range(5))[2]
        number = 1
        while True:
            seconds = self._seconds(number)
            if seconds > min_run_time / 1000 and overhead / seconds < 1e-3:
                return number
            if seconds > min_run_time or number * 10 > MOST_RUNS:
                return number
            number *= 10

    def _measured(self, number: int, enough: Callable[[list[float]], bool], least: float, most: float) -> Measurement:
        times: list[float] = []
        total = 0.0
        while total < least or (total < most and not enough(times)):
            times.append(self._seconds(number))
            total += times[-1]
        return Measurement(number, times, self._task_spec)

    def blocked_autorange(
        self, callback: Callable[[int, float], None] | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Times of blocks of runs for at least `min_run_time` seconds; `callback(runs, seconds)` hears of each."""
        number = self._block_size(min_run_time)
        measured = self._measured(number, lambda times: True, min_run_time, min_run_time)
        if callback is not None:
            for seconds in measured.raw_times:
                callback(number, seconds)
        return measured

    def adaptive_autorange(
        self,
        threshold: float = 0.1,
        *,
        min_run_time: float = 0.01,
        max_run_time: float = 10.0,
        callback: Callable[[int, float], None] | None = None,
    ) -> Measurement:
        """As blocked_autorange, until the quartiles are within `threshold` of the median, or for `max_run_time` seconds."""
        number = self._block_size(0.05)

        def enough(times: list[float]) -> bool:
            measured = Measurement(number, times, self._task_spec)
            return len(times) > 3 and measured.iqr / measured.median < threshold

        measured = self._measured(number, enough, min_run_time, max_run_time)
        if callback is not None:
            for seconds in measured.raw_times:
                callback(number, seconds)
        return measured

    collect_callgrind = Refused("torch.utils.benchmark.Timer.collect_callgrind", NO_CALLGRIND)
