// Owning references and the exception boundary: what every file of the binding needs of Python's C API.
//
// Everything here stays inside the limited API of CPython 3.12, so that one build serves every later version.
#pragma once

#include <Python.h>
#include <cxxabi.h>
#include <structmember.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace vt::python {

// Thrown where a C API call failed and the interpreter's error indicator is set.
struct PythonErrorSet {};

// Note [Threads at exit]
// When the interpreter ends, threads of Python that are not waited for (daemons) run on until they ask for the GIL
// next. CPython before 3.14 then ends them by unwinding their stack, as pthread_exit does. Unwound through C++ that is
// a call of std::terminate at the first noexcept function, and before it destructors that touch Python objects without
// the GIL. So no frame of ours is unwound that way: whatever may ask for the GIL runs inside outlive_exit(), which
// keeps such a thread where it is, holding what it holds, until the process is gone. CPython 3.14 does just that by
// itself.
[[noreturn]] void sleep_until_exit() noexcept;

// f(), for an f that may wait for the GIL: takes it, or runs Python code.
template <class F>
decltype(auto) outlive_exit(F&& f) {
  try {
    return f();
  } catch (abi::__forced_unwind&) {
    sleep_until_exit();
  }
}

// An owned reference.
class Ref {
 public:
  Ref() = default;
  // Takes over a new reference; throws PythonErrorSet for null.
  static Ref steal(PyObject* p) {
    if (!p) throw PythonErrorSet{};
    return Ref(p);
  }
  static Ref steal_or_null(PyObject* p) { return Ref(p); }
  static Ref borrow(PyObject* p) {
    Py_XINCREF(p);
    return Ref(p);
  }
  Ref(const Ref& o) : Ref(borrow(o.p_)) {}
  Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  Ref& operator=(Ref o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  ~Ref() {
    if (p_) drop(p_);
  }

  PyObject* get() const { return p_; }
  [[nodiscard]] PyObject* release() { return std::exchange(p_, nullptr); }
  explicit operator bool() const { return p_ != nullptr; }

 private:
  explicit Ref(PyObject* p) : p_(p) {}
  // May run a finalizer.
  static void drop(PyObject* p) noexcept {
    outlive_exit([p] { Py_DECREF(p); });
  }
  PyObject* p_ = nullptr;
};

// An error of Python code that travels through C++ frames (a hook inside backward), perhaps without the GIL.
class PythonException final : public std::exception {
 public:
  // Takes the error that is set; the GIL is held.
  PythonException();
  PythonException(const PythonException& o);
  ~PythonException() override;
  // Sets it again; the GIL is held.
  void restore() noexcept;
  const char* what() const noexcept override { return "an error was raised in Python code"; }

 private:
  PyObject *type_ = nullptr, *value_ = nullptr, *traceback_ = nullptr;
};

// Inside a catch block: sets the Python error that corresponds to the exception in flight.
void set_error_from_exception() noexcept;
// _C.OutOfMemoryError, _C.AcceleratorError and _C.LinAlgError, created on first use.
PyObject* out_of_memory_error();
PyObject* accelerator_error();
PyObject* linalg_error();

// Runs f; a C++ exception becomes a Python error and the value `failed`.
template <class F, class R = std::invoke_result_t<F>>
R guarded(F&& f, R failed = R{}) noexcept {
  try {
    return f();
  } catch (...) {
    set_error_from_exception();
    return failed;
  }
}
template <class F>
int guarded_int(F&& f) noexcept {
  try {
    f();
    return 0;
  } catch (...) {
    set_error_from_exception();
    return -1;
  }
}

// The GIL for a scope of C++ code that may run on any thread. Python code in the scope is called inside outlive_exit().
class WithGil {
 public:
  WithGil() : state_(outlive_exit([] { return PyGILState_Ensure(); })) {}
  ~WithGil() {
    outlive_exit([this] { PyGILState_Release(state_); });
  }
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;

 private:
  PyGILState_STATE state_;
};
// What capture_stack (python_stack.h) gives to the calling thread while it is without the GIL; returns the one before.
uint64_t exchange_released_stack(uint64_t stack) noexcept;
uint64_t capture_stack() noexcept;

// No GIL for a scope, if `on`.
class WithoutGil {
 public:
  explicit WithoutGil(bool on = true) {
    if (!on) return;
    outer_stack_ = exchange_released_stack(capture_stack());
    saved_ = PyEval_SaveThread();
  }
  ~WithoutGil() {
    if (!saved_) return;
    outlive_exit([this] { PyEval_RestoreThread(saved_); });
    exchange_released_stack(outer_stack_);
  }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* saved_ = nullptr;
  uint64_t outer_stack_ = 0;
};

inline std::string_view text_of(PyObject* str) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(str, &size);
  if (!data) throw PythonErrorSet{};
  return {data, static_cast<size_t>(size)};
}
// type(o).__name__, for messages. What is the real PyTorch's, and bears the name of ours, is said to be that.
std::string type_name_of(PyObject* o);
bool is_pytorchs(PyObject* o);
inline PyObject* str_from(std::string_view s) {
  return PyUnicode_FromStringAndSize(s.data(), static_cast<Py_ssize_t>(s.size()));
}

// A function that takes keywords, as method tables want it.
inline PyCFunction with_keywords(PyCFunctionWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

// Makes a heap type and adds it to the module under the last part of its name; the reference is kept for ever.
PyTypeObject* make_type(PyObject* module, PyType_Spec& spec, PyObject* bases = nullptr);

}  // namespace vt::python
