#include "bindings/python/kernel_arguments.h"

#include <cstring>

#include "cuda/pinned.h"
#include "program/defer.h"

namespace vt::python {
namespace {

using cuda::ParameterField;
using cuda::ParameterType;
using From = ParameterField::From;

PyObject* interned(const char* text) { return Ref::steal(PyUnicode_InternFromString(text)).release(); }

}  // namespace

void KernelArguments::pack(PyObject* const* args) {
  std::memset(parameters_, 0, layout_.bytes);
  storages_.reserve(layout_.arguments.size());
  for (const ParameterField& field : layout_.fields) {
    if (field.from == From::Constant) {
      cuda::store_integer(field, field.constant, parameters_);
      continue;
    }
    try {
      pack_field(field, args[field.argument]);
    } catch (const Error& e) {
      throw Error(e.kind(),
                  vt::detail::concat(kernel_, ": argument ", layout_.arguments[field.argument], ": ", e.message()));
    }
  }
}

void KernelArguments::pack_field(const ParameterField& field, PyObject* o) {
  if (field.from != From::Argument) {
    VT_CHECK(is_tensor(o), Type, "expected a tensor, got ", type_name_of(o));
    const Tensor& t = tensor_of(o);
    VT_CHECK(field.dim < t.dim(), Index, "expected a tensor of more than ", int{field.dim}, " dims, got ", t);
    const IntSpan values = field.from == From::Size ? t.sizes() : t.strides();
    return cuda::store_integer(field, values[field.dim], parameters_);
  }
  if (field.type == ParameterType::Address) {
    const uintptr_t address = address_of(o);
    std::memcpy(parameters_ + field.offset, &address, sizeof address);
  } else if (field.type == ParameterType::TensorMap) {
    copy_bytes(field, o);
  } else {
    pack_number(field, o);
  }
}

uintptr_t KernelArguments::address_of(PyObject* o) {
  if (is_tensor(o)) return address_of_tensor(tensor_of(o));
  if (o == Py_None) return 0;
  if (PyLong_Check(o)) {
    const unsigned long long address = PyLong_AsUnsignedLongLong(o);
    if (PyErr_Occurred()) throw PythonErrorSet{};
    return address;
  }
  // A tensor seen as another dtype (triton.reinterpret) has it in `base`.
  static PyObject* const base_name = interned("base");
  static PyObject* const method_name = interned("data_ptr");
  const Ref base = Ref::steal_or_null(PyObject_GetAttr(o, base_name));
  if (base && is_tensor(base.get())) return address_of_tensor(tensor_of(base.get()));
  PyErr_Clear();
  const Ref method = Ref::steal_or_null(PyObject_GetAttr(o, method_name));
  if (!method) {
    PyErr_Clear();
    VT_THROW(Type, "expected a tensor, an address or None, got ", type_name_of(o));
  }
  const Ref address = Ref::steal(PyObject_CallNoArgs(method.get()));
  VT_CHECK(PyLong_Check(address.get()), Type, "expected data_ptr() to give an int, got ", type_name_of(address.get()));
  const unsigned long long number = PyLong_AsUnsignedLongLong(address.get());
  if (PyErr_Occurred()) throw PythonErrorSet{};
  return number;
}

uintptr_t KernelArguments::address_of_tensor(const Tensor& t) {
  const TensorImpl& impl = *t.impl();
  program::settle_for_others(t);
  VT_CHECK(impl.has_memory() && (impl.keys() & kWrapperKeys).empty(), Runtime,
           "expected a tensor with memory that a kernel can read, got ", t, ": on meta, sparse or inside a transform");
  if (device_ >= 0 && !(impl.device().is_cuda() && impl.device().index == device_)) {
    VT_CHECK(impl.device().is_cpu() && (t.numel() == 0 || cuda::is_pinned(t.data())), Value,
             "expected a tensor on cuda:", device_, " or in pinned memory, got ", t);
  }
  storages_.push_back(impl.storage().get());
  return reinterpret_cast<uintptr_t>(impl.address());
}

void KernelArguments::copy_bytes(const ParameterField& field, PyObject* o) {
  Py_buffer view;
  if (PyObject_GetBuffer(o, &view, PyBUF_SIMPLE) < 0) throw PythonErrorSet{};
  const bool fits = view.len == field.bytes;
  if (fits) std::memcpy(parameters_ + field.offset, view.buf, field.bytes);
  PyBuffer_Release(&view);
  VT_CHECK(fits, Value, "expected ", int{field.bytes}, " bytes");
}

void KernelArguments::pack_number(const ParameterField& field, PyObject* o) {
  VT_CHECK(!is_tensor(o), Type, "expected a number, got ", tensor_of(o));
  if (field.type == ParameterType::Bool) {
    const int truth = PyObject_IsTrue(o);
    if (truth < 0) throw PythonErrorSet{};
    parameters_[field.offset] = static_cast<std::byte>(truth);
    return;
  }
  if (field.type >= ParameterType::Float16) {
    const double value = PyFloat_AsDouble(o);
    if (value == -1.0 && PyErr_Occurred()) throw PythonErrorSet{};
    return cuda::store_float(field, value, parameters_);
  }
  VT_CHECK(PyIndex_Check(o), Type, "expected a whole number, got ", type_name_of(o));
  const Ref index = PyLong_Check(o) ? Ref::borrow(o) : Ref::steal(PyNumber_Index(o));
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(index.get(), &overflow);
  if (overflow == 0) return cuda::store_integer(field, value, parameters_);
  const unsigned long long large = overflow > 0 ? PyLong_AsUnsignedLongLong(index.get()) : 0;
  VT_CHECK(overflow > 0 && !PyErr_Occurred(), Overflow, "expected a number of 64 bits");
  cuda::store_unsigned(field, large, parameters_);
}

}  // namespace vt::python
