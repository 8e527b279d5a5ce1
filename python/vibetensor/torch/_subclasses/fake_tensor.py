"""What libraries ask of fake tensors: there are none, as nothing is compiled."""

from typing import Any

from vibetensor.torch._not_there import RefusedType

WHY = 'tensors on the device "meta" have shapes and no memory'


class FakeTensor(RefusedType, why=WHY):
    """A tensor without memory: there are none, so isinstance says False."""


class FakeTensorMode(RefusedType, why=WHY):
    """Context in which tensors would be without memory."""


def is_fake(x: Any) -> bool:
    """False."""
    return False
