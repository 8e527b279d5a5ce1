"""What goes wrong between processes."""

__all__ = ["DistBackendError", "DistError", "DistNetworkError", "DistStoreError"]


class DistError(RuntimeError):
    """Base of errors between processes."""


class DistBackendError(DistError):
    """A collective failed: a process ended, was too late, or called another one."""


class DistNetworkError(DistError):
    """A connection could not be made or broke."""


class DistStoreError(DistError):
    """A key of a store was not set in time."""
