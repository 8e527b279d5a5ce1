"""Programs: what the calls of a function were, and which of them were one pass over memory.

`explain(fn, *args)` runs a function as `torch.compile` does and shows it. See docs/programs.md.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from vibetensor import _C

__all__ = ["Explanation", "deferred", "explain", "run_deferred"]


def deferred(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` in a function that gives its results, with calls of pointwise ops left to run together.

    Python runs at each call; nothing is reused from another one. All that `fn` made has its values when the call
    returns, also by an error.
    """

    @wraps(fn, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        return run_deferred(fn, args, kwargs)

    return call


def run_deferred(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of what `deferred` makes of `fn`."""
    _C.program_enter()
    try:
        return fn(*args, **kwargs)
    finally:
        _C.program_leave()


def explain(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Explanation:
    """What a call of `fn` is as a program; the call is made, with what it writes to.

    `fn` may be anything to call: a function, a module, what `torch.compile` made, a whole step with its backward. Its
    result is `Explanation.result`. RuntimeError inside a compiled function that is running.

    >>> import vibetensor.torch as torch
    >>> from vibetensor.programs import explain
    >>> seen = explain(lambda x: (x * 2 + 1).relu(), torch.ones(16384))
    >>> seen.fused_calls, seen.passes, seen.bytes_saved
    (3, 1, 262144)
    """
    if _C.program_is_deferring():
        raise RuntimeError("explain: a compiled function is running on this thread; explain it from outside")
    _C.program_start_record()
    try:
        result = run_deferred(fn, args, kwargs)
    finally:
        record = _C.program_take_record()
    return Explanation(record, result)


def size_text(count: int) -> str:
    """Bytes as text, in the largest unit of which there is one: `1.5 MiB`."""
    amount, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if abs(amount) < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


class Explanation:
    """A call as a program. str() is a table; `html()` a page; `values`, `instructions` and `groups` what they show."""

    def __init__(self, record: dict[str, Any], result: Any = None):
        self.values: list[dict[str, Any]] = record["values"]
        self.instructions: list[dict[str, Any]] = record["instructions"]
        self.groups: list[dict[str, Any]] = record["groups"]
        self.result = result

    @property
    def fused_calls(self) -> int:
        """Calls that became steps of a group."""
        return sum(i["how"] == "deferred" for i in self.instructions)

    @property
    def passes(self) -> int:
        """Groups that ran: passes over memory in the place of `fused_calls` of them. Dead groups do not count."""
        return sum(bool(g["outputs"]) for g in self.groups)

    @property
    def bytes_saved(self) -> int:
        """Bytes that the fused calls one by one would have read and written besides those that the groups did."""
        return sum(g["bytes_saved"] for g in self.groups)

    def value_text(self, value: int) -> str:
        """A tensor as the table has it: its storage, what was written to that before, dtype and shape."""
        v = self.values[value]
        version = f".{v['version']}" if v["version"] else ""
        return f"m{v['storage']}{version} {str(v['dtype']).removeprefix('torch.')}{list(v['shape'])}"

    def rows(self) -> list[tuple[str, str, str, str]]:
        """One row for each call: op, arguments, results, and what became of it."""
        rows = []
        for i in self.instructions:
            arguments = ", ".join(a if isinstance(a, str) else f"m{self.values[a]['storage']}" for a in i["arguments"])
            results = ", ".join(map(self.value_text, i["results"]))
            if i["how"] == "deferred":
                fate = f"group {i['group']}" if i["group"] >= 0 else "dead"
            else:
                fate = "view" if i["how"] == "view" else f"ran: {i['why']}"
            rows.append((i["op"], arguments, results, fate))
        return rows

    def group_rows(self) -> list[tuple[str, ...]]:
        """One row for each group: number, shape, steps, outputs, bytes read, written and saved, why it ran when it did."""
        return [
            (
                str(n),
                str(list(g["shape"])),
                str(g["steps"]),
                str(len(g["outputs"])),
                size_text(g["bytes_read"]),
                size_text(g["bytes_written"]),
                size_text(g["bytes_saved"]),
                g["because"],
            )
            for n, g in enumerate(self.groups)
        ]

    HEADS = ("op", "arguments", "results", "became")
    GROUP_HEADS = ("group", "shape", "steps", "outputs", "read", "written", "saved", "ran because of")

    def summary(self) -> str:
        return (
            f"{len(self.instructions)} calls, {self.fused_calls} of them in {self.passes} passes; "
            f"{size_text(self.bytes_saved)} less to read and write"
        )

    def __str__(self) -> str:
        def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
            widths = [max(len(r[c]) for r in [heads, *rows]) for c in range(len(heads))]
            return ["  ".join(t.ljust(w) for t, w in zip(r, widths, strict=True)).rstrip() for r in [heads, *rows]]

        calls = [tuple(t if len(t) <= 60 else t[:57] + "..." for t in row) for row in self.rows()]
        lines = [self.summary(), "", *table(self.HEADS, calls)]
        if self.groups:
            lines += ["", *table(self.GROUP_HEADS, self.group_rows())]
        return "\n".join(lines)

    def html(self) -> str:
        """The page, whole and without scripts or links to elsewhere."""

        def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
            def cells(tag: str, row: tuple[str, ...]) -> str:
                return "".join(f"<{tag}>{html.escape(t)}</{tag}>" for t in row)

            body = "".join(f"<tr>{cells('td', r)}</tr>\n" for r in rows)
            return f"<table><tr>{cells('th', heads)}</tr>\n{body}</table>\n"

        steps = "".join(
            f"<h3>group {n}</h3><pre>{html.escape(g['text'])}outputs: "
            f"{', '.join(f'v{o}' for o in g['outputs']) or 'none'}</pre>\n"
            for n, g in enumerate(self.groups)
        )
        return (
            "<!doctype html><meta charset=utf-8><title>A step as a program</title>\n"
            "<style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}"
            "td,th{border-bottom:1px solid #ddd;padding:2px 10px;text-align:left;vertical-align:top}"
            "pre{background:#f6f6f6;padding:8px}</style>\n"
            f"<h1>A step as a program</h1><p>{html.escape(self.summary())}</p>\n"
            f"<h2>Passes</h2>\n{table(self.GROUP_HEADS, self.group_rows())}"
            f"<h2>Calls</h2>\n{table(self.HEADS, self.rows())}"
            f"<h2>Steps of the passes</h2>\n{steps}"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html())
