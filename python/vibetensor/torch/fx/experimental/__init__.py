"""Parts of torch.fx that libraries ask; each is a module of its own."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["proxy_tensor"])
