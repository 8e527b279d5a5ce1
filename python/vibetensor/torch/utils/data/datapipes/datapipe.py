"""The bases of pipes, for isinstance: making one raises NotImplementedError."""

from __future__ import annotations

from vibetensor.torch._not_there import Refused, RefusedType

INSTEAD = "write an IterableDataset whose __iter__ is a generator, or a Dataset with __getitem__"


class IterDataPipe(RefusedType, why=INSTEAD):
    """A pipe that is read from front to end."""


class DFIterDataPipe(IterDataPipe, why=INSTEAD):
    """A pipe over data frames."""


class MapDataPipe(RefusedType, why=INSTEAD):
    """A pipe that gives a sample for a number."""


class DataChunk(RefusedType, why="a list does"):
    """Several samples of a pipe."""


functional_datapipe = Refused("torch.utils.data.functional_datapipe", INSTEAD)
argument_validation = Refused("torch.utils.data.argument_validation", INSTEAD)
guaranteed_datapipes_determinism = Refused("torch.utils.data.guaranteed_datapipes_determinism", INSTEAD)
non_deterministic = Refused("torch.utils.data.non_deterministic", INSTEAD)
runtime_validation = Refused("torch.utils.data.runtime_validation", INSTEAD)
runtime_validation_disabled = Refused("torch.utils.data.runtime_validation_disabled", INSTEAD)
