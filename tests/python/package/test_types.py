"""What a type checker tells about programs: nothing of a right one, and every planted mistake."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

FILES = Path(__file__).with_name("typed")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """The lines with errors, by file, of mypy's usual and strict runs."""
    cache = tmp_path_factory.mktemp("mypy")
    found = {}
    for options in ((), ("--strict",)):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "mypy",
                "--config-file=",
                f"--cache-dir={cache}",
                *options,
                *map(str, FILES.glob("*.py")),
            ],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={"MYPYPATH": str(ROOT / "python"), "PATH": ""},
        )
        for file in FILES.glob("*.py"):
            pattern = rf"{re.escape(str(file.relative_to(ROOT)))}:(\d+): error: (.*)"
            found[file.stem, bool(options)] = re.findall(pattern, done.stdout)
    return found


def test_planted_mistakes_are_found(errors):
    lines = (FILES / "planted.py").read_text().splitlines()
    wrong = {i for i, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert len(wrong) > 35
    for strict in (False, True):
        found = {int(number) for number, _ in errors["planted", strict]}
        assert found == wrong, [lines[i - 1] for i in found ^ wrong]


def test_a_right_program_has_none(errors):
    assert errors["clean", False] == []
    # calling a module gives Any, as in PyTorch
    assert {text for _, text in errors["clean", True]} == {
        'Returning Any from function declared to return "Tensor"  [no-any-return]'
    }
