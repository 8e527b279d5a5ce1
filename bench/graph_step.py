"""Whole training steps on a GPU, eagerly and from CUDA graphs, on VibeTensor and on PyTorch, and what a replay costs.

    python bench/graph_step.py --out bench/results/graph_step_h200.json
    python bench/graph_step.py --workloads resnet50 lstm unet --compile --out bench/results/models_h200.json

Each framework runs in a process of its own; --compile adds torch.compile's step, which takes minutes more. VibeTensor's
graphed step is vibetensor.graph_step; PyTorch's is one torch.cuda.CUDAGraph of the whole step with static inputs, captured
after a warm-up on a side stream. `bits`: whether --same-bits steps give VibeTensor the same losses and parameters, bit by bit,
eagerly and graphed; where not, whether two eager runs do, and whether both do with deterministic algorithms (the gradient of
fused attention adds up queries' in an order that changes from run to run otherwise). A step's time is that of a step with its
inputs given, to a synchronisation; `host_us` is the time until a replay of a small graph returns.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import decoder
import models
import vision

ROOT = Path(__file__).resolve().parent.parent
DECODERS = ("reversal", "vit", "minigpt", "gpt2", "gpt2-32", "gpt2-64")  # GPT-2: at batches of 16, 32 and 64
WORKLOADS = (*DECODERS, *models.TASKS)


def example(framework: str) -> Any:
    """examples/gpt.py as a module on that framework."""
    sys.argv = ["gpt.py", "--framework", framework]
    spec = importlib.util.spec_from_file_location("gpt_example", ROOT / "examples" / "gpt.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gpt_example"] = module
    spec.loader.exec_module(module)
    return module


class Workload:
    """A model, its optimizer and batches, the same for every framework and mode."""

    def __init__(self, name: str, framework: str, capturable: bool, seed: int = 1):
        gpt = example(framework)
        self.torch = torch = gpt.torch
        torch.manual_seed(seed)
        self.clip = name.startswith("gpt2")
        self.amp = self.clip or name in models.TASKS
        self.name = name
        self.task = models.TASKS[name](torch, capturable) if name in models.TASKS else None
        if self.task is not None:
            self.model, self.optimizer = self.task.model, self.task.optimizer
            torch.backends.cudnn.benchmark = True  # PyTorch measures convolutions too, as we always do
            return
        if name.startswith("gpt2"):
            config = gpt.PRESETS["gpt2"]
            self.model = gpt.GPT(config).cuda()
            self.vocabulary, self.context = config.vocab, config.context
            self.batch = int(name.partition("-")[2] or 16)
        elif name == "vit":
            self.model = vision.build(torch).cuda()
            self.vocabulary, self.batch = vision.CLASSES, 256
        else:
            shape = decoder.REVERSAL if name == "reversal" else decoder.MINIGPT
            self.model = decoder.build(torch, shape).cuda()
            self.vocabulary, self.context, self.batch = shape.vocabulary, shape.context, 64
        if name == "reversal":
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        else:
            self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=3e-4, capturable=capturable)
        self.generator = torch.Generator().manual_seed(2)

    def next(self) -> tuple[Any, Any]:
        torch = self.torch
        if self.task is not None:
            return self.task.batch()
        if self.name == "vit":
            images = torch.randn(self.batch, 3, vision.SIDE, vision.SIDE, generator=self.generator)
            return images.cuda(), torch.randint(vision.CLASSES, (self.batch,), generator=self.generator).cuda()
        size = (self.batch, self.context + 1)
        tokens = torch.randint(self.vocabulary, size, generator=self.generator)
        if self.name == "reversal":  # the second half of a row is the first half backwards
            half = size[1] // 2 + 1
            tokens = torch.cat([tokens[:, :half], tokens[:, : size[1] - half].flip(1)], 1)
        tokens = tokens.cuda()
        return tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()

    def loss(self, x: Any, y: Any) -> Any:
        if self.task is not None:
            return self.task.loss(x, y)
        return self.torch.nn.functional.cross_entropy(self.model(x).view(-1, self.vocabulary), y.view(-1))

    def step(self, x: Any, y: Any) -> Any:
        torch = self.torch
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=self.amp):
            loss = self.loss(x, y)
        loss.backward()
        if self.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.detach()


def torch_graph(work: Workload) -> Any:
    """The step as a function that replays one graph of PyTorch's."""
    torch = work.torch
    x, y = work.next()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            work.step(x, y)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = work.step(x, y)

    def step(new_x: Any, new_y: Any) -> Any:
        x.copy_(new_x)
        y.copy_(new_y)
        graph.replay()
        return loss.clone()

    return step


def measure(name: str, framework: str, mode: str, steps: int, warmup: int) -> dict[str, Any]:
    """A step in one of the modes "eager", "graphed" and, for PyTorch, "compiled"."""
    graphed = mode == "graphed"
    work = Workload(name, framework, capturable=graphed)
    torch = work.torch
    gc.collect()
    torch.cuda.empty_cache()  # of what ran before
    torch.cuda.reset_peak_memory_stats()
    if mode == "compiled":
        work.model.compile()
    if not graphed:
        step = work.step
    elif framework == "torch":
        step = torch_graph(work)
    else:
        import vibetensor

        step = vibetensor.graph_step(work.step)
    times, losses = [], []
    for i in range(warmup + steps):
        x, y = work.next()
        torch.cuda.synchronize()
        begin = time.perf_counter()
        loss = step(x, y)
        torch.cuda.synchronize()
        if i >= warmup:
            times.append((time.perf_counter() - begin) * 1e3)
        losses.append(loss)
    if graphed and framework == "vibetensor" and step.reason is not None:
        raise SystemExit(f"{name}: not captured: {step.reason}")
    return {
        "ms": statistics.median(times),
        "peak_allocated_mib": torch.cuda.max_memory_allocated() / 2**20,
        "peak_reserved_mib": torch.cuda.max_memory_reserved() / 2**20,
        "losses": [loss.item() for loss in losses],
    }


def same_bits(name: str, steps: int, graphed: bool = True, deterministic: bool = False) -> bool:
    """Whether `steps` steps give VibeTensor the same bits eagerly and graphed, or eagerly twice."""
    import vibetensor
    from vibetensor.graphs.verify import same_bits as same

    example("vibetensor").torch.use_deterministic_algorithms(deterministic)
    results = []
    for is_graph in (False, graphed):
        work = Workload(name, "vibetensor", capturable=True)
        step = vibetensor.graph_step(work.step) if is_graph else work.step
        losses = [step(*work.next()) for _ in range(steps)]
        state = [v for s in work.optimizer.state.values() for v in s.values()]
        results.append([*losses, *(p.detach() for p in work.model.parameters()), *state])
    return all(same(a, b) for a, b in zip(*results, strict=True))


def replay_cost(framework: str) -> float:
    """Microseconds until the replay of a graph of one kernel returns, where the launch queue never fills."""
    torch = example(framework).torch
    x = torch.zeros(1000, device="cuda")
    graph = torch.cuda.CUDAGraph()
    x.add_(1)
    with torch.cuda.graph(graph):
        x.add_(1)
    best = float("inf")
    for _ in range(50):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(100):
            graph.replay()
        best = min(best, (time.perf_counter() - begin) / 100)
    return best * 1e6


def child(args: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"host_us": replay_cost(args.framework)}
    for name in args.workloads:
        runs = {}
        compiled = ("compiled",) if args.compile and args.framework == "torch" else ()
        for mode in ("eager", "graphed", *compiled):
            runs[mode] = measure(name, args.framework, mode, args.steps, args.warmup)
        if args.framework == "vibetensor":
            runs["bits"] = same_bits(name, args.same_bits)
            if not runs["bits"]:
                runs["bits_of_two_eager_runs"] = same_bits(name, args.same_bits, graphed=False)
                runs["bits_where_deterministic"] = same_bits(name, args.same_bits, deterministic=True)
                example(args.framework).torch.use_deterministic_algorithms(False)
        found[name] = runs
    torch = example(args.framework).torch
    found["version"], found["device"] = str(torch.__version__), torch.cuda.get_device_name()
    return found


def run_child(args: argparse.Namespace, framework: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--framework", framework, "--steps", str(args.steps)]
    command += [
        "--warmup",
        str(args.warmup),
        "--same-bits",
        str(args.same_bits),
        "--workloads",
        *args.workloads,
        *(["--compile"] if args.compile else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{framework} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+", default=list(DECODERS), choices=WORKLOADS)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=8)
    parser.add_argument("--same-bits", type=int, default=50, help="steps whose bits are compared")
    parser.add_argument("--compile", action="store_true", help="time torch.compile too; needs minutes more")
    parser.add_argument("--out", type=Path, help="JSON file")
    parser.add_argument("--framework", choices=["vibetensor", "torch"], help="run this one only, and print its JSON")
    args = parser.parse_args()
    if args.framework:
        print(json.dumps(child(args)))
        return
    runs = {name: run_child(args, name) for name in ("torch", "vibetensor")}
    ours, theirs = runs["vibetensor"], runs["torch"]
    print(
        f"{'workload':10s} {'torch eager':>12s} {'graphed':>9s} {'compiled':>9s} {'ours eager':>12s} {'graphed':>9s}  "
        "ratio  same bits"
    )
    for name in args.workloads:
        a, b = theirs[name], ours[name]
        ratio = b["graphed"]["ms"] / a["graphed"]["ms"]
        print(
            f"{name:10s} {a['eager']['ms']:12.3f} {a['graphed']['ms']:9.3f} "
            f"{a.get('compiled', {}).get('ms', float('nan')):9.3f} {b['eager']['ms']:12.3f} "
            f"{b['graphed']['ms']:9.3f}  {ratio:5.2f}  {b['bits']}"
            + (f", deterministic: {b['bits_where_deterministic']}" if not b["bits"] else "")
        )
    print(f"replay of a small graph: torch {theirs['host_us']:.2f} us, vibetensor {ours['host_us']:.2f} us on the host")
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        summary = {"steps": args.steps, "device": ours["device"], "runs": runs}
        args.out.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
