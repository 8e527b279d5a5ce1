"""DTensor and layers that are cut: several processes compute what one computes."""

import pytest
from launched import run


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_calls_and_gradients_are_those_of_one_tensor(size):
    found = run("tensors.py", size)
    assert all(r["compared"] == found[0]["compared"] >= 120 for r in found)


def test_sample_rows_on_processes():
    """Every 25th; `python every_op.py 0 2000 1` in as many processes as there are to be is all of them."""
    found = run("every_op.py", 2, "0", "2000", "25")
    assert [r["failures"] for r in found] == [[], []]
    assert all(r["compared"] > 700 for r in found)


@pytest.mark.parametrize(("way", "size"), [("columns", 2), ("sequence", 4), ("loss", 2)])
def test_losses_of_layers_that_are_cut(way, size):
    alone = run("layers.py", 1, way)[0]["losses"]
    together = run("layers.py", size, way)
    assert all(r == together[0] for r in together)
    assert together[0]["losses"] == pytest.approx(alone, rel=1e-5)
