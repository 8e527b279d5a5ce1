"""triton.language, or names that stand for it where Triton is not installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def is_installed() -> bool:
    """Whether Triton can be imported."""
    import sys

    if "triton" in sys.modules:
        return sys.modules["triton"] is not None
    return find_spec("triton") is not None


class Name:
    """One name of triton.language. Kernels are not run by Python, so that it has only to be there."""

    def __init__(self, name: str):
        self.name = name

    def __getattr__(self, name: str) -> Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return Name(f"{self.name}.{name}")

    def __repr__(self) -> str:
        return self.name


class constexpr:
    """A value that is known when a kernel is compiled; the annotation of an argument that is one."""

    def __init__(self, value: Any):
        self.value = value


class Language(ModuleType):
    """What stands for triton.language."""

    constexpr = constexpr

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Name(f"triton.language.{name}")


def language() -> ModuleType:
    """triton.language if Triton is installed, else a module whose names do nothing but stand there."""
    return import_module("triton.language") if is_installed() else Language("triton.language")
