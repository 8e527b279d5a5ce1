"""Errors of PyTorch's compiler."""


class TorchDynamoException(RuntimeError):
    """Base of the errors of torch.compile."""


class InvalidBackend(TorchDynamoException):
    """torch.compile was asked for a backend that nobody has."""

    def __init__(self, name: str):
        super().__init__(f"Invalid backend: {name!r}, see `torch._dynamo.list_backends()` for available backends.")


class Unsupported(TorchDynamoException):
    """A program has what cannot be compiled. Never raised here: everything runs eagerly."""


class BackendCompilerFailed(TorchDynamoException):
    """A backend failed. Never raised here: everything runs eagerly."""
