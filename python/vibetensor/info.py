"""What this installation is and what it found on the machine: ``python -m vibetensor.info [--json]``."""

from __future__ import annotations

import argparse
import json
import platform
from typing import Any

from . import _C


def collect() -> dict[str, Any]:
    """A dict of plain values that describes the build, the CPU and CUDA, the same that ``--json`` prints.

    Keys: ``version``, ``python``, ``package`` (folder), ``build`` (type, compiler, cuda_compiler, cuda_archs,
    sanitizers), ``cpu`` (simd level, bf16, threads), ``cuda`` (available, reason, runtime, driver, devices, libraries).
    Where CUDA cannot be used, ``cuda["reason"]`` says why in one sentence; a library's ``reason`` does so for it.

    >>> from vibetensor import info
    >>> info.collect()["cpu"]["threads"] >= 1
    True
    """
    found: dict[str, Any] = _C.system_info()
    found["python"] = platform.python_version()
    found["package"] = __file__.rpartition("/")[0]
    return found


def cuda_release(version: int) -> str:
    """CUDA's integer version as people write it: 13000 is "13.0"; 0 is "none"."""
    return f"{version // 1000}.{version % 1000 // 10}" if version else "none"


def describe(found: dict[str, Any]) -> str:
    """The text of ``python -m vibetensor.info`` for what `collect` returned, one fact a line."""
    build, cpu, cuda = found["build"], found["cpu"], found["cuda"]
    rows = [
        ("version", found["version"]),
        ("package", f"{found['package']} (Python {found['python']})"),
        ("build", f"{build['type']}, {build['compiler']}, {build['cuda_compiler']}"),
        ("cuda archs", build["cuda_archs"]),
        ("cpu", f"{cpu['simd']}{' with bf16' if cpu['bf16'] else ''}, {cpu['threads']} threads"),
        ("cuda", "available" if cuda["available"] else f"not available: {cuda['reason']}"),
        ("cuda version", f"{cuda_release(cuda['runtime'])}, driver supports {cuda_release(cuda['driver'])}"),
    ]
    if build["sanitizers"]:
        rows.append(("sanitizers", build["sanitizers"]))
    for device in cuda["devices"]:
        major, minor = device["capability"]
        memory = device["memory"] / 2**30
        text = f"{device['name']}, capability {major}.{minor}, {memory:.1f} GiB, {device['multiprocessors']} SMs"
        rows.append((f"cuda:{device['index']}", text))
    for name, library in cuda["libraries"].items():
        rows.append((name, library["path"] or library["reason"]))
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  {text}" for label, text in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vibetensor.info", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    found = collect()
    print(json.dumps(found, indent=2) if parser.parse_args().json else describe(found))


if __name__ == "__main__":
    main()
