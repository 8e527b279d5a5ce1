// __torch_function__: types that say what functions of torch do with their objects, and modes that see every call.
//
// Note [Who is asked]
// A call asks __torch_function__ of the types of its arguments that have one, be they subclasses of Tensor or others
// that stand in for tensors, and before them the mode that was entered last. Plain tensors and Parameters ask nobody
// and pay a compare each: the reader of arguments takes what is asked for no tensor, so that such a call fits no
// overload and comes here. Who is asked in which order is decided in vibetensor.torch.overrides.
#pragma once

#include <algorithm>

#include "bindings/python/arguments.h"
#include "bindings/python/tensor_object.h"

namespace vt::python {

// A name as a template argument.
template <size_t N>
struct Name {
  char text[N];
  constexpr Name(const char (&s)[N]) { std::copy_n(s, N, text); }
};

// The modes that are entered, on all threads together; guarded by the GIL.
extern int entered_modes;
// nn.Parameter, a subclass that is not asked; borrowed, null before it is there.
extern PyTypeObject* parameter_type;

// Whether the type of `o` has a __torch_function__ that is asked on this thread.
bool type_is_asked(PyObject* o);
// The same of a tensor, and whether it is one that stands for itself.
inline bool is_asked_tensor(PyObject* tensor) {
  PyTypeObject* type = Py_TYPE(tensor);
  return type != tensor_type && type != parameter_type && type_is_asked(tensor);
}
inline bool is_unasked_tensor(PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  return type == tensor_type || type == parameter_type || (PyType_IsSubtype(type, tensor_type) && !type_is_asked(o));
}
// Whether a call with this tensor may be somebody else's.
inline bool is_watched(PyObject* tensor) { return entered_modes != 0 || is_asked_tensor(tensor); }

// The first argument whose type is asked, also in lists and tuples among them; borrowed, null if there is none.
PyObject* find_asked(const PythonCall& call);

// How overrides finds the function that was called.
enum class Asked : uint8_t { Function, Method, Getter, Setter };
// What those that are asked make of a call of the function or member of Tensor called `name`; null if nobody is.
PyObject* ask(const char* name, Asked kind, const PythonCall& call);
inline PyObject* ask(const char* name, const PythonCall& call) {
  return ask(name, call.style == CallStyle::Method ? Asked::Method : Asked::Function, call);
}

// f(), or null where it throws because of an argument whose type is asked.
template <class F>
PyObject* unless_refused(const PythonCall& call, F&& f) {
  try {
    return f();
  } catch (const Error&) {
    if (!find_asked(call)) throw;
  } catch (const PythonErrorSet&) {
    PythonException error;
    if (!find_asked(call)) {
      error.restore();
      throw;
    }
  }
  return nullptr;
}

// Members of Tensor that are no ops, as its tables want them: with the question before them.
namespace detail {

// f() where nobody is asked. Null with an error set.
template <class F>
PyObject* asked_or(const char* name, Asked kind, const PythonCall& call, F&& f) noexcept {
  return guarded([&]() -> PyObject* {
    PyObject* result = ask(name, kind, call);
    return result ? result : f();
  });
}
PyObject* asked_or_keywords(const char* name, PyCFunctionWithKeywords f, PyObject* o, PyObject* args, PyObject* kwargs);
int asked_or_set(const char* name, setter set, PyObject* o, PyObject* value);
PyObject* seen_or(const char* name, PyCFunctionWithKeywords f, PyObject* module, PyObject* args, PyObject* kwargs);

template <Name name, PyCFunction f>
PyObject* call_member(PyObject* o, PyObject* argument) {
  if (VT_LIKELY(!is_watched(o))) return f(o, argument);
  PyObject* args[] = {o, argument};
  const PythonCall call{args, argument ? 2 : 1, nullptr, CallStyle::Method};
  return asked_or(name.text, Asked::Method, call, [&] { return f(o, argument); });
}
template <Name name, PyCFunctionWithKeywords f>
PyObject* call_with_keywords(PyObject* o, PyObject* args, PyObject* kwargs) {
  if (VT_LIKELY(!is_watched(o))) return f(o, args, kwargs);
  return asked_or_keywords(name.text, f, o, args, kwargs);
}
template <Name name, getter get>
PyObject* get_attribute(PyObject* o, void* closure) {
  if (VT_LIKELY(!is_watched(o))) return get(o, closure);
  const PythonCall call{&o, 1, nullptr, CallStyle::Method};
  return asked_or(name.text, Asked::Getter, call, [&] { return get(o, closure); });
}
template <Name name, setter set>
int set_attribute(PyObject* o, PyObject* value, void*) {
  if (VT_LIKELY(!is_watched(o) || !value)) return set(o, value, nullptr);
  return asked_or_set(name.text, set, o, value);
}

template <Name name, PyCFunctionWithKeywords f>
PyObject* call_maker(PyObject* module, PyObject* args, PyObject* kwargs) {
  if (VT_LIKELY(entered_modes == 0)) return f(module, args, kwargs);
  return seen_or(name.text, f, module, args, kwargs);
}

}  // namespace detail

// A function of the module that makes tensors of data and is no op: modes see it.
template <Name name, PyCFunctionWithKeywords f>
PyMethodDef maker(const char* doc) {
  return {name.text, with_keywords(detail::call_maker<name, f>), METH_VARARGS | METH_KEYWORDS, doc};
}

template <Name name, PyCFunction f>
PyMethodDef method(const char* doc = nullptr) {
  return {name.text, detail::call_member<name, f>, METH_NOARGS, doc};
}
template <Name name, PyCFunction f>
PyMethodDef method_of_one(const char* doc = nullptr) {
  return {name.text, detail::call_member<name, f>, METH_O, doc};
}
template <Name name, PyCFunctionWithKeywords f>
PyMethodDef keyword_method(const char* doc = nullptr) {
  return {name.text, with_keywords(detail::call_with_keywords<name, f>), METH_VARARGS | METH_KEYWORDS, doc};
}
template <Name name, getter get>
PyGetSetDef attribute(const char* doc = nullptr, const char* closure = nullptr) {
  return {name.text, detail::get_attribute<name, get>, nullptr, doc, const_cast<char*>(closure)};
}
template <Name name, getter get, setter set>
PyGetSetDef settable_attribute(const char* doc = nullptr) {
  return {name.text, detail::get_attribute<name, get>, detail::set_attribute<name, set>, doc, nullptr};
}

// What overrides needs of this file.
void init_torch_function(PyObject* module);

}  // namespace vt::python
