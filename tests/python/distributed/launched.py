"""Runs a program as several processes, each of which says what came out as a line of JSON."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).with_name("programs")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(program: str, size: int, *args: str, variables: dict[str, str] | None = None) -> list[subprocess.Popen[str]]:
    """The processes 0 to size - 1 of `program`, which meet at a port of this machine, as torchrun would start them."""
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [sys.executable, str(PROGRAMS / program), *args],
            env={**os.environ, **common, **filled(rank, size, variables)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(size)
    ]


def filled(rank: int, size: int, variables: dict[str, str] | None) -> dict[str, str]:
    given = variables or {"RANK": "{rank}", "WORLD_SIZE": "{size}"}
    return {name: value.format(rank=rank, size=size) for name, value in given.items()}


def results(processes: list[subprocess.Popen[str]], seconds: float = 60) -> list[Any]:
    """The last line of every process, read as JSON; fails with what a process wrote where one fails."""
    try:
        texts = [p.communicate(timeout=seconds) for p in processes]
    finally:
        for p in processes:
            p.kill()
    for p, (out, err) in zip(processes, texts, strict=True):
        assert p.returncode == 0, out + err
    return [json.loads(out.strip().splitlines()[-1]) for out, _ in texts]


def run(program: str, size: int, *args: str, variables: dict[str, str] | None = None) -> list[Any]:
    return results(start(program, size, *args, variables=variables))
