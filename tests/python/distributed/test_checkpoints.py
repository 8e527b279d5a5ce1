"""torch.distributed.checkpoint: other numbers of processes resume, and PyTorch reads and writes the same folders."""

import os
import pickle

import pytest
import torch
import torch.distributed.checkpoint as theirs
import vibetensor.torch as vt
from launched import run

ours = vt.distributed.checkpoint


@pytest.mark.parametrize("kind", ["bare", "helpers"])
def test_four_processes_save_and_others_resume(kind, tmp_path):
    saved = run("checkpoints.py", 4, "save", str(tmp_path), kind)
    assert all(r == saved[0] for r in saved) and "Size mismatch" in saved[0]["failure"]
    assert sorted(os.listdir(tmp_path)) == [".metadata", *(f"__{rank}_0.distcp" for rank in range(4))]
    for size in (2, 3) if kind == "helpers" else (3,):
        resumed = run("checkpoints.py", size, "resume", str(tmp_path), kind)
        assert all(r["losses"] == resumed[0]["losses"] for r in resumed)
        assert resumed[0]["losses"] == pytest.approx(saved[0]["losses"], rel=1e-6)


@pytest.mark.filterwarnings("ignore:torch.distributed is disabled")
def test_pytorchs_folders_and_ours(tmp_path):
    there, here = str(tmp_path / "theirs"), str(tmp_path / "ours")
    run("pytorch_checkpoint.py", 2, there)
    found = run("loading.py", 3, there, here)
    assert found == [{"text": "words", "numbers": [1, 2.5]}] * 3
    tensor = torch.arange(35, dtype=torch.float32).reshape(7, 5)
    state = {
        "rows": torch.zeros(7, 5), "half": torch.zeros(7, 5, dtype=torch.half), "everywhere": torch.zeros(5),
        "plain": {"t": torch.zeros(7, 5, dtype=torch.int64), "text": ""},
    }  # fmt: skip
    theirs.load(state, checkpoint_id=here)
    assert state["plain"]["text"] == "words" and torch.equal(state["everywhere"], tensor[0])
    for found in (state["rows"], state["half"], state["plain"]["t"]):
        assert torch.equal(found, tensor.to(found.dtype))


def state_of_all():
    return {
        "a": vt.arange(6.0).reshape(2, 3).T,
        "b": {"c": [1, vt.ones(2)], 3: "x"},
        "d": vt.zeros(0, 2),
        "e": vt.tensor(5),
    }


def test_one_process_there_and_back(tmp_path):
    ours.save(state_of_all(), checkpoint_id=tmp_path)
    found = {"a": vt.zeros(3, 2), "b": {"c": [0, vt.zeros(2)], 3: ""}, "d": vt.zeros(0, 2), "e": vt.tensor(0)}
    memory = found["a"].data_ptr()
    ours.load(found, checkpoint_id=str(tmp_path))
    assert found["a"].data_ptr() == memory and found["a"].tolist() == state_of_all()["a"].tolist()
    assert (
        found["b"]["c"][0] == 1 and found["b"]["c"][1].tolist() == [1, 1] and found["b"][3] == "x" and found["e"] == 5
    )
    with pytest.raises(RuntimeError, match="Missing key in checkpoint state_dict: z"):
        ours.load({"z": 1}, checkpoint_id=tmp_path)
    partly = {"z": 1, "e": vt.tensor(0)}
    ours.load(partly, checkpoint_id=tmp_path, planner=ours.DefaultLoadPlanner(allow_partial_load=True))
    assert partly == {"z": 1, "e": vt.tensor(5)}
    with pytest.raises(ValueError, match="Size mismatch"):
        ours.load({"a": vt.zeros(2, 2)}, checkpoint_id=tmp_path)


def test_a_save_that_fails_leaves_no_checkpoint(tmp_path):
    ours.save(state_of_all(), checkpoint_id=tmp_path)
    with pytest.raises(TypeError):
        ours.save({"a": (i for i in ())}, checkpoint_id=tmp_path)
    assert not (tmp_path / ".metadata").exists()
    with pytest.raises(FileNotFoundError):
        ours.load({"a": 1}, checkpoint_id=tmp_path)


def test_metadata_makes_nothing_else(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    (tmp_path / ".metadata").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(pickle.UnpicklingError, match="system"):
        ours.load({"a": 1}, checkpoint_id=tmp_path)
    (tmp_path / ".metadata").write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(pickle.UnpicklingError, match="is not the metadata"):
        ours.load({"a": 1}, checkpoint_id=tmp_path)
    ours.save({"a": 1}, checkpoint_id=tmp_path)
    file = tmp_path / "__0_0.distcp"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(RuntimeError, match="ends before"):
        ours.load({"a": 1}, checkpoint_id=tmp_path)
