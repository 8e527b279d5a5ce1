"""Names of values in generated code: each once, and none that Python has already."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import defaultdict
from typing import Any

NUMBERED = re.compile(r"(.*)_(\d+)$")
WITHOUT_SPECIALS = re.compile("[^0-9a-zA-Z_]+")
# names that generated code finds without an import, and how they come to be there
BUILTIN_NAMES = {
    "inf": "from math import inf",
    "nan": "from math import nan",
    "NoneType": "NoneType = type(None)",
    "torch": "import torch",
    "device": "from torch import device",
    "fx_pytree": "import torch.fx._pytree as fx_pytree",
    "pytree": "import torch.utils._pytree as pytree",
}


def snake_case(text: str) -> str:
    """ "BatchNorm2d" as "batch_norm2d"."""
    pieces = []
    previous = ""
    for letter in text:
        if letter.isupper() and previous and previous not in "_." and not previous.isupper():
            pieces.append("_")
        pieces.append(letter.lower())
        previous = letter
    return "".join(pieces)


class Namespace:
    """The names that are taken, and by which objects."""

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}
        self.used: set[str] = set()
        self.counts: defaultdict[str, int] = defaultdict(int)

    def create_name(self, candidate: str, obj: Any) -> str:
        """A name like `candidate` that is not taken; it is taken from now on, for `obj` if that is not None."""
        if obj is not None and obj in self.names:
            return self.names[obj]
        candidate = WITHOUT_SPECIALS.sub("_", candidate) or "_unnamed"
        if candidate[0].isdigit():
            candidate = f"_{candidate}"
        numbered = NUMBERED.match(candidate)
        base, number = (numbered[1], int(numbered[2])) if numbered else (candidate, None)
        name = base if number is None else candidate
        if number is None and self.counts[base]:
            number = self.counts[base]
            name = f"{base}_{number}"
        while name in self.used or is_taken_by_python(name, obj):
            number = 1 if number is None else number + 1
            name = f"{base}_{number}"
        self.used.add(name)
        if number is not None:
            self.counts[base] = max(self.counts[base], number)
        if obj is not None:
            self.names[obj] = name
        return name

    def associate(self, name: str, obj: Any) -> None:
        """Returns None; gives `obj` a name that create_name made for nobody."""
        self.names.setdefault(obj, name)

    def rename(self, obj: Any, name: str) -> None:
        self.names[obj] = name
        self.used.add(name)


def is_taken_by_python(name: str, obj: Any) -> bool:
    return keyword.iskeyword(name) or name in builtins.__dict__ or name in BUILTIN_NAMES
