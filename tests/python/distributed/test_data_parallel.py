"""DistributedDataParallel: several processes learn what one learns from the whole batch."""

import pytest
from launched import run


@pytest.mark.parametrize("way", ["plain", "views", "unused", "sync", "accumulate"])
def test_losses_are_those_of_one_process(way):
    alone = run("training.py", 1, way)[0]["losses"]
    together = run("training.py", 2, way)
    assert together[0] == together[1]
    if way == "accumulate":  # the loss printed is of the second half of each process's part
        assert len(together[0]["losses"]) == 6
    else:
        assert together[0]["losses"] == pytest.approx(alone, rel=2e-5)
    assert alone[-1] < alone[0]


def test_gradients_travel_in_16_bits():
    assert run("training.py", 2, "hook")[0]["losses"] == pytest.approx(
        run("training.py", 1, "plain")[0]["losses"], rel=2e-2
    )


def test_processes_evaluate_with_the_first_ones_buffers():
    first, second = run("buffers.py", 2)
    assert first["after_step"] != second["after_step"]
    assert first["evaluated"] == second["evaluated"] == first["after_step"]


@pytest.mark.parametrize("size", [2, 4])
def test_modules_in_parts_learn_the_same(size):
    found = run("training.py", size, "fully_shard")
    assert all(f == found[0] for f in found)
    assert found[0]["losses"] == pytest.approx(run("training.py", 1, "plain")[0]["losses"], rel=2e-5)


@pytest.mark.parametrize("way", ["zero", "zero_views", "zero_resumed"])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_an_optimizer_in_parts_makes_the_same_steps(size, way):
    assert run("training.py", size, way) == run("training.py", size, "plain")


@pytest.mark.parametrize("way", ["all", "active", "zero", "accumulate", "buffers", "unused", "throw"])
@pytest.mark.parametrize("size", [1, 3])
def test_processes_with_different_numbers_of_inputs(size, way):
    found = run("uneven.py", size, way)
    if way == "throw":
        assert [f["steps"] for f in found] == [2] * size
        assert sum("exhausted" in f["error"] for f in found) == (size if size > 1 else 0)
    else:
        assert all(f["compared"] > 0 for f in found)
