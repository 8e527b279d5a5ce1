"""How long processes wait for one another unless a program says it."""

from datetime import timedelta

from vibetensor.torch.distributed.groups import default_pg_timeout

__all__ = ["default_pg_nccl_timeout", "default_pg_timeout"]

default_pg_nccl_timeout = timedelta(minutes=10)
