"""What a DataLoader is made of: how samples become batches, the workers that read them, and where it is."""

from vibetensor.torch._not_there import module_getattr

MP_STATUS_CHECK_INTERVAL = 5.0  # seconds

__getattr__ = module_getattr(__name__, ["collate", "fetch", "pin_memory", "worker"])
