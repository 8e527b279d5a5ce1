"""Write down what the installed PyTorch has, for the package to read.

python/vibetensor/torch/_torch_names.txt: its public names, one line a module: its name, a colon, its names. By it the
package tells a name that PyTorch has and we lack from one that is misspelt. The line "modules" has the full names of
all modules that a program may import, "aten" its ops that we lack, "leaves" the ops that we make of others and PyTorch
does not before __torch_dispatch__ is asked.
python/vibetensor/torch/_dynamo/settings.json: the settings of its compiler with their defaults, null for those that
depend on the machine. Needs PyTorch; run it again when the version that we follow changes. An argument names another
folder than the package's to write to.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import torch

MODULES = (
    "torch torch.accelerator torch.amp torch.autograd torch.autograd.forward_ad torch.autograd.functional "
    "torch.autograd.graph torch.autograd.profiler torch.backends torch.backends.cuda torch.backends.cudnn "
    "torch.backends.mkldnn torch.backends.mps torch.backends.openmp torch.backends.opt_einsum torch.compiler torch.cpu "
    "torch.cuda torch.cuda.amp torch.distributed torch.distributed.device_mesh torch.distributed.fsdp "
    "torch.distributed.tensor torch.distributions torch.distributions.constraints torch.distributions.transforms "
    "torch.export torch.fft torch.func torch.futures torch.fx torch.hub torch.jit torch.library torch.linalg torch.masked "
    "torch.mps torch.mtia torch.multiprocessing torch.nested torch.nn torch.nn.attention torch.nn.attention.bias "
    "torch.nn.attention.flex_attention torch.nn.functional torch.nn.init torch.nn.parallel torch.nn.utils "
    "torch.nn.utils.fusion torch.nn.utils.parametrizations torch.nn.utils.parametrize torch.nn.utils.prune "
    "torch.nn.utils.rnn torch.nn.utils.stateless torch.onnx torch.optim torch.optim.lr_scheduler torch.optim.swa_utils "
    "torch.overrides torch.package torch.profiler torch.quasirandom torch.random torch.return_types torch.serialization "
    "torch.signal.windows torch.sparse torch.special torch.testing torch.types torch.utils torch.utils.benchmark "
    "torch.utils.checkpoint torch.utils.collect_env torch.utils.cpp_extension torch.utils.data torch.utils.deterministic "
    "torch.utils.dlpack torch.utils.hooks torch.utils.model_zoo torch.xpu"
)

SETTINGS = ("torch._dynamo.config", "torch._inductor.config")

PACKAGE = Path(__file__).parent.parent / "python" / "vibetensor" / "torch"


def public_names(thing: object) -> list[str]:
    # PyTorch re-exports the standard library by accident; those names are not its API
    stray = {"annotations", "math", "os", "sys", "warnings", "importlib", "inspect", "platform", "textwrap", "builtins"}
    stray |= {"ctypes", "functools", "glob", "threading", "Any", "Callable", "Optional", "Union", "TYPE_CHECKING"}
    stray |= {"cast", "overload", "NamedTuple", "TypeVar"}
    return sorted(n for n in dir(thing) if not n.startswith("_") and n not in stray)


def settings(module: str) -> dict[str, Any]:
    config = importlib.import_module(module)
    values = config.get_config_copy()
    values |= {name: getattr(config, name) for name in config._config if name not in values}  # old names of settings
    plain = (bool, int, float, str, type(None))
    known = {name: value if isinstance(value, plain) else None for name, value in values.items()}
    return {name: None if isinstance(value, str) and "/" in value else value for name, value in sorted(known.items())}


def modules() -> list[str]:
    """The modules on disk, without importing them: of private packages the top only, of tests none."""
    found: list[str] = []

    def walk(folder: Path, prefix: str) -> None:
        for path in sorted(folder.iterdir()):
            is_package = (path / "__init__.py").exists()
            name = path.name if is_package else path.stem
            if not (is_package or path.suffix == ".py") or name == "__init__" or not name.isidentifier():
                continue
            if name.startswith("__") or name in ("test", "tests"):
                continue
            found.append(f"{prefix}.{name}")
            if is_package and not name.startswith("_"):
                walk(path, f"{prefix}.{name}")

    walk(Path(torch.__file__).parent, "torch")
    return found


def absent_ops() -> list[str]:
    """The ops of PyTorch's that the registry has not."""
    from vibetensor import _C

    names = {name.removeprefix("aten::") for name in torch._C._dispatch_get_all_op_names() if name.startswith("aten::")}
    ours = {row["name"].partition(".")[0] for row in _C.registry()}
    return sorted({name.partition(".")[0] for name in names} - ours)


def leaves() -> list[str]:
    """Our ops that are made of others and that reach a backend, or `__torch_dispatch__`, whole in PyTorch."""
    from vibetensor import _C

    found = []
    for row in _C.registry():
        name = row["name"]
        is_ours_alone = name.startswith("_foreach_") or "::" in name or name.endswith(".out")
        if "composite" not in row["tags"] or is_ours_alone:
            continue
        try:
            is_taken_apart = torch._C._dispatch_has_kernel_for_dispatch_key(
                f"aten::{name}", "CompositeImplicitAutograd"
            )
        except RuntimeError:  # PyTorch has no op of that name
            continue
        if not is_taken_apart:
            found.append(name)
    return sorted(found)


def main(package: Path) -> None:
    lines = [f"Tensor: {' '.join(public_names(torch.Tensor))}"]
    lines += [f"{module}: {' '.join(public_names(importlib.import_module(module)))}" for module in MODULES.split()]
    lines.append(f"modules: {' '.join(modules())}")
    lines.append(f"aten: {' '.join(absent_ops())}")
    lines.append(f"leaves: {' '.join(leaves())}")
    (package / "_torch_names.txt").write_text("\n".join(lines) + "\n")
    defaults = {module: settings(module) for module in SETTINGS}
    (package / "_dynamo" / "settings.json").write_text(json.dumps(defaults, indent=0) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE)
