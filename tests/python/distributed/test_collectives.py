"""Collectives of several processes."""

from launched import run


def test_every_collective_of_two():
    found = run("collectives.py", 2)
    assert [r["rank"] for r in found] == [0, 1]
    assert all(r["compared"] > 400 for r in found)


def test_every_collective_of_three():
    assert all(r["compared"] > 400 for r in run("collectives.py", 3))
