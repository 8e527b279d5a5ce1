"""Where in a network a module is, in words: `blocks.3.attn.to_qkv (Linear 768 -> 2304)`."""

from __future__ import annotations

from typing import Any

SIZES = (("in_features", "out_features"), ("in_channels", "out_channels"), ("num_embeddings", "embedding_dim"))


def kind_of(module: Any) -> str:
    """The class of a module, with the sizes that it maps between if it has them: "Linear 768 -> 2304"."""
    name = type(module).__name__
    for ends in SIZES:
        sizes = [module.__dict__.get(end) for end in ends]
        if all(isinstance(size, int) for size in sizes):
            return f"{name} {sizes[0]} -> {sizes[1]}"
    return name


def path_in(root: Any, module: Any) -> str | None:
    """The dotted name of `module` below `root`, "" for itself; None if it is not there."""
    return next((name for name, found in root.named_modules() if found is module), None)


def describe(path: str, module: Any) -> str:
    """Path and kind of a module."""
    return f"{path} ({kind_of(module)})" if path else kind_of(module)


def name_module(error: BaseException, caller: Any) -> None:
    """Returns None; writes into an op's error which module it left, as `caller` sees it, that the error passes now.

    Every module that it passes names the innermost one by a longer path. Other errors stay as they are.
    """
    own = error.__dict__
    if "_op" not in own or not error.args:
        return
    if "_module" not in own:
        own["_module"], own["_message"] = caller, error.args[0]
    path = path_in(caller, own["_module"])
    if path is not None:
        where = describe(path, own["_module"])
        error.args = (f"{own['_message']}\nIn the module {where}", *error.args[1:])
