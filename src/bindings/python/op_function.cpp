#include "bindings/python/op_function.h"

#include <map>
#include <set>

#include "autograd/autograd.h"
#include "bindings/python/number.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/torch_function.h"
#include "dispatch/registry.h"

namespace vt::python {
namespace {

struct OpObject {
  PyObject_HEAD vectorcallfunc call;
  const OpEntry* entry;
};

PyTypeObject *function_type, *method_type;
PyObject* bound_method_type;  // types.MethodType

// From this many elements on a CPU call is worth letting other threads run.
constexpr int64_t kReleaseGilElements = 1 << 16;

bool worth_releasing(const Op& op, const Value* args) {
  int64_t elements = 0;
  for_each_tensor({args, static_cast<size_t>(op.arg_count())},
                  [&](int, const Tensor& t) { elements += t.is_cpu() ? t.numel() : 0; });
  return elements >= kReleaseGilElements;
}

VT_NOINLINE void call_without_gil(const Op& op, Value* values, Results& results) {
  const WithoutGil others_run;
  call_op(op, values, op.arg_count(), results);
}

PyObject* run(const OpEntry& entry, const Overload& overload, CallArguments& arguments) {
  const Op& op = *overload.op;
  Results results;
  if (VT_UNLIKELY(worth_releasing(op, arguments.values()))) {
    call_without_gil(op, arguments.values(), results);
  } else {
    call_op(op, arguments.values(), op.arg_count(), results);
  }
  if (VT_UNLIKELY(arguments.requires_grad())) autograd::set_requires_grad(results.tensors[0], true);
  if (VT_LIKELY(results.count == 1 && op.schema().rets().size() == 1)) return wrap(std::move(results.tensors[0]));
  return wrap_results(entry, op, results);
}

PyObject* vectorcall(PyObject* self, PyObject* const* args, size_t nargsf, PyObject* kwnames) {
  return guarded([&] {
    const OpEntry& entry = *reinterpret_cast<OpObject*>(self)->entry;
    return invoke(entry, {args, PyVectorcall_NARGS(nargsf), kwnames, CallStyle::Function});
  });
}

PyObject* method_vectorcall(PyObject* self, PyObject* const* args, size_t nargsf, PyObject* kwnames) {
  return guarded([&] {
    const OpEntry& entry = *reinterpret_cast<OpObject*>(self)->entry;
    const Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    VT_CHECK(n > 0 && is_tensor(args[0]), Type, "descriptor '", entry.name,
             "' for 'torch.Tensor' objects doesn't apply to ",
             n > 0 ? "a '" + type_name_of(args[0]) + "' object" : "nothing");
    return invoke(entry, {args, n, kwnames, CallStyle::Method});
  });
}

PyObject* bind(PyObject* self, PyObject* instance, PyObject*) {
  if (!instance || instance == Py_None) return Ref::borrow(self).release();
  return PyObject_CallFunctionObjArgs(bound_method_type, self, instance, nullptr);
}

const OpEntry& entry_in(PyObject* self) { return *reinterpret_cast<OpObject*>(self)->entry; }
PyObject* name(PyObject* self, void*) { return str_from(entry_in(self).name); }
PyObject* qualified_method_name(PyObject* self, void*) { return str_from("Tensor." + entry_in(self).name); }
constexpr const char* kOps = "vibetensor._C.ops";  // where pickle finds ops
PyObject* module_name(PyObject*, void*) { return PyUnicode_FromString(kOps); }
// The documentation is put together in Python, when somebody asks for it.
PyObject* describe(PyObject* self, PyObject* is_method) {
  return guarded([&] {
    const char* words = entry_in(self).overloads().front().op->functional().parts.doc;
    const Ref home = Ref::steal(PyImport_ImportModule("vibetensor.torch._op_docs"));
    return Ref::steal(PyObject_CallMethod(home.get(), "describe", "ssO", entry_in(self).name.c_str(), words, is_method))
        .release();
  });
}
PyObject* doc(PyObject* self, void*) { return describe(self, Py_False); }
PyObject* method_doc(PyObject* self, void*) { return describe(self, Py_True); }
PyObject* repr(PyObject* self) { return str_from("<built-in method " + entry_in(self).name + ">"); }
PyObject* reduce(PyObject* self, PyObject*) { return str_from(entry_in(self).name); }
void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_Free(self);
  Py_DECREF(type);
}

void make_types() {
  static PyMemberDef members[] = {{"__vectorcalloffset__", T_PYSSIZET, offsetof(OpObject, call), READONLY, nullptr},
                                  {nullptr, 0, 0, 0, nullptr}};
  static PyGetSetDef getset[] = {{"__name__", name, nullptr, nullptr, nullptr},
                                 {"__qualname__", name, nullptr, nullptr, nullptr},
                                 {"__module__", module_name, nullptr, nullptr, nullptr},
                                 {"__doc__", doc, nullptr, nullptr, nullptr},
                                 {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyGetSetDef method_getset[] = {{"__name__", name, nullptr, nullptr, nullptr},
                                        {"__qualname__", qualified_method_name, nullptr, nullptr, nullptr},
                                        {"__doc__", method_doc, nullptr, nullptr, nullptr},
                                        {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
  PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                         {Py_tp_repr, reinterpret_cast<void*>(repr)},
                         {Py_tp_members, members},
                         {Py_tp_getset, getset},
                         {Py_tp_methods, methods},
                         {0, nullptr}};
  PyType_Spec spec = {"vibetensor._C.OpFunction", sizeof(OpObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  function_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&spec)).release());
  PyType_Slot method_slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                                {Py_tp_repr, reinterpret_cast<void*>(repr)},
                                {Py_tp_descr_get, reinterpret_cast<void*>(bind)},
                                {Py_tp_members, members},
                                {Py_tp_getset, method_getset},
                                {0, nullptr}};
  PyType_Spec method_spec = {"vibetensor._C.OpMethod", sizeof(OpObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR |
                                 Py_TPFLAGS_DISALLOW_INSTANTIATION,
                             method_slots};
  method_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&method_spec)).release());
  const Ref types = Ref::steal(PyImport_ImportModule("types"));
  bound_method_type = Ref::steal(PyObject_GetAttrString(types.get(), "MethodType")).release();
}

Ref make_object(PyTypeObject* type, vectorcallfunc call, const OpEntry* entry) {
  Ref o = Ref::steal(PyType_GenericAlloc(type, 0));
  reinterpret_cast<OpObject*>(o.get())->call = call;
  reinterpret_cast<OpObject*>(o.get())->entry = entry;
  return o;
}

std::map<std::string, const OpEntry*, std::less<>>& entries() {
  static auto* map = new std::map<std::string, const OpEntry*, std::less<>>;
  return *map;
}

}  // namespace

const OpEntry* find_entry(std::string_view name) {
  const auto it = entries().find(name);
  return it == entries().end() ? nullptr : it->second;
}

const OpEntry& entry_of(std::string_view name) {
  const OpEntry* entry = find_entry(name);
  VT_ASSERT(entry, "no op named ", name);
  return *entry;
}

PyObject* overload_function(const std::string& full_name) {
  VT_CHECK(Registry::get().find(full_name), Runtime, "there is no op ", full_name);
  return make_object(function_type, vectorcall, new OpEntry(full_name, 0)).release();  // the entry stays for good
}

PyObject* wrap_list(std::vector<Tensor>&& list) {
  Ref tuple = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(list.size())));
  for (size_t i = 0; i < list.size(); ++i) {
    PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), wrap(std::move(list[i])));
  }
  return tuple.release();
}

PyObject* wrap_results(const OpEntry& entry, const Op& op, Results& results) {
  if (results.is_list) return wrap_list(std::move(results.list));
  if (!results.number.is_none()) return to_python(Unbox<Scalar>::get(results.number));
  const size_t count = op.schema().rets().size();
  if (count == 0) Py_RETURN_NONE;
  if (count == 1) return wrap(std::move(results.tensors[0]));
  PyTypeObject* const type = entry.return_type();
  Ref tuple = Ref::steal(type ? PyStructSequence_New(type) : PyTuple_New(static_cast<Py_ssize_t>(count)));
  for (size_t i = 0; i < count; ++i) {
    PyObject* t = wrap(std::move(results.tensors[i]));
    if (type) {
      PyStructSequence_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), t);
    } else {
      PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), t);
    }
  }
  return tuple.release();
}

PyObject* invoke_if_fits(const OpEntry& entry, const PythonCall& call) {
  try {
    CallArguments arguments;
    for (const Overload& overload : entry.overloads()) {
      if (arguments.fit(overload, call)) return run(entry, overload, arguments);
      if (VT_UNLIKELY(arguments.has_asked())) return nullptr;
    }
    return nullptr;
  } catch (Error& e) {
    // Refused before it was a call: an argument of the wrong type, say.
    if (e.frames().empty() && !e.message().starts_with(entry.name)) e.add_frame(entry.name, {});
    throw;
  }
}

namespace {

// The call in one of PyTorch's older forms, with numbers before the tensors that they scale; null if it is in none.
PyObject* invoke_deprecated(const OpEntry& entry, const PythonCall& call) {
  if (call.count < 3) return nullptr;
  const Ref args = Ref::steal(PyTuple_New(call.count));
  for (Py_ssize_t i = 0; i < call.count; ++i) {
    PyTuple_SetItem(args.get(), i, Ref::borrow(call.args[i]).release());
  }
  const Ref home = Ref::steal(PyImport_ImportModule("vibetensor.torch._deprecated_signatures"));
  Ref result = Ref::steal(PyObject_CallMethod(home.get(), "call", "sO", entry.name.c_str(), args.get()));
  return result.get() == Py_NotImplemented ? nullptr : result.release();
}

}  // namespace

PyObject* invoke(const OpEntry& entry, const PythonCall& call) {
  if (VT_UNLIKELY(entered_modes != 0)) {
    if (PyObject* seen = ask(entry.name.c_str(), call)) return seen;
  }
  PyObject* result = unless_refused(call, [&] { return invoke_if_fits(entry, call); });
  if (VT_LIKELY(result)) return result;
  result = ask(entry.name.c_str(), call);
  if (!result) result = invoke_deprecated(entry, call);
  if (!result) throw_no_overload(entry, call);
  return result;
}

namespace {

PyObject* ops_module;

// Whether Tensor has something of that name that is no op: it wins, operators apart.
bool is_written_by_hand(const char* name) {
  const Ref own = Ref::steal_or_null(PyObject_GetAttrString(reinterpret_cast<PyObject*>(tensor_type), name));
  if (!own) PyErr_Clear();
  return own && Py_TYPE(own.get()) != method_type && !std::string_view(name).starts_with("__");
}

// Gives what came in late to the modules of torch that are already there; what they have of their own wins.
void offer_in_modules(const Op& op, PyObject* function) {
  for (const Place& place : kPlaces) {
    if (!(op.parts.surface & place.surface)) continue;
    const std::string module = "vibetensor." + std::string(place.name);
    const std::string name = op.schema().name().substr(place.prefix.size());
    PyObject* found = PyDict_GetItemString(PyImport_GetModuleDict(), module.c_str());  // borrowed
    PyObject* names = found && PyModule_Check(found) ? PyModule_GetDict(found) : nullptr;
    if (!names || PyDict_GetItemString(names, name.c_str())) continue;
    if (PyDict_SetItemString(names, name.c_str(), function) < 0) throw PythonErrorSet{};
  }
}

// Makes the function and the method of that name from the overloads that the registry has of it now.
Ref offer(const std::string& name) {
  uint8_t surface = 0;
  for (const Op* op : Registry::get().overloads(name)) surface |= op->parts.surface;
  const auto* entry = new OpEntry(name, 0);  // lives as long as the process, as the op does
  entries()[name] = entry;
  Ref function = make_object(function_type, vectorcall, entry);
  if (PyObject_SetAttrString(ops_module, name.c_str(), function.get()) < 0) throw PythonErrorSet{};
  if (!(surface & kMethod) || is_written_by_hand(name.c_str())) return function;
  const Ref method = make_object(method_type, method_vectorcall, new OpEntry(name, kMethod));
  PyObject* type = reinterpret_cast<PyObject*>(tensor_type);
  if (PyObject_SetAttrString(type, name.c_str(), method.get()) < 0) throw PythonErrorSet{};
  return function;
}

}  // namespace

void init_ops(PyObject* module) {
  make_types();
  ops_module = Ref::borrow(PyImport_AddModule(kOps)).release();
  std::set<std::string> names;
  for (const Op* op : Registry::get().ops()) names.insert(op->schema().name());
  for (const std::string& name : names) offer(name);
  Registry::get().on_late_op([](const Op& op) {
    const WithGil gil;
    offer_in_modules(op, offer(op.schema().name()).get());
  });
  if (PyObject_SetAttrString(module, "ops", ops_module) < 0) throw PythonErrorSet{};
}

}  // namespace vt::python
