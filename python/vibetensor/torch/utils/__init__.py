"""Things around training."""

from vibetensor.torch._not_there import module_getattr

__getattr__ = module_getattr(
    __name__,
    [
        "_mode_utils",
        "_python_dispatch",
        "_pytree",
        "benchmark",
        "checkpoint",
        "data",
        "dlpack",
        "flop_counter",
        "hooks",
        "model_zoo",
        "tensorboard",
    ],
    {"swap_tensors": "utils._swap"},
)
