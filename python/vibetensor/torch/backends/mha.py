"""PyTorch's shorter way through attention layers in evaluation. Here there is one way, and the switch is kept."""

__all__ = ["get_fastpath_enabled", "set_fastpath_enabled"]

is_enabled = True


def get_fastpath_enabled() -> bool:
    """What was set last; True at first."""
    return is_enabled


def set_fastpath_enabled(value: bool) -> None:
    """Returns None; keeps what get_fastpath_enabled tells."""
    global is_enabled
    is_enabled = bool(value)
