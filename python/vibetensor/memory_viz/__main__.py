"""The command line: ``python -m vibetensor.memory_viz FILE -o out.html``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vibetensor.memory_viz import SnapshotError, load, render


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m vibetensor.memory_viz",
        description="Writes a page that shows a memory snapshot of torch.cuda.memory._dump_snapshot.",
    )
    parser.add_argument("file", type=Path, help="the snapshot, a pickle of VibeTensor or PyTorch, perhaps gzipped")
    parser.add_argument("-o", "--output", type=Path, help="the page to write (default: FILE with .html)")
    parser.add_argument("--title", help="the page's title (default: the name of the file)")
    options = parser.parse_args(arguments)
    output = options.output or options.file.with_suffix(".html")
    try:
        page = render(load(options.file), title=options.title or options.file.name)
        output.write_text(page, encoding="utf-8")
    except (SnapshotError, OSError) as error:
        print(f"memory_viz: {error}", file=sys.stderr)
        return 1
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
