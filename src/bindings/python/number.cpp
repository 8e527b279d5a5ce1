#include "bindings/python/number.h"

#include "bindings/python/large_number.h"
#include "bindings/python/tensor_object.h"
#include "core/fabric.h"
#include "core/sparse.h"
#include "ops/typed/copy.h"
#include "program/defer.h"

namespace vt::python {
namespace {

int64_t int64_of(PyObject* o, bool& fits) {
  int overflow = 0;
  const long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
  if (v == -1 && PyErr_Occurred()) throw PythonErrorSet{};
  fits = overflow == 0;
  return v;
}

// A size, a dim or an index.
int64_t int64_of(PyObject* o) {
  bool fits;
  const int64_t v = int64_of(o, fits);
  VT_CHECK(fits, Value, "Overflow when unpacking long: the number does not fit in 64 bits");
  return v;
}

Scalar number_of_int(PyObject* o) {
  bool fits;
  const int64_t v = int64_of(o, fits);
  VT_CHECK(fits, Overflow, "int too big to convert: the number does not fit in 64 bits; say it as a float");
  return Scalar(v);
}

// What a NumPy scalar stands for, by the first letter of its type's name: bool_, int*/uint*, float*, complex*.
char numpy_kind(PyObject* o) {
  const Ref module = Ref::steal_or_null(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), "__module__"));
  if (!module || !PyUnicode_Check(module.get())) {
    PyErr_Clear();
    return 0;
  }
  if (text_of(module.get()) != "numpy") return 0;
  const std::string name = type_name_of(o);
  for (const char* prefix : {"bool", "int", "uint", "float", "complex"}) {
    if (name.starts_with(prefix)) return prefix[0] == 'u' ? 'i' : prefix[0];
  }
  for (const char* alias : {"longlong", "ulonglong", "short", "long", "byte"}) {
    if (name == alias) return 'i';
  }
  return name == "half" ? 'f' : 0;
}

complex<double> complex_of(PyObject* o) {
  const double re = PyComplex_RealAsDouble(o), im = PyComplex_ImagAsDouble(o);
  if (PyErr_Occurred()) throw PythonErrorSet{};
  return {re, im};
}

bool numpy_number(PyObject* o, Scalar& out) {
  switch (numpy_kind(o)) {
    case 'b': out = Scalar(PyObject_IsTrue(o) == 1); return true;
    case 'i': out = number_of_int(Ref::steal(PyNumber_Index(o)).get()); return true;
    case 'f': out = Scalar(PyFloat_AsDouble(o)); return true;
    case 'c': {
      const Ref z = Ref::steal(PyObject_CallMethod(o, "__complex__", nullptr));
      out = Scalar(complex_of(z.get()));
      return true;
    }
    default: return false;
  }
}

// The number in a 0-dim tensor that needs no gradient.
bool tensor_number(PyObject* o, Scalar& out) {
  if (!is_tensor(o)) return false;
  const Tensor& t = tensor_of(o);
  if (t.dim() != 0 || t.requires_grad()) return false;
  out = item(t);
  return true;
}

}  // namespace

bool numpy_scalar_dtype(PyObject* o, DType& out) {
  if (!numpy_kind(o)) return false;
  const Ref dtype = Ref::steal(PyObject_GetAttrString(o, "dtype"));
  const Ref name = Ref::steal(PyObject_Str(dtype.get()));
  const std::string_view text = text_of(name.get());
  if (text == "bool") {
    out = DType::bool_;
    return true;
  }
  for (const DType d :
       {DType::uint8, DType::int8, DType::int16, DType::int32, DType::int64, DType::float16, DType::float32,
        DType::float64, DType::complex64, DType::complex128, DType::uint16, DType::uint32, DType::uint64}) {
    if (text != info(d).name) continue;
    out = d;
    return true;
  }
  return false;
}

bool number_from(PyObject* o, Scalar& out) {
  PyTypeObject* type = Py_TYPE(o);
  if (type == &PyFloat_Type) {
    out = Scalar(PyFloat_AsDouble(o));
  } else if (type == &PyLong_Type) {
    out = number_of_int(o);
  } else if (type == &PyBool_Type) {
    out = Scalar(o == Py_True);
  } else if (PyFloat_Check(o)) {
    out = Scalar(PyFloat_AsDouble(o));
  } else if (PyLong_Check(o)) {
    out = number_of_int(o);
  } else if (PyComplex_Check(o)) {
    out = Scalar(complex_of(o));
  } else {
    return !is_tensor(o) && numpy_number(o, out);
  }
  return true;
}

bool int_from(PyObject* o, int64_t& out) {
  if (VT_LIKELY(Py_TYPE(o) == &PyLong_Type)) {
    out = int64_of(o);
    return true;
  }
  if (Py_TYPE(o) == &PyFloat_Type || PyBool_Check(o)) return false;
  Scalar s;
  if (PyLong_Check(o)) {
    out = int64_of(o);
  } else if ((is_tensor(o) ? tensor_number(o, s) : numpy_number(o, s)) && s.is_integral()) {
    out = s.to_int();
  } else {
    return false;
  }
  return true;
}

bool double_from(PyObject* o, double& out) {
  Scalar s;
  if (!scalar_from(o, s) || s.is_complex()) return false;
  out = s.to_double();
  return true;
}

bool bool_from(PyObject* o, bool& out) {
  if (VT_LIKELY(Py_TYPE(o) == &PyBool_Type)) {
    out = o == Py_True;
    return true;
  }
  if (PyLong_Check(o) || PyFloat_Check(o)) return false;
  Scalar s;
  if (!scalar_from(o, s) || !s.is_bool()) return false;
  out = s.to_bool();
  return true;
}

namespace {

// An int that int64 does not hold and uint64 does.
bool past_int64(PyObject* o, uint64_t& out) {
  if (!PyLong_Check(o)) return false;
  int overflow = 0;
  PyLong_AsLongLongAndOverflow(o, &overflow);
  if (overflow <= 0) return false;
  out = PyLong_AsUnsignedLongLong(o);
  if (!PyErr_Occurred()) return true;
  PyErr_Clear();
  return false;
}

}  // namespace

bool wrapped_number_from(PyObject* o, Tensor& out) {
  uint64_t large;
  if (past_int64(o, large)) {
    out = empty({}, DType::uint64);
    *out.data<uint64_t>() = large;
    out.impl()->set_wrapped_number(true);
    return true;
  }
  Scalar s;
  if (!number_from(o, s)) return false;
  out = wrapped_number(s);
  return true;
}

bool scalar_from(PyObject* o, Scalar& out) { return number_from(o, out) || tensor_number(o, out); }

Scalar item(const Tensor& t) {
  VT_CHECK(t.numel() == 1, Runtime, "a Tensor with ", t.numel(), " elements cannot be converted to Scalar");
  VT_CHECK(t.device().type != DeviceType::Meta, Runtime, "Tensor.item() cannot be called on meta tensors");
  if (t.is_cpu() && !is_sparse(t) && !is_fabric(t)) {
    program::settle(t);
    return visit_dtype<kNumberSet>(t.dtype(),
                                   [&]<class T>(TypeTag<T>) { return Scalar(*static_cast<const T*>(t.data())); });
  }
  const WithoutGil waiting;
  return ops::_local_scalar_dense(t);
}

PyObject* to_python(const Scalar& s) {
  if (s.is_bool()) return PyBool_FromLong(s.to_bool());
  if (s.is_past_int64()) return PyLong_FromUnsignedLongLong(s.to<uint64_t>());
  if (s.is_integral()) return PyLong_FromLongLong(s.to_int());
  if (s.is_floating()) return PyFloat_FromDouble(s.to_double());
  const auto z = s.to_complex();
  return PyComplex_FromDoubles(z.re, z.im);
}

}  // namespace vt::python
