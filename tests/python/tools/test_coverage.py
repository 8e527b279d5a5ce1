"""tools/coverage.py: what it counts, and that its page claims nothing that is not there."""

import re
import subprocess
import sys
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_the_list_is_pytorchs():
    import torch

    names = coverage.listed()
    assert len(names) > 75 and sum(map(len, names.values())) > 2500
    assert {"Linear", "Conv2d", "Module"} <= set(names["torch.nn"]) and "backward" in names["torch.Tensor"]
    assert set(coverage.CORE) <= set(names) and set(coverage.CLASSES) <= set(names)
    assert all(hasattr(torch, name) or name in torch.__all__ for name in names["torch"])


@pytest.mark.parametrize(
    "name, there",
    [
        ("torch.nn.Linear", True),
        ("torch.nn.functional.relu", True),
        ("torch.Tensor.abs", True),
        ("Tensor.abs", True),
        ("Tensor.to_mkldnn", False),
        ("Optimizer.step", True),
        ("Optimizer.param_groups", True),
        ("nn.Module.weight", True),
        ("nn.Module.no_such_method", False),
        ("torch.jit.run_frozen_optimizations", False),
        ("torch.no_such_name", False),
    ],
)
def test_what_counts(name, there):
    assert (coverage.missing(name) is None) == there


def test_the_page_claims_nothing_that_is_not_there():
    page = coverage.PAGE.read_text()
    said = {owner: set(re.findall(r"`(\w+)`", names)) for owner, names in re.findall(r"\*\*([\w.]+)\*\*: (.*)", page)}
    claimed = [f"{o}.{n}" for o, names in coverage.listed().items() for n in names if n not in said.get(o, ())]
    assert len(claimed) > 1000
    assert [name for name in claimed if coverage.missing(name)] == []
    made = coverage.page(coverage.listed())
    assert made.splitlines()[:7] == page.splitlines()[:7] and made.count("| `torch") == page.count("| `torch")


def test_a_list_of_ones_own(tmp_path):
    def run(text):
        (tmp_path / "names.csv").write_text(text)
        command = [sys.executable, str(ROOT / "tools/coverage.py"), "--names", str(tmp_path / "names.csv")]
        return subprocess.run(command, capture_output=True, text=True)

    done = run("api,count\ntorch.ones,3\ntorch.no_such_name,2\n")
    assert done.returncode == 1
    assert done.stdout.splitlines() == ["torch.no_such_name: torch.no_such_name is not there", "1 of 2 names are there"]
    done = run('projects,entries,name\n2,3,"torch.device(""meta"")"\n')
    assert (done.returncode, done.stdout) == (0, "1 of 1 names are there\n")
