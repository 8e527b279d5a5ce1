"""Times of statements, measured so that they can be compared."""

from vibetensor.torch._not_there import module_getattr
from vibetensor.torch.utils.benchmark.compare import Compare
from vibetensor.torch.utils.benchmark.measurement import (
    Measurement,
    TaskSpec,
    select_unit,
    trim_sigfig,
    unit_to_english,
)
from vibetensor.torch.utils.benchmark.timer import Timer, timer

__all__ = [
    "Compare",
    "Measurement",
    "TaskSpec",
    "Timer",
    "select_unit",
    "timer",
    "trim_sigfig",
    "unit_to_english",
]
__getattr__ = module_getattr(__name__)
