"""Importing this module enables torch: for worker processes, which begin with it."""

from vibetensor.as_torch import enable_torch

enable_torch()
