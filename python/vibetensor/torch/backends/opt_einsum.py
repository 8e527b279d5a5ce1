"""The package opt_einsum, which is not asked: torch.einsum contracts from left to right unless it is given a path."""

__all__ = ["get_opt_einsum", "is_available"]

enabled = False
strategy = None


def is_available() -> bool:
    """False."""
    return False


def get_opt_einsum() -> None:
    """None."""
