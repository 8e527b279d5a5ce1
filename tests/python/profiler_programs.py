"""Programs under a profiler, of PyTorch or ours, and what their traces have."""

import json

import vibetensor.torch as vt
from vibetensor import _C

CPU = {"activities": [vt.profiler.ProfilerActivity.CPU]}


NO_GPU = bool(_C.profiler_device_unavailable_reason())


def step(t, x, w):
    with t.profiler.record_function("forward"):
        y = t.nn.functional.linear(x, w).relu().sum()
    y.backward()


def profiled(t, body, **options):
    activities = [t.profiler.ProfilerActivity.CPU]
    with t.profiler.profile(activities=activities, **options) as prof:
        body(t)
    return prof


def training(t):
    x, w = t.ones(2, 4), t.ones(3, 4, requires_grad=True)
    step(t, x, w)


def trace_of(prof, path):
    prof.export_chrome_trace(str(path))
    return json.loads(path.read_text())


def slices(trace, category=None):
    return [e for e in trace["traceEvents"] if e["ph"] == "X" and category in (None, e["cat"])]
