"""The command line of the scripts that compare two builds: folders with the package, and where the figures go."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from side_by_side import processor


def parser(description: str | None) -> argparse.ArgumentParser:
    """One with --before, --after and --out; `after` is this checkout at first."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--before", type=Path, help="a folder with the package vibetensor")
    made.add_argument("--after", type=Path, default=Path(__file__).parents[1] / "python", help="another one")
    made.add_argument("--out", type=Path, help="where to write the figures as JSON")
    return made


def write(out: Path | None, what: str, rows: list[dict[str, object]], **about: object) -> None:
    """Writes the rows, if there is a place for them."""
    if out:
        machine = {"when": time.strftime("%Y-%m-%d"), "processor": processor(), **about}
        out.write_text(json.dumps({"what": what, **machine, "rows": rows}, indent=1) + "\n")
