"""Logs that TensorBoard shows, written through the package `tensorboard`, which has to be installed."""

from vibetensor.torch._not_there import module_getattr

try:
    import tensorboard as _tensorboard
except ImportError as error:
    raise ModuleNotFoundError(
        "torch.utils.tensorboard writes through the package tensorboard, which is not installed: `pip install tensorboard`",
        name="tensorboard",
    ) from error
del _tensorboard

from vibetensor.torch.utils.tensorboard.writer import FileWriter, SummaryWriter  # noqa: E402 - which imports that package

__all__ = ["FileWriter", "SummaryWriter"]
__getattr__ = module_getattr(__name__)
