// _C.AtomicFile: a file that is written whole or not at all.
#include "interop/atomic_file.h"

#include <algorithm>

#include "bindings/python/module.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using interop::AtomicFile;

constexpr size_t kBetweenSignals = 64 << 20;  // bytes written before Ctrl-C is looked for

std::string file_system_path(nb::handle path) {
  PyObject* bytes = nullptr;
  if (!PyUnicode_FSConverter(path.ptr(), &bytes)) throw PythonErrorSet{};
  const Ref owned = Ref::steal(bytes);
  return {PyBytes_AsString(bytes), static_cast<size_t>(PyBytes_Size(bytes))};
}

void open_file(AtomicFile* self, nb::handle path) {
  const std::string name = file_system_path(path);
  const WithoutGil others_run;
  new (self) AtomicFile(name);
}

size_t write(AtomicFile& file, nb::handle data) {
  struct Buffer {
    Py_buffer view;
    explicit Buffer(PyObject* o) {
      if (PyObject_GetBuffer(o, &view, PyBUF_SIMPLE) < 0) throw PythonErrorSet{};
    }
    ~Buffer() { PyBuffer_Release(&view); }
  } buffer(data.ptr());
  const auto size = static_cast<size_t>(buffer.view.len);
  for (size_t at = 0; at < size;) {
    {
      const WithoutGil others_run;
      at += file.write_some(static_cast<const char*>(buffer.view.buf) + at, std::min(size - at, kBetweenSignals));
    }
    if (PyErr_CheckSignals() < 0) throw PythonErrorSet{};
  }
  return size;
}

void commit(AtomicFile& file) {
  const WithoutGil others_run;
  file.commit();
}

}  // namespace

void bind_atomic_file(nb::module_& m) {
  nb::class_<AtomicFile>(m, "AtomicFile",
                         "A binary file that takes the place of the one at `path` once it is written whole.")
      .def("__init__", open_file, nb::arg("path"))
      .def("write", write, nb::arg("data"), "The number of bytes written, all of a bytes-like object.")
      .def("commit", commit, "Brings the file to the disk and puts it in its place.")
      .def("discard", &AtomicFile::discard, "Forgets what was written, unless it was committed.")
      .def("__enter__", [](nb::handle self) { return nb::borrow(self); })
      .def(
          "__exit__",
          [](AtomicFile& file, nb::handle type, nb::handle, nb::handle) {
            if (type.is_none()) commit(file);
            else file.discard();
          },
          nb::arg("type").none(), nb::arg("value").none(), nb::arg("traceback").none());
}

}  // namespace vt::python
