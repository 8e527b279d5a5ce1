"""`python -m vibetensor.run` and enable_torch: a PyTorch program gets our torch, and else what python gives it."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
import vibetensor

PATH = os.pathsep.join([str(Path(vibetensor.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
ENVIRONMENT = {**os.environ, "PYTHONPATH": PATH}
ENVIRONMENT.pop("PYTHONUNBUFFERED", None)


def python(*arguments, cwd=None, **options):
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT, timeout=120, **options)


def printed(source, *arguments, cwd=None, tmp_path=None):
    done = python("-m", "vibetensor.run", "-c", textwrap.dedent(source), *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


PROGRAM = """
import sys, json
attributes = {name: repr(value) for name, value in globals().items() if name in ("__name__", "__file__", "__package__",
              "__doc__", "__cached__", "__annotations__")}
spec = __spec__ and __spec__.name
is_main = sys.modules["__main__"].__dict__ is globals()
print(json.dumps([attributes, spec, type(__loader__).__name__, sys.argv, sys.path[0], is_main]))
"""


@pytest.fixture
def programs(tmp_path):
    """One program as a file, behind a link, as a module, a package, a folder and an archive."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    for name in ("script.py", "folder/__main__.py", "package/__main__.py", "package/inner.py"):
        (tmp_path / name).write_text(PROGRAM)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/link.py").symlink_to(tmp_path / "script.py")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("__main__.py", PROGRAM)
    return tmp_path


@pytest.mark.parametrize(
    "how",
    [
        ["script.py", "a", "--b"],
        ["elsewhere/link.py"],
        ["./script.py", "-m", "x"],
        ["folder", "a"],
        ["archive.zip"],
        ["-m", "script", "a"],
        ["-m", "package"],
        ["-m", "package.inner", "--help"],
        ["-c", PROGRAM, "a"],
    ],
    ids=lambda how: " ".join(how)[:20],
)
def test_a_program_sees_what_python_gives_it(programs, how):
    theirs, ours = python(*how, cwd=programs), python("-m", "vibetensor.run", *how, cwd=programs)
    assert theirs.returncode == ours.returncode == 0, ours.stderr
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    raise ValueError('no')\nf()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error",
        "def broken(:\n    pass",
        "import sys\nsys.exit(3)",
        "raise SystemExit('said')",
        "import no_such_module",
        "import sys\nsys.excepthook = lambda kind, error, trace: print('hooked', kind.__name__, trace.tb_lineno)\n1 / 0",
        "import atexit\natexit.register(print, 'left')\n1 / 0",
        "raise KeyboardInterrupt",
    ],
)
def test_errors_leave_as_from_python(tmp_path, source):
    (tmp_path / "program.py").write_text(source)
    theirs, ours = python("program.py", cwd=tmp_path), python("-m", "vibetensor.run", "program.py", cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert theirs.returncode != 0 and (theirs.returncode == -signal.SIGINT) == ("Keyboard" in source)


@pytest.mark.parametrize("how", [["missing.py"], ["-m", "no_such_module"], ["-m", "no_such.module"], ["folder"]])
def test_a_program_that_is_not_there(tmp_path, how):
    (tmp_path / "folder").mkdir()
    theirs, ours = python(*how, cwd=tmp_path), python("-m", "vibetensor.run", *how, cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_a_program_from_the_standard_input(tmp_path):
    source = PROGRAM + "\nraise ValueError('at the end')"
    theirs, ours = (python(*how, "-", "a", "-b", cwd=tmp_path, input=source) for how in ([], ["-m", "vibetensor.run"]))
    assert theirs.returncode == ours.returncode == 1
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)
    assert ours.stderr == theirs.stderr


@pytest.mark.parametrize("unbuffered", [True, False])
def test_what_is_printed_at_once(tmp_path, unbuffered):
    """os._exit throws away what still waits in a buffer."""
    source = "import os, sys\nprint('printed')\nsys.stdout.write('é')\nprint('x', file=sys.stderr)\nos._exit(3)"
    (tmp_path / "program.py").write_text(source, encoding="utf-8")
    flag = ["-u"] if unbuffered else []
    theirs = python(*flag, "program.py", cwd=tmp_path)
    ours = python("-m", "vibetensor.run", *flag, "program.py", cwd=tmp_path)
    assert ours.returncode == theirs.returncode == 3
    assert (ours.stdout, ours.stderr) == (theirs.stdout, theirs.stderr) == ("printed\né" if unbuffered else "", "x\n")
    for how in (["-m", "program"], ["-c", source], ["-"]):
        done = python("-m", "vibetensor.run", *flag, *how, cwd=tmp_path, input=source)
        assert (done.returncode, done.stdout) == (3, ours.stdout)


def test_command_line_of_its_own():
    assert python("-m", "vibetensor.run", "--help").stdout.startswith("usage: python -m vibetensor.run")
    for arguments in ([], ["-m"], ["-x", "script.py"]):
        done = python("-m", "vibetensor.run", *arguments)
        assert done.returncode == 2 and "usage:" in done.stderr


def test_every_import_of_torch_is_ours():
    source = """
        import importlib.metadata, importlib.util, sys
        import vibetensor.torch as ours
        import torch, torch.nn as nn, torch.nn.functional as F
        from torch.utils.data import DataLoader
        from torch import optim
        import torch.optim.lr_scheduler
        assert torch is ours and nn is ours.nn and F is ours.nn.functional and optim is ours.optim
        assert DataLoader is ours.utils.data.DataLoader
        assert sys.modules["torch.nn"] is sys.modules["vibetensor.torch.nn"]
        assert importlib.util.find_spec("torch") is not None
        assert importlib.util.find_spec("torch.utils.data.sampler") is not None
        assert importlib.util.find_spec("torch.no_such_module") is None
        assert importlib.metadata.version("torch") == torch.__version__
        assert importlib.metadata.distribution("torch").metadata["Name"] == "torch"
        assert "torch" in importlib.metadata.packages_distributions()["torch"]
        try:
            import torch.no_such_module
        except ModuleNotFoundError as error:
            print(error.name)
        print(importlib.metadata.version("pytest") > "0", nn.Linear(2, 3)(torch.ones(1, 2)).shape)
    """
    assert printed(source) == "torch.no_such_module\nTrue torch.Size([1, 3])\n"


def test_find_spec_answers_before_torch_is_imported():
    source = """
        import importlib.util, sys
        spec = importlib.util.find_spec("torch")
        print("torch" in sys.modules, "vibetensor.torch" in sys.modules, spec.name, spec.origin.endswith("torch/__init__.py"))
        print(importlib.util.find_spec("torch.nn").name)
    """
    assert printed(source) == "False False torch True\ntorch.nn\n"


def test_a_module_of_torch_can_be_run(tmp_path):
    (tmp_path / "show.py").write_text("import inspect, torch.nn.init as i; print(inspect.getsource(i)[:3])")
    assert python("-m", "vibetensor.run", "show.py", cwd=tmp_path).stdout == '"""\n'


WORKERS = """
import multiprocessing, sys

def work(x):
    import torch
    return torch.__name__, sys.argv[1:], float(torch.full((2,), x).sum())

if __name__ == "__main__":
    import torch
    multiprocessing.set_forkserver_preload(["__main__", "colorsys"])
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(method, *pool.map(work, [1.5]))
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        print(*pool.map(work, [2.5]))
"""


def test_workers_of_every_start_method(tmp_path):
    (tmp_path / "program.py").write_text("import torch\nassert 'vibetensor' in torch.__version__\n" + WORKERS)
    done = python("-m", "vibetensor.run", "program.py", "x", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rest = "('torch', ['x'], 3.0)"
    assert done.stdout.splitlines() == [
        f"fork {rest}",
        f"spawn {rest}",
        f"forkserver {rest}",
        "('torch', ['x'], 5.0)",
    ]


def test_workers_where_the_package_is_on_no_path_of_theirs(tmp_path):
    (tmp_path / "program.py").write_text(
        f"import sys\nsys.path.insert(0, {str(Path(vibetensor.__file__).parent.parent)!r})\n"
        "import vibetensor\nvibetensor.enable_torch()\n" + WORKERS
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-S", "program.py", "x"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("('torch', ") == 4


def test_enable_torch_in_a_program():
    source = """
        import vibetensor
        from vibetensor.as_torch import enabled
        assert not enabled()
        vibetensor.enable_torch()
        vibetensor.enable_torch()
        import torch, sys
        print(enabled(), torch.ones(2), sum(type(f).__name__ == "TorchFinder" for f in sys.meta_path))
    """
    done = python("-c", textwrap.dedent(source))
    assert done.stdout == "True tensor([1., 1.]) 1\n", done.stderr


def test_pytorch_that_is_already_there_is_refused():
    done = python("-c", "import torch, vibetensor; vibetensor.enable_torch()")
    assert done.returncode == 1
    assert "RuntimeError: enable_torch: PyTorch itself is already imported in this process" in done.stderr
    done = python(
        "-c", "import torch, runpy, sys; sys.argv[1:] = ['x.py']; runpy.run_module('vibetensor.run', None, '__main__')"
    )
    assert done.returncode == 1 and done.stderr.startswith("vibetensor.run: enable_torch: PyTorch itself")


def test_the_version_passes_checks():
    import vibetensor.torch as vt
    from packaging.version import Version

    version = vt.__version__
    assert Version(version) >= Version("2.13") and Version(version).local.startswith("vibetensor")
    assert version >= "2.9" and version > (2, 1) and version >= (2, 13, 0) and version < (3,) and version < "2.14.0a0"
    assert not version < "2.13.0" and version != "2.13.0" and version == str(version)
    assert version > "2.13.0rc1" and version >= "2.13.0" and version.startswith("2.13.0+")
    assert tuple(int(n) for n in version.split("+")[0].split(".")[:2]) == (2, 13)
    assert version > "not a version" or version < "not a version"
    assert vt.version.__version__ == version and {version: 1}[str(version)] == 1


@pytest.mark.parametrize(
    "other", ["2.12.9", "2.13.0", "2.13.0+cpu", "2.13", "2.13.1.dev20260101", "2.13.0a0", "2.13.0.post1", "10"]
)
def test_versions_compare_as_packaging_says(other):
    import vibetensor.torch as vt
    from packaging.version import Version

    ours, theirs = vt.__version__, Version(other)
    for compare in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(ours, compare)(other) == getattr(Version(str(ours)), compare)(theirs), compare
