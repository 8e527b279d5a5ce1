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
@pytest.mark.parametrize(("size", "way"), [(2, "plain"), (4, "zero"), (4, "fully_shard")])
def test_a_launcher_of_processes(launcher, size, way):
    options = ["--standalone", "--nproc-per-node", str(size)]
    done = subprocess.run(
        [sys.executable, "-m", launcher, *options, str(PROGRAMS / "training.py"), way],
        capture_output=True, text=True, timeout=100, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = losses(done.stdout)
    assert len(found) == size and all(f == found[0] for f in found)
    assert found[0] == run("training.py", size, way)[0]["losses"]
    assert found[0] == pytest.approx(run("training.py", 1, "plain")[0]["losses"], rel=2e-5)


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
@pytest.mark.parametrize(("size", "way"), [(2, "plain"), (2, "fully_shard"), (4, "zero")])
def test_variables_of_launchers(variables, size, way):
    found = run("training.py", size, way, variables=variables)
    assert all(f == found[0] for f in found)
    assert found[0]["losses"] == pytest.approx(run("training.py", 1, "plain")[0]["losses"], rel=2e-5)


def test_a_restart_under_torchrun(tmp_path):
    program = tmp_path / "p.py"
    program.write_text(
        "import os, runpy, sys\n"
        "import vibetensor.torch.distributed as dist\n"
        "if os.environ['TORCHELASTIC_RESTART_COUNT'] == '0':\n"
        "    dist.init_process_group('gloo')\n"
        "    if dist.get_rank() == 1: os._exit(3)\n"
        "    dist.barrier()\n"
        f"runpy.run_path({str(PROGRAMS / 'training.py')!r})\n"
    )
    options = ["--standalone", "--nproc-per-node", "2", "--max-restarts", "1", "--monitor-interval", "0.1"]
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", *options, str(program), "plain"],
        capture_output=True, text=True, timeout=150, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = losses(done.stdout)
    assert len(found) == 2 and found[0] == found[1] == run("training.py", 2, "plain")[0]["losses"]


def test_a_program_that_fails_ends_the_others(tmp_path):
    program = tmp_path / "p.py"
    program.write_text("import os, sys, time\nif os.environ['RANK'] == '1': sys.exit(7)\ntime.sleep(60)\n")
    done = subprocess.run(
        [sys.executable, "-m", "vibetensor.launch", "--nproc-per-node", "3", str(program)], timeout=30, check=False
    )
    assert done.returncode == 7
