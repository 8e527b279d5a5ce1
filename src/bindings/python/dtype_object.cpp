// _C.dtype and its singletons, _C.finfo, _C.iinfo.
#include <cfloat>
#include <cmath>
#include <limits>

#include "bindings/python/small_types.h"

namespace vt::python {

PyTypeObject* dtype_type = nullptr;

namespace {

PyObject* objects[kNumDTypes];
PyTypeObject *finfo_type, *iinfo_type;

DType dtype_in(PyObject* o) { return reinterpret_cast<DTypeObject*>(o)->dtype; }

PyObject* repr(PyObject* o) { return str_from("torch." + to_string(dtype_in(o))); }

template <auto f>
PyObject* flag(PyObject* o, void*) {
  return PyBool_FromLong(f(dtype_in(o)));
}
bool always_integral(DType d) { return is_integral(d); }

PyObject* itemsize(PyObject* o, void*) { return PyLong_FromSize_t(size_of(dtype_in(o))); }
PyObject* call_to_real(PyObject* o, PyObject*) { return Ref::borrow(dtype_object(to_real(dtype_in(o)))).release(); }
PyObject* call_to_complex(PyObject* o, PyObject*) {
  return Ref::borrow(dtype_object(to_complex(dtype_in(o)))).release();
}
PyObject* reduce(PyObject* o, PyObject*) { return str_from(to_string(dtype_in(o))); }

// Numbers of a floating-point format, by its bits.
struct FloatFormat {
  DType dtype;
  int bits;
  double eps, max, tiny, smallest_subnormal, resolution;
};
constexpr FloatFormat kFloatFormats[] = {
    {DType::float16, 16, 0x1p-10, 65504.0, 0x1p-14, 0x1p-24, 1e-3},
    {DType::bfloat16, 16, 0x1p-7, 0x1.FEp127, 0x1p-126, 0x1p-133, 1e-2},
    {DType::float32, 32, 0x1p-23, FLT_MAX, FLT_MIN, 0x1p-149, 1e-6},
    {DType::float64, 64, DBL_EPSILON, DBL_MAX, DBL_MIN, 0x1p-1074, 1e-15},
    {DType::float8_e4m3fn, 8, 0x1p-3, 448.0, 0x1p-6, 0x1p-9, 1.0},
    {DType::float8_e5m2, 8, 0x1p-2, 57344.0, 0x1p-14, 0x1p-16, 1.0},
    {DType::float8_e4m3fnuz, 8, 0x1p-3, 240.0, 0x1p-7, 0x1p-10, 1.0},
    {DType::float8_e5m2fnuz, 8, 0x1p-3, 57344.0, 0x1p-15, 0x1p-17, 1.0},
    {DType::float8_e8m0fnu, 8, 1.0, 0x1p127, 0x1p-127, 0x1p-127, 1.0},
};

struct InfoObject {
  PyObject_HEAD DType dtype;
};
DType info_dtype(PyObject* o) { return reinterpret_cast<InfoObject*>(o)->dtype; }
const FloatFormat& format_of(DType d) {
  for (const FloatFormat& f : kFloatFormats) {
    if (f.dtype == to_real(d)) return f;
  }
  VT_CHECK(!is_floating(d), NotImplemented, "\"min\" not implemented for '", d, "'");
  VT_THROW(Type, "torch.finfo() requires a floating point input type. Use torch.iinfo to handle '", d, "'");
}

DType info_argument(PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"dtype", nullptr};
  PyObject* type = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", const_cast<char**>(names), &type)) throw PythonErrorSet{};
  DType d = default_dtype();
  VT_CHECK(!type || dtype_from(type, d), Type, "argument 'type' must be torch.dtype, not ", type_name_of(type));
  return d;
}

PyObject* new_info(PyTypeObject* type, DType d) {
  Ref o = Ref::steal(PyType_GenericAlloc(type, 0));
  reinterpret_cast<InfoObject*>(o.get())->dtype = d;
  return o.release();
}
PyObject* new_finfo(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    const DType d = info_argument(args, kwargs);
    format_of(d);
    return new_info(type, d);
  });
}
PyObject* new_iinfo(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    const DType d = info_argument(args, kwargs);
    VT_CHECK(is_integral(d, true), Type, "torch.iinfo() requires an integer input type. Use torch.finfo to handle '", d,
             "'");
    VT_CHECK(d != DType::bool_, Type, "torch.bool is not supported by torch.iinfo");
    return new_info(type, d);
  });
}
template <double FloatFormat::* field>
PyObject* float_field(PyObject* o, void*) {
  return PyFloat_FromDouble(format_of(info_dtype(o)).*field);
}
double lowest_of(DType d) { return is_signed(d) ? -format_of(d).max : format_of(d).tiny; }
PyObject* float_min(PyObject* o, void*) { return PyFloat_FromDouble(lowest_of(info_dtype(o))); }
PyObject* float_bits(PyObject* o, void*) { return PyLong_FromLong(format_of(info_dtype(o)).bits); }
PyObject* info_dtype_name(PyObject* o, void*) { return str_from(to_string(info_dtype(o))); }
uint64_t int_max_of(DType d) {
  const int bits = static_cast<int>(size_of(d)) * 8 - (is_signed(d) ? 1 : 0);
  return ~uint64_t{0} >> (64 - bits);
}
int64_t int_min_of(DType d) { return is_signed(d) ? -static_cast<int64_t>(int_max_of(d)) - 1 : 0; }
PyObject* int_max(PyObject* o, void*) { return PyLong_FromUnsignedLongLong(int_max_of(info_dtype(o))); }
PyObject* int_min(PyObject* o, void*) { return PyLong_FromLongLong(int_min_of(info_dtype(o))); }
PyObject* int_bits(PyObject* o, void*) { return PyLong_FromSize_t(8 * size_of(info_dtype(o))); }

PyObject* finfo_repr(PyObject* o) {
  return guarded([&] {
    const DType d = info_dtype(o);
    const FloatFormat& f = format_of(d);
    char text[256];
    std::snprintf(text, sizeof text,
                  "finfo(resolution=%g, min=%g, max=%g, eps=%g, smallest_normal=%g, tiny=%g, dtype=%s)", f.resolution,
                  lowest_of(d), f.max, f.eps, f.tiny, f.tiny, to_string(d).c_str());
    return PyUnicode_FromString(text);
  });
}
PyObject* iinfo_repr(PyObject* o) {
  return guarded([&] {
    const DType d = info_dtype(o);
    char text[128];  // rounded as PyTorch's
    std::snprintf(text, sizeof text, "iinfo(min=%g, max=%g, dtype=%s)", static_cast<double>(int_min_of(d)),
                  static_cast<double>(int_max_of(d)), to_string(d).c_str());
    return PyUnicode_FromString(text);
  });
}

void init_info_types(PyObject* module) {
  static PyGetSetDef float_fields[] = {
      {"bits", float_bits, nullptr, nullptr, nullptr},
      {"eps", float_field<&FloatFormat::eps>, nullptr, nullptr, nullptr},
      {"max", float_field<&FloatFormat::max>, nullptr, nullptr, nullptr},
      {"min", float_min, nullptr, nullptr, nullptr},
      {"tiny", float_field<&FloatFormat::tiny>, nullptr, nullptr, nullptr},
      {"smallest_normal", float_field<&FloatFormat::tiny>, nullptr, nullptr, nullptr},
      {"smallest_subnormal", float_field<&FloatFormat::smallest_subnormal>, nullptr, nullptr, nullptr},
      {"resolution", float_field<&FloatFormat::resolution>, nullptr, nullptr, nullptr},
      {"dtype", info_dtype_name, nullptr, nullptr, nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyGetSetDef int_fields[] = {{"bits", int_bits, nullptr, nullptr, nullptr},
                                     {"max", int_max, nullptr, nullptr, nullptr},
                                     {"min", int_min, nullptr, nullptr, nullptr},
                                     {"dtype", info_dtype_name, nullptr, nullptr, nullptr},
                                     {nullptr, nullptr, nullptr, nullptr, nullptr}};
  PyType_Slot float_slots[] = {{Py_tp_new, reinterpret_cast<void*>(new_finfo)},
                               {Py_tp_repr, reinterpret_cast<void*>(finfo_repr)},
                               {Py_tp_getset, float_fields},
                               {0, nullptr}};
  PyType_Slot int_slots[] = {{Py_tp_new, reinterpret_cast<void*>(new_iinfo)},
                             {Py_tp_repr, reinterpret_cast<void*>(iinfo_repr)},
                             {Py_tp_getset, int_fields},
                             {0, nullptr}};
  PyType_Spec float_spec = {"torch.finfo", sizeof(InfoObject), 0, Py_TPFLAGS_DEFAULT, float_slots};
  PyType_Spec int_spec = {"torch.iinfo", sizeof(InfoObject), 0, Py_TPFLAGS_DEFAULT, int_slots};
  finfo_type = make_type(module, float_spec);
  iinfo_type = make_type(module, int_spec);
}

}  // namespace

PyObject* dtype_object(DType d) { return objects[static_cast<int>(d)]; }

bool dtype_from(PyObject* o, DType& out) {
  if (is_dtype(o)) {
    out = dtype_in(o);
    return true;
  }
  const PyObject* const types[] = {reinterpret_cast<PyObject*>(&PyFloat_Type),
                                   reinterpret_cast<PyObject*>(&PyLong_Type), reinterpret_cast<PyObject*>(&PyBool_Type),
                                   reinterpret_cast<PyObject*>(&PyComplex_Type)};
  const DType dtypes[] = {default_dtype(), DType::int64, DType::bool_, to_complex(default_dtype())};
  // As in PyTorch, `float` is float64 where a dtype is asked for.
  for (int i = 0; i < 4; ++i) {
    if (o != types[i]) continue;
    out = i == 0 ? DType::float64 : i == 3 ? DType::complex128 : dtypes[i];
    return true;
  }
  return false;
}

void init_dtype_type(PyObject* module) {
  static PyGetSetDef getset[] = {{"is_floating_point", flag<is_floating>, nullptr, nullptr, nullptr},
                                 {"is_complex", flag<is_complex>, nullptr, nullptr, nullptr},
                                 {"is_signed", flag<is_signed>, nullptr, nullptr, nullptr},
                                 {"is_integral", flag<always_integral>, nullptr, nullptr, nullptr},
                                 {"itemsize", itemsize, nullptr, nullptr, nullptr},
                                 {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyMethodDef methods[] = {{"to_real", call_to_real, METH_NOARGS, nullptr},
                                  {"to_complex", call_to_complex, METH_NOARGS, nullptr},
                                  {"__reduce__", reduce, METH_NOARGS, nullptr},
                                  {nullptr, nullptr, 0, nullptr}};
  PyType_Slot slots[] = {
      {Py_tp_repr, reinterpret_cast<void*>(repr)}, {Py_tp_getset, getset}, {Py_tp_methods, methods}, {0, nullptr}};
  PyType_Spec spec = {"torch.dtype", sizeof(DTypeObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots};
  dtype_type = make_type(module, spec);
  for (int i = 0; i < kNumDTypes; ++i) {
    const DType d = static_cast<DType>(i);
    objects[i] = Ref::steal(PyType_GenericAlloc(dtype_type, 0)).release();
    reinterpret_cast<DTypeObject*>(objects[i])->dtype = d;
    if (PyObject_SetAttrString(module, to_string(d).c_str(), objects[i]) < 0) throw PythonErrorSet{};
  }
  init_info_types(module);
}

}  // namespace vt::python
