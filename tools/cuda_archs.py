"""Which GPU architectures a build holds code for: prints the list for CMake and, on a second line, the reason.

    cuda_archs.py auto        the GPUs of this machine, the newest also as PTX; "portable" where there are none
    cuda_archs.py here        the same for a build that stays on this machine; "ptx" where there are none
    cuda_archs.py portable    machine code for Hopper, PTX for every other supported GPU
    cuda_archs.py ptx         PTX for every supported GPU: what compiles fastest
    cuda_archs.py all         every architecture that gets code of its own: for a wheel that is given away
    cuda_archs.py "80;90"     the list itself, after a check that the compiler knows it

An entry is a compute capability without its point: "90-real" is machine code, "90-virtual" PTX, which the driver
compiles for a newer GPU when a kernel is first used, and "90" both. --nvcc names the compiler.
"""

from __future__ import annotations

import argparse
import ctypes
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

OLDEST = 80
SETS = {"all": "80-real;90-real;100", "portable": "80-virtual;90-real", "ptx": "80-virtual"}
WITHOUT_GPU = {"auto": "portable", "here": "ptx"}  # the set of a request that asks for the GPUs at hand

COMPUTE_CAPABILITY_MAJOR, COMPUTE_CAPABILITY_MINOR = 75, 76  # CUdevice_attribute


@dataclass(frozen=True)
class Choice:
    archs: str
    reason: str


def lines_of(*command: str) -> list[str]:
    """What a program prints, or nothing where it is absent, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.split("\n")


def capabilities_of_smi() -> list[int]:
    if shutil.which("nvidia-smi") is None:
        return []
    found = lines_of("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader")
    return [int(match[1] + match[2]) for line in found if (match := re.fullmatch(r"(\d+)\.(\d)", line.strip()))]


def capabilities_of_driver(name: str = "libcuda.so.1") -> list[int]:
    """The same from the driver itself: containers often have it without nvidia-smi."""
    try:
        driver = ctypes.CDLL(name)
    except OSError:
        return []
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return []
    found = []
    for device in range(count.value):
        parts = [ctypes.c_int(0), ctypes.c_int(0)]
        for part, attribute in zip(parts, (COMPUTE_CAPABILITY_MAJOR, COMPUTE_CAPABILITY_MINOR)):
            driver.cuDeviceGetAttribute(ctypes.byref(part), attribute, device)
        found.append(10 * parts[0].value + parts[1].value)
    return found


def known_to(nvcc: str | None) -> list[int]:
    """The capabilities that a compiler has, ascending; empty where it cannot be asked."""
    found = lines_of(nvcc, "--list-gpu-arch") if nvcc else []
    return sorted({int(match[1]) for line in found if (match := re.fullmatch(r"compute_(\d+)", line.strip()))})


def spoken(capabilities: list[int]) -> str:
    return " and ".join(f"{c // 10}.{c % 10}" for c in capabilities)


def for_gpus(capabilities: list[int], known: list[int], without: str) -> Choice:
    """Machine code for each GPU and PTX of the newest; PTX alone for one that the compiler does not know yet. `without`
    names the set where no GPU is supported.
    """
    gpus = sorted(set(capabilities))
    supported = [c for c in gpus if c >= OLDEST]
    if not supported:
        found = f"a GPU of compute capability {spoken(gpus)} is too old ({spoken([OLDEST])} is needed)" if gpus else ""
        return Choice(SETS[without], f'{found or "no GPU found"}: the set "{without}"')
    entries = []
    for c in supported:
        older = [k for k in known if k <= c]
        unknown = bool(older) and c not in known
        entries.append(f"{older[-1]}-virtual" if unknown else str(c) if c == supported[-1] else f"{c}-real")
    plural = "s" if len(supported) > 1 else ""
    reason = f"for this machine's GPU{plural} of compute capability {spoken(supported)}"
    return Choice(";".join(dict.fromkeys(entries)), reason)


def check_list(archs: str, known: list[int]) -> Choice:
    """The list as given. ValueError for an entry that is none, is too old or that the compiler lacks."""
    words = ", ".join(f'"{word}"' for word in (*WITHOUT_GPU, *SETS))
    for entry in archs.split(";"):
        match = re.fullmatch(r"(\d+)[af]?(-real|-virtual)?", entry)
        if match is None:
            raise ValueError(f'"{entry}" is no architecture: write one of {words} or a list as "80-real;90"')
        if int(match[1]) < OLDEST:
            raise ValueError(f'"{entry}" is older than {OLDEST}, the oldest that is supported')
        if known and int(match[1]) not in known:
            raise ValueError(f'"{entry}" is not known to the CUDA compiler, which has {", ".join(map(str, known))}')
    return Choice(archs, "as asked for")


def choose(request: str, known: list[int]) -> Choice:
    """The architectures of a request, one of the words or lists above. ValueError says what is wrong with it."""
    if request in WITHOUT_GPU:
        return for_gpus(capabilities_of_smi() or capabilities_of_driver(), known, WITHOUT_GPU[request])
    if request in SETS:
        return Choice(SETS[request], f'the set "{request}", as asked for')
    return check_list(request, known)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("request")
    parser.add_argument("--nvcc", help="the CUDA compiler that has to know them")
    args = parser.parse_args(arguments)
    try:
        choice = choose(args.request, known_to(args.nvcc))
    except ValueError as error:
        print(f"VT_CUDA_ARCHS: {error}", file=sys.stderr)
        return 1
    print(choice.archs, choice.reason, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
