"""oneDNN, which is not used: products and convolutions are our own. There is nothing that its switches could change."""

from vibetensor.torch.backends._unused import switches

__all__ = ["flags", "is_available", "set_flags"]

enabled = False
set_flags, flags = switches(globals())


def is_available() -> bool:
    """False."""
    return False
