"""OpenMP, which is not used: threads are our own."""

__all__ = ["is_available"]


def is_available() -> bool:
    """False."""
    return False
