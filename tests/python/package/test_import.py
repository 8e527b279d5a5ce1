"""What importing the package brings into a process."""

import subprocess
import sys
from pathlib import Path

import check_binary
import vibetensor

FOLDER = Path(vibetensor.__file__).parent


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_import_brings_neither_numpy_nor_pytorch():
    printed = run("import sys, vibetensor.torch; print([m for m in ('numpy', 'torch') if m in sys.modules])")
    assert printed == "[]\n"


def test_import_takes_at_most_60_mb():
    code = (
        "import vibetensor.torch; print([l for l in open('/proc/self/status') if l.startswith('VmRSS')][0].split()[1])"
    )
    assert int(run(code)) / 1024 <= 60


def test_libraries_need_nothing_of_cuda():
    libraries = [path for path in FOLDER.iterdir() if path.suffix == ".so"]
    assert {path.name.split(".")[0] for path in libraries} == {"_C", "libvibetensor"}
    assert [line for path in libraries for line in check_binary.complaints_of_library(path)] == []
