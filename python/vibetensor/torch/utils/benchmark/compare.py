"""Measurements side by side."""

from __future__ import annotations

from collections.abc import Iterable

from vibetensor.torch.utils.benchmark.measurement import Measurement, select_unit, trim_sigfig, unit_to_english


class Compare:
    """A table for each label: a row for each sub_label and number of threads, a column for each description."""

    def __init__(self, results: Iterable[Measurement]):
        self._results: list[Measurement] = []
        self._trim = False
        self._highlight = False
        self.extend_results(results)

    def extend_results(self, results: Iterable[Measurement]) -> None:
        """Returns None; adds measurements. ValueError for anything else."""
        found = list(results)
        for result in found:
            if not isinstance(result, Measurement):
                raise ValueError(f"Expected an instance of `Measurement`, got {type(result)} instead.")
        self._results.extend(found)

    def trim_significant_figures(self) -> None:
        """Returns None; numbers are shown with the digits that their spread leaves."""
        self._trim = True

    def highlight_warnings(self) -> None:
        """Returns None; numbers that spread far are marked with (!)."""
        self._highlight = True

    def colorize(self, rowwise: bool = False) -> None:
        """Raises NotImplementedError: tables are plain text."""
        raise NotImplementedError("Compare.colorize is not there yet: tables are plain text")

    def _cell(self, measured: Measurement | None, seconds: float) -> str:
        if measured is None:
            return ""
        value = measured.median / seconds
        text = f"{trim_sigfig(value, measured.significant_figures):g}" if self._trim else f"{value:.1f}"
        return f"{text} (!)" if self._highlight and measured.has_warnings else text

    def _table(self, label: str, results: list[Measurement]) -> str:
        unit, seconds = select_unit(min(m.median for m in results))
        columns = list(dict.fromkeys(m.description or "" for m in results))
        cells = {(m.num_threads, m.env, m.sub_label or m.stmt, m.description or ""): m for m in results}
        rows = [["", *columns]]
        for threads in sorted({m.num_threads for m in results}):
            rows.append([f"{threads} threads:"])
            for env, sub_label in dict.fromkeys(
                (m.env, m.sub_label or m.stmt) for m in results if m.num_threads == threads
            ):
                name = f"{sub_label} ({env})" if env else sub_label
                rows.append(
                    [f"  {name}", *(self._cell(cells.get((threads, env, sub_label, c)), seconds) for c in columns)]
                )
        widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(columns) + 1)]
        lines = []
        for row in rows:
            if len(row) == 1:
                lines.append(row[0].ljust(sum(widths) + 5 * len(columns), "-"))
            else:
                lines.append(
                    "  |  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))])
                )
        width = max(map(len, lines))
        title = f" {label} ".center(width, "-")
        return "\n".join([f"[{title}]", *lines, "", f"Times are in {unit_to_english(unit)}s ({unit})."])

    def __str__(self) -> str:
        labels = list(dict.fromkeys(m.label or m.stmt for m in self._results))
        merged = Measurement.merge(self._results)
        tables = [self._table(label, [m for m in merged if (m.label or m.stmt) == label]) for label in labels]
        return "\n\n".join(tables)

    def print(self) -> None:
        """Returns None; prints the tables."""
        print(str(self))
