"""save_run and load_run: a run that is killed at random moments ends with the losses of one that is not, bit by bit.

`make kills` kills 200 times; VT_KILLS sets another number.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import vibetensor
import vibetensor.torch as torch
from vibetensor.torch import nn

KILLS = int(os.environ.get("VT_KILLS", "6"))


def start(path, steps, workers, device):
    """The process of one run; it has started when it said nothing and still runs."""
    folder = Path(__file__).parent.parent
    return subprocess.Popen(
        [sys.executable, "-m", "serialization.killed_run", str(path), str(steps), str(workers), device],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        stdout=subprocess.PIPE,
        text=True,
    )


def losses_of(path):
    return torch.load(path)["values"]["losses"]


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
@pytest.mark.parametrize("workers", [0, 2])
def test_killed_runs_go_on(tmp_path, device, workers):
    steps = 10 * KILLS
    undisturbed = start(tmp_path / "whole.pt", steps, workers, device)
    began = time.monotonic()
    assert undisturbed.communicate(timeout=600)[0] == "done\n"
    needed = time.monotonic() - began
    moments, kills, path = random.Random(workers), 0, tmp_path / "killed.pt"
    seen = {0}
    while True:
        run = start(path, steps, workers, device)
        try:
            # most of a process is its start: later kills let the run get on
            is_killed = kills < KILLS or len(seen) < 3
            moment = moments.uniform(0, 0.5) * needed + needed / 20
            out = run.communicate(timeout=moment if is_killed else 600)[0]
            assert (run.returncode, out) == (0, "done\n")
            break
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            kills += 1
            seen.add(len(losses_of(path)) if path.exists() else 0)
    assert kills >= 2 and len(seen) >= 3  # it was killed in the middle, and went on from several places
    assert losses_of(path) == losses_of(tmp_path / "whole.pt")
    assert not [name for name in os.listdir(tmp_path) if name not in ("whole.pt", "killed.pt")]


def parts_of(seed):
    torch.manual_seed(seed)
    model = nn.Linear(3, 2)
    return {"model": model, "optimizer": torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)}


def test_values_come_back(tmp_path):
    path = tmp_path / "run.pt"
    best = torch.tensor([1.5, 2.5])
    vibetensor.save_run(path, step=3, best=best, note=("a", {"b": None}), **parts_of(0))
    other = parts_of(1)
    values = vibetensor.load_run(path, **other)
    assert values.keys() == {"step", "best", "note"} and values["step"] == 3 and values["note"] == ("a", {"b": None})
    assert torch.equal(values["best"], best)
    assert torch.equal(other["model"].weight, parts_of(0)["model"].weight)


def test_generators_come_back(tmp_path):
    import numpy as np

    path = tmp_path / "run.pt"
    own = torch.Generator().manual_seed(4)
    vibetensor.save_run(path, own=own)
    drawn = [torch.rand(3).tolist(), random.random(), np.random.rand(), torch.rand(2, generator=own).tolist()]
    again = torch.Generator()
    vibetensor.load_run(path, own=again)
    assert [torch.rand(3).tolist(), random.random(), np.random.rand(), torch.rand(2, generator=again).tolist()] == drawn


def test_names_that_differ_change_nothing(tmp_path):
    path = tmp_path / "run.pt"
    vibetensor.save_run(path, step=1, **parts_of(0))
    other = parts_of(1)
    before, stream = other["model"].weight.clone(), torch.get_rng_state()
    with pytest.raises(ValueError, match="also has optimizer"):
        vibetensor.load_run(path, model=other["model"])
    with pytest.raises(ValueError, match="no state of scheduler"):
        vibetensor.load_run(path, scheduler=torch.optim.lr_scheduler.StepLR(other["optimizer"], 2), **other)
    with pytest.raises(ValueError, match="step is a int"):
        vibetensor.load_run(path, step=1, **other)
    assert torch.equal(other["model"].weight, before) and torch.equal(torch.get_rng_state(), stream)


def test_what_is_no_run_is_refused(tmp_path):
    torch.save({"model": {}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="not written by save_run"):
        vibetensor.load_run(tmp_path / "other.pt", model=nn.Linear(1, 1))
    with pytest.raises(FileNotFoundError):
        vibetensor.load_run(tmp_path / "none.pt", model=nn.Linear(1, 1))
    with pytest.raises(TypeError, match="nothing to save"):
        vibetensor.save_run(tmp_path / "none.pt")
