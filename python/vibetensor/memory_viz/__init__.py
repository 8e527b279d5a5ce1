"""A page that shows a memory snapshot: ``python -m vibetensor.memory_viz FILE -o out.html``.

It reads what ``torch.cuda.memory._dump_snapshot`` writes, ours and PyTorch's, and writes one HTML file that needs
nothing else: a timeline of the memory in use, the segments with their blocks, and the largest tensors by the line that
made them.
"""

from __future__ import annotations

from vibetensor.memory_viz.render import render
from vibetensor.memory_viz.snapshot_file import SnapshotError, load, loads

__all__ = ["SnapshotError", "load", "loads", "render"]
