// Kernels of the registry's ops that are functions of Python: torch.library's overrides, and calls that go past them.
#include <nanobind/stl/string.h>

#include <map>

#include "bindings/python/call_objects.h"
#include "bindings/python/module.h"
#include "bindings/python/op_function.h"
#include "core/thread_state.h"
#include "dispatch/kernel_slot.h"
#include "dispatch/registry.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

// ---- overrides

struct PythonKernel {
  int64_t id;
  Ref function;     // None falls through
  int device = -1;  // a DeviceType, or -1 for any
  bool with_keys;   // the bits of the call's keys come first
};

// What stands over a slot of an op; the last one that is for the call's device has the call. Under the GIL.
struct Overrides {
  KernelSlot native;
  std::vector<PythonKernel> kernels;
};
std::map<std::pair<const Op*, Key>, Overrides>& overrides() {
  static auto* map = new std::map<std::pair<const Op*, Key>, Overrides>;
  return *map;
}

KeySet live_keys(const Call& call) {
  const ThreadState& state = thread_state();
  return (call.keys | state.included) - state.excluded;
}

void call_python(Call& call, const PythonKernel& kernel) {
  const std::vector<Arg>& args = call.op.schema().args();
  std::vector<Ref> positional;
  if (kernel.with_keys) positional.push_back(Ref::steal(PyLong_FromUnsignedLong(live_keys(call).bits())));
  const Ref keywords = Ref::steal(PyDict_New());
  for (size_t i = 0; i < args.size(); ++i) {
    Ref o = argument_object(call.args[i]);
    if (!args[i].keyword_only) {
      positional.push_back(std::move(o));
    } else if (PyDict_SetItemString(keywords.get(), args[i].name.c_str(), o.get()) < 0) {
      throw PythonException();
    }
  }
  const Ref tuple = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(positional.size())));
  for (size_t i = 0; i < positional.size(); ++i) {
    PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), positional[i].release());
  }
  PyObject* result = outlive_exit([&] { return PyObject_Call(kernel.function.get(), tuple.get(), keywords.get()); });
  if (!result) throw PythonException();
  take_results(call, Ref::steal(result).get());
}

void python_kernel(Call& call) {
  const WithGil gil;
  const Key key = call.key;
  const auto found = overrides().find({&call.op, key});
  const auto device = static_cast<int>(device_type_of(backend_of(call.keys)));
  if (found == overrides().end()) return run_kernel_slot(call, key, kernel_slot(call.op, key));
  const std::vector<PythonKernel>& kernels = found->second.kernels;
  for (auto k = kernels.rbegin(); k != kernels.rend(); ++k) {
    if (k->device >= 0 && k->device != device) continue;
    if (k->function.get() == Py_None) return run_kernel_slot(call, key, {nullptr, true});
    const PythonKernel kernel = *k;  // the function may take it back
    return call_python(call, kernel);
  }
  run_kernel_slot(call, key, found->second.native);
}

// ---- what torch.library stands on

const Op& op_named(const std::string& name) {
  const Op* op = Registry::get().find(name);
  VT_CHECK(op, Runtime, "Could not find schema for aten::", name, ": there is no op of that name and overload");
  return *op;
}

int64_t override_kernel(const std::string& name, int key, nb::handle function, int device, bool with_keys) {
  static int64_t next_id = 0;
  const Op& op = op_named(name);
  const auto slot = static_cast<Key>(key);
  Overrides& over = overrides()[{&op, slot}];
  if (over.kernels.empty()) over.native = kernel_slot(op, slot);
  over.kernels.push_back({++next_id, Ref::borrow(function.ptr()), device, with_keys});
  set_kernel_slot(op, slot, {python_kernel, false});
  return next_id;
}

void take_back_kernel(const std::string& name, int key, int64_t id) {
  const Op& op = op_named(name);
  const auto slot = static_cast<Key>(key);
  const auto found = overrides().find({&op, slot});
  if (found == overrides().end()) return;
  std::vector<PythonKernel> dropped;  // outlives the table's entry: a finalizer may come back here
  auto& kernels = found->second.kernels;
  for (auto k = kernels.begin(); k != kernels.end(); ++k) {
    if (k->id != id) continue;
    dropped.push_back(std::move(*k));
    kernels.erase(k);
    break;
  }
  if (!kernels.empty()) return;
  const KernelSlot native = found->second.native;
  overrides().erase(found);
  set_kernel_slot(op, slot, native);
}

bool is_overridden(const std::string& name, int key) {
  return overrides().contains({&op_named(name), static_cast<Key>(key)});
}

// A call of one overload that goes its own way from the arguments on.
template <class F>
nb::object call_by(const OpEntry& entry, const Op* only, nb::args args, nb::kwargs kwargs, F go) {
  std::vector<PyObject*> values;
  for (nb::handle o : args) values.push_back(o.ptr());
  const auto count = static_cast<Py_ssize_t>(values.size());
  nb::list names;
  for (auto [name, value] : kwargs) {
    names.append(name);
    values.push_back(value.ptr());
  }
  const nb::tuple keywords(names);
  const PythonCall call{values.data(), count, keywords.size() ? keywords.ptr() : nullptr, CallStyle::Function};
  for (const Overload& overload : entry.overloads()) {
    CallArguments arguments;
    if ((only && overload.op != only) || !arguments.fit(overload, call)) continue;
    Results results;
    Call c{*overload.op, arguments.values(), results, keys_of(*overload.op, arguments.values())};
    go(c);
    return nb::steal(wrap_results(entry, *overload.op, results));
  }
  throw_no_overload(entry, call);
}

// The op called with these keys alone.
nb::object redispatch(const std::string& name, uint32_t keys, nb::args args, nb::kwargs kwargs) {
  return call_by(entry_of(name), nullptr, args, kwargs, [&](Call& c) { dispatch(c, KeySet::from_bits(~keys)); });
}

// The kernel that an op has for a key now: a native one or, where Python stands over it, that function.
struct KernelFunction {
  const Op* op;
  Key key;
  KernelSlot slot;
  PythonKernel python;

  nb::object call(uint32_t keys, nb::args args, nb::kwargs kwargs) const {
    return call_by(entry_of(op->schema().name()), op, args, kwargs, [&](Call& c) {
      if (keys) c.keys = KeySet::from_bits(keys);
      c.key = key;
      if (python.function) return call_python(c, python);
      run_kernel_slot(c, key, slot);
    });
  }
};

KernelFunction kernel_of(const std::string& name, int key) {
  const Op& op = op_named(name);
  const auto slot = static_cast<Key>(key);
  KernelFunction found{&op, slot, kernel_slot(op, slot), {}};
  const auto over = overrides().find({&op, slot});
  if (over == overrides().end()) return found;
  if (over->second.kernels.back().function.get() == Py_None) {
    found.slot = {nullptr, true};
  } else {
    found.python = over->second.kernels.back();
  }
  return found;
}

uint32_t exchange_excluded_keys(uint32_t bits) {
  const KeySet before = thread_state().excluded;
  thread_state().excluded = KeySet::from_bits(bits);
  return before.bits();
}

}  // namespace

void bind_python_kernels(nb::module_& m) {
  nb::class_<KernelFunction>(m, "KernelFunction").def("call", &KernelFunction::call);
  m.def("kernel_of", kernel_of);
  m.def("override_kernel", override_kernel, nb::arg("name"), nb::arg("key"), nb::arg("function").none(),
        nb::arg("device"), nb::arg("with_keys"));
  m.def("take_back_kernel", take_back_kernel);
  m.def("is_overridden", is_overridden);
  m.def("redispatch", redispatch);
  m.def("exchange_excluded_keys", exchange_excluded_keys);
  nb::dict keys;
  const char* names[kNumKeys] = {"CPU",       "CUDA",     "Meta",     "Sparse", "Fabric",
                                 "Transform", "Autograd", "Autocast", "Python"};
  for (int i = 0; i < kNumKeys; ++i) keys[names[i]] = i;
  m.attr("dispatch_keys") = keys;
}

}  // namespace vt::python
