"""Intel MKL, which is not used: products are our own or LAPACK's."""

__all__ = ["is_available"]


def is_available() -> bool:
    """False."""
    return False
