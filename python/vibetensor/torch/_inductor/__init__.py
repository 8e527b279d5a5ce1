"""PyTorch's code generator, which is not there: its settings and the names of its modes."""

from typing import Any

from vibetensor.torch._dynamo.eval_frame import MODES
from vibetensor.torch._not_there import Refused, module_getattr

NO_CODE = "models run eagerly; torch.compile takes them as they are"

compile = Refused("torch._inductor.compile", NO_CODE)
aot_compile = Refused("torch._inductor.aot_compile", NO_CODE)
aoti_compile_and_package = Refused("torch._inductor.aoti_compile_and_package", NO_CODE)
aoti_load_package = Refused("torch._inductor.aoti_load_package", NO_CODE)


def list_mode_options(mode: str | None = None, dynamic: bool | None = None) -> dict[str, Any]:
    """The modes of torch.compile, or the options of one of them: none, for all modes give eager's results."""
    return {name: {} for name in MODES} if mode is None else {}


def list_options() -> list[str]:
    """The names that torch.compile's `options` may have."""
    from vibetensor.torch._inductor import config

    return list(config.get_config_copy())  # type: ignore[attr-defined]


__getattr__ = module_getattr(__name__, ["config"])
