"""Seeded runs in which one process is killed in a collective, is late, or calls another; prints what the others heard.

    faults.py first_seed count

A run forks its processes from this one. Prints a line of JSON for each run: the case, and of every process what it raised and
after how many seconds.
"""

import json
import os
import random
import selectors
import signal
import sys
import threading
import time
import traceback
from datetime import timedelta

import vibetensor.torch as torch
import vibetensor.torch.distributed as dist

TIMEOUT = 1.5  # seconds that a group waits
LATE = 8.0  # seconds by which a slow process comes too late, also for monitored_barrier's others
TOGETHER = 6  # runs at a time: they wait most of the time


def calls(size, rank, numel):
    """Every collective by name, as a function of a root."""
    mine = torch.full((numel,), float(rank))
    parts = [torch.zeros(numel) for _ in range(size)]
    whole = torch.zeros(size * numel)

    def ring(root):
        """Everybody sends to the next and receives from the one before."""
        works = [dist.isend(mine, (rank + 1) % size), dist.irecv(parts[0], (rank - 1) % size)]
        for work in works:
            work.wait()

    return {
        "all_reduce": lambda root: dist.all_reduce(mine),
        "async all_reduce": lambda root: [w.wait() for w in [dist.all_reduce(mine, async_op=True) for _ in range(3)]],
        "reduce": lambda root: dist.reduce(mine, root),
        "broadcast": lambda root: dist.broadcast(mine, root),
        "all_gather": lambda root: dist.all_gather(parts, mine),
        "all_gather_into_tensor": lambda root: dist.all_gather_into_tensor(whole, mine),
        "reduce_scatter": lambda root: dist.reduce_scatter(mine, parts),
        "gather": lambda root: dist.gather(mine, parts if rank == root else None, root),
        "scatter": lambda root: dist.scatter(mine, parts if rank == root else None, root),
        "all_to_all": lambda root: dist.all_to_all(parts, [mine] * size),
        "barrier": lambda root: dist.barrier(),
        "monitored_barrier": lambda root: dist.monitored_barrier(timeout=timedelta(seconds=TIMEOUT)),
        "all_gather_object": lambda root: dist.all_gather_object([None] * size, {"rank": rank}),
        "send": ring,
    }


def case_of(seed):
    """What happens in the run of a seed."""
    draw = random.Random(seed)
    size = draw.choice([2, 3, 4])
    names = list(calls(size, 0, 1))
    name = names[seed % len(names)]
    way = ("killed", "slow", "other")[seed % 3]
    other = draw.choice([n for n in names if n.split()[-1] != name.split()[-1]])
    return {
        "seed": seed, "size": size, "victim": draw.randrange(size), "name": name, "way": way, "other": other,
        "root": draw.randrange(size), "numel": draw.choice([1, 1000, 3_000_000]), "after": draw.choice([0, 1e-4, 1e-3, 1e-2]),
        "shared": draw.random() < 0.7,
    }  # fmt: skip


def member(case, rank, port):
    """What one process of a run raises and prints."""
    if not case["shared"]:  # over TCP alone
        from vibetensor.torch.distributed import links

        links.Area.made = staticmethod(lambda rank, size: None)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), RANK=str(rank), WORLD_SIZE=str(case["size"]))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", timeout=timedelta(seconds=30))
    dist.barrier()
    dist.group.WORLD.timeout = timedelta(seconds=TIMEOUT)
    known = calls(case["size"], rank, case["numel"])
    name, error, begin = case["name"], None, time.monotonic()
    try:
        if rank == case["victim"]:
            if case["way"] == "killed" and case["after"] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            elif case["way"] == "killed":
                threading.Timer(case["after"], lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
            elif case["way"] == "slow":
                time.sleep(LATE)
            else:
                name = case["other"]
        known[name](case["root"])
        if rank == case["victim"] and case["way"] == "killed":
            time.sleep(60)
        dist.barrier()
        dist.barrier()  # what the others sent before they gave up may have let a late process pass the first
    except RuntimeError as caught:
        error = str(caught)
    return {"rank": rank, "error": error, "seconds": time.monotonic() - begin}


def start(case, port):
    """The pipes from the processes of a run, by their numbers."""
    found = {}
    for rank in range(case["size"]):
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reads)
            try:
                text = json.dumps(member(case, rank, port))
            except BaseException:
                text = json.dumps({"rank": rank, "error": None, "trace": traceback.format_exc(), "seconds": 0})
            os.write(writes, text.encode())
            os._exit(0)
        os.close(writes)
        found[reads] = (child, rank)
    return found


def main(first, count, port):
    waiting = selectors.DefaultSelector()
    cases = [case_of(seed) for seed in range(first, first + count)]
    running = {}
    while cases or running:
        while cases and len(running) < TOGETHER:
            case = cases.pop(0)
            port += 1
            case["found"], case["left"], case["end"] = [], case["size"], time.monotonic() + 60
            running[case["seed"]] = case
            for reads, (child, rank) in start(case, port).items():
                waiting.register(reads, selectors.EVENT_READ, (case, child, rank))
        for key, _ in waiting.select(1):
            case, child, rank = key.data
            text = os.read(key.fd, 1 << 16)
            waiting.unregister(key.fd)
            os.close(key.fd)
            os.waitpid(child, 0)
            case["found"].append(json.loads(text) if text else {"rank": rank, "error": "ended", "seconds": 0})
            case["left"] -= 1
        for key in list(waiting.get_map().values()):
            case, child, rank = key.data
            if time.monotonic() > case["end"]:
                os.kill(child, signal.SIGKILL)  # it hangs
                case.setdefault("hangs", []).append(rank)
        for seed in [s for s, case in running.items() if case["left"] == 0]:
            print(json.dumps(running.pop(seed)), flush=True)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
