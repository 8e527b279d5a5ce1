"""When a profile begins, steps and ends, alone and beside others, and which arguments it takes."""

import inspect
import itertools
import os
import re
import threading
import warnings

import pytest
import torch
import vibetensor.torch as vt
from profiler_programs import CPU, NO_GPU, slices, trace_of
from vibetensor import _C


def test_two_profiles_at_once_are_refused():
    with vt.profiler.profile(**CPU) as outer:
        with pytest.raises(RuntimeError, match="already enabled"), vt.profiler.profile(**CPU):
            pass
        with pytest.raises(RuntimeError, match="already enabled"), vt.autograd.profiler.emit_nvtx():
            pass
        vt.ones(1)
    assert [event.name for event in outer.events()] == ["aten::ones"]
    with vt.profiler.profile(**CPU) as again:
        vt.ones(1)
    assert len(again.events()) == 1


def test_an_exception_ends_the_profile():
    with pytest.raises(ZeroDivisionError), vt.profiler.profile(**CPU) as prof:
        vt.ones(1)
        _ = 1 / 0
    assert not _C.profiler_is_running()
    assert [event.name for event in prof.events()] == ["aten::ones"]
    with vt.profiler.profile(**CPU) as prof, pytest.raises(RuntimeError):
        vt.ones(2, 3) @ vt.ones(2, 3)
    assert [event.name for event in prof.events()][-2:] == ["aten::matmul", "aten::mm"]


def test_an_unfinished_profile_has_no_results():
    prof = vt.profiler.profile(**CPU)
    for ask in (prof.events, prof.key_averages, lambda: prof.export_chrome_trace("never.json")):
        with pytest.raises(AssertionError):
            ask()


def test_start_and_stop_without_a_context():
    prof = vt.profiler.profile(**CPU)
    prof.start()
    vt.ones(1)
    prof.stop()
    assert [event.name for event in prof.events()] == ["aten::ones"]


def test_what_is_open_at_the_end_is_there():
    prof = vt.profiler.profile(**CPU)
    prof.start()
    with vt.profiler.record_function("open"):
        vt.ones(1)
        prof.stop()
    (open_range,) = [event for event in prof.events() if event.name == "open"]
    assert not open_range.finished and open_range.cpu_children[0].name == "aten::ones"


def test_a_forked_child_has_no_profile_and_may_start_one():
    done = threading.Event()

    def work():
        while not done.is_set():
            vt.ones(4) + 1

    busy = threading.Thread(target=work)
    with vt.profiler.profile(**CPU) as prof:
        busy.start()
        for _ in range(5):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads
                child = os.fork()
            if child == 0:
                try:
                    vt.ones(1)
                    with vt.profiler.profile(**CPU) as own:
                        vt.ones(1)
                    os._exit(0 if len(own.events()) == 1 else 1)
                finally:
                    os._exit(2)
            assert os.waitpid(child, 0)[1] == 0
        done.set()
        busy.join()
    assert prof.events()


def test_a_limit_is_kept_and_what_it_costs_is_said(tmp_path):
    with vt.profiler.profile(**CPU, max_events=8) as prof, vt.profiler.record_function("all"):
        for _ in range(100):
            vt.ones(1)
    with pytest.warns(UserWarning, match="keeps the latest 8 records"):
        names = [event.name for event in prof.events()]
    assert names == ["all"] + ["aten::ones"] * 7
    assert prof.dropped == {"host": 93, "device": 0, "runtime": 0, "memory": 0}
    trace = trace_of(prof, tmp_path / "trace.json")
    assert trace["droppedRecords"]["host"] == 93 and trace["recordLimit"] == 8 and len(slices(trace)) == 8
    with pytest.raises(ValueError):
        vt.profiler.profile(**CPU, max_events=0)


def test_schedules_are_those_of_pytorch():
    for wait, warmup, active, repeat, skip, skip_wait in itertools.product(
        (0, 2), (0, 1), (1, 3), (0, 2), (0, 3), (0, 1)
    ):
        arguments = {"wait": wait, "warmup": warmup, "active": active, "repeat": repeat}
        arguments |= {"skip_first": skip, "skip_first_wait": skip_wait}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mine, theirs = vt.profiler.schedule(**arguments), torch.profiler.schedule(**arguments)
        assert [mine(n).name for n in range(40)] == [theirs(n).name for n in range(40)], arguments
    for wrong in ({"wait": -1, "warmup": 1, "active": 1}, {"wait": 0, "warmup": 1, "active": 0}):
        for t in (vt, torch):
            with pytest.raises(AssertionError):
                t.profiler.schedule(**wrong)
    for t in (vt, torch):
        with pytest.warns(UserWarning, match="skew"):
            t.profiler.schedule(wait=0, warmup=0, active=1)
        with pytest.raises(AssertionError):
            t.profiler.schedule(wait=0, warmup=1, active=1)(-1)


@pytest.mark.parametrize("steps", [1, 3, 4, 5, 9, 12])
@pytest.mark.filterwarnings("ignore:Warning. Profiler clears events")
def test_steps_of_a_schedule(steps):
    def ready(t):
        seen = []

        def note(prof):
            rows = {r.key: r.count for r in prof.key_averages() if r.key in ("aten::add", "ProfilerStep*")}
            seen.append((prof.step_num, rows))

        plan = t.profiler.schedule(wait=1, warmup=1, active=2, repeat=2)
        with t.profiler.profile(
            activities=[t.profiler.ProfilerActivity.CPU], schedule=plan, on_trace_ready=note
        ) as prof:
            for _ in range(steps):
                t.ones(2) + 1
                prof.step()
        return seen

    assert ready(vt) == ready(torch)


def test_a_wrong_schedule_warns():
    plan = [vt.profiler.ProfilerAction[name] for name in ("RECORD", "NONE", "WARMUP", "NONE", "RECORD", "WARMUP")]
    prof = vt.profiler.profile(**CPU, schedule=lambda step: plan[min(step, 5)])
    prof.start()
    for message in ("RECORD followed by NONE", None, "WARMUP followed by NONE", None, "RECORD followed by WARMUP"):
        if message is None:
            prof.step()
        else:
            with pytest.warns(UserWarning, match=message):
                prof.step()
    prof.stop()
    assert not _C.profiler_is_running()


@pytest.mark.filterwarnings("ignore:Warning. Profiler clears events")
@pytest.mark.parametrize("steps", [5, 6])
def test_events_of_several_cycles(steps):
    def counts(t):
        found = {}
        plan = t.profiler.schedule(wait=0, warmup=1, active=1)
        for together in (False, True):
            activities = [t.profiler.ProfilerActivity.CPU]
            with t.profiler.profile(activities=activities, schedule=plan, acc_events=together) as prof:
                for _ in range(steps):
                    t.ones(1)
                    prof.step()
            found[together] = sum(event.name == "aten::ones" for event in prof.events())
        return found

    assert counts(vt) == counts(torch)


def test_arguments_that_would_do_nothing_are_refused():
    profile, activity = vt.profiler.profile, vt.profiler.ProfilerActivity
    for wrong in (
        {"with_modules": True},
        {"experimental_config": object()},
        {"execution_trace_observer": object()},
        {"post_processing_timeout_s": 1.0},
        {"activities": [activity.XPU]},
        {"activities": [{activity.CPU: []}]},
    ):
        with pytest.raises(NotImplementedError):
            profile(**wrong)
    with pytest.raises(AssertionError, match="No valid profiler activities"):
        profile(activities=[])
    prof = profile(**CPU)
    for call in (lambda: prof.export_memory_timeline("x.html"), lambda: prof.toggle_collection_dynamic(True, [])):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(NotImplementedError):
        vt.profiler.ExecutionTraceObserver()
    with pytest.raises(NotImplementedError):
        vt.autograd.profiler.emit_itt()


@pytest.mark.skipif(not NO_GPU, reason="there is a GPU")
def test_without_a_gpu_cuda_is_left_out_with_the_reason():
    activity = vt.profiler.ProfilerActivity
    assert vt.profiler.supported_activities() == {activity.CPU}
    with pytest.warns(UserWarning, match=re.escape(_C.profiler_device_unavailable_reason())):
        prof = vt.profiler.profile(activities=[activity.CPU, activity.CUDA])
    with prof:
        vt.ones(1)
    assert len(prof.events()) == 1
    with pytest.raises(AssertionError, match="No valid"), pytest.warns(UserWarning):
        vt.profiler.profile(activities=[activity.CUDA])


def test_signatures_take_what_pytorchs_do():
    pairs = [
        (vt.profiler.profile, torch.profiler.profile),
        (vt.profiler.profile.key_averages, torch.profiler.profile.key_averages),
        (vt.profiler.profile.export_chrome_trace, torch.profiler.profile.export_chrome_trace),
        (vt.profiler.profile.export_stacks, torch.profiler.profile.export_stacks),
        (vt.profiler.schedule, torch.profiler.schedule),
        (vt.profiler.tensorboard_trace_handler, torch.profiler.tensorboard_trace_handler),
        (vt.profiler.record_function, torch.profiler.record_function),
        (vt.autograd.profiler.emit_nvtx, torch.autograd.profiler.emit_nvtx),
        (vt.autograd.profiler_util.EventList.table, torch.autograd.profiler_util.EventList.table),
        (vt.autograd.profiler_util.EventList.key_averages, torch.autograd.profiler_util.EventList.key_averages),
    ]
    for mine, theirs in pairs:
        ours, wanted = inspect.signature(mine).parameters, inspect.signature(theirs).parameters
        for name, parameter in wanted.items():
            assert name in ours, (mine, name)
            assert ours[name].default == parameter.default, (mine, name)
