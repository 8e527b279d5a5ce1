"""What distributed training adds to modules and loops."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["_checkpoint", "ddp_comm_hooks", "join"])
