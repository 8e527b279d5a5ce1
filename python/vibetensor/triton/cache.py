"""Kernels on the disk: machine code by what it was compiled from, which runs where Triton is not installed.

One file for each, in vibetensor/kernels of $XDG_CACHE_HOME (~/.cache), or in the folder of $VIBETENSOR_KERNEL_CACHE; empty,
that keeps none. A file's name is the kernel's, a hash of source, kinds of arguments, constants, options and architecture,
and Triton's version. Files are written whole and never changed, so that programs share the folder.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vibetensor.cubin import Cubin, load

FORMAT = 1  # of what the hash is made of


def folder() -> Path | None:
    """Where kernels are kept; None if nowhere."""
    own = os.environ.get("VIBETENSOR_KERNEL_CACHE")
    if own is not None:
        return Path(own) if own else None
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vibetensor" / "kernels"


def installed_version() -> str | None:
    """Triton's, without importing it; None where it is not installed."""
    from vibetensor.triton.stand_in import is_installed

    if not is_installed():
        return None
    try:
        return version("triton")
    except PackageNotFoundError:
        return "unknown"


def key_of(*parts: object) -> str:
    """The hash of what a kernel is compiled from."""
    return sha256("\0".join(map(str, (FORMAT, *parts))).encode()).hexdigest()[:32]


def file_of(name: str, key: str, triton: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9_.]', '_', name)[:80]}-{key}-triton{triton}.kernel"


def find(name: str, key: str) -> Cubin | None:
    """The kernel as this version of Triton compiled it; where Triton is not installed, as the newest did."""
    where = folder()
    if where is None:
        return None
    own = installed_version()
    if own is not None:
        paths = [where / file_of(name, key, own)]
    else:
        paths = sorted(where.glob(file_of(name, key, "*")), key=lambda path: numbers_in(path.stem), reverse=True)
    for path in paths:
        try:
            return load(path)
        except OSError:
            continue
        except ValueError:
            path.unlink(missing_ok=True)  # from another version of this package, or damaged
    return None


def numbers_in(name: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", name.rpartition("-triton")[2])]


def keep(cubin: Cubin, name: str, key: str) -> None:
    """Returns None; writes the kernel to the folder, if there is one and it can be written to."""
    where, own = folder(), installed_version()
    if where is None or own is None:
        return
    try:
        where.mkdir(parents=True, exist_ok=True)
        cubin.save(where / file_of(name, key, own))
    except OSError:
        return  # a cache that cannot be kept costs a compilation
