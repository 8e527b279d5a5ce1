"""fully_shard: several processes learn what one learns from the whole batch."""

import pytest
from launched import run


@pytest.mark.parametrize(
    ("way", "size"),
    [("plain", 3), ("keep", 2), ("replicas", 4), ("layers", 4), ("accumulate", 2), ("checkpoint", 2), ("mixed", 2)],
)
def test_losses_are_those_of_one_process(way, size):
    alone = run("cut_modules.py", 1, "plain")[0]
    together = run("cut_modules.py", size, way)
    assert all(r["losses"] == together[0]["losses"] for r in together)
    loose = 2e-2 if way == "mixed" else 2e-5
    assert together[0]["losses"] == pytest.approx(alone["losses"], rel=loose)
    assert together[0]["norms"] == pytest.approx(alone["norms"], rel=5 * loose)
    assert all(r["last"] == pytest.approx(alone["last"], rel=loose * 5) for r in together)
    if way != "mixed":
        assert together[0]["checks"] == pytest.approx(alone["checks"], rel=1e-3, abs=1e-4)
    assert alone["losses"][-1] < alone["losses"][0]
