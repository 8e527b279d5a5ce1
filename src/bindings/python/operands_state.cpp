// What decides which of its functions an op of a program's own runs, as one number: torch._ops looks the function up by
// it.
#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/torch_function.h"
#include "core/thread_state.h"
#include "dispatch/call_observer.h"

namespace vt::python {
namespace {

// Bits of the state. First one for each kind of device that a tensor is on.
constexpr long kRecorded = 1 << 4;  // grad mode is on, and a tensor requires grad
constexpr long kMapped = 1 << 5;    // a tensor belongs to a transform of torch.func
constexpr long kDeep = 1 << 6;  // a look is not enough: dicts, lists in lists, tensors of other types, or it is watched
constexpr long kCasts = 1 << 7;  // autocast is on for some kind of device; one bit for each
static_assert(kNumDeviceTypes <= 4);

void add_tensor(PyObject* o, long& state, bool grad) {
  if (Py_TYPE(o) != tensor_type && Py_TYPE(o) != parameter_type) state |= kDeep;
  const TensorImpl& t = *impl_of(o);
  state |= 1 << static_cast<int>(t.device().type);
  const KeySet keys = t.keys();
  if (grad && keys.has(Key::Autograd)) state |= kRecorded;
  if (keys.has(Key::Transform)) state |= kMapped;
}

void add_list(PyObject* list, long& state, bool grad) {
  const bool is_list = PyList_Check(list);
  const Py_ssize_t size = is_list ? PyList_Size(list) : PyTuple_Size(list);
  for (Py_ssize_t i = 0; i < size; ++i) {
    PyObject* o = is_list ? PyList_GetItem(list, i) : PyTuple_GetItem(list, i);
    if (is_tensor(o)) {
      add_tensor(o, state, grad);
    } else if (PyList_Check(o) || PyTuple_Check(o) || PyDict_Check(o)) {
      state |= kDeep;
    }
  }
}

void add_operand(PyObject* o, long& state, bool grad) {
  if (is_tensor(o)) {
    add_tensor(o, state, grad);
  } else if (PyList_Check(o) || PyTuple_Check(o)) {
    add_list(o, state, grad);
  } else if (PyDict_Check(o)) {
    state |= kDeep;
  }
}

// operands_state(args, kwargs) of a tuple and a dict.
PyObject* operands_state(PyObject*, PyObject* const* given, Py_ssize_t) {
  const ThreadState& thread = thread_state();
  const bool watched = thread.included.has(Key::Python) || vt::detail::call_observer.load(std::memory_order_relaxed);
  long state = watched ? kDeep : 0;
  for (int device = 0; device < kNumDeviceTypes; ++device) {
    if (thread.autocast_enabled[device]) state |= kCasts << device;
  }
  const Py_ssize_t count = PyTuple_Size(given[0]);
  for (Py_ssize_t i = 0; i < count; ++i) add_operand(PyTuple_GetItem(given[0], i), state, thread.grad_enabled);
  PyObject *name = nullptr, *value = nullptr;
  Py_ssize_t at = 0;
  while (PyDict_Next(given[1], &at, &name, &value)) add_operand(value, state, thread.grad_enabled);
  return PyLong_FromLong(state);
}

}  // namespace

void init_operands_state(PyObject* module) {
  static PyMethodDef functions[] = {
      {"operands_state", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(operands_state)), METH_FASTCALL,
       "What decides which function an op of a program's own runs for (args, kwargs), in bits."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonErrorSet{};
}

}  // namespace vt::python
