"""Signals: windows."""

from vibetensor.torch.signal import windows

__all__ = ["windows"]
