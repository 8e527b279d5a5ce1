#include "bindings/python/torch_dispatch.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "autograd/python_key.h"
#include "bindings/python/call_objects.h"
#include "bindings/python/number.h"
#include "bindings/python/op_function.h"
#include "bindings/python/small_types.h"
#include "core/detach_hook.h"
#include "core/thread_state.h"
#include "dispatch/dispatch.h"

namespace vt::python {
namespace {

constexpr const char* kHome = "vibetensor.torch.utils._python_dispatch";

// What a class has for __torch_dispatch__ that answers nothing.
PyObject* disabled_impl;
PyObject* torch_dispatch_name;

// The modes that this thread has entered, the innermost last: a list; null before there are any.
thread_local PyObject* entered = nullptr;

void tell_autograd() {
  autograd::want_python_key(autograd::PythonKeyReason::Modes, entered && PyList_Size(entered) > 0);
}

// ---- A call's arguments as Python has them

bool is_default(const Arg& a, const Value& v) {
  if (!a.has_default || v.tag != a.default_value.tag) return false;
  const Value& d = a.default_value;
  switch (v.tag) {
    case Tag::None: return true;
    case Tag::Double: return v.d == d.d;
    case Tag::IntList: return std::ranges::equal(Unbox<IntSpan>::get(v), Unbox<IntSpan>::get(d));
    case Tag::String: return Unbox<std::string_view>::get(v) == Unbox<std::string_view>::get(d);
    case Tag::Bool:
    case Tag::Int:
    case Tag::DType:
    case Tag::Device:
    case Tag::MemoryFormat: return v.i == d.i;
    default: return false;
  }
}

struct PythonArguments {
  Ref args, kwargs;
};

PythonArguments arguments_of(const Call& call) {
  const std::vector<Arg>& args = call.op.schema().args();
  size_t given = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].keyword_only && !is_default(args[i], call.args[i])) given = i + 1;
  }
  PythonArguments made{Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(given))), Ref::steal(PyDict_New())};
  for (size_t i = 0; i < args.size(); ++i) {
    if (i < given) {
      PyTuple_SetItem(made.args.get(), static_cast<Py_ssize_t>(i),
                      argument_object(call.args[i], Numbers::AsNumbers).release());
    } else if (args[i].keyword_only && !is_default(args[i], call.args[i])) {
      const Ref value = argument_object(call.args[i], Numbers::AsNumbers);
      if (PyDict_SetItemString(made.kwargs.get(), args[i].name.c_str(), value.get()) < 0) throw PythonErrorSet{};
    }
  }
  return made;
}

// ---- What was answered as the call's results

// The tensors that a call writes to are its results, whatever is answered.
bool takes_written(Call& call) {
  const auto& args = call.op.schema().args();
  const size_t from = call.op.kind() == OpKind::Out ? static_cast<size_t>(call.op.input_count()) : 0;
  bool any = false;
  for (size_t i = from; i < args.size(); ++i) {
    if (!args[i].written || args[i].type != ArgType::Tensor) continue;
    any = true;
    if (call.results.count < static_cast<int>(call.op.schema().rets().size())) {
      call.results.add(call.args[i].as_tensor());
    }
  }
  return any;
}

// Counts as a write what changed a tensor by way of others that it is made of.
class WrittenVersions {
 public:
  explicit WrittenVersions(const Call& call) : call_(call) {
    each([this](TensorImpl& t) { before_.push_back(t.version()); });
  }
  void finish() {
    size_t i = 0;
    each([&](TensorImpl& t) {
      if (t.version() == before_[i++] && t.keys().has(Key::Python)) t.bump_version();
    });
  }

 private:
  template <class F>
  void each(F f) {
    const auto& args = call_.op.schema().args();
    for (size_t i = 0; i < args.size(); ++i) {
      if (args[i].written && call_.args[i].tag == Tag::Tensor) f(*call_.args[i].as_tensor().impl());
    }
  }
  const Call& call_;
  std::vector<uint32_t> before_;
};

// What the types and modes make of the call; null if they leave it to the backend.
Ref answer_of(const Call& call) {
  const PythonArguments given = arguments_of(call);
  const Ref home = Ref::steal(PyImport_ImportModule(kHome));
  const std::string& name = call.op.name();
  PyObject* const composite = call.op.functional().parts.composite ? Py_True : Py_False;
  PyObject* answer = outlive_exit([&] {
    return PyObject_CallMethod(home.get(), "answer", "sOOO", name.c_str(), composite, given.args.get(),
                               given.kwargs.get());
  });
  if (!answer) throw PythonException();
  Ref owned = Ref::steal(answer);
  return answer == Py_NotImplemented ? Ref() : std::move(owned);
}

// Work on numbers that stand for tensors is part of the call that they were given to.
bool is_of_numbers(const Call& call) {
  bool any = false, all_numbers = true;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    any = true;
    all_numbers &= t.impl()->is_wrapped_number();
  });
  return any && all_numbers;
}

bool answer_call(Call& call) {
  if (is_of_numbers(call)) return false;
  const WithGil gil;
  WrittenVersions written(call);
  const Ref answer = answer_of(call);
  if (!answer) return false;
  if (!takes_written(call)) take_results(call, answer.get());
  written.finish();
  return true;
}

Tensor detach_answered(const Tensor& self) {
  static const Op& op = find_op("detach");
  Value args[] = {box(self)};
  Results results;
  Call call{op, args, results, self.impl()->keys()};
  const ExcludeKeys below(KeySet(Key::Autograd) | Key::Autocast);
  return answer_call(call) ? std::move(results.tensors[0]) : Tensor();
}

// ---- The functions of the module

PyObject* run_disabled(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"func", "types", "args", "kwargs", nullptr};
    PyObject *function, *types, *given = nullptr, *named = nullptr;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|OO:_disabled_torch_dispatch_impl", const_cast<char**>(names),
                                     &function, &types, &given, &named)) {
      throw PythonErrorSet{};
    }
    const Ref positional = given && given != Py_None ? Ref::steal(PySequence_Tuple(given)) : Ref::steal(PyTuple_New(0));
    const ExcludeKeys off(Key::Python);
    return PyObject_Call(function, positional.get(), named && named != Py_None ? named : nullptr);
  });
}

PyObject* exchange_off(PyObject*, PyObject* to) {
  return guarded([&] {
    bool off;
    VT_CHECK(bool_from(to, off), Type, "exchange_torch_dispatch_off(): expected a bool, got ", type_name_of(to));
    KeySet& excluded = thread_state().excluded;
    const bool before = excluded.has(Key::Python);
    excluded = off ? excluded | Key::Python : excluded - Key::Python;
    return PyBool_FromLong(before);
  });
}

PyObject* push_mode(PyObject*, PyObject* mode) {
  return guarded([&] {
    if (!entered) entered = Ref::steal(PyList_New(0)).release();
    if (PyList_Append(entered, mode) < 0) throw PythonErrorSet{};
    tell_autograd();
    Py_RETURN_NONE;
  });
}

PyObject* pop_mode(PyObject*, PyObject*) {
  return guarded([&] {
    const Py_ssize_t n = entered ? PyList_Size(entered) : 0;
    VT_CHECK(n > 0, Runtime, "no TorchDispatchMode is entered on this thread");
    Ref mode = Ref::borrow(PyList_GetItem(entered, n - 1));
    if (PyList_SetSlice(entered, n - 1, n, nullptr) < 0) throw PythonErrorSet{};
    tell_autograd();
    return mode.release();
  });
}

PyObject* list_modes(PyObject*, PyObject*) {
  return entered ? PyList_GetSlice(entered, 0, PyList_Size(entered)) : PyList_New(0);
}

PyObject* answers(PyObject*, PyObject* o) {
  return PyBool_FromLong(is_tensor(o) && tensor_of(o).impl()->keys().has(Key::Python));
}

PyObject* is_wrapper(PyObject*, PyObject* o) {
  const TensorImpl* impl = is_tensor(o) ? impl_of(o) : nullptr;
  return PyBool_FromLong(impl && impl->keys().has(Key::Python) && !impl->storage()->data());
}

PyObject* swap_impls(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "OO:swap_tensor_impls", &a, &b)) throw PythonErrorSet{};
    expect_tensor(a, "swap_tensor_impls(): argument 1");
    expect_tensor(b, "swap_tensor_impls(): argument 2");
    std::swap(reinterpret_cast<TensorObject*>(a)->impl, reinterpret_cast<TensorObject*>(b)->impl);
    impl_of(a)->set_frontend_object(a);
    impl_of(b)->set_frontend_object(b);
    Py_RETURN_NONE;
  });
}

// The op of one overload, "add.Tensor", as a function.
PyObject* overload_named(PyObject*, PyObject* name) {
  return guarded([&] { return overload_function(std::string(text_of(name))); });
}

}  // namespace

bool type_answers(PyTypeObject* type) {
  if (type == tensor_type) return false;
  const Ref impl = Ref::steal_or_null(PyObject_GetAttr(reinterpret_cast<PyObject*>(type), torch_dispatch_name));
  if (!impl) PyErr_Clear();
  return impl && impl.get() != disabled_impl;
}

void init_torch_dispatch(PyObject* module) {
  static PyMethodDef functions[] = {
      {"_disabled_torch_dispatch_impl", with_keywords(run_disabled), METH_VARARGS | METH_KEYWORDS,
       "`func` of the arguments, with nobody asked: what a class has for `__torch_dispatch__` that answers nothing."},
      {"exchange_torch_dispatch_off", exchange_off, METH_O,
       "Whether types and modes were kept from answering on this thread."},
      {"push_torch_dispatch_mode", push_mode, METH_O, "Returns None; the mode sees calls of this thread first."},
      {"pop_torch_dispatch_mode", pop_mode, METH_NOARGS, "The mode that was entered last, which is left."},
      {"torch_dispatch_modes", list_modes, METH_NOARGS, "The modes that this thread has entered, the innermost last."},
      {"answers_torch_dispatch", answers, METH_O, "Whether an object is a tensor whose type answers calls."},
      {"is_wrapper", is_wrapper, METH_O,
       "Whether an object is a tensor whose type answers calls and that has no memory."},
      {"swap_tensor_impls", swap_impls, METH_VARARGS,
       "Returns None; two tensor objects stand for each other's tensors."},
      {"op_overload", overload_named, METH_O, "The op of that full name alone, as a function."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonErrorSet{};
  disabled_impl = Ref::steal(PyObject_GetAttrString(module, "_disabled_torch_dispatch_impl")).release();
  torch_dispatch_name = Ref::steal(PyUnicode_InternFromString("__torch_dispatch__")).release();
  if (PyObject_SetAttr(reinterpret_cast<PyObject*>(tensor_type), torch_dispatch_name, disabled_impl) < 0) {
    throw PythonErrorSet{};
  }
  autograd::set_answer(answer_call);
  set_detach_hook(detach_answered);
}

}  // namespace vt::python
