"""``python -m vibetensor.check [--json] script_or_folder_or_package...``"""

from __future__ import annotations

import argparse
import json
from collections import Counter

from vibetensor.check import Report, check


def describe(report: Report) -> str:
    """One line a place, then the names by how often they are used, then a sum."""
    lines = [
        f"{place.file}:{place.line}:{place.column}: {place.reason}{' (the program catches it)' if place.guarded else ''}"
        for place in report.missing
    ]
    counts = Counter(place.name for place in report.missing)
    if counts:
        lines += ["", *(f"{count:6}  {name}" for name, count in counts.most_common())]
    lines += [f"not read: {text}" for text in report.unreadable]
    lines.append(
        f"{len(report.names)} names of torch used in {report.files} files; "
        f"{len(counts)} are missing, at {len(report.missing)} places"
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m vibetensor.check",
        description="Reads Python code without running it and says which names of torch it uses that are not there.",
        epilog="Ends with status 1 if the program uses a missing name without catching the error, with 2 if nothing was read.",
    )
    parser.add_argument("target", nargs="+", help="a file, a folder or an installed module or package")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    arguments = parser.parse_args()
    try:
        report = check(arguments.target)
    except FileNotFoundError as error:
        parser.error(str(error))
    print(json.dumps(report.as_dict(), indent=2) if arguments.json else describe(report))
    if not report.files:
        return 2
    return int(any(not place.guarded for place in report.missing))


if __name__ == "__main__":
    raise SystemExit(main())
