// The small value types of the Python surface: dtype, device, layout, memory_format, Size.
#pragma once

#include "bindings/python/object.h"
#include "core/dtype.h"
#include "core/shape.h"
#include "core/sparse.h"
#include "dispatch/value.h"

namespace vt::python {

struct DTypeObject {
  PyObject_HEAD DType dtype;
};
struct DeviceObject {
  PyObject_HEAD Device device;
};
struct MemoryFormatObject {
  PyObject_HEAD MemoryFormat format;
};

struct LayoutObject {
  PyObject_HEAD Layout layout;
};

extern PyTypeObject *dtype_type, *device_type, *memory_format_type, *layout_type, *size_type;
void init_small_types(PyObject* module);

// The singletons, borrowed.
PyObject* dtype_object(DType d);
PyObject* memory_format_object(MemoryFormat f);
PyObject* layout_object(Layout layout);
// New references.
PyObject* make_device(Device d);
PyObject* make_size(IntSpan sizes);
PyObject* make_int_tuple(IntSpan values);

inline bool is_dtype(PyObject* o) { return Py_TYPE(o) == dtype_type; }
inline DType dtype_of_object(PyObject* o) { return reinterpret_cast<DTypeObject*>(o)->dtype; }
// A dtype, or Python's float, int, bool, complex. False if it is neither.
bool dtype_from(PyObject* o, DType& out);
// A device, a string, or an index of a CUDA device. False if it is none of them; RuntimeError for a string that names
// none.
bool device_from(PyObject* o, Device& out);

}  // namespace vt::python
