// torch.profiler: profiles of the process, and what they hold as plain Python values.
#include "profiler/session.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>

#include <unordered_map>

#include "bindings/python/module.h"
#include "bindings/python/python_stack.h"
#include "dispatch/op.h"
#include "profiler/chrome_trace.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using namespace profiler;

StackKind kind_before = StackKind::None;  // of stacks, before the running profile asked for whole ones; with the GIL
bool kind_is_changed = false;

void take_whole_stacks(bool on) {
  if (on == kind_is_changed) return;
  if (on) kind_before = stack_kind();
  set_stack_kind(on ? StackKind::Full : kind_before);
  kind_is_changed = on;
}

// Frames of a stack, innermost first, as "train.py(12): step".
std::vector<std::string> frames_of(uint64_t stack) {
  const Ref frames = Ref::steal(stack_frames(stack));
  std::vector<std::string> texts;
  for (Py_ssize_t i = 0; i < PyList_Size(frames.get()); ++i) {
    PyObject* frame = PyList_GetItem(frames.get(), i);
    texts.push_back(vt::detail::concat(text_of(PyDict_GetItemString(frame, "filename")), "(",
                                       PyLong_AsLong(PyDict_GetItemString(frame, "line")),
                                       "): ", text_of(PyDict_GetItemString(frame, "name"))));
  }
  return texts;
}

nb::object py_list(const std::vector<std::string>& texts) {
  nb::list list;
  for (const std::string& text : texts) list.append(nb::steal(str_from(text)));
  return list;
}
nb::object py_list(const std::vector<int64_t>& numbers) {
  nb::list list;
  for (const int64_t n : numbers) list.append(n);
  return list;
}

// Of an argument what `part` gives of a tensor: a list for a Tensor[], an empty one for what is no tensor.
template <class Part>
nb::object of_tensors(const Input& input, Part part) {
  if (input.type == Input::Type::Tensor) return part(input.tensors[0]);
  nb::list list;
  if (input.type == Input::Type::TensorList) {
    for (const Input::Shape& shape : input.tensors) list.append(part(shape));
  }
  return list;
}

nb::object inputs_object(const HostSpan& span, bool wanted) {
  if (!wanted || span.kind != SpanKind::Op || !span.detail) return nb::none();
  nb::list shapes, strides, dtypes, values;
  for (const Input& input : span.detail->inputs) {
    shapes.append(of_tensors(input, [](const Input::Shape& s) { return py_list(s.sizes); }));
    strides.append(of_tensors(input, [](const Input::Shape& s) { return py_list(s.strides); }));
    dtypes.append(of_tensors(input, [](const Input::Shape& s) { return nb::cast(to_string(s.dtype)); }));
    values.append(nb::steal(str_from(input.value)));
  }
  return nb::make_tuple(shapes, strides, dtypes, values);
}

const char* kind_name(SpanKind kind) {
  switch (kind) {
    case SpanKind::Op: return "op";
    case SpanKind::NodeEvaluate: return "evaluate";
    case SpanKind::Node: return "node";
    case SpanKind::Range: return "range";
    case SpanKind::Replay: return "replay";
    case SpanKind::Capture: return "capture";
  }
  return "";
}

nb::list host_events(const Profile& profile) {
  nb::list events;
  std::unordered_map<uint64_t, nb::object> stacks;
  for (const HostSpan& span : profile.host) {
    nb::object& stack = stacks[span.stack];
    if (!stack.is_valid()) stack = py_list(frames_of(span.stack));
    nb::dict e;
    e["kind"] = kind_name(span.kind);
    e["name"] = nb::steal(str_from(name_of(span)));
    e["overload"] = span.kind == SpanKind::Op ? span.op->schema().overload() : std::string();
    e["id"] = span.id;
    e["parent"] = span.parent;
    e["thread"] = profile.threads[span.thread].system_id;
    e["begin_ns"] = span.begin_ns - profile.begin_ns;
    e["end_ns"] = span.end_ns - profile.begin_ns;
    e["sequence"] = span.sequence;
    e["flops"] = static_cast<int64_t>(span.flops);
    e["graph"] = span.graph;
    e["finished"] = span.finished;
    e["inputs"] = inputs_object(span, profile.options.shapes);
    e["stack"] = stack;
    events.append(e);
  }
  return events;
}

nb::list device_events(const Profile& profile) {
  nb::list events;
  for (const DeviceSpan& span : profile.device) {
    nb::dict e;
    e["kind"] = span.work == DeviceWork::Kernel ? "kernel" : span.work == DeviceWork::Copy ? "copy" : "fill";
    e["name"] = nb::steal(str_from(name_of(span)));
    e["host"] = span.span;
    e["correlation"] = span.correlation;
    e["device"] = span.device;
    e["context"] = span.context;
    e["stream"] = span.stream;
    e["begin_ns"] = span.begin_ns - profile.begin_ns;
    e["end_ns"] = span.end_ns - profile.begin_ns;
    e["graph_id"] = span.graph;
    e["graph_node"] = span.graph_node;
    e["bytes"] = span.bytes;
    e["registers"] = span.registers;
    e["shared_memory"] = span.static_shared + span.dynamic_shared;
    e["grid"] = nb::make_tuple(span.grid[0], span.grid[1], span.grid[2]);
    e["block"] = nb::make_tuple(span.block[0], span.block[1], span.block[2]);
    events.append(e);
  }
  return events;
}

nb::list runtime_events(const Profile& profile) {
  nb::list events;
  for (const RuntimeCall& call : profile.runtime) {
    nb::dict e;
    e["name"] = call.name;
    e["thread"] = call.system_thread;
    e["host"] = call.span;
    e["correlation"] = call.correlation;
    e["begin_ns"] = call.begin_ns - profile.begin_ns;
    e["end_ns"] = call.end_ns - profile.begin_ns;
    events.append(e);
  }
  return events;
}

nb::list memory_events(const Profile& profile) {
  nb::list events;
  for (const MemoryEvent& event : profile.memory) {
    nb::dict e;
    e["at_ns"] = event.at_ns - profile.begin_ns;
    e["bytes"] = event.bytes;
    e["total_allocated"] = event.total_allocated;
    e["address"] = event.address;
    e["host"] = event.span;
    e["thread"] = profile.threads[event.thread].system_id;
    e["device"] = nb::make_tuple(kDeviceTypeNames[static_cast<int>(event.device.type)].data(),
                                 static_cast<int>(event.device.index));
    events.append(e);
  }
  return events;
}

nb::dict dropped(const Profile& profile) {
  nb::dict d;
  d["host"] = profile.dropped.host;
  d["device"] = profile.dropped.device;
  d["runtime"] = profile.dropped.runtime;
  d["memory"] = profile.dropped.memory;
  return d;
}

// `write` gets the text in pieces, as bytes. `metadata`: names and JSON.
void chrome_trace(const Profile& profile, nb::callable write, nb::dict metadata) {
  TraceOptions options;
  if (profile.options.stacks) options.frames = &frames_of;
  for (const auto& [name, value] : metadata) {
    options.metadata.emplace_back(text_of(name.ptr()), text_of(value.ptr()));
  }
  write_chrome_trace(profile, options, [&](std::string_view piece) { write(nb::bytes(piece.data(), piece.size())); });
}

Options options_of(nb::dict given) {
  Options o;
  const auto flag = [&](const char* name) { return nb::cast<bool>(given[name]); };
  o.host = flag("host");
  o.device = flag("device");
  o.shapes = flag("shapes");
  o.memory = flag("memory");
  o.stacks = flag("stacks");
  o.flops = flag("flops");
  o.limit = nb::cast<size_t>(given["limit"]);
  return o;
}

void start_profile(nb::dict given) {
  const Options options = options_of(given);
  {
    const WithoutGil others_run;
    start(options);
  }
  take_whole_stacks(options.stacks);
}

std::unique_ptr<Profile> stop_profile() {
  struct EndOfStacks {
    ~EndOfStacks() { take_whole_stacks(false); }
  } const at_end;
  const WithoutGil others_run;
  return stop();
}

}  // namespace

void bind_profiler(nb::module_& m) {
  nb::class_<Profile>(m, "ProfilerResult")
      .def("host_events", &host_events)
      .def("device_events", &device_events)
      .def("runtime_events", &runtime_events)
      .def("memory_events", &memory_events)
      .def("dropped", &dropped)
      .def("duration_ns", [](const Profile& p) { return p.end_ns - p.begin_ns; })
      .def("chrome_trace", &chrome_trace);
  m.def("profiler_prepare", [](nb::dict options) {
    const Options o = options_of(options);
    const WithoutGil others_run;
    prepare(o);
  });
  m.def("profiler_start", &start_profile);
  m.def("profiler_stop", &stop_profile);
  m.def("profiler_is_running", [] { return is_running(); });
  m.def("profiler_device_unavailable_reason", [] { return device_unavailable_reason(); });
  m.def("profiler_emit_nvtx", [](bool on, bool shapes) { on ? start_nvtx(shapes) : stop_nvtx(); });
  m.def("profiler_begin_range",
        [](const std::string& name, const std::string& text) { return begin_range(name, text); });
  m.def("profiler_end_range", [](uint64_t range) { end_range(range); });
}

}  // namespace vt::python
