// Deferring scopes and their records, for torch.compile and explain().
#include "bindings/python/program.h"

#include "bindings/python/object.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "dispatch/op.h"
#include "program/defer.h"
#include "program/generated_kernels.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::str text(std::string_view s) { return nb::str(s.data(), s.size()); }
nb::object ints(IntSpan list) { return nb::steal(make_int_tuple(list)); }
nb::object dtype(DType d) { return nb::borrow(dtype_object(d)); }

nb::dict given(const program::ProgramValue& v) {
  nb::dict d;
  d["dtype"] = dtype(v.dtype);
  d["shape"] = ints(v.sizes);
  d["strides"] = ints(v.strides);
  d["offset"] = v.offset;
  d["storage"] = v.storage;
  d["version"] = v.version;
  d["given"] = v.given;
  return d;
}

nb::dict given(const program::Instruction& i) {
  static constexpr std::string_view kHow[] = {"deferred", "view", "ran"};
  nb::dict d;
  d["op"] = text(i.op->name());
  d["how"] = text(kHow[static_cast<int>(i.how)]);
  d["why"] = text(i.why);
  d["group"] = i.group;
  nb::list arguments;
  for (const auto& a : i.arguments) {
    if (a.value >= 0) arguments.append(a.value);
    else arguments.append(text(a.text));
  }
  d["arguments"] = nb::tuple(arguments);
  nb::list results;
  for (const int r : i.results) results.append(r);
  d["results"] = nb::tuple(results);
  d["written"] = i.written;
  return d;
}

nb::dict given(const program::RanGroup& g) {
  nb::dict d;
  d["device"] = text(to_string(g.group.device));
  d["shape"] = ints(g.group.sizes);
  d["steps"] = g.group.steps.size();
  d["inputs"] = g.group.inputs.size();
  nb::list outputs;
  for (const auto& o : g.group.outputs) outputs.append(o.step);
  d["outputs"] = nb::tuple(outputs);
  d["text"] = text(steps_text(g.group));
  d["bytes_read"] = g.bytes_read;
  d["bytes_written"] = g.bytes_written;
  d["bytes_saved"] = g.bytes_saved;
  d["because"] = text(g.because);
  return d;
}

nb::dict given(const program::GeneratedKernel& k) {
  static constexpr std::string_view kState[] = {"compiling", "ready", "refused"};
  nb::dict d;
  d["name"] = text(k.name);
  d["state"] = text(kState[static_cast<int>(k.state)]);
  d["reason"] = text(k.reason);
  d["from_disk"] = k.from_disk;
  d["seconds"] = k.seconds;
  d["device"] = k.device;
  d["source"] = text(k.source);
  return d;
}

template <class T>
nb::list list_of(const std::vector<T>& items) {
  nb::list out;
  for (const T& item : items) out.append(given(item));
  return out;
}

nb::dict take_record() {
  const program::Program p = program::take_record();
  nb::dict d;
  d["values"] = list_of(p.values);
  d["instructions"] = list_of(p.instructions);
  d["groups"] = list_of(p.groups);
  return d;
}

nb::list generated_kernels() { return list_of(program::generated_kernels()); }

}  // namespace

void bind_program(nb::module_& m) {
  m.def("program_enter", program::enter, "Calls of rows are deferred on this thread, until program_leave().");
  m.def("program_leave", program::leave, nb::call_guard<nb::gil_scoped_release>(),
        "Leaves what program_enter() entered; the outermost computes all that waits.");
  m.def("program_is_deferring", program::is_deferring, "Whether calls are deferred on this thread.");
  m.def("program_generated_kernels", generated_kernels, "The kernels made for groups on CUDA, as dicts.");
  m.def("program_finish_compiling", program::finish_compiling, nb::call_guard<nb::gil_scoped_release>(),
        "Waits until no kernel is being compiled.");
  m.def("program_exchange_fewest_elements", program::detail::exchange_fewest_elements,
        "For tests: calls of fewer elements than that run at once from now on; returns what it was.");
  m.def("program_start_record", program::start_record, "The calls of this thread's scope are noted from now on.");
  m.def("program_take_record", take_record, "What was noted, as dicts; nothing is noted any more.");
}

}  // namespace vt::python
