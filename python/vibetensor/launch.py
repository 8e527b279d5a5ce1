"""Starts a program as several processes of this machine, as torchrun does.

    python -m vibetensor.launch --nproc-per-node 4 train.py --its --arguments

Every process finds its number in $RANK and $LOCAL_RANK, their count in $WORLD_SIZE and $LOCAL_WORLD_SIZE, and a port to meet
at in $MASTER_ADDR and $MASTER_PORT. When one ends with an error the others are ended, and its exit code is this program's.
With --nnodes it is run once on each machine, with its --node-rank, and --master-addr and --master-port of the first.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m vibetensor.launch", description=(__doc__ or "").split("\n")[0])

    def add(name: str, **options: object) -> None:  # torchrun takes both spellings
        parser.add_argument(f"--{name}", f"--{name.replace('-', '_')}", **options)  # type: ignore[arg-type]

    add("nproc-per-node", type=int, default=1, help="processes of this machine")
    add("nnodes", type=int, default=1, help="machines")
    add("node-rank", type=int, default=0, help="the number of this machine")
    add("master-addr", default="127.0.0.1", help="the address of machine 0")
    add("master-port", type=int, default=0, help="a port of machine 0 that is free; by default one is found")
    parser.add_argument("--standalone", action="store_true", help="one machine, any port: what is so without --nnodes")
    parser.add_argument("-m", "--module", action="store_true", help="the program is the name of a module")
    parser.add_argument("program", help="a Python file, or with -m a module")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the program's own arguments")
    args = parser.parse_args(given)
    if args.nproc_per_node < 1 or args.nnodes < 1 or not 0 <= args.node_rank < args.nnodes:
        parser.error("--nproc-per-node and --nnodes are at least 1, --node-rank is below --nnodes")
    if args.nnodes > 1 and not args.master_port:
        parser.error("--nnodes needs --master-addr and --master-port of the first machine")
    return args


def environment(args: argparse.Namespace, local: int, port: int) -> dict[str, str]:
    """The variables of process `local` of this machine."""
    count = args.nproc_per_node
    named = {
        "RANK": args.node_rank * count + local,
        "LOCAL_RANK": local,
        "WORLD_SIZE": args.nnodes * count,
        "LOCAL_WORLD_SIZE": count,
        "GROUP_RANK": args.node_rank,
        "MASTER_ADDR": args.master_addr,
        "MASTER_PORT": port,
    }
    threads = {} if "OMP_NUM_THREADS" in os.environ or count == 1 else {"OMP_NUM_THREADS": 1}
    return {**os.environ, **{name: str(value) for name, value in {**named, **threads}.items()}}


def first_failure(processes: Sequence[subprocess.Popen[bytes]]) -> int:
    """Waits until all have ended, or one with an error, whose exit code it returns; else 0."""
    while True:
        codes = [p.poll() for p in processes]
        failed = [code for code in codes if code]
        if failed:
            return failed[0]
        if None not in codes:
            return 0
        time.sleep(0.05)


def end(processes: Sequence[subprocess.Popen[bytes]], seconds: float = 5.0) -> None:
    """Asks those that still run to end, and ends them after `seconds`."""
    for p in processes:
        if p.poll() is None:
            p.terminate()
    until = time.monotonic() + seconds
    for p in processes:
        try:
            p.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            p.kill()


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def main(given: Sequence[str] | None = None) -> int:
    """The exit code of the first process that failed, 0 if none did."""
    args = arguments(given)
    port = args.master_port or free_port()
    command = [sys.executable, *(["-m"] if args.module else []), args.program, *args.arguments]
    signal.signal(signal.SIGTERM, stop)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for local in range(args.nproc_per_node):
            processes.append(subprocess.Popen(command, env=environment(args, local, port)))
        code = first_failure(processes)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    finally:
        end(processes)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
