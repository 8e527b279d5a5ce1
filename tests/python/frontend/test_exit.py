"""The end of a program with work in flight in daemon threads: quiet, and with its own exit status."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
    import sys, threading, time
    import vibetensor.torch as torch

    x, w = torch.randn(200, 200, requires_grad=True), torch.randn(200, 200)

    def busy():
        for _ in range(3000):
            pass

    class Slow(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            busy()
            return a * 2

        @staticmethod
        def backward(ctx, grad):
            busy()
            return grad * 2

    class Samples:
        def __len__(self):
            return 100

        def __getitem__(self, i):
            if i >= 100:
                raise IndexError
            busy()
            return float(i)

    {work}

    def run():
        while True:
            work()

    for _ in range(2):
        threading.Thread(target=run, daemon=True).start()
    time.sleep(0.05 + 0.01 * int(sys.argv[1]))
    print("end")
    sys.exit(3)
"""

WORK = {
    "backward": """
        for _ in range(5):
            y = (x @ w).tanh()
        y.sum().backward()
    """,
    "a long chain": """
        y = torch.ones(1, requires_grad=True)
        for _ in range(2000):
            y = y + 1
        y.backward()
    """,
    "functions in Python": """
        y = x
        for _ in range(5):
            y = Slow.apply(y)
        y.sum().backward()
    """,
    "hooks": """
        y = torch.randn(10, requires_grad=True)
        for _ in range(5):
            y = y * 2
            y.register_hook(lambda g: busy())
        y.sum().backward()
    """,
    "hooks that wait": """
        y = torch.randn(10, requires_grad=True)
        y.register_hook(lambda g: time.sleep(0.02))
        (y * 2).sum().backward()
    """,
    "hooks of a module": """
        layer = torch.nn.Linear(20, 20)
        layer.register_full_backward_hook(lambda *_: busy())
        layer(torch.ones(3, 20, requires_grad=True)).sum().backward()
    """,
    "forward": "torch.mm(torch.randn(300, 300), torch.randn(300, 300)).sum().item()",
    "small calls": "(torch.ones(3) + 1).sum().item()",
    "sequences in Python": "torch.tensor(Samples())",
    "objects that come and go": """
        tensors = [torch.nn.Parameter(torch.zeros(2)) for _ in range(10)]
        for t in tensors:
            t.own, t.around = [t], tensors
        sum(t.sum() for t in tensors).backward()
    """,
    "a loader": "sum(b.sum() for b in torch.utils.data.DataLoader(Samples(), batch_size=4))",
    "a loader with workers": "sum(b.sum() for b in torch.utils.data.DataLoader(Samples(), num_workers=1))",
    "saving": "torch.save(x, '/dev/null')",
}


@pytest.mark.parametrize("name", WORK)
@pytest.mark.parametrize("delay", range(3))
def test_the_program_ends_as_it_says(name, delay):
    work = "def work():\n" + textwrap.indent(textwrap.dedent(WORK[name]).strip(), "    ")
    program = textwrap.dedent(PROGRAM).replace("{work}", work)
    done = subprocess.run([sys.executable, "-c", program, str(delay)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (3, "end\n", "")
