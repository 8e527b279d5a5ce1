"""Runs training.py in 2 and 4 workers of Ray Train; each writes its losses into a folder."""

import contextlib
import io
import json
import os
import runpy
import sys
from pathlib import Path

import ray
from ray.train import RunConfig, ScalingConfig
from vibetensor.ray import VibeTensorTrainer

TRAINING = str(Path(__file__).with_name("training.py"))


def train(config):
    from vibetensor.torch import distributed

    rank, size = distributed.get_rank(), distributed.get_world_size()
    assert (rank, size) == (int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])) and "LOCAL_RANK" in os.environ
    sys.argv = ["training.py", config["way"]]
    printed = io.StringIO()
    distributed.init_process_group = lambda *args: None  # Ray has made the group
    with contextlib.redirect_stdout(printed):
        runpy.run_path(config["program"])
    losses = json.loads(printed.getvalue().strip().splitlines()[-1])["losses"]
    (Path(config["folder"]) / f"{config['way']} {rank} of {size}").write_text(json.dumps(losses))


if __name__ == "__main__":
    folder = sys.argv[1]
    ray.init(num_cpus=5, include_dashboard=False)
    for size, way in ((2, "plain"), (4, "zero"), (2, "fully_shard")):
        VibeTensorTrainer(
            train,
            train_loop_config={"folder": folder, "program": TRAINING, "way": way},
            scaling_config=ScalingConfig(num_workers=size, resources_per_worker={"CPU": 1}),
            run_config=RunConfig(storage_path=f"{folder}/runs"),
        ).fit()
    ray.shutdown()
