"""PyTorch's code generator, which is not there: its settings and the names of its modes."""

from typing import Any

from vibetensor.torch._dynamo.eval_frame import MODE_OPTIONS, check_mode
from vibetensor.torch._not_there import Refused, module_getattr

NO_CODE = "models run eagerly; torch.compile takes them as they are"

compile = Refused("torch._inductor.compile", NO_CODE)
aot_compile = Refused("torch._inductor.aot_compile", NO_CODE)
aoti_compile_and_package = Refused("torch._inductor.aoti_compile_and_package", NO_CODE)
aoti_load_package = Refused("torch._inductor.aoti_load_package", NO_CODE)


def list_mode_options(mode: str | None = None, dynamic: bool | None = None) -> dict[str, Any]:
    """The options that each mode of torch.compile stands for in PyTorch, or those of one mode.

    RuntimeError for a mode that nobody has.
    """
    if not mode:
        return {name: dict(options) for name, options in MODE_OPTIONS.items()}
    check_mode(mode)
    return dict(MODE_OPTIONS[mode])


def list_options() -> list[str]:
    """The names that torch.compile's `options` may have."""
    from vibetensor.torch._inductor import config

    return list(config.get_config_copy())  # type: ignore[attr-defined]


__getattr__ = module_getattr(__name__, ["config"])
