"""Several processes that run one function, and the first failure among them."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

__all__ = [
    "ProcessContext",
    "ProcessException",
    "ProcessExitedException",
    "ProcessRaisedException",
    "SpawnContext",
    "spawn",
    "start_processes",
]

ENV_VAR_PARALLEL_START = "TORCH_MP_PARALLEL_START"
SECONDS_TO_END = 30.0  # after SIGTERM, before SIGKILL
PR_SET_PDEATHSIG = 1


class ProcessException(Exception):
    """A process that failed: its number in `error_index`, its id in `error_pid`."""

    def __init__(self, msg: str, error_index: int, error_pid: int):
        super().__init__(msg)
        self.msg, self.error_index, self.error_pid = msg, error_index, error_pid

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.error_index, self.error_pid)


class ProcessRaisedException(ProcessException):
    """A process whose function raised; the message has its traceback."""


class ProcessExitedException(ProcessException):
    """A process that ended with `exit_code` without an exception of Python's; `signal_name`: what killed it, if any."""

    def __init__(self, msg: str, error_index: int, error_pid: int, exit_code: int, signal_name: str | None = None):
        super().__init__(msg, error_index, error_pid)
        self.exit_code, self.signal_name = exit_code, signal_name

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.error_index, self.error_pid, self.exit_code, self.signal_name)


def run_one(fn: Callable[..., Any], index: int, args: tuple[Any, ...], report: Connection) -> None:
    """Body of a process: fn(index, *args); the traceback of an exception goes to `report`."""
    with suppress(OSError, AttributeError):  # where the system has it: Ctrl-C when the parent goes
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    try:
        fn(index, *args)
    except KeyboardInterrupt:
        pass
    except Exception:
        import traceback

        with suppress(OSError):
            report.send(traceback.format_exc())
        sys.exit(1)


class ProcessContext:
    """Processes that run together: joined together, and ended together when one fails."""

    def __init__(self, processes: Sequence[Any], reports: Sequence[Connection]):
        self.processes, self.reports = list(processes), list(reports)
        self.sentinels = {process.sentinel: index for index, process in enumerate(self.processes)}
        self.tracebacks: dict[int, str] = {}

    def pids(self) -> list[int]:
        """The ids of the processes."""
        return [int(process.pid) for process in self.processes]

    def join(self, timeout: float | None = None, grace_period: float | None = None) -> bool:
        """Whether all have ended well, after waiting for one to end, at most `timeout` seconds.

        If one failed the others are ended and its failure is raised, as ProcessRaisedException or
        ProcessExitedException. They get `grace_period` seconds to end by themselves before SIGTERM, and as long again
        before SIGKILL.
        """
        if not self.sentinels:
            return True
        failed = next((i for i in self.wait_for_ends(timeout) if self.processes[i].exitcode != 0), None)
        if failed is None:
            return not self.sentinels
        self.end(grace_period)
        self.raise_failure(failed)
        return False

    def wait_for_ends(self, timeout: float | None) -> list[int]:
        """The numbers of processes that have ended since the last call; waits for one of them, and reads reports."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            open_reports = {r: i for i, r in enumerate(self.reports) if not r.closed}
            left = None if end is None else max(0.0, end - time.monotonic())
            ready = wait([*self.sentinels, *open_reports], left)
            for report in ready:
                if report in open_reports:
                    self.read_report(open_reports[report])
            ended = [self.sentinels.pop(s) for s in ready if s in self.sentinels]
            for index in ended:
                self.processes[index].join()
                self.read_report(index)
            if ended or not ready:
                return ended

    def read_report(self, index: int) -> None:
        """Returns None; keeps the traceback that a process has sent, and closes its line."""
        report = self.reports[index]
        if report.closed:
            return
        with suppress(EOFError, OSError):
            if report.poll(0):
                self.tracebacks[index] = report.recv()
        report.close()

    def end(self, grace_period: float | None) -> None:
        """Returns None; ends what still runs."""
        if grace_period is not None:
            self.join_all(grace_period)
        for process in self.processes:
            if process.is_alive():
                process.terminate()
        self.join_all(SECONDS_TO_END if grace_period is None else grace_period)
        for process in self.processes:
            if process.is_alive():
                process.kill()
            process.join()

    def join_all(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for process in self.processes:
            process.join(max(0.0, end - time.monotonic()))

    def raise_failure(self, index: int) -> None:
        """Raises what ended process `index`."""
        process = self.processes[index]
        if index in self.tracebacks:
            told = f"\n\n-- Process {index} terminated with the following error:\n{self.tracebacks[index]}"
            raise ProcessRaisedException(told, index, process.pid)
        code = process.exitcode
        if code >= 0:
            raise ProcessExitedException(f"process {index} terminated with exit code {code}", index, process.pid, code)
        known = -code in {int(s) for s in signal.Signals}
        name = signal.Signals(-code).name if known else f"<Unknown signal {-code}>"
        raise ProcessExitedException(f"process {index} terminated with signal {name}", index, process.pid, code, name)


class SpawnContext(ProcessContext):
    """The old name of ProcessContext."""

    def __init__(self, processes: Sequence[Any], reports: Sequence[Connection]):
        warnings.warn("SpawnContext is the old name of ProcessContext", stacklevel=2)
        super().__init__(processes, reports)


def start_processes(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """None once `nprocs` processes have each run fn(i, *args); with `join` off, their ProcessContext at once.

    start_method: "spawn", "fork" or "forkserver". If one fails the others are ended and its failure is raised.
    """
    context = multiprocessing.get_context(start_method)
    processes: list[Any] = []
    reports: list[Connection] = []
    for index in range(nprocs):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(  # type: ignore[attr-defined]
            target=run_one, args=(fn, index, args, theirs), daemon=daemon
        )
        process.start()
        theirs.close()
        processes.append(process)
        reports.append(ours)
    started = ProcessContext(processes, reports)
    if not join:
        return started
    while not started.join():
        pass
    return None


def spawn(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """As start_processes, with new interpreters: `fn` has to be a function of a module's top level."""
    if start_method != "spawn":
        warnings.warn(
            f"spawn starts new interpreters (got start_method={start_method}); start_processes(...) takes other methods",
            FutureWarning,
            stacklevel=2,
        )
    return start_processes(fn, args, nprocs, join, daemon, start_method="spawn")
