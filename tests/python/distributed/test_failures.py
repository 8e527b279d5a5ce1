"""A process that is gone, late or elsewhere is named, soon."""

import pytest
from launched import results, start


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("killed", ["rank 1 is gone"]),
        (
            "slow",
            ["timed out waiting for rank 1", "rank 1 did not call it", "all_reduce number 1, done", "failing.py:"],
        ),
        ("other", ["all_reduce number 2", "rank 1", "broadcast"]),  # process 1 sees it first, and ends the group
        ("size", ["of 16 bytes", "of 20 bytes"]),
        ("dtype", ["the same collectives in the same order"]),
    ],
)
def test_who_is_missing(way, said):
    processes = start("failing.py", 2, way)
    waits_for = processes if way in ("other", "size", "dtype") else processes[:1]
    try:
        found = results(waits_for)[0]
    finally:
        for p in processes:
            p.kill()
    for text in said:
        assert text in found["error"]
    assert "has failed before" in found["again"]
    assert found["seconds"] < 10
