"""What libraries ask about Triton: its kernels are not launched from here."""

from vibetensor.torch._not_there import module_getattr


def has_triton_package() -> bool:
    """Whether Triton is installed."""
    from importlib.util import find_spec

    return find_spec("triton") is not None


def has_triton() -> bool:
    """False: tensors of ours are not handed to Triton's kernels by the libraries that ask."""
    return False


__getattr__ = module_getattr(__name__)
