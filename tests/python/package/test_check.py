"""`python -m vibetensor.check`: what a program lacks, read from its text."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import vibetensor
import vibetensor.torch as vt
from vibetensor.check import check
from vibetensor.check.names import absence
from vibetensor.check.reader import uses


def names(source):
    return [use.name for use in uses(source)]


def used(source):
    return set(names(source))


@pytest.mark.parametrize(
    "source, expected",
    [
        ("import torch\ntorch.nn.functional.relu(x)", {"torch", "torch.nn.functional.relu"}),
        ("import torch.nn as nn\nclass M(nn.Module): pass", {"torch.nn", "torch.nn.Module"}),
        ("import torch.nn.functional\ntorch.nn.init.zeros_(x)", {"torch.nn.functional", "torch.nn.init.zeros_"}),
        (
            "from torch import nn, optim as o\no.SGD, nn.ReLU",
            {"torch.nn", "torch.optim", "torch.optim.SGD", "torch.nn.ReLU"},
        ),
        ("from torch.nn import *\nLinear(1, 2), other", {"torch.nn", "torch.nn.Linear"}),
        (
            "import torch\nF = torch.nn.functional\nF.gelu(x)",
            {"torch", "torch.nn.functional", "torch.nn.functional.gelu"},
        ),
        ("import torch\nnn, x = torch.nn, 1\nnn.foo", {"torch", "torch.nn"}),
        (
            "import torch as t\ndef f(a=t.inf, *, b: t.Tensor) -> t.dtype: return t.ones",
            {"torch"} | {f"torch.{n}" for n in ("inf", "Tensor", "dtype", "ones")},
        ),
        ("import torch\ndef f(torch): return torch.abs", {"torch"}),
        ("import torch\n[torch.abs for torch in y]", {"torch"}),
        ("import torch\nlambda torch: torch.abs", {"torch"}),
        ("import numpy as torch\ntorch.abs", set()),
        ("from .torch import nn\nnn.ReLU", set()),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch.abs(x)", {"torch", "torch.abs"}),
        ("import torch\ngetattr(torch, 'vmap'), getattr(torch, 'maybe', None)", {"torch", "torch.vmap"}),
        ("from __future__ import annotations\nimport torch\ndef f(x: torch.Never): pass", {"torch"}),
        ("import typing\nif typing.TYPE_CHECKING:\n    from torch import Never", set()),
        ("class A:\n    import torch\n    x = torch.abs\n    def f(self): return torch.sin", {"torch", "torch.abs"}),
        ("def f():\n    import torch\n    def g(): return torch.abs\ntorch.sin", {"torch", "torch.abs"}),
        ("import torch\n@torch.jit.script\nclass A(metaclass=torch.M): pass", {"torch", "torch.jit.script", "torch.M"}),
        ("import torch\ntorch.x.y = torch.z", {"torch", "torch.z"}),
        (
            "import torch\nasync def f():\n    async with torch.a: pass\n    return f'{torch.b}'",
            {"torch", "torch.a", "torch.b"},
        ),
    ],
)
def test_names_are_followed(source, expected):
    assert used(source) == expected


@pytest.mark.parametrize(
    "source, method",
    [
        ("torch.ones(2).to_mkldnn()", "to_mkldnn"),
        ("x = torch.zeros(3)\nx.to_mkldnn()", "to_mkldnn"),
        ("x = torch.randn(3) * 2\ny = -x.abs().t()[0]\ny.to_mkldnn()", "to_mkldnn"),
        ("def f(x: torch.Tensor):\n    x += 1\n    return x.smm(x)", "smm"),
        ("from torch import Tensor\ndef f(x: Tensor): return [x.smm(y) for y in x]", "smm"),
        ("x = torch.ones(2)\ndef f():\n    return x.to_mkldnn()", "to_mkldnn"),
        ("x: torch.Tensor = read()\nx.to_mkldnn()", "to_mkldnn"),
        (
            "def f():\n    x: torch.Tensor\n    x = read()\n    x: 'torch.Tensor' = read()\n    x.to_mkldnn()",
            "to_mkldnn",
        ),
        ("def f(x: 'torch.Tensor'): return x.smm(x)", "smm"),
        ("def f(x: torch.Tensor | None = None): return x.smm(x)", "smm"),
        ("from typing import Optional\ndef f(x: Optional[torch.Tensor] = None): return x.smm(x)", "smm"),
        ("def f(x: torch.nn.Parameter): return x.smm(x)", "smm"),
        ("def read() -> torch.Tensor: ...\nread().to_mkldnn()", "to_mkldnn"),
        ("def read() -> torch.Tensor: ...\nx = read()\nx.t().to_mkldnn()", "to_mkldnn"),
        ("class A:\n    w: torch.Tensor\n    def f(self): return self.w.to_mkldnn()", "to_mkldnn"),
        (
            "class A:\n    def __init__(self): self.w: torch.Tensor = read()\n    def f(self): self.w.to_mkldnn()",
            "to_mkldnn",
        ),
        ("class A:\n    def g(self) -> torch.Tensor: ...\n    def f(self): self.g().to_mkldnn()", "to_mkldnn"),
        (
            "class A:\n    @property\n    def g(self) -> torch.Tensor: ...\n    def f(self): self.g.to_mkldnn()",
            "to_mkldnn",
        ),
    ],
)
def test_methods_of_what_is_seen_to_be_a_tensor(source, method):
    assert f"Tensor.{method}" in used("import torch\n" + source)


@pytest.mark.parametrize(
    "source",
    [
        "x = torch.zeros(3)\nx = other\nx.to_mkldnn()",
        "x = torch.zeros(3).shape\nx.index(1)",
        "x = torch.zeros(3).item()\nx.real",
        "x = torch.zeros(3)\nfor x in y: x.to_mkldnn()",
        "def f(x): return x.to_mkldnn()",
        "x = torch.zeros(3)\ndef f(x): return x.to_mkldnn()",
        "a, b = torch.ones(2).max(0)\na.to_mkldnn()",
        "def f(x: torch.Tensor | int): x.to_mkldnn()",
        "def f(x: 'a b'): x.to_mkldnn()",
        "def f(*x: torch.Tensor): x.index(1)",
        "async def read() -> torch.Tensor: ...\nread().to_mkldnn()",
        "class A:\n    w: torch.Tensor\n    def f(this): self.w.to_mkldnn()",
        "class A:\n    w: torch.Tensor\nclass B:\n    def f(self): self.w.to_mkldnn()",
    ],
)
def test_methods_of_what_may_be_something_else_are_left(source):
    assert not any(
        name in ("Tensor.to_mkldnn", "Tensor.index", "Tensor.real") for name in used("import torch\n" + source)
    )


def test_places_and_guards():
    source = (
        "import torch\n"
        "try:\n"
        "    torch.first\n"
        "except (ValueError, AttributeError):\n"
        "    torch.second\n"
        "if hasattr(torch, 'third'):\n"
        "    torch.third\n"
        "else:\n"
        "    torch.fourth\n"
        "  \n"
        "try:\n"
        "    def f(): return torch.fifth\n"
        "except Exception: pass\n"
    )
    found = {
        use.name.partition(".")[2]: (use.line, use.column, use.guarded) for use in uses(source) if use.name != "torch"
    }
    assert found == {
        "first": (3, 5, True),
        "second": (5, 5, False),
        "third": (7, 5, True),
        "fourth": (9, 5, False),
        "fifth": (12, 21, False),
    }


def test_absence_is_what_the_package_says():
    assert absence("torch.nn.functional.relu") is None and absence("torch.optim.lr_scheduler.StepLR") is None
    assert absence("torch.float32.is_floating_point") is None and absence("Tensor.abs") is None
    assert absence("torch.nn.Module.no_such_method").name == "torch.nn.Module.no_such_method"
    lack = absence("torch.no_such_module.deep.name")
    assert lack.name == "torch.no_such_module" and "neither here nor in PyTorch" not in lack.reason
    lack = absence("Tensor.to_mkldnn")
    with pytest.raises(AttributeError) as raised:
        vt.ones(1).to_mkldnn  # noqa: B018
    assert lack.reason == str(raised.value)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "good.py").write_text("import torch\ntorch.ones(2).sum()\n")
    (tmp_path / "inner/bad.py").write_text("import torch\n\n\nx = torch.no_such_name(1), torch.ones(1).to_mkldnn()\n")
    (tmp_path / "broken.py").write_text("def (:\n")
    return tmp_path


def command(*arguments):
    path = str(Path(vibetensor.__file__).parent.parent)
    command = [sys.executable, "-m", "vibetensor.check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": path}, timeout=120)


def test_report_of_a_folder(project):
    report = check([str(project), str(project / "good.py")])
    assert report.files == 2 and len(report.unreadable) == 1 and "broken.py" in report.unreadable[0]
    assert [(Path(m.file).name, m.line, m.column, m.name, m.guarded) for m in report.missing] == [
        ("bad.py", 4, 5, "torch.no_such_name", False),
        ("bad.py", 4, 28, "Tensor.to_mkldnn", False),
    ]


def test_text_and_json(project):
    done = command(project)
    assert done.returncode == 1
    assert f"{project}/inner/bad.py:4:28: Tensor.to_mkldnn is not there yet" in done.stdout
    assert done.stdout.splitlines()[-1] == "5 names of torch used in 2 files; 2 are missing, at 2 places"
    done = command("--json", project)
    report = json.loads(done.stdout)
    assert done.returncode == 1 and report["names"] == 5 and [m["line"] for m in report["missing"]] == [4, 4]
    assert command(project / "good.py").returncode == 0
    assert command(project / "broken.py").returncode == 2
    done = command("no_such_thing_anywhere")
    assert done.returncode == 2 and "neither a file, nor a folder, nor an installed module" in done.stderr


def test_installed_packages_are_found_but_not_imported():
    report = check(["safetensors.torch", "torch.utils.dlpack"])
    assert report.files == 2 and "torch.Tensor" in report.names
    script = "import sys; from vibetensor.check import check; check(['torch.nn.utils']); print('torch' in sys.modules)"
    path = str(Path(vibetensor.__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={"PYTHONPATH": path})
    assert done.stdout == "False\n", done.stderr


def test_our_own_examples_lack_nothing():
    examples = Path(__file__).parents[3] / "examples"
    text = {path.name: path.read_text().replace("vibetensor.torch", "torch") for path in examples.rglob("*.py")}
    handed_on = "import torch; from torch import nn; import torch.nn.functional as F"  # by gpt.py
    text = {name: re.sub("(?m)^from gpt import .*$", handed_on, source) for name, source in text.items()}
    missing = {(name, lack.name) for name, source in text.items() for use in names(source) if (lack := absence(use))}
    assert text and not missing
