"""Real mpirun: as a launcher, and MPI as the backend; skipped where they are not installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest
from launched import PROGRAMS, free_port, run

if shutil.which("mpirun") is None:
    pytest.skip("there is no mpirun (Debian: openmpi-bin)", allow_module_level=True)


def mpirun(size, program, *args, backend):
    if backend == "mpi" and find_spec("mpi4py") is None:
        pytest.skip("mpi4py is not installed")
    variables = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
        "BACKEND": backend,
    }
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(
        ["mpirun", "--oversubscribe", "-n", str(size), sys.executable, str(PROGRAMS / program), *args],
        capture_output=True, text=True, timeout=200, env={**os.environ, **variables, **root},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [json.loads(found) for found in re.findall(r"\{.*?\}", done.stdout)]


@pytest.mark.parametrize("backend", ["gloo", "mpi"])
@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("way", ["plain", "zero", "fully_shard"])
def test_processes_of_mpirun_learn_what_one_learns(size, way, backend):
    found = mpirun(size, "training.py", way, backend=backend)
    assert len(found) == size and all(f == found[0] for f in found)
    assert found[0] == run("training.py", size, way)[0]
    assert found[0]["losses"] == pytest.approx(run("training.py", 1, "plain")[0]["losses"], rel=2e-5)


def test_every_collective_over_mpi():
    assert all(f["compared"] > 400 for f in mpirun(3, "collectives.py", backend="mpi"))
