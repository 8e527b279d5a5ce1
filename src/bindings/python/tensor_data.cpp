#include "bindings/python/tensor_data.h"

#include <limits>

#include "bindings/python/array.h"
#include "bindings/python/number.h"
#include "bindings/python/tensor_object.h"
#include "core/thread_state.h"
#include "iter/stored_cast.h"
#include "ops/copy/copy.h"
#include "ops/copy/scalar_fits.h"
#include "ops/typed/copy.h"

namespace vt::python {
namespace {

constexpr size_t kMaxDepth = 64;  // the most dims a tensor has

bool is_list_or_tuple(PyObject* o) { return PyList_Check(o) || PyTuple_Check(o); }

// Sequences other than list and tuple (range, deque, user classes), but not text and not numbers.
bool is_other_sequence(PyObject* o) {
  return PySequence_Check(o) && !PyUnicode_Check(o) && !PyBytes_Check(o) && !PyDict_Check(o) && !is_tensor(o);
}

// A list or tuple with the items of any sequence; null if `o` is not one.
Ref items_of(PyObject* o) {
  if (is_list_or_tuple(o)) return Ref::borrow(o);
  if (!is_other_sequence(o)) return Ref();
  return Ref::steal(PySequence_List(o));
}
Py_ssize_t count_of(PyObject* items) { return PyList_Check(items) ? PyList_Size(items) : PyTuple_Size(items); }
PyObject* item_at(PyObject* items, Py_ssize_t i) {
  return PyList_Check(items) ? PyList_GetItem(items, i) : PyTuple_GetItem(items, i);
}

// The tensor that an entry of a list stands for when it is a tensor or an array; undefined for numbers and sequences.
Tensor array_entry(PyObject* o) {
  if (is_tensor(o)) return tensor_of(o);
  return Tensor();
}

[[noreturn]] void throw_not_a_number(PyObject* o) {
  if (PyUnicode_Check(o)) VT_THROW(Value, "too many dimensions 'str'");
  VT_THROW(Runtime, "Could not infer dtype of ", type_name_of(o));
}

// The shape, by the first entry at each depth.
DimVec shape_of(PyObject* data) {
  DimVec sizes;
  Ref level = Ref::borrow(data);
  while (true) {
    if (const Tensor t = array_entry(level.get()); t.defined()) {
      for (int64_t s : t.sizes()) sizes.push_back(s);
      return sizes;
    }
    Ref items = items_of(level.get());
    if (!items) return sizes;
    const Py_ssize_t n = count_of(items.get());
    sizes.push_back(n);
    VT_CHECK(sizes.size() <= kMaxDepth, Value, "too many dimensions '", type_name_of(data), "'");
    if (n == 0) return sizes;
    level = Ref::borrow(item_at(items.get(), 0));
  }
}

struct Inferred {
  bool any = false;
  DType dtype = DType::bool_;
  void add(DType d) {
    dtype = any ? promote(dtype, d) : d;
    any = true;
  }
};

// Promotion over all numbers in the data. `depth` is bounded by the shape found before.
void infer(PyObject* o, size_t depth, Inferred& out) {
  if (Py_TYPE(o) == &PyFloat_Type) return out.add(default_dtype());
  if (PyBool_Check(o)) return out.add(DType::bool_);
  if (Py_TYPE(o) == &PyLong_Type) return out.add(DType::int64);
  if (const Tensor t = array_entry(o); t.defined()) return out.add(t.dtype());
  if (!is_list_or_tuple(o)) {
    DType own;
    if (numpy_scalar_dtype(o, own)) return out.add(own);  // before float, which NumPy's float64 is too
    if (PyFloat_Check(o)) return out.add(default_dtype());
    if (PyLong_Check(o)) return out.add(DType::int64);
    if (is_other_sequence(o) && is_array_like(o)) {
      try {
        return out.add(tensor_for_copy(o).dtype());
      } catch (const Error& e) {  // of another byte order: its entries are read one by one
        if (e.kind() != ErrorKind::Value) throw;
      }
    }
  }
  if (const Ref items = items_of(o)) {
    VT_CHECK(depth < kMaxDepth, Value, "too many dimensions '", type_name_of(o), "'");
    const Py_ssize_t n = count_of(items.get());
    for (Py_ssize_t i = 0; i < n; ++i) infer(item_at(items.get(), i), depth + 1, out);
    return;
  }
  Scalar s;
  if (!number_from(o, s)) throw_not_a_number(o);
  out.add(s.dtype());
}

// As a conversion of tensors gives it.
template <class T>
T element_of(const Scalar& s) {
  if constexpr (is_float8_v<T>) {
    return through_way<T>(s.to<float>());
  } else {
    return s.to<T>();
  }
}

template <class T>
void store(PyObject* o, T* to) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if (VT_LIKELY(Py_TYPE(o) == &PyFloat_Type)) {
      *to = static_cast<T>(PyFloat_AsDouble(o));
      return;
    }
  }
  if constexpr (std::is_same_v<T, uint64_t>) {
    if (PyLong_Check(o)) {  // those from 2^63 on are no Scalar of the caller's
      *to = PyLong_AsUnsignedLongLong(o);
      if (!PyErr_Occurred()) return;
      PyErr_Clear();
    }
  }
  if constexpr (is_floating(dtype_of<T>) || is_complex(dtype_of<T>)) {
    if (PyLong_Check(o)) {  // of any size
      const double value = PyLong_AsDouble(o);
      if (value == -1 && PyErr_Occurred()) throw PythonErrorSet{};
      *to = element_of<T>(Scalar(value));
      return;
    }
  }
  Scalar s;
  if (int64_t whole; is_integral(dtype_of<T>) && Py_TYPE(o) == &PyLong_Type && int_from(o, whole)) {
    s = Scalar(whole);
  } else if (is_tensor(o)) {
    VT_CHECK(tensor_of(o).numel() == 1, Value, "only one element tensors can be converted to Python scalars");
    s = item(tensor_of(o));
  } else if (!number_from(o, s)) {
    throw_not_a_number(o);
  }
  constexpr DType d = dtype_of<T>;
  VT_CHECK(is_complex(d) || d == DType::bool_ || !s.is_complex(), Type, "must be a real number for dtype ", d,
           ", not complex");
  if constexpr (is_integral(d)) check_scalar_fits(s, d);
  if constexpr (d == DType::bool_) {
    *to = s.to_bool();
  } else {
    *to = element_of<T>(s);
  }
}

// Writes the entries in row-major order; every level must have the size that the first one had.
template <class T>
void fill(PyObject* o, IntSpan sizes, size_t depth, T*& to) {
  if (depth == sizes.size()) {
    VT_CHECK(!is_list_or_tuple(o), Type, "expected a number at dim ", depth, ", got '", type_name_of(o), "'");
    store(o, to++);
    return;
  }
  if (const Tensor t = array_entry(o); t.defined()) {
    VT_CHECK(same(t.sizes(), sizes.subspan(depth)), Value, "expected a tensor of shape ", sizes.subspan(depth),
             " at dim ", depth, ", got ", t.sizes());
    const Tensor values = ops::as_contiguous(ops::as_dtype(t.is_cpu() ? t : ops::as_device(t, kCPU), dtype_of<T>));
    std::memcpy(static_cast<void*>(to), values.data(), static_cast<size_t>(values.numel()) * sizeof(T));
    to += values.numel();
    return;
  }
  const Ref items = items_of(o);
  VT_CHECK(items, Type, "not a sequence: expected one of length ", sizes[depth], " at dim ", depth, ", got ",
           type_name_of(o));
  const Py_ssize_t n = count_of(items.get());
  VT_CHECK(n == sizes[depth], Value, "expected sequence of length ", sizes[depth], " at dim ", depth, " (got ", n, ")");
  for (Py_ssize_t i = 0; i < n; ++i) fill(item_at(items.get(), i), sizes, depth + 1, to);
}

Tensor from_sequence(PyObject* data, std::optional<DType> dtype) {
  const DimVec sizes = shape_of(data);
  if (!dtype) {
    Inferred inferred;
    infer(data, 0, inferred);
    dtype = inferred.any ? inferred.dtype : default_dtype();
  }
  Tensor t = empty(sizes, *dtype);
  visit_dtype<kNumberSet>(*dtype, [&]<class T>(TypeTag<T>) {
    T* to = static_cast<T*>(t.data());
    if (t.numel() == 0 && !sizes.empty()) return;
    fill(data, sizes, 0, to);
  });
  return t;
}

}  // namespace

Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype, Device device) {
  VT_CHECK(!PyUnicode_Check(data) && !PyBytes_Check(data), Type, "new(): invalid data type '", type_name_of(data), "'");
  const GradMode off(false);
  if (is_tensor(data)) {
    const Tensor& t = tensor_of(data);
    return ops::_to_copy(t, dtype ? *dtype : t.dtype(), resolve_device(device));
  }
  Tensor t;
  if (!PyLong_Check(data) && !PyFloat_Check(data) && !is_list_or_tuple(data) && is_array_like(data)) {
    t = ops::_to_copy(tensor_for_copy(data), dtype);
  } else {
    t = from_sequence(data, dtype);
  }
  return device.is_cpu() ? t : ops::as_device(t, resolve_device(device));
}

}  // namespace vt::python
