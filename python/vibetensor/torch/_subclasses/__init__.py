"""PyTorch's home of tensors without memory that its compiler makes. Here the device "meta" has such."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(
    __name__,
    ["fake_tensor"],
    {"FakeTensor": "_subclasses.fake_tensor", "FakeTensorMode": "_subclasses.fake_tensor"},
)
