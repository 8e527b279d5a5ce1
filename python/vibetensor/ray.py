"""A backend of Ray Train: its workers are processes of one group. Needs `pip install "ray[train]"`.

    from ray.train import ScalingConfig
    from vibetensor.ray import VibeTensorTrainer

    VibeTensorTrainer(train, scaling_config=ScalingConfig(num_workers=4)).fit()

`train` runs in every worker, with the default group made: torch.distributed and DistributedDataParallel are used as they are.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

try:
    import ray
    from ray.train.backend import Backend, BackendConfig
    from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer
except ImportError as error:
    raise ImportError(f'vibetensor.ray needs Ray Train: pip install "ray[train]" ({error})') from error

__all__ = ["VibeTensorConfig", "VibeTensorTrainer"]


@dataclass
class VibeTensorConfig(BackendConfig):  # type: ignore[misc]
    """How the workers' group is made.

    backend: of torch.distributed.init_process_group; None is "nccl" where workers have GPUs, else "gloo". timeout_s: seconds
    after which a worker that does not come to a collective is an error.
    """

    backend: str | None = None
    timeout_s: float = 1800

    @property
    def backend_cls(self) -> type[Backend]:
        """What Ray calls when workers start and end."""
        return VibeTensorBackend


class VibeTensorBackend(Backend):  # type: ignore[misc]
    """Makes the group when the workers have started, and ends it with them."""

    def on_start(self, worker_group: Any, backend_config: VibeTensorConfig) -> None:
        """Returns None; all workers are in the default group then."""
        has_gpus = worker_group.get_resources_per_worker().get("GPU", 0) > 0
        backend = backend_config.backend or ("nccl" if has_gpus else "gloo")
        host, port = worker_group.execute_single(0, address)
        size = len(worker_group)
        ray.get([
            worker_group.execute_single_async(
                rank, join, backend, rank, size, host, port, backend_config.timeout_s
            )
            for rank in range(size)
        ])  # fmt: skip

    def on_training_start(self, worker_group: Any, backend_config: VibeTensorConfig) -> None:
        """Returns None; workers know their numbers as torchrun's processes do."""
        worker_group.execute(set_environment)

    def on_shutdown(self, worker_group: Any, backend_config: VibeTensorConfig) -> None:
        """Returns None; ends the group."""
        worker_group.execute(leave)


class VibeTensorTrainer(DataParallelTrainer):  # type: ignore[misc]
    """Ray's trainer of several workers, whose workers are a group.

    train_loop_per_worker: runs in each, with train_loop_config if that is given. vibetensor_config: how the group is made.
    options: of Ray's DataParallelTrainer, as scaling_config, run_config, datasets.
    """

    def __init__(
        self,
        train_loop_per_worker: Callable[..., Any],
        *,
        train_loop_config: dict[str, Any] | None = None,
        vibetensor_config: VibeTensorConfig | None = None,
        **options: Any,
    ):
        super().__init__(
            train_loop_per_worker,
            train_loop_config=train_loop_config,
            backend_config=vibetensor_config or VibeTensorConfig(),
            **options,
        )


# ---- in the workers


def address() -> tuple[str, int]:
    """An address of this worker that the others reach, with a port that is free."""
    with socket.socket() as s:
        s.bind(("", 0))
        return ray.util.get_node_ip_address(), s.getsockname()[1]


def join(backend: str, rank: int, size: int, host: str, port: int, seconds: float) -> None:
    from vibetensor.torch import distributed

    os.environ.update(MASTER_ADDR=host, MASTER_PORT=str(port), RANK=str(rank), WORLD_SIZE=str(size))
    distributed.init_process_group(backend, timeout=timedelta(seconds=seconds))


def set_environment() -> None:
    context = ray.train.get_context()
    os.environ.update(
        RANK=str(context.get_world_rank()),
        WORLD_SIZE=str(context.get_world_size()),
        LOCAL_RANK=str(context.get_local_rank()),
        LOCAL_WORLD_SIZE=str(context.get_local_world_size()),
        GROUP_RANK=str(context.get_node_rank()),
    )


def leave() -> None:
    from vibetensor.torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()
