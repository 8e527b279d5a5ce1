"""torch.multiprocessing: tensors that several processes see, sent by every way there is."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time

import pytest
import vibetensor.torch as torch
import vibetensor.torch.multiprocessing as mp
from vibetensor import _C
from vibetensor.torch import nn

METHODS = ["fork", "spawn", "forkserver"]
STRATEGIES = sorted(mp.get_all_sharing_strategies())


@pytest.fixture(params=STRATEGIES)
def strategy(request):
    mp.set_sharing_strategy(request.param)
    yield request.param
    mp.set_sharing_strategy("file_descriptor")


def names_left():
    return [name for name in os.listdir("/dev/shm") if name.startswith("vibetensor-")]


def add_one(tensors, module, done):
    with torch.no_grad():
        for tensor in [*tensors, *module.parameters(), *module.buffers()]:
            tensor.add_(1)
    done.put(os.getpid())


@pytest.mark.parametrize("method", METHODS)
def test_arguments_of_a_process_are_shared(method, strategy):
    context = mp.get_context(method)
    whole = torch.zeros(2, 3)
    whole.share_memory_()
    module = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2))
    module.register_buffer("count", torch.zeros(1))
    assert module.share_memory() is module
    before = [t.detach().clone() for t in [*module.parameters(), *module.buffers()]]
    done = context.SimpleQueue()
    process = context.Process(target=add_one, args=([whole.t(), whole[1]], module, done))
    process.start()
    assert done.get() == process.pid
    process.join()
    assert whole.tolist() == [[1.0] * 3, [2.0] * 3]
    for after, was in zip([*module.parameters(), *module.buffers()], before):
        assert after.is_shared() and torch.allclose(after, was + 1)
    assert names_left() == []


def double(line):
    tensor = line.recv()
    tensor.mul_(2)
    line.send(tensor[1:])
    assert line.recv() == "end"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_what_is_sent_is_moved_not_copied(method, strategy):
    context = mp.get_context(method)
    here, there = context.Pipe()
    process = context.Process(target=double, args=(there,))
    process.start()
    tensor = torch.arange(4.0)
    view = tensor[:2]
    here.send(tensor)
    back = here.recv()
    assert tensor.tolist() == [0.0, 2.0, 4.0, 6.0] and view.tolist() == [0.0, 2.0]
    assert back.tolist() == [2.0, 4.0, 6.0] and back.data_ptr() == tensor.data_ptr() + 4
    back[0] = 9
    assert tensor[1] == 9
    here.send("end")
    process.join()
    assert process.exitcode == 0 and names_left() == []


def row_sums(x):
    return x.sum(1)


def test_pools_queues_and_pythons_own_module(strategy):
    with mp.Pool(2) as pool:
        assert [t.tolist() for t in pool.map(row_sums, [torch.ones(2, 3), torch.zeros(1, 2)])] == [[3.0, 3.0], [0.0]]
    queue = multiprocessing.Queue()  # as programs have it that never import torch.multiprocessing
    sent = torch.ones(2)
    queue.put({"a": sent, "b": [sent[1:], nn.Parameter(torch.zeros(3))]})
    got = queue.get(timeout=20)
    got["a"].fill_(5)
    assert sent.tolist() == [5.0, 5.0] and got["b"][0].item() == 5
    assert isinstance(got["b"][1], nn.Parameter) and got["b"][1].requires_grad
    queue.close()
    queue.join_thread()


def test_share_memory_is_of_the_storage():
    tensor = torch.arange(6.0).reshape(2, 3)
    view, bytes_of_it = tensor.t()[1], tensor._storage_bytes()
    assert not tensor.is_shared() and not view.is_shared()
    assert view.share_memory_() is view
    assert tensor.is_shared() and tensor._storage_bytes() == bytes_of_it
    tensor[0, 1] = 8
    assert view.tolist() == [8.0, 4.0]
    parameter = nn.Parameter(torch.ones(2))
    (parameter * 3).sum().backward()
    parameter.share_memory_()
    assert parameter.requires_grad and parameter.grad.tolist() == [3.0, 3.0] and parameter.is_leaf
    for empty in (torch.zeros(0), torch.zeros(0, 3)):
        assert empty.share_memory_().is_shared() and empty.numel() == 0
    with pytest.raises(RuntimeError, match="expected memory of the CPU"):
        torch.zeros(2, device="meta").share_memory_()


def test_memory_that_may_only_be_read_is_sent_as_a_copy():
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(3.0)
    array.flags.writeable = False
    tensor = torch.from_numpy(array)
    with pytest.raises(RuntimeError, match="may only be read"):
        tensor.share_memory_()
    queue = mp.SimpleQueue()
    queue.put(tensor)
    assert queue.get().tolist() == [0.0, 1.0, 2.0]


def test_descriptors_go_with_their_tensors():
    def count():
        return len(os.listdir("/proc/self/fd"))

    queue = mp.SimpleQueue()
    queue.put(torch.zeros(3))
    queue.get()
    before = count()
    for _ in range(50):
        queue.put(torch.zeros(1000))
        assert queue.get().sum() == 0
    deadline = time.monotonic() + 5
    while count() > before + 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert count() <= before + 2


def test_what_cannot_be_shared_says_so():
    queue = mp.SimpleQueue()
    with pytest.raises(RuntimeError, match="no history goes to another process"):
        queue.put(torch.ones(2, requires_grad=True) * 2)
    leaf = torch.ones(2, requires_grad=True)
    queue.put(leaf)
    assert queue.get().requires_grad
    small = torch.zeros(1).share_memory_()
    with pytest.raises(RuntimeError, match="expected a block of 100 bytes"):
        _C.map_shared_memory(_C.shared_descriptor(small), 100)
    with pytest.raises(AssertionError, match="invalid sharing strategy"):
        mp.set_sharing_strategy("carrier_pigeon")


def test_pickle_and_copies_are_no_handles():
    shared = torch.ones(2).share_memory_()
    for copy in (pickle.loads(pickle.dumps(shared)), shared.clone()):
        copy.fill_(4)
        assert shared.tolist() == [1.0, 1.0] and not copy.is_shared()


def test_the_sender_may_be_gone_with_names():
    program = """
        import os, sys, time
        import vibetensor.torch as torch
        import vibetensor.torch.multiprocessing as mp

        def send(queue):
            queue.put(torch.full((1000,), 7.0))

        mp.set_sharing_strategy("file_system")
        context = mp.get_context("fork")
        queue = context.SimpleQueue()
        process = context.Process(target=send, args=(queue,))
        process.start()
        process.join()
        if sys.argv[1] == "read":
            print(queue.get().sum().item())
        print(len([n for n in os.listdir("/dev/shm") if n.startswith("vibetensor-")]))
    """
    for what, expected in (("read", "7000.0\n0\n"), ("leave", "1\n")):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), what], capture_output=True, text=True, timeout=60
        )
        assert done.stdout == expected, done.stderr
    assert names_left() == []  # what nobody read was removed at the end


def fail_or_wait(index, how):
    if index != 1:
        time.sleep(30)
    if how == "raise":
        raise ValueError("of process one")
    if how == "exit":
        os._exit(3)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_first_failure_ends_the_others(method):
    begin = time.monotonic()
    with pytest.raises(mp.ProcessRaisedException, match="-- Process 1 terminated with the following error") as raised:
        mp.start_processes(fail_or_wait, ("raise",), nprocs=3, start_method=method)
    assert "of process one" in str(raised.value) and raised.value.error_index == 1
    with pytest.raises(mp.ProcessExitedException, match="process 1 terminated with exit code 3") as exited:
        mp.start_processes(fail_or_wait, ("exit",), nprocs=2, start_method=method)
    assert exited.value.exit_code == 3 and pickle.loads(pickle.dumps(exited.value)).exit_code == 3
    with pytest.raises(mp.ProcessExitedException, match="signal SIGKILL"):
        mp.start_processes(fail_or_wait, ("kill",), nprocs=2, start_method=method)
    assert time.monotonic() - begin < 25


def note(index, seen):
    seen[index] = index + 1


def test_spawn_runs_all():
    seen = torch.zeros(3).share_memory_()
    assert mp.spawn(note, args=(seen,), nprocs=3) is None
    assert seen.tolist() == [1.0, 2.0, 3.0]
    context = mp.start_processes(note, args=(seen.zero_(),), nprocs=2, join=False, start_method="fork")
    assert len(context.pids()) == 2
    while not context.join(timeout=10):
        pass
    assert seen.tolist() == [1.0, 2.0, 0.0] and context.join()


def train(model, seed):
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(60):
        x = torch.randn(16, 3)
        loss = (model(x) - x.sum(1, keepdim=True)).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_hogwild_trains_one_model():
    torch.manual_seed(0)
    model = nn.Linear(3, 1).share_memory()
    context = mp.get_context("spawn")
    processes = [context.Process(target=train, args=(model, seed)) for seed in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert torch.allclose(model.weight, torch.ones(1, 3), atol=0.05)


def test_names_are_those_of_pytorch():
    import torch as theirs

    missing = set(theirs.multiprocessing.__all__) - set(dir(mp))
    assert not missing
    assert mp.get_all_sharing_strategies() == theirs.multiprocessing.get_all_sharing_strategies()
    assert mp.get_sharing_strategy() == theirs.multiprocessing.get_sharing_strategy()
