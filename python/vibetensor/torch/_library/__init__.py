"""Where PyTorch has what torch.library is made of."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["infer_schema"])
