"""Run the array API standard's own tests, data-apis/array-api-tests, here, and write docs/array_api.md.

    python tools/array_api.py            # fetches the suite by git, runs it, writes docs/array_api.json and the page
    python tools/array_api.py --suite D  # of a checkout that is there already
    python tools/array_api.py --check    # runs nothing: is the page what is on file makes?

`make array-api` is the first of these. The suite and what it needs come into build/array-api.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "docs" / "array_api.json", ROOT / "docs" / "array_api.md"
REPOSITORY = "https://github.com/data-apis/array-api-tests"
COMMIT = "1707f3829d35cda1754ce952df994c42c73a35f6"
NEEDED = ["pytest>=8", "hypothesis", "ndindex"]

# What the tensors are not, for the sake of PyTorch's programs, and the tests that see it.
DIFFERENCES = [
    (
        r"__i?(add|sub|mul|truediv|floordiv|mod|pow|and|or|xor|lshift|rshift|lt|le|gt|ge|eq|ne)__",
        "An operator of arrays of two dtypes, one of them without dimensions, gives the dtype of the other, as in PyTorch; "
        "the functions of the namespace promote by dtypes alone.",
    ),
    (
        r"__i?(floordiv|mod)__",
        "`//` and `%` of infinities and signed zeros are PyTorch's; `floor_divide` and `remainder` are the standard's.",
    ),
    (r"test_array_object.*(getitem|setitem)", "A slice with a negative step raises, as in PyTorch: use `flip`."),
    (r"size", "`x.size` is PyTorch's method, `x.size()`; the number of elements is `x.numel()`."),
    (
        r"complex|a =|imag",
        "On CUDA complex functions of infinities and NaN give NaN where C99, and so the standard, names a value.",
    ),
]

INTRODUCTION = """# The array API standard

`vibetensor.array_api` is the namespace of the Python array API standard 2025.12 with its extensions `linalg` and `fft`, and
`x.__array_namespace__()` of every tensor gives it: code that asks an array for its functions gets these, on the CPU and on CUDA.

```python
import vibetensor.array_api as xp

x = xp.asarray([3, 1, 2], dtype=xp.uint16)
print(xp.sort(x), xp.sum(x).dtype)  # uint16 in, uint64 out
```

Arrays are `torch.Tensor`s, so that everything else of `vibetensor.torch` takes them too. The functions are names and argument
habits over its ops: positional-only arrays, `axis` and `keepdims`, type promotion by dtypes alone whatever the dimensions,
Python numbers beside arrays, named tuples. What is mixed that the standard leaves open, an integer array and a float, is a
TypeError.

## Unsigned integers
`uint16`, `uint32` and `uint64` are computed with everywhere where the standard needs it, on both devices and by `torch`'s
functions and operators too, where PyTorch raises for most: arithmetic, comparisons, bits, reductions, running sums, sorting,
searching, sets, indexing, products of matrices. No kernel is compiled for them: they run in the kernels of signed integers
(Note [Wide unsigned integers] in `src/core/unsigned.h`), with a pass more of memory than those where order counts, and on CUDA
for arithmetic. `uint64` and a signed integer have no common dtype and raise.

## What tensors are not
For the sake of PyTorch's programs a tensor differs from an array of the standard:
"""


def fetch(into: Path) -> Path:
    """The folder of the suite at its commit, with the standard as its submodule."""
    suite = into / "array-api-tests"
    if not suite.exists():
        subprocess.run(["git", "clone", "--quiet", REPOSITORY, str(suite)], check=True)
    subprocess.run(["git", "-C", str(suite), "checkout", "--quiet", COMMIT], check=True)
    subprocess.run(["git", "-C", str(suite), "submodule", "update", "--init", "--quiet"], check=True)
    return suite


def run(suite: Path, work: Path) -> dict[str, Any]:
    """What the suite gave: how many tests passed, and by test the line that those that failed end with."""
    packages = work / "packages"
    if not packages.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(packages), *NEEDED], check=True
        )
    report = work / "report.xml"
    path = os.pathsep.join([str(ROOT / "python"), str(packages)])
    environment = {**os.environ, "ARRAY_API_TESTS_MODULE": "vibetensor.array_api", "PYTHONPATH": path}
    arguments = ["-m", "pytest", "array_api_tests", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    subprocess.run([sys.executable, *arguments], cwd=suite, env=environment, check=False)
    return read(report)


def read(report: Path) -> dict[str, Any]:
    """The same from a JUnit file."""
    passed, failed = 0, {}
    for case in xml.parse(report).getroot().iter("testcase"):
        kinds = {child.tag: child for child in case}
        problem = kinds.get("failure", kinds.get("error"))
        if problem is not None:
            file = str(case.get("classname")).rpartition(".")[2]
            failed[f"{file}::{case.get('name')}"] = str(problem.get("message")).strip().split("\n")[0][:160]
        elif "skipped" not in kinds:
            passed += 1
    return {"commit": COMMIT, "passed": passed, "failed": dict(sorted(failed.items()))}


def why(test: str) -> str:
    """The difference that a failed test sees, by its number; nothing where none is known."""
    numbers = [str(i + 1) for i, (pattern, _) in enumerate(DIFFERENCES) if re.search(pattern, test)]
    return ", ".join(numbers)


def page(results: dict[str, Any] | None) -> str:
    """The text of docs/array_api.md."""
    lines = [INTRODUCTION.rstrip("\n"), ""]
    lines += [f"{i + 1}. {text}" for i, (_, text) in enumerate(DIFFERENCES)]
    lines += ["", "## The standard's own tests"]
    if results is None:
        lines += [
            f"`make array-api` fetches [data-apis/array-api-tests]({REPOSITORY}) at {COMMIT[:10]}, runs it and writes",
            "here which share of it passes and what fails; no run of it is on file yet. `tests/python/array_api` holds the same",
            "functions against the reference implementation, array-api-strict.",
        ]
        return "\n".join(lines) + "\n"
    total = results["passed"] + len(results["failed"])
    lines += [
        f"Made by `make array-api`, with [data-apis/array-api-tests]({REPOSITORY}) at {results['commit'][:10]}: "
        f"{results['passed']} of {total} tests pass, {results['passed'] / total:.1%}.",
        "",
        "| test | what it says | difference |",
        "|---|---|---|",
    ]
    lines += [f"| `{test}` | {text.replace('|', '/')} | {why(test)} |" for test, text in results["failed"].items()]
    return "\n".join(lines) + "\n"


def recorded() -> dict[str, Any] | None:
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--suite", type=Path, help="a checkout of the suite with its submodule")
    parser.add_argument("--check", action="store_true", help="is the page what the results on file make?")
    parser.add_argument("--page", action="store_true", help="renews the page alone")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(PAGE.read_text() != page(recorded()))
    if not arguments.page:
        work = ROOT / "build" / "array-api"
        work.mkdir(parents=True, exist_ok=True)
        results = run(arguments.suite or fetch(work), work)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(f"{results['passed']} of {results['passed'] + len(results['failed'])} tests pass")
    PAGE.write_text(page(recorded()))


if __name__ == "__main__":
    main()
