"""Batch norm that keeps no running statistics, which cannot be written to inside vmap."""

from __future__ import annotations

from typing import Any

from vibetensor.torch.nn.modules.batchnorm import _BatchNorm


def replace_all_batch_norm_modules_(root: Any) -> Any:
    """`root`, whose batch norms use the statistics of their input from now on and keep none.

    >>> import vibetensor.torch as torch
    >>> torch.func.replace_all_batch_norm_modules_(torch.nn.BatchNorm1d(2)).running_mean is None
    True
    """
    for module in root.modules():
        if isinstance(module, _BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
