"""torch.profiler against PyTorch's: the same program under both gives results of the same shape."""

import gzip
import json
import re
import threading
import warnings

import pytest
import torch
import vibetensor.torch as vt
from profiler_programs import CPU, profiled, slices, trace_of, training
from vibetensor import _C

# ---- events


def test_calls_and_ranges_are_those_of_pytorch():
    def counts(prof):
        names = ("forward", "aten::linear", "aten::relu", "aten::sum", "aten::threshold_backward", "aten::ones")
        return {row.key: row.count for row in prof.key_averages() if row.key in names}

    assert counts(profiled(vt, training)) == counts(profiled(torch, training))


def test_nodes_of_backward_have_the_names_and_scopes_of_pytorch():
    def nodes(prof):
        return {(e.name, e.scope) for e in prof.events() if "Backward0" in e.name or "AccumulateGrad" in e.name}

    mine, theirs = nodes(profiled(vt, training)), nodes(profiled(torch, training))
    for name in ("SumBackward0", "ReluBackward0", "torch::autograd::AccumulateGrad"):
        for whole in ((name, 1), (f"autograd::engine::evaluate_function: {name}", 0)):
            assert whole in mine and whole in theirs


def test_backward_has_the_number_of_its_forward_call():
    for t in (vt, torch):
        events = profiled(t, training).events()
        by_name = {event.name: event for event in events}
        assert by_name["aten::sum"].sequence_nr == by_name["SumBackward0"].sequence_nr >= 0
        assert by_name["aten::relu"].sequence_nr == by_name["ReluBackward0"].sequence_nr
        assert by_name["SumBackward0"].fwd_thread == by_name["aten::sum"].thread


def test_events_nest_and_times_add_up():
    prof = profiled(vt, training)
    events = prof.events()
    forward = next(e for e in events if e.name == "forward")
    assert forward.is_user_annotation and forward.cpu_parent is None
    assert [child.name for child in forward.cpu_children] == ["aten::linear", "aten::relu", "aten::sum"]
    for event in events:
        assert event.cpu_time_total >= sum(child.cpu_time_total for child in event.cpu_children) - 1e-6
        assert all(child.cpu_parent is event for child in event.cpu_children)
        assert event.self_cpu_time_total >= -1e-6
    roots = sum(event.cpu_time_total for event in events if event.cpu_parent is None)
    assert events.self_cpu_time_total == pytest.approx(roots)
    assert events.total_average().cpu_time_total >= roots and events.total_average().key == "Total"


def test_events_have_the_attributes_of_pytorch():
    mine, theirs = profiled(vt, training).events()[0], profiled(torch, training).events()[0]
    left_out = {"kwinputs", "metadata_json", "event_metadata", "node_id"}  # nothing would be in them
    left_out |= {"flow_id", "flow_start", "flow_type", "is_python_function", "self_cpu_percent", "total_cpu_percent"}
    left_out |= {"total_device_percent", "python_id", "python_module_id", "python_parent_id"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        missing = {name for name in dir(theirs) if not name.startswith("_") and not hasattr(mine, name)}
        row, their_row = profiled(vt, training).key_averages()[0], profiled(torch, training).key_averages()[0]
        missing |= {name for name in dir(their_row) if not name.startswith("_") and not hasattr(row, name)}
    assert missing <= left_out, missing - left_out


def test_shapes_and_values_of_arguments():
    def body(t):
        a, b = t.ones(2, 3), t.ones(2, 3).t().contiguous().t()
        t.add(a, b, alpha=2)
        t.cat([a, b], 1)

    def found(t, name):
        events = profiled(t, body, record_shapes=True).events()
        return next(e for e in events if e.name == name)

    mine, theirs = found(vt, "aten::add"), found(torch, "aten::add")
    assert mine.input_shapes == theirs.input_shapes == [[2, 3], [2, 3], []]
    assert mine.structured_input_strides == theirs.structured_input_strides
    assert mine.concrete_inputs[2] == "2"
    mine, theirs = found(vt, "aten::cat"), found(torch, "aten::cat")
    assert mine.input_shapes == theirs.input_shapes == [[], []]
    assert mine.structured_input_shapes == theirs.structured_input_shapes == [[[2, 3], [2, 3]], []]
    assert found(vt, "aten::add").input_dtypes[:2] == ["float32", "float32"]
    assert not profiled(vt, body).events()[0].input_shapes


def test_flops_are_those_of_pytorch():
    def body(t):
        a, b = t.ones(4, 5), t.ones(5, 6)
        t.mm(a, b)
        t.addmm(t.ones(6), a, b)
        t.bmm(t.ones(2, 4, 5), t.ones(2, 5, 6))
        t.baddbmm(t.ones(2, 4, 6), t.ones(2, 4, 5), t.ones(2, 5, 6))
        a * a
        a + t.ones(5)

    def flops(t):
        return {row.key: row.flops for row in profiled(t, body, with_flops=True).key_averages() if row.flops}

    mine, theirs = flops(vt), flops(torch)
    assert {"aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm", "aten::mul", "aten::add"} <= set(mine)
    assert mine == theirs


@pytest.mark.parametrize("transposed", [False, True])
def test_flops_of_convolutions(transposed):
    def total(t):
        x, w = t.ones(2, 4, 9, 7), t.ones(4, 3, 3, 2) if transposed else t.ones(6, 2, 3, 2)

        def body(t):
            if transposed:
                t.nn.functional.conv_transpose2d(x, w, stride=2)
            else:
                t.nn.functional.conv2d(x, w, stride=(2, 1), padding=1, dilation=(1, 2), groups=2)

        return profiled(t, body, with_flops=True).events().total_average().flops

    inputs, outputs = 2 * 4 * 9 * 7, 2 * 6 * 5 * 7
    assert total(vt) == (2 * inputs * 3 * 3 * 2 if transposed else 2 * outputs * 2 * 3 * 2)
    assert transposed or total(vt) == total(torch)


def test_flops_are_counted_once_where_ops_are_made_of_others():
    x = vt.ones(2, 3, 4)
    with vt.profiler.profile(**CPU, with_flops=True) as prof:
        vt.nn.functional.scaled_dot_product_attention(x, x, x)
    assert prof.events().total_average().flops == 2 * (2 * 2 * 3 * 3 * 4)


def test_memory_is_that_of_the_call():
    def body(t):
        x = t.ones(1000)
        y = x + x
        del x, y

    def usage(t):
        events = profiled(t, body, profile_memory=True).events()
        return [(e.name, e.cpu_memory_usage) for e in events if e.name in ("aten::ones", "aten::add", "[memory]")]

    assert (
        usage(vt)
        == usage(torch)
        == [
            ("aten::ones", 4000),
            ("aten::add", 4000),
            ("[memory]", -4000),
            ("[memory]", -4000),
        ]
    )
    rows = {r.key: r for r in profiled(vt, training, profile_memory=True).key_averages()}
    assert rows["forward"].cpu_memory_usage > 0 and rows["aten::linear"].self_cpu_memory_usage >= 0


def here(t):
    return t.ones(1) * 3


def test_stacks_lead_to_the_line_and_backward_has_those_of_forward():
    w = vt.ones(3, requires_grad=True)
    with vt.profiler.profile(**CPU, with_stack=True) as prof:
        here(vt)
        (w * w).sum().backward()
    by_name = {}
    for event in prof.events():
        by_name.setdefault(event.name, event)
    line = here.__code__.co_firstlineno + 1
    assert re.fullmatch(rf".*test_profiler\.py\({line}\): here", by_name["aten::ones"].stack[0])
    assert "test_stacks_lead" in by_name["aten::ones"].stack[1]
    assert by_name["SumBackward0"].stack == by_name["aten::sum"].stack != []
    assert by_name["aten::expand"].stack == by_name["aten::sum"].stack  # inside the node
    assert not profiled(vt, here).events()[0].stack
    assert _C.python_stack_kind() == "short"


def test_merges_an_op_that_only_calls_another_overload_of_its_name():
    for prof in (profiled(vt, training), profiled(torch, training)):
        for event in prof.events():
            parent = event.cpu_parent
            assert parent is None or parent.name != event.name or len(parent.cpu_children) > 1


# ---- averages and tables


def test_groups_of_averages():
    def body(t):
        for size in (2, 2, 3):
            t.ones(size) + 1

    def rows(t, **group):
        prof = profiled(t, body, record_shapes=True)
        return sorted((r.count, str(r.input_shapes)) for r in prof.key_averages(**group) if r.key == "aten::add")

    assert rows(vt) == rows(torch) == [(3, "")]
    assert rows(vt, group_by_input_shape=True) == rows(torch, group_by_input_shape=True)
    assert [count for count, _ in rows(vt, group_by_input_shape=True)] == [1, 2]
    overloads = profiled(vt, lambda t: t.ones(2).sum(0)).key_averages(group_by_overload_name=True)
    assert any(row.overload_name for row in overloads)
    with vt.profiler.profile(**CPU, with_stack=True) as prof:
        for _ in range(2):
            here(vt)
        vt.ones(1) * 3
    by_stack = [row for row in prof.key_averages(group_by_stack_n=1) if row.key == "aten::mul"]
    assert sorted(row.count for row in by_stack) == [1, 2] and all(len(row.stack) == 1 for row in by_stack)


@pytest.mark.parametrize(
    "options, group",
    [
        ({}, {}),
        ({"record_shapes": True}, {"group_by_input_shape": True}),
        ({"profile_memory": True}, {}),
        ({"with_flops": True}, {}),
        ({}, {"group_by_overload_name": True}),
    ],
)
def test_tables_have_the_columns_of_pytorch(options, group):
    def header(t):
        table = profiled(t, training, **options).key_averages(**group).table()
        lines = table.splitlines()
        assert table.endswith("\n") and lines[0] == lines[2] == lines[-2] and set(lines[0]) == {"-", " "}
        assert lines[-1].startswith("Self CPU time total: ")
        return [title for title in re.split(r"\s{2,}", lines[1].strip()) if title != "Overload Name"]

    assert header(vt) == header(torch)


def test_table_options():
    averages = profiled(vt, training).key_averages()
    table = averages.table(sort_by="self_cpu_time_total", row_limit=2, header="A title", time_unit="ms")
    lines = table.splitlines()
    assert lines[1] == "A title" and set(lines[0]) == {"="} and len(lines) == 9
    times = [row.self_cpu_time_total for row in averages]
    first = max(averages, key=lambda row: row.self_cpu_time_total)
    assert f"{max(times) / 1000:.3f}ms" in lines[5] and first.key[:50] in lines[5]
    assert len(averages.table(row_limit=-1).splitlines()) == len(averages) + 5
    assert str(averages) == averages.table()
    events = profiled(vt, training).events()
    top = events.table(top_level_events_only=True)
    assert "This report only display top-level ops statistics" in top and "aten::linear" not in top
    assert vt.autograd.profiler_util.EventList().table() == ""
    with pytest.raises(AttributeError):
        averages.table(sort_by="no_such_column")


def test_long_names_are_cut():
    with vt.profiler.profile(**CPU) as prof, vt.profiler.record_function("n" * 100):
        pass
    table = prof.key_averages().table()
    assert "n" * 52 + "..." in table and "n" * 53 not in table
    assert "n" * 100 in prof.key_averages().table(max_name_column_width=None)


# ---- ranges


def test_ranges_nest_decorate_and_survive_exceptions():
    range_of = vt.profiler.record_function

    @range_of("decorated")
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    with vt.profiler.profile(**CPU) as prof:
        assert fib(3) == 2
        with pytest.raises(ValueError), range_of("outer"), range_of("inner", "text"):
            raise ValueError
        with range_of("after"):
            vt.ones(1)
    names = [event.name for event in prof.events()]
    assert names == ["decorated"] * 5 + ["outer", "inner", "after", "aten::ones"]
    by_name = {event.name: event for event in prof.events()}
    assert by_name["inner"].cpu_parent is by_name["outer"]
    assert by_name["after"].cpu_parent is None and all(event.finished for event in prof.events())
    with pytest.raises(TypeError, match="must be str, not int"):
        range_of(3)


def test_steps_of_optimizers_and_batches_are_ranges():
    def ranges(t):
        layer = t.nn.Linear(2, 2)
        optimizer = t.optim.AdamW(layer.parameters())
        data = t.utils.data.TensorDataset(t.ones(4, 2))

        def body(t):
            for (x,) in t.utils.data.DataLoader(data, batch_size=2):
                optimizer.zero_grad()
                layer(x).sum().backward()
                optimizer.step()

        return [(e.name, e.scope) for e in profiled(t, body).events() if e.is_user_annotation]

    assert ranges(vt) == ranges(torch) and len(ranges(vt)) == 7


def test_threads_are_told_apart():
    def work(number):
        with vt.profiler.record_function(f"worker {number}"):
            for _ in range(20):
                vt.ones(2) + number

    with vt.profiler.profile(**CPU) as prof:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    workers = [event for event in prof.events() if event.name.startswith("worker")]
    assert len({event.thread for event in workers}) == 3
    for event in workers:
        assert sum(child.name == "aten::add" for child in event.cpu_children) == 20
        assert all(child.thread == event.thread for child in event.cpu_children)


def test_a_range_may_end_on_another_thread():
    with vt.profiler.profile(**CPU) as prof:
        range_ = vt.profiler.record_function("moved").__enter__()
        thread = threading.Thread(target=range_.__exit__, args=(None, None, None))
        thread.start()
        thread.join()
        vt.ones(1)
    assert [(e.name, e.finished, e.cpu_parent) for e in prof.events()] == [
        ("moved", True, None),
        ("aten::ones", True, None),
    ]


# ---- what is written


def test_a_trace_has_what_perfetto_needs(tmp_path):
    prof = profiled(vt, training, record_shapes=True, profile_memory=True, with_stack=True, with_flops=True)
    trace = trace_of(prof, tmp_path / "trace.json")
    assert trace["displayTimeUnit"] == "ms" and trace["schemaVersion"] == 1 and trace["with_stack"] == 1
    names = {e["name"] for e in slices(trace)}
    assert {"forward", "aten::linear", "SumBackward0"} <= names
    for event in trace["traceEvents"]:
        assert isinstance(event["pid"], int) and {"ph", "name"} <= set(event)
        assert event["ph"] == "M" or isinstance(event["ts"], float)
        if event["ph"] == "X":
            assert event["dur"] >= 0 and event["ts"] >= 0
    (linear,) = [e for e in slices(trace, "cpu_op") if e["name"] == "aten::linear"]
    assert linear["args"]["Input Dims"][:2] == [[2, 4], [3, 4]]
    assert "test_profiler.py" in linear["args"]["Call stack"]
    assert [e["name"] for e in slices(trace, "user_annotation")] == ["forward"]
    # One arrow from each call to the node that it made.
    starts = {e["id"]: e for e in trace["traceEvents"] if e["ph"] == "s" and e["cat"] == "fwdbwd"}
    ends = {e["id"]: e for e in trace["traceEvents"] if e["ph"] == "f" and e["cat"] == "fwdbwd"}
    assert len(starts) >= 3 and starts.keys() == ends.keys()
    at = {e["ts"]: e["name"] for e in slices(trace, "cpu_op")}
    pairs = {(at[starts[i]["ts"]], at[ends[i]["ts"]].rpartition(" ")[2]) for i in starts}
    assert {("aten::sum", "SumBackward0"), ("aten::relu", "ReluBackward0")} <= pairs
    counters = [e for e in trace["traceEvents"] if e["ph"] == "C"]
    memory = [e for e in trace["traceEvents"] if e["name"] == "[memory]"]
    assert counters and len(counters) == len(memory)
    assert all(e["args"]["bytes"] >= 0 for e in counters)


def test_slices_of_a_thread_nest(tmp_path):
    trace = trace_of(profiled(vt, training), tmp_path / "trace.json")
    by_thread = {}
    for e in slices(trace):
        by_thread.setdefault(e["tid"], []).append((e["ts"], -e["dur"]))
    for spans in by_thread.values():
        stack = []
        for begin, minus in sorted(spans):
            while stack and begin >= stack[-1] - 1e-9:
                stack.pop()
            assert not stack or begin - minus <= stack[-1] + 1e-3
            stack.append(begin - minus)


def test_odd_names_are_escaped(tmp_path):
    name = 'quote " slash \\ newline \n snow \u2603 face \U0001f600'
    with vt.profiler.profile(**CPU) as prof, vt.profiler.record_function(name, 'args "too"'):
        pass
    (event,) = slices(trace_of(prof, tmp_path / "trace.json"))
    assert event["name"] == name and event["args"]["args"] == 'args "too"'


def test_metadata_and_ids(tmp_path):
    prof = vt.profiler.profile(**CPU, custom_trace_id_callback=lambda: "mine")
    assert prof.get_trace_id() is None
    with prof:
        vt.ones(1)
    prof.add_metadata("text", 'with "quotes"')
    prof.add_metadata_json("numbers", "[1, 2]")
    trace = trace_of(prof, tmp_path / "trace.json")
    assert (trace["text"], trace["numbers"], trace["trace_id"]) == ('with "quotes"', [1, 2], "mine")
    assert prof.get_trace_id() == "mine"
    with pytest.raises(ValueError):
        prof.add_metadata_json("broken", "{")


def test_compressed_and_for_tensorboard(tmp_path):
    prof = profiled(vt, training)
    prof.export_chrome_trace(str(tmp_path / "trace.json.gz"))
    assert slices(json.loads(gzip.decompress((tmp_path / "trace.json.gz").read_bytes())))
    for gzipped, ending in ((False, ".pt.trace.json"), (True, ".pt.trace.json.gz")):
        folder = tmp_path / f"logs{gzipped}" / "run"
        handler = vt.profiler.tensorboard_trace_handler(str(folder), "worker0", use_gzip=gzipped)
        handler(prof)
        handler(prof)
        files = sorted(path.name for path in folder.iterdir())
        assert len(files) == 2 and all(re.fullmatch(rf"worker0\.\d+{re.escape(ending)}", name) for name in files)


def test_a_trace_that_cannot_be_written_leaves_the_old_one(tmp_path):
    prof = profiled(vt, training)
    with pytest.raises(OSError):
        prof.export_chrome_trace(str(tmp_path / "nowhere" / "trace.json"))


def test_stacks_for_flame_graphs(tmp_path):
    w = vt.ones(200, 200, requires_grad=True)
    with vt.profiler.profile(**CPU, with_stack=True) as prof:
        for _ in range(5):
            (w @ w).sum().backward()
    path = tmp_path / "stacks.txt"
    prof.export_stacks(str(path), "self_cpu_time_total")
    lines = path.read_text().splitlines()
    assert lines
    for line in lines:
        stack, weight = line.split(" ")
        assert int(weight) > 0 and "test_profiler.py" in stack and len(stack.split(";")) > 3
        assert "test_stacks_for_flame_graphs" in stack
    with pytest.raises(ValueError, match="metric should be one of"):
        prof.export_stacks(str(path), "cpu_time")
    with pytest.raises(ValueError, match="with_stack"):
        profiled(vt, training).export_stacks(str(path))


# ---- torch.autograd.profiler


def test_autograd_profiler():
    with vt.autograd.profiler.profile(record_shapes=True, profile_memory=True) as prof:
        training(vt)
    assert "aten::linear" in str(prof) and "CPU Mem" in prof.table()
    assert prof.key_averages(group_by_input_shape=True) and prof.self_cpu_time_total > 0
    assert prof.total_average().count == len(prof.function_events)
    off = vt.autograd.profiler.profile(enabled=False)
    with off as nothing:
        vt.ones(1)
    assert nothing is None and str(off) == "<unfinished torch.autograd.profile>"
    again = vt.autograd.profiler.profile()
    with again, pytest.raises(RuntimeError, match="not reentrant"), again:
        pass
    assert not _C.profiler_is_running()


def test_ranges_of_nvtx_leave_no_trace_without_a_tool():
    with vt.autograd.profiler.emit_nvtx(record_shapes=True), vt.autograd.profiler.record_function("range"):
        training(vt)
        vt.cat([vt.ones(1), vt.ones(2)])
    with vt.autograd.profiler.emit_nvtx(enabled=False) as nothing:
        training(vt)
    assert nothing is None
    emit = vt.autograd.profiler.emit_nvtx()
    with emit, pytest.raises(RuntimeError, match="not reentrant"):
        emit.__enter__()
    with vt.profiler.profile(**CPU) as prof:
        vt.ones(1)
    assert len(prof.events()) == 1


def test_names_are_where_pytorch_has_them():
    for name in torch.profiler.__all__:
        assert hasattr(vt.profiler, name), name
    assert [a.name for a in vt.profiler.ProfilerActivity] == list(torch.profiler.ProfilerActivity.__members__)
    assert {d.name: d.value for d in vt.profiler.DeviceType} == {
        name: int(member) for name, member in torch.profiler.DeviceType.__members__.items()
    }
    assert vt.autograd.profiler.record_function is vt.profiler.record_function
    assert vt.autograd.ProfilerActivity is vt.profiler.ProfilerActivity
    assert vt.profiler.kineto_available() is torch.profiler.kineto_available()


def test_ops_of_others_have_their_own_namespace():
    def names(t):
        library = t.library.Library("tests_profiler", "DEF")
        library.define("half(Tensor x) -> Tensor")
        library.impl("half", lambda x: x / 2, "CompositeImplicitAutograd")
        events = profiled(t, lambda t: t.ops.tests_profiler.half(t.ones(2))).events()
        return {e.name for e in events if "half" in e.name}

    assert names(vt) == names(torch) == {"tests_profiler::half"}
