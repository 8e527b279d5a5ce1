"""Errors that tell what PyTorch has and we lack from what nobody has, of attributes and of imports.

`import torch.fft` asks the import system, whose last resort is `MissingModules`. `from torch.nn import Conv2d` reads
an attribute, and Python would put words of its own in the place of an AttributeError's: there it is an ImportError.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from opcode import opmap
from typing import Any

MODULES = "modules"  # the line of all modules of PyTorch, by full name


@cache
def lines_of_names() -> dict[str, str]:
    with open(__file__.replace("_not_there.py", "_torch_names.txt"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    return {owner: names for owner, _, names in (line.partition(":") for line in lines)}


@cache
def torch_names(owner: str) -> frozenset[str]:
    """PyTorch's public names in a module, or "Tensor" for its methods, or "modules" for the modules themselves.

    tools/list_torch_names.py makes the file.
    """
    return frozenset(lines_of_names().get(owner, "").split())


def not_yet(name: str) -> str | None:
    """The sentence for "torch.nn.Conv2d", or None if PyTorch has nothing of that name."""
    owner, _, last = name.rpartition(".")
    if last in torch_names(owner) or name in torch_names(MODULES):
        return f"{name} is not there yet: PyTorch has it, VibeTensor does not"
    return None


def absent(owner: str, name: str) -> AttributeError:
    """The error for `owner.name`, with `owner` in PyTorch's spelling: "torch.nn" or "Tensor"."""
    if sentence := not_yet(f"{owner}.{name}"):
        return AttributeError(sentence)
    if owner == "Tensor":
        return AttributeError(f"'Tensor' object has no attribute {name!r}")
    return AttributeError(f"module {owner!r} has no attribute {name!r}, neither here nor in PyTorch")


def is_from_import(frame: Any) -> bool:
    """Whether the code of `frame`, or of who called its `__getattr__`, is at `from module import name`."""
    while frame.f_code.co_name == "__getattr__" and frame.f_back is not None:
        frame = frame.f_back
    code, at = frame.f_code.co_code, frame.f_lasti
    return 0 <= at < len(code) and code[at] == opmap["IMPORT_FROM"]


class MissingModules:
    """Answers for the modules of the package `root` that nobody else finds; `explain` says why, of a full name."""

    def __init__(self, root: str, explain: Callable[[str], str | None] = not_yet):
        self.root, self.explain = root, explain

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """None, so that importlib.util.find_spec() says that there is none; but an import raises here.

        A module whose names only raise is found.
        """
        if not name.startswith(self.root + "."):
            return None
        if self.root == "vibetensor.torch":
            from vibetensor.torch._refused_modules import spec_of

            if (spec := spec_of(name)) is not None:
                return spec
        caller = sys._getframe(2)
        if caller.f_code.co_name != "_find_and_load_unlocked":
            return None
        sentence = self.explain(name.removeprefix("vibetensor."))
        raise ModuleNotFoundError(
            f"No module named {name!r}: {sentence or 'neither here nor in PyTorch'}", name=name, path=path
        )


def install(root: str, explain: Callable[[str], str | None] = not_yet) -> None:
    """Returns None; imports of modules that the package `root` lacks say whether PyTorch has them, or what `explain` says."""
    if not any(isinstance(finder, MissingModules) and finder.root == root for finder in sys.meta_path):
        sys.meta_path.append(MissingModules(root, explain))  # type: ignore[arg-type]


# modules, below vibetensor.torch, of names that only raise, and of some that do
SOME_REFUSALS = ("_C", "_symbolic", "jit", "nn._scaled_products")
ONLY_REFUSALS = ("_absent_dtypes", "sparse.semi_structured", "utils.data.datapipes.datapipe")


def module_getattr(
    module: str, lazy: Iterable[str] = (), homes: Mapping[str, str] | None = None
) -> Callable[[str], Any]:
    """A module-level `__getattr__`: what is imported on first use, and `absent` for the rest.

    lazy: submodules. homes: names by the module that has them, below vibetensor.torch: {"compile": "_dynamo.eval_frame"}.
    """
    submodules, elsewhere = frozenset(lazy), homes or {}
    public = module.removeprefix("vibetensor.")

    def __getattr__(name: str) -> Any:
        if name in submodules:
            return import_module(f"{module}.{name}")
        if name in elsewhere:
            found = getattr(import_module(f"vibetensor.torch.{elsewhere[name]}"), name)
            setattr(sys.modules[module], name, found)
            return found
        if (
            name == "torch" and public == "torch"
        ):  # PyTorch's finds itself among its names, and programs write torch.torch
            return sys.modules[module]
        if name.startswith("__") and name.endswith("__"):
            # the import system probes for these; reading the table for each would cost start-up time
            raise AttributeError(f"module {public!r} has no attribute {name!r}")
        error = absent(public, name)
        if is_from_import(sys._getframe(1)):
            raise ImportError(f"cannot import name {name!r} from {module!r}: {error}", name=module)
        raise error

    def __dir__() -> list[str]:
        """What is there: names that are imported when they are first used too, and none that only raises."""
        here = [name for name, value in vars(sys.modules[module]).items() if is_shown(name, value)]
        owner = sys.modules[module]
        late = [name for name, home in elsewhere.items() if home not in ONLY_REFUSALS]
        late = [name for name in late if elsewhere[name] not in SOME_REFUSALS or refusal(getattr(owner, name)) is None]
        return sorted({*here, *submodules, *late})

    if module in sys.modules:
        vars(sys.modules[module]).setdefault("__dir__", __dir__)
    return __getattr__


def is_shown(name: str, value: Any) -> bool:
    """Whether `name` is one of a module's own, and does something."""
    if getattr(value, "__module__", None) in ("typing", "__future__", __name__):
        return False
    return name not in ("absent", "annotations") and refusal(value) is None


class Refused:
    """A function of PyTorch's that programs import or pass around, and that raises NotImplementedError when called.

    why: one sentence that says what is missing and, where there is one, the way round.
    """

    def __init__(self, name: str, why: str):
        self.__name__ = self.__qualname__ = name.rpartition(".")[2]
        self.__doc__ = self.refusal = f"{name} is not there yet: {why}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(self.refusal)

    def __repr__(self) -> str:
        return f"<{self.refusal}>"


class RefusedType:
    """Base of classes of PyTorch's that programs name in isinstance, and that raise when an object is made.

    why: as of Refused; the name in front of it is that of the class, of the module that it is written in. Without it, as
    of a program's own subclass, the refusal is the base's.
    """

    refusal: str

    def __init_subclass__(cls, why: str | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if why is not None:
            cls.refusal = f"{cls.__module__.removeprefix('vibetensor.')}.{cls.__name__} is not there yet: {why}"

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(cls.refusal)


HOMES_OF_REFUSALS = ("vibetensor.torch._not_there", "vibetensor.torch._absent_dtypes")


def refusal(thing: Any) -> str | None:
    """What calling `thing` says if it is a name that only raises, else None."""
    text = (
        getattr(thing, "refusal", None)
        if isinstance(thing, type) or type(thing).__module__ in HOMES_OF_REFUSALS
        else None
    )
    return text if isinstance(text, str) else None


class AbsentMethod:
    """Stands for a Tensor method that PyTorch has and we lack: reading it raises, so `hasattr` is False."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        raise absent("Tensor", self.name)
