"""utils.data: processes and threads that load, what they draw, send and tell of errors, and how they end."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import torch
import vibetensor.torch as vt


class Reports(vt.utils.data.Dataset):
    """Says who read the sample, or fails at one of them."""

    def __init__(self, fail_at=None, die_at=None, sleep_at=None):
        self.fail_at, self.die_at, self.sleep_at = fail_at, die_at, sleep_at

    def __len__(self):
        return 8

    def __getitem__(self, i):
        if i == self.fail_at:
            raise KeyError("sample 5 is broken")
        if i == self.die_at:
            os._exit(7)
        if i == self.sleep_at:
            time.sleep(30)
        info = vt.utils.data.get_worker_info()
        return i, os.getpid(), info.id if info else -1, info.seed if info else -1


def test_workers_are_processes_with_seeds_of_their_own():
    vt.manual_seed(0)
    batches = list(vt.utils.data.DataLoader(Reports(), batch_size=2, num_workers=2))
    assert [b[0].tolist() for b in batches] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert [b[2].tolist() for b in batches] == [[0, 0], [1, 1], [0, 0], [1, 1]]
    pids = {b[1][0].item() for b in batches}
    assert len(pids) == 2 and os.getpid() not in pids
    assert batches[1][3][0].item() == batches[0][3][0].item() + 1
    vt.manual_seed(0)
    again = list(vt.utils.data.DataLoader(Reports(), batch_size=2, num_workers=2))
    assert again[0][3].tolist() == batches[0][3].tolist()


def test_worker_init_function_runs_and_fails():
    def mark(worker):
        os.environ["VT_TEST_WORKER"] = str(worker)

    class Marked(Reports):
        def __getitem__(self, i):
            return int(os.environ["VT_TEST_WORKER"])

    loader = vt.utils.data.DataLoader(Marked(), batch_size=4, num_workers=2, worker_init_fn=mark)
    assert [b.tolist() for b in loader] == [[0] * 4, [1] * 4]

    def fail(worker):
        raise ValueError("cannot start")

    with pytest.raises(ValueError, match="cannot start"):
        list(vt.utils.data.DataLoader(Reports(), num_workers=1, worker_init_fn=fail))


def test_worker_errors_arrive():
    loader = vt.utils.data.DataLoader(Reports(fail_at=5), batch_size=2, num_workers=2)
    with pytest.raises(KeyError, match="sample 5 is broken"):
        list(loader)
    with pytest.raises(RuntimeError, match="exited unexpectedly with exit code 7"):
        list(vt.utils.data.DataLoader(Reports(die_at=2), batch_size=2, num_workers=2))
    with pytest.raises(RuntimeError, match="timed out"):
        list(vt.utils.data.DataLoader(Reports(sleep_at=0), batch_size=2, num_workers=1, timeout=0.3))


class Told(Exception):
    def __init__(self, code, *, reason):
        super().__init__(f"{code}: {reason}")


class Fails(vt.utils.data.Dataset):
    def __init__(self, make):
        self.make = make

    def __len__(self):
        return 4

    def __getitem__(self, i):
        raise self.make()


def test_errors_of_workers_can_be_read():
    class OfThisFunction(ValueError):
        pass

    cases = [
        (lambda: KeyError("missing\nfield"), KeyError),
        (lambda: IndexError("no such row"), IndexError),
        (lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), RuntimeError),
        (lambda: Told(3, reason="why"), RuntimeError),
        (lambda: OfThisFunction("local"), RuntimeError),
        (lambda: vt.OutOfMemoryError("none left"), vt.OutOfMemoryError),
    ]
    for make, kind in cases:
        with pytest.raises(kind) as caught:
            list(vt.utils.data.DataLoader(Fails(make), num_workers=1))
        lines = str(caught.value).splitlines()
        assert lines[0] == f"Caught {type(make()).__name__} in DataLoader worker process 0."
        assert any("in __getitem__" in line for line in lines) and len(lines) > 5


class Dies(vt.utils.data.Dataset):
    """One of its samples ends the process that reads it."""

    def __init__(self, die):
        self.die = die

    def __len__(self):
        return 8

    def __getitem__(self, i):
        if i == 5:
            self.die()
        return i


def kill_self(number):
    return lambda: os.kill(os.getpid(), number)


DEATHS = [
    (lambda: os._exit(7), r"exited unexpectedly with exit code 7"),
    (lambda: os._exit(0), r"exited unexpectedly with exit code 0"),
    (
        kill_self(signal.SIGKILL),
        r"exited unexpectedly with exit code -9: it was killed by signal: Killed \(SIGKILL\).*memory",
    ),
    (kill_self(signal.SIGUSR1), r"exited unexpectedly with exit code -10: .*User defined signal 1 \(SIGUSR1\)"),
    (kill_self(signal.SIGTERM), r"exited unexpectedly with exit code -15: .*Terminated \(SIGTERM\)"),
]


@pytest.mark.parametrize("death", DEATHS, ids=[message[-12:] for _, message in DEATHS])
@pytest.mark.parametrize("persistent", [False, True])
def test_a_worker_that_dies_at_a_sample_is_named(death, persistent):
    die, message = death
    loader = vt.utils.data.DataLoader(Dies(die), num_workers=2, persistent_workers=persistent)
    iterator = iter(loader)
    pids = [process.pid for process in iterator.processes]
    processes = list(iterator.processes)
    got = []
    with pytest.raises(RuntimeError, match=rf"DataLoader worker 1 \(pid {pids[1]}\) {message}"):
        for batch in iterator:
            got.append(batch.item())
    assert got == [0, 1, 2, 3, 4] and not any(process.is_alive() for process in processes)
    with pytest.raises(RuntimeError, match="DataLoader worker 1"):
        list(loader)  # another pass begins with new workers, and comes as far


@pytest.mark.parametrize("victim", [0, 1])
def test_a_worker_killed_between_passes_is_named(victim):
    loader = vt.utils.data.DataLoader(list(range(8)), num_workers=2, persistent_workers=True)
    assert len(list(loader)) == 8
    process = loader._iterator.processes[victim]
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with pytest.raises(RuntimeError, match=rf"DataLoader worker {victim} \(pid {process.pid}\) .* code -9"):
        list(loader)
    assert [batch.item() for batch in loader] == list(range(8))


def test_a_worker_that_dies_in_the_middle_of_an_answer_is_named():
    class Large(vt.utils.data.Dataset):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            threading.Timer(0.2, lambda: os._exit(3)).start()
            return bytes(10**7)  # more than a socket holds: it waits for a reader

    iterator = iter(vt.utils.data.DataLoader(Large(), num_workers=1))
    time.sleep(0.6)
    with pytest.raises(RuntimeError, match=r"DataLoader worker 0 .* exit code 3"):
        next(iterator)


LATE_NUMPY = """
    import sys
    import vibetensor.torch as torch

    class Late(torch.utils.data.Dataset):
        def __len__(self):
            return 4
        def __getitem__(self, i):
            assert early or i > 1 or "numpy" not in sys.modules
            import numpy
            return numpy.random.randint(1 << 30)

    early = sys.argv[1] == "early"
    if early:
        import numpy
    torch.manual_seed(3)
    print([b.item() for b in torch.utils.data.DataLoader(Late(), num_workers=2)])
"""


def test_numpy_is_seeded_whenever_it_is_imported():
    def drawn(when):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(LATE_NUMPY), when], capture_output=True, text=True, check=True
        )
        return done.stdout

    late = drawn("late")
    assert late == drawn("late") == drawn("early")

    class Draws(torch.utils.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            import numpy

            return numpy.random.randint(1 << 30)

    torch.manual_seed(3)
    assert late.strip() == str([b.item() for b in torch.utils.data.DataLoader(Draws(), num_workers=2)])


def test_a_small_part_of_a_large_tensor_is_sent_as_small_as_it_is():
    large = vt.zeros(10**6)
    sizes = []

    class Rows(vt.utils.data.Dataset):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return large[i : i + 1]

    for row in vt.utils.data.DataLoader(Rows(), batch_size=None, num_workers=1):
        sizes.append(row._storage_bytes())
    assert sizes == [4, 4, 4]


def test_batches_that_cannot_be_sent_say_so():
    loader = vt.utils.data.DataLoader([lambda: 1], batch_size=None, num_workers=1)
    with pytest.raises(Exception, match="DataLoader worker process 0"):
        list(loader)


def test_a_loader_left_early_ends_its_workers():
    loader = vt.utils.data.DataLoader(Reports(), batch_size=1, num_workers=2)
    iterator = iter(loader)
    next(iterator)
    processes = iterator.processes
    iterator.shutdown()
    assert all(not p.is_alive() for p in processes)


def test_tensors_cross_processes_intact():
    class Tensors(vt.utils.data.Dataset):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return {"a": vt.full((2, 3), i, dtype=vt.bfloat16), "b": vt.zeros(0), "c": vt.tensor(True)}

    for i, batch in enumerate(vt.utils.data.DataLoader(Tensors(), batch_size=1, num_workers=1)):
        assert batch["a"].dtype == vt.bfloat16 and batch["a"].tolist() == [[[i] * 3] * 2]
        assert batch["b"].shape == (1, 0) and batch["c"].tolist() == [True]


class Stopping(vt.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        os.kill(os.getpid(), signal.SIGSTOP)
        return index


def test_a_stopped_worker_does_not_hold_the_program():
    loader = vt.utils.data.DataLoader(Stopping(), num_workers=1, timeout=1)
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="timed out"):
        next(iter(loader))
    assert time.monotonic() - begin < 30


class WorkerDraws:
    """What the generators of a worker give."""

    def __init__(self, t):
        self.t = t

    def __len__(self):
        return 6

    def __getitem__(self, i):
        import random

        import numpy

        info = self.t.utils.data.get_worker_info()
        return info.seed, self.t.rand(1).item(), random.random(), numpy.random.rand()


@pytest.mark.parametrize("given", [False, True])
def test_workers_draw_as_pytorchs(given):
    seen = []
    for t in (vt, torch):
        t.manual_seed(8)
        generator = t.Generator().manual_seed(2) if given else None
        loader = t.utils.data.DataLoader(WorkerDraws(t), num_workers=2, batch_size=None, generator=generator)
        seen.append(list(loader))
    assert seen[0] == seen[1]


class Slow(vt.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, i):
        time.sleep(0.4 if i == 0 else 0.01)
        return i


@pytest.mark.parametrize("method", ["multiprocessing", "thread"])
def test_batches_out_of_order_come_as_they_are_ready(method):
    loader = vt.utils.data.DataLoader(Slow(), num_workers=2, in_order=False, worker_method=method)
    got = [batch.item() for batch in loader]
    assert sorted(got) == list(range(8)) and got[0] != 0
    stream = [
        b.item() for b in vt.utils.data.DataLoader(Numbers(), num_workers=2, in_order=False, worker_method=method)
    ]
    assert sorted(stream) == list(range(10))


class Numbers(vt.utils.data.IterableDataset):
    def __iter__(self):
        info = vt.utils.data.get_worker_info()
        return iter(range(info.id, 10, info.num_workers))


def test_threads_read_in_this_process():
    class Told(vt.utils.data.Dataset):
        def __len__(self):
            return 6

        def __getitem__(self, i):
            info = vt.utils.data.get_worker_info()
            rng = info.rng
            return (
                i,
                os.getpid(),
                info.id,
                vt.rand(1, generator=rng.torch_generator).item(),
                rng.random_generator.random(),
            )

    def run():
        vt.manual_seed(1)
        return list(vt.utils.data.DataLoader(Told(), num_workers=2, worker_method="thread", batch_size=None))

    rows = run()
    assert [row[0] for row in rows] == list(range(6)) and {row[1] for row in rows} == {os.getpid()}
    assert [row[2] for row in rows] == [0, 1] * 3 and rows == run()
    assert vt.utils.data.get_worker_info() is None
    loader = vt.utils.data.DataLoader(Reports(fail_at=5), num_workers=2, worker_method="thread")
    with pytest.raises(KeyError, match="DataLoader worker thread 1"):
        list(loader)


@pytest.mark.parametrize("context", ["spawn", "forkserver", "fork"])
def test_start_methods(context):
    loader = vt.utils.data.DataLoader(Reports(), batch_size=2, num_workers=1, multiprocessing_context=context)
    assert [batch[0].tolist() for batch in loader] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert loader.multiprocessing_context.get_start_method() == context


def test_contexts_are_checked():
    make = vt.utils.data.DataLoader
    with pytest.raises(ValueError, match="valid start method"):
        make([1], num_workers=1, multiprocessing_context="carrier pigeon")
    with pytest.raises(TypeError, match="valid context object"):
        make([1], num_workers=1, multiprocessing_context=3)
    with pytest.raises(ValueError, match="num_workers > 0"):
        make([1], multiprocessing_context="fork")


def test_large_batches_come_in_shared_memory():
    class Large(vt.utils.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return vt.full((200, 200), float(i)), i

    before = len(os.listdir("/proc/self/fd"))
    loader = vt.utils.data.DataLoader(Large(), batch_size=2, num_workers=2)
    batches = list(loader)
    assert [x[:, 0, 0].tolist() for x, _ in batches] == [[0.0, 1.0], [2.0, 3.0]]
    assert all(x.is_shared() and x.is_contiguous() for x, _ in batches)
    del batches, loader
    assert len(os.listdir("/proc/self/fd")) <= before + 1
