"""Calling a module with other tensors in the place of its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["functional_call"]


def tied_names(module: Any) -> list[set[str]]:
    """The names that share one tensor, of each tensor that has several."""
    names: dict[int, set[str]] = {}
    tensors = [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
    ]
    for name, tensor in tensors:
        names.setdefault(id(tensor), set()).add(name)
    return [group for group in names.values() if len(group) > 1]


def untied(module: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, with a tensor for every name that shares its own with one of them."""
    result = dict(given)
    for group in tied_names(module):
        named = group & given.keys()
        if len({id(given[name]) for name in named}) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(named)}, which are tied. Consider using "
                "tie_weights=False"
            )
        if named:
            result.update(dict.fromkeys(group, given[next(iter(named))]))
    return result


def check_keys(module: Any, given: Mapping[str, Any]) -> None:
    own = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    own |= {name for name, _ in module.named_buffers(remove_duplicate=False)}
    missing, unexpected = sorted(own - given.keys()), sorted(given.keys() - own)
    parts = [
        f"{kind} key(s): {', '.join(names)}."
        for kind, names in (("Unexpected", unexpected), ("Missing", missing))
        if names
    ]
    if parts:
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(parts))


def swap(module: Any, name: str, tensor: Any) -> Any:
    """What the module had under the dotted name, after putting `tensor` there, a parameter or not."""
    path, _, last = name.rpartition(".")
    owner = module.get_submodule(path)
    for registry in (owner._parameters, owner._buffers):
        if last in registry:
            before, registry[last] = registry[last], tensor
            return before
    raise KeyError(f"{type(owner).__name__} has no parameter or buffer {last!r}")


@contextmanager
def replaced(module: Any, given: Mapping[str, Any]) -> Iterator[None]:
    """A block in which the module has the tensors of `given` under their dotted names."""
    before: dict[str, Any] = {}
    try:
        for name, tensor in given.items():
            before[name] = swap(module, name, tensor)
        yield
    finally:
        for name, tensor in before.items():
            swap(module, name, tensor)


def call(
    module: Any,
    parameters_and_buffers: Any,
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What torch.func.functional_call and functional_call of this module do."""
    if isinstance(parameters_and_buffers, Mapping):
        given = dict(parameters_and_buffers)
    elif isinstance(parameters_and_buffers, list | tuple):
        given = {}
        for part in parameters_and_buffers:
            if not isinstance(part, Mapping):
                raise ValueError(
                    f"Expected all elements of parameters_and_buffers to be dictionaries, but got {type(part).__name__}"
                )
            repeated = sorted(given.keys() & part.keys())
            if repeated:
                raise ValueError(
                    f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
                )
            given.update(part)
    else:
        raise ValueError(
            "Expected parameters_and_buffers to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameters_and_buffers).__name__}"
        )
    if kwargs is None:
        kwargs = {}
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    if tie_weights:
        given = untied(module, given)
    if strict:
        check_keys(module, given)
    known = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    known |= {name for name, _ in module.named_buffers(remove_duplicate=False)}
    with replaced(module, {name: tensor for name, tensor in given.items() if name in known}):
        return module(*args, **kwargs)


def functional_call(
    module: Any,
    parameters_and_buffers: Any,
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """torch.func.functional_call, under its old name."""
    warnings.warn(
        "This API is deprecated as of PyTorch 2.0 and will be removed in a future version of PyTorch. Please use "
        "torch.func.functional_call instead which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)
