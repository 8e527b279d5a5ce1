"""What importing the package brings into a process."""

import os
import subprocess
import sys
from pathlib import Path

import check_binary
import vibetensor

FOLDER = Path(vibetensor.__file__).parent


def run(code, **environment):
    env = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env).stdout


def test_import_brings_neither_numpy_nor_pytorch():
    printed = run("import sys, vibetensor.torch; print([m for m in ('numpy', 'torch') if m in sys.modules])")
    assert printed == "[]\n"


def test_import_takes_at_most_26_mb(tmp_path):
    code = (
        "import vibetensor.torch; print([l for l in open('/proc/self/status') if l.startswith('VmRSS')][0].split()[1])"
    )
    compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}  # as an installed package is
    run(code, **compiled)
    assert int(run(code, **compiled)) / 1024 <= 26


def test_import_brings_only_what_every_program_needs():
    code = "import sys; before = set(sys.modules); import vibetensor.torch; print(*sorted(set(sys.modules) - before))"
    brought = set(run(code).split())
    late = "pathlib pickle dis inspect ast tokenize json dataclasses subprocess logging ctypes unittest"
    assert brought & set(late.split()) == set()
    # the documentation of ops is made when somebody asks, and costs 4 MB
    own = {name.removeprefix("vibetensor.torch.") for name in brought}
    assert (
        own & {"_op_docs", "_op_examples", "distributions", "optim", "utils.data", "linalg", "_absent_dtypes"} == set()
    )


def test_libraries_need_nothing_of_cuda():
    libraries = [path for path in FOLDER.iterdir() if path.suffix == ".so"]
    assert {path.name.split(".")[0] for path in libraries} == {"_C", "libvibetensor"}
    assert [line for path in libraries for line in check_binary.complaints_of_library(path)] == []
