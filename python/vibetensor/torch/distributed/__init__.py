"""Several processes, which are not there yet: says so to programs that ask."""

from vibetensor.torch._not_there import module_getattr


def is_available() -> bool:
    """False: there is nothing here to communicate with yet."""
    return False


def is_initialized() -> bool:
    """False, as is_available()."""
    return False


__getattr__ = module_getattr(__name__)
