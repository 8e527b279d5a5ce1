"""Ray Train with workers of ours; skipped where Ray is not installed."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from launched import PROGRAMS, run

if find_spec("ray") is None:
    pytest.skip('Ray is not installed: pip install "ray[train]"', allow_module_level=True)


@pytest.mark.slow
def test_workers_learn_what_one_process_learns(tmp_path):
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / "with_ray.py"), str(tmp_path)],
        capture_output=True, text=True, timeout=500,
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1", "RAY_TRAIN_V2_ENABLED": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    alone = run("training.py", 1, "plain")[0]["losses"]
    for size, way in ((2, "plain"), (4, "zero"), (2, "fully_shard")):
        found = [json.loads((tmp_path / f"{way} {rank} of {size}").read_text()) for rank in range(size)]
        assert all(f == found[0] for f in found)
        assert found[0] == pytest.approx(alone, rel=2e-5)
