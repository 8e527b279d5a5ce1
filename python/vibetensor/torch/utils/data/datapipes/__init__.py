"""PyTorch's old way to put datasets together, which raises where a pipe is made: generators and Datasets do the same."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(__name__, ["datapipe", "iter", "map"])
