"""How transforms are put together, shown, and drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from vibetensor import torch
from vibetensor.torch import nn
from vibetensor.vision.transforms.functional import InterpolationMode


def draw(limit: int) -> int:
    """A random whole number from 0 to limit - 1."""
    return int(torch.randint(0, limit, size=(1,)).item())


def uniform(low: Any, high: Any) -> float:
    """A random number between the two."""
    return float(torch.empty(1).uniform_(float(low), float(high)).item())


def chance(p: float) -> bool:
    """True with probability `p`."""
    return bool(torch.rand(1).item() < p)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float)


class Compose:
    """Several transforms, one after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]):
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {t}" for t in self.transforms), ")"])


class Lambda:
    """A function of one's own as a transform."""

    def __init__(self, lambd: Callable[[Any], Any]):
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Shown(nn.Module):
    """A transform whose repr shows its attributes of the names in `shown`."""

    shown: tuple[str, ...] = ()

    def __repr__(self) -> str:
        def text(value: Any) -> str:
            if isinstance(value, InterpolationMode):
                return str(value.value)
            return str(value)

        return f"{type(self).__name__}({', '.join(f'{name}={text(getattr(self, name))}' for name in self.shown)})"


class RandomTransforms:
    """Base of what chooses among transforms."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]):
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        raise NotImplementedError("RandomTransforms: subclasses define __call__")

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {t}" for t in self.transforms), ")"])


class RandomApply(nn.Module):
    """All of the transforms, or, with probability 1 - p, none."""

    def __init__(self, transforms: Any, p: float = 0.5):
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, img: Any) -> Any:
        if self.p < torch.rand(1).item():
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", f"    p={self.p}", *(f"    {t}" for t in self.transforms), ")"])


class RandomOrder(RandomTransforms):
    """All of the transforms, in random order."""

    def __call__(self, img: Any) -> Any:
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for i in order:
            img = self.transforms[i](img)
        return img


class RandomChoice(RandomTransforms):
    """One of the transforms, with probabilities `p`, by default all the same."""

    def __init__(self, transforms: Sequence[Callable[..., Any]], p: Sequence[float] | None = None):
        super().__init__(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise TypeError("Argument p should be a sequence")
        self.p = p

    def __call__(self, *args: Any) -> Any:
        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()}(p={self.p})"


class Perhaps(Shown):
    """Base of transforms that are done with probability `p`: define `change`."""

    shown: tuple[str, ...] = ("p",)

    def __init__(self, p: float = 0.5):
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        return self.change(img) if chance(self.p) else img

    def change(self, img: Any) -> Any:
        raise NotImplementedError("Perhaps: subclasses define change")
