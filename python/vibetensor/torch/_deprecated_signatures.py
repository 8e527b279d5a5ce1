"""PyTorch's older forms of a few ops, with numbers before the tensors that they scale: x.addcmul_(0.5, y, z).

They are asked about when no overload takes a call, so that calls which one takes cost nothing.
"""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch._warnings import warn_user_once

# what the arguments are, self first; a function has beta before self where a method has it behind
SUM = (("self", "alpha", "other"),)
SCALED = (("self", "value", "tensor1", "tensor2"),)


def product(first: str, second: str) -> tuple[tuple[str, ...], ...]:
    forms = [("beta", "self", "alpha", first, second), ("beta", "self", first, second)]
    forms += [("self", "beta", "alpha", first, second), ("self", "beta", first, second)]
    return tuple(forms)


FORMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "add": SUM,
    "sub": SUM,
    "addcmul": SCALED,
    "addcdiv": SCALED,
    "addmm": product("mat1", "mat2"),
    "addmv": product("mat", "vec"),
    "addr": product("vec1", "vec2"),
    "addbmm": product("batch1", "batch2"),
    "baddbmm": product("batch1", "batch2"),
}
NUMBERS = ("alpha", "beta", "value")


def fits(form: tuple[str, ...], args: tuple[Any, ...]) -> bool:
    return len(form) == len(args) and all(
        isinstance(given, int | float | complex if name in NUMBERS else _C.Tensor)
        for name, given in zip(form, args, strict=True)
    )


def call(name: str, args: tuple[Any, ...]) -> Any:
    """The result of a call that no overload takes, if it is in an older form; NotImplemented otherwise."""
    for form in FORMS.get(name.rstrip("_"), ()):
        if not fits(form, args):
            continue
        given = dict(zip(form, args, strict=True))
        numbers = {key: given.pop(key) for key in NUMBERS if key in given}
        is_number = ", ".join(f"{'Number' if key in NUMBERS else 'Tensor'} {key}" for key in form if key != "self")
        tensors = ", ".join(f"Tensor {key}" for key in given if key != "self")
        keywords = ", ".join(f"Number {key} = 1" for key in numbers)
        warn_user_once(
            f"This overload of {name} is deprecated:\n\t{name}({is_number})\nConsider using one of the following "
            f"signatures instead:\n\t{name}({tensors}, *, {keywords})"
        )
        return getattr(_C.ops, name)(*given.values(), **numbers)
    return NotImplemented
