"""python -m fuzz: random programs from a seed on, in as many processes as the machine has cores."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

STRIDE = 1000  # programs of one process


def run_part(first: int, count: int, device: str, length: int) -> list[str]:
    """What differs in `count` programs, run in a process of their own; that it died, where it did."""
    arguments = ["--part", "--seed", first, "--count", count, "--device", device, "--length", length]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "fuzz", *map(str, arguments)], capture_output=True, text=True
    )
    texts = done.stdout.split("\0")[:-1]
    if done.returncode != 0:
        texts.append(f"{done.stderr.split(chr(0))[-1][:3000]}the process died with {done.returncode}")
    return texts


def judge_part(first: int, count: int, device: str, length: int) -> None:
    from fuzz.judge import try_seed

    for seed in range(first, first + count):
        os.write(2, f"\0seed {seed}\n".encode())  # the last one, if this process dies
        if (text := try_seed(seed, device, length)) is not None:
            os.write(1, (text + "\0").encode())


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="programs")
    parser.add_argument("--seed", type=int, default=0, help="the first one's")
    parser.add_argument("--device", default="cpu", help="ours; PyTorch computes on the CPU")
    parser.add_argument("--length", type=int, default=12, help="lines after the inputs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--stop", type=int, default=20, help="differences after which it ends")
    parser.add_argument("--show", action="store_true", help="print the programs, do not judge them")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show:
        from fuzz.programs import draw_program

        for seed in range(options.seed, options.seed + options.count):
            print(f"# seed {seed}", *draw_program(seed, options.length), sep="\n")
        return 0
    if options.part:
        judge_part(options.seed, options.count, options.device, options.length)
        return 0
    began, found, done = time.monotonic(), 0, 0
    starts = range(options.seed, options.seed + options.count, STRIDE)
    counts = [min(STRIDE, options.seed + options.count - first) for first in starts]
    rest = [options.device] * len(counts), [options.length] * len(counts)
    with ThreadPoolExecutor(options.jobs) as pool:
        for count, texts in zip(counts, pool.map(run_part, starts, counts, *rest), strict=True):
            done += count
            found += len(texts)
            for text in texts:
                print(text, end="\n\n", flush=True)
            if found >= options.stop:
                pool.shutdown(cancel_futures=True)
                break
    print(f"{done} programs in {time.monotonic() - began:.0f} s: {found} differ")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
