"""An older home of fully_shard."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["fsdp"])
