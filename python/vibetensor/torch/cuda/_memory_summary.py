"""The table of torch.cuda.memory_summary."""

from __future__ import annotations

from typing import Any

MEASURES = ("current", "peak", "allocated", "freed")
HEADINGS = ("in use", "peak", "allocated", "freed")
BYTES = (
    ("allocated_bytes", "Allocated memory"),
    ("active_bytes", "Active memory"),
    ("requested_bytes", "Requested memory"),
    ("reserved_bytes", "GPU reserved memory"),
    ("inactive_split_bytes", "Non-releasable memory"),
)
COUNTS = (
    ("allocation", "Allocations"),
    ("active", "Active allocs"),
    ("segment", "GPU reserved segments"),
    ("inactive_split", "Non-releasable allocs"),
)
OVERSIZE = (("oversize_allocations", "Oversize allocations"), ("oversize_segments", "Oversize GPU segments"))
POOLS = (("large_pool", "  of large requests"), ("small_pool", "  of small requests"))
LABEL, CELL = 23, 13


def size_text(size: int) -> str:
    """1536 as "1.5 KiB"."""
    value, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if abs(value) < 1024:
            break
        value, unit = value / 1024, larger
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"


def count_text(count: int) -> str:
    return f"{count:,}"


def row(label: str, cells: list[str]) -> str:
    return "| " + label.ljust(LABEL) + " |" + "|".join(cell.rjust(CELL - 1) + " " for cell in cells) + "|"


def table(title: str, notes: list[str], stats: dict[str, Any], abbreviated: bool) -> str:
    """The lines of a summary of `stats` (keys of memory_stats) under `title`."""
    width = len(row("", [""] * len(MEASURES)))
    rule, thick = "|" + "-" * (width - 2) + "|", "|" + "=" * (width - 2) + "|"
    lines = [thick, "|" + title.center(width - 2) + "|", rule]
    lines += ["|" + note.center(width - 2) + "|" for note in notes]
    lines += [thick, row("", list(HEADINGS))]
    for metrics, text in ((BYTES, size_text), (COUNTS, count_text)):
        for key, label in metrics:
            lines.append(rule)
            parts = [("all", label)] + ([] if abbreviated else list(POOLS))
            lines += [row(name, [text(stats[f"{key}.{part}.{m}"]) for m in MEASURES]) for part, name in parts]
    for key, label in OVERSIZE:
        lines += [rule, row(label, [count_text(stats[f"{key}.{m}"]) for m in MEASURES])]
    return "\n".join([*lines, thick]) + "\n"


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """A table of `memory_stats` to print: what is in use, the peak, and the sums of what came and went.

    `abbreviated` leaves out the rows of small and large requests.
    """
    from vibetensor.torch.cuda.memory import allocator_stats, index_of, memory_stats

    index = index_of(device)
    stats, own = memory_stats(index), allocator_stats(index)
    cap = size_text(own["memory_limit"]) if own["memory_limit"] >= 0 else "none"
    notes = [
        f"out of memory: {stats['num_ooms']}   retries after a failed request: {stats['num_alloc_retries']}",
        f"cap: {cap}   cached: {size_text(own['cached_bytes'])}"
        f"   waiting for other streams: {count_text(own['pending_blocks'])} blocks",
    ]
    return table(f"CUDA memory of cuda:{index}", notes, stats, abbreviated)
