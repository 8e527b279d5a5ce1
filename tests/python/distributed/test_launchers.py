"""The same program under every launcher's contract."""

import json
import os
import re
import subprocess
import sys

import pytest
from launched import PROGRAMS, run


def losses(text):
    return [json.loads(found)["losses"] for found in re.findall(r"\{.*?\}", text)]  # two may stand in one line


@pytest.mark.parametrize("launcher", ["torch.distributed.run", "vibetensor.launch"])
def test_a_launcher_of_processes(launcher):
    options = ["--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [sys.executable, "-m", launcher, *options, str(PROGRAMS / "training.py"), "plain"],
        capture_output=True, text=True, timeout=100, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = losses(done.stdout)
    assert len(found) == 2 and found[0] == found[1] == run("training.py", 2, "plain")[0]["losses"]


@pytest.mark.parametrize(
    ("launcher", "program", "way"),
    [("torch.distributed.run", "cut_modules.py", "plain"), ("vibetensor.launch", "layers.py", "columns")],
)
def test_programs_of_parts_under_launchers(launcher, program, way):
    done = subprocess.run(
        [sys.executable, "-m", launcher, "--standalone", "--nproc-per-node", "4", str(PROGRAMS / program), way],
        capture_output=True, text=True, timeout=100, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = losses(done.stdout)
    assert len(found) == 4 and found[0] == pytest.approx(run(program, 1, way)[0]["losses"], rel=2e-5)
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    "variables",
    [
        {"SLURM_PROCID": "{rank}", "SLURM_NTASKS": "{size}", "SLURM_LOCALID": "{rank}"},
        {"OMPI_COMM_WORLD_RANK": "{rank}", "OMPI_COMM_WORLD_SIZE": "{size}", "OMPI_COMM_WORLD_LOCAL_RANK": "{rank}"},
        {"PMIX_RANK": "{rank}", "PMIX_SIZE": "{size}", "SLURM_PROCID": "7"},
    ],
    ids=["srun", "mpirun", "PMIx"],
)
def test_variables_of_launchers(variables):
    found = run("training.py", 2, "plain", variables=variables)
    assert found[0] == found[1]


def test_a_program_that_fails_ends_the_others(tmp_path):
    program = tmp_path / "p.py"
    program.write_text("import os, sys, time\nif os.environ['RANK'] == '1': sys.exit(7)\ntime.sleep(60)\n")
    done = subprocess.run(
        [sys.executable, "-m", "vibetensor.launch", "--nproc-per-node", "3", str(program)], timeout=30, check=False
    )
    assert done.returncode == 7
