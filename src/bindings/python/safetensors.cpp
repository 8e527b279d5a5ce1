// _C.Checkpoint and _C.save_safetensors: files of safetensors; vibetensor/safetensors gives them their public names.
#include "bindings/python/module.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "interop/atomic_file.h"
#include "interop/safetensors/file.h"
#include "interop/safetensors/save.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using namespace interop::safetensors;

std::string file_system_path(nb::handle path) {
  PyObject* bytes = nullptr;
  if (!PyUnicode_FSConverter(path.ptr(), &bytes)) throw PythonErrorSet{};
  const Ref owned = Ref::steal(bytes);
  return {PyBytes_AsString(bytes), static_cast<size_t>(PyBytes_Size(bytes))};
}

std::string text_of(PyObject* o, const char* what) {
  VT_CHECK(PyUnicode_Check(o), Type, "safetensors: expected ", what, " to be str, got ", type_name_of(o));
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(o, &size);
  if (!text) throw PythonErrorSet{};
  return {text, static_cast<size_t>(size)};
}

// Looks for Ctrl-C, and calls what the caller gave.
Progress progress_to(nb::handle callback) {
  return [callback](uint64_t done, uint64_t total) {
    const WithGil gil;
    if (PyErr_CheckSignals() < 0) throw PythonException();
    if (callback.is_none()) return;
    PyObject* result = outlive_exit([&] {
      return PyObject_CallFunction(callback.ptr(), "KK", static_cast<unsigned long long>(done),
                                   static_cast<unsigned long long>(total));
    });
    if (!result) throw PythonException();
    const Ref dropped = Ref::steal(result);
  };
}

std::vector<Named> named(nb::handle tensors) {
  VT_CHECK(PyDict_Check(tensors.ptr()), Type, "safetensors: expected a dict of tensors, got ",
           type_name_of(tensors.ptr()));
  std::vector<Named> out;
  PyObject *key, *value;
  for (Py_ssize_t i = 0; PyDict_Next(tensors.ptr(), &i, &key, &value);) {
    out.push_back({text_of(key, "names"), expect_tensor(value, "safetensors: the values")});
  }
  return out;
}

SaveOptions options_of(nb::handle metadata, uint64_t max_shard_bytes, nb::handle progress) {
  SaveOptions options;
  options.max_shard_bytes = max_shard_bytes;
  options.progress = progress_to(progress);
  if (metadata.is_none()) return options;
  VT_CHECK(PyDict_Check(metadata.ptr()), Type, "safetensors: expected metadata to be dict, got ",
           type_name_of(metadata.ptr()));
  PyObject *key, *value;
  for (Py_ssize_t i = 0; PyDict_Next(metadata.ptr(), &i, &key, &value);) {
    options.metadata.emplace_back(text_of(key, "metadata's keys"), text_of(value, "metadata's values"));
  }
  return options;
}

std::vector<Found> found_of(const Checkpoint& c, nb::handle names) {
  if (names.is_none()) return c.tensors();
  std::vector<Found> out;
  for (nb::handle name : nb::list(names)) out.push_back(c.find(text_of(name.ptr(), "names")));
  return out;
}

nb::dict dict_of(const std::vector<Found>& found, std::vector<Tensor> tensors) {
  nb::dict out;
  for (size_t i = 0; i < found.size(); ++i) {
    out[nb::str(found[i].entry->name.data(), found[i].entry->name.size())] = nb::steal(wrap(std::move(tensors[i])));
  }
  return out;
}

nb::dict load_all(const Checkpoint& c, nb::handle names, nb::handle device, nb::handle progress) {
  Device d;
  VT_CHECK(device_from(device.ptr(), d), Type, "safetensors: argument 'device' must be torch.device, not ",
           type_name_of(device.ptr()));
  const std::vector<Found> found = found_of(c, names);
  std::vector<Tensor> tensors;
  {
    const WithoutGil others_run;
    tensors = load(found, resolve_device(d), progress_to(progress));
  }
  return dict_of(found, std::move(tensors));
}

nb::dict map_all(const Checkpoint& c, nb::handle names) {
  const std::vector<Found> found = found_of(c, names);
  std::vector<Tensor> tensors;
  for (const Found& f : found) tensors.push_back(map(f));
  return dict_of(found, std::move(tensors));
}

void fill_all(const Checkpoint& c, nb::handle tensors, nb::handle progress) {
  std::vector<Fill> fills;
  for (auto& [name, tensor] : named(tensors)) {
    check_writable(tensor);
    fills.push_back({c.find(name), tensor});
  }
  const WithoutGil others_run;
  fill(fills, progress_to(progress));
}

DimVec integers(nb::handle o) {
  DimVec out;
  for (nb::handle n : nb::list(o)) out.push_back(nb::cast<int64_t>(n));
  return out;
}

nb::object part(const Checkpoint& c, nb::handle name, nb::handle begin, nb::handle end) {
  const Found found = c.find(text_of(name.ptr(), "the name"));
  const DimVec from = integers(begin), to = integers(end);
  Tensor t;
  {
    const WithoutGil others_run;
    t = load_part(found, from, to);
  }
  return nb::steal(wrap(std::move(t)));
}

// (the format's dtype, our dtype, shape, begin, end)
nb::tuple entry(const Checkpoint& c, nb::handle name) {
  const Entry& e = *c.find(text_of(name.ptr(), "the name")).entry;
  const std::string_view code = *dtype_name(e.dtype);
  return nb::make_tuple(nb::str(code.data(), code.size()), nb::borrow(dtype_object(e.dtype)),
                        nb::steal(make_int_tuple(e.sizes)), e.begin, e.end);
}

void open_path(Checkpoint* self, nb::handle path) {
  const std::string name = file_system_path(path);
  const WithoutGil others_run;
  new (self) Checkpoint(Checkpoint::open(name));
}

Checkpoint of_bytes(nb::handle data) {
  auto view = std::make_unique<Py_buffer>();
  if (PyObject_GetBuffer(data.ptr(), view.get(), PyBUF_SIMPLE) < 0) throw PythonErrorSet{};
  const std::string_view bytes(static_cast<const char*>(view->buf), static_cast<size_t>(view->len));
  std::shared_ptr<void> owner(view.release(), [](void* p) {
    if (!Py_IsInitialized()) return;
    const WithGil gil;
    auto* held = static_cast<Py_buffer*>(p);
    outlive_exit([held] { PyBuffer_Release(held); });
    delete held;
  });
  return Checkpoint(memory_source(bytes, std::move(owner)));
}

void save_at(nb::handle path, nb::handle tensors, nb::handle metadata, uint64_t max_shard_bytes, nb::handle progress) {
  const std::string name = file_system_path(path);
  const std::vector<Named> all = named(tensors);
  const SaveOptions options = options_of(metadata, max_shard_bytes, progress);
  const WithoutGil others_run;
  save(name, all, options);
}

void write_to(nb::handle sink, nb::handle tensors, nb::handle metadata, nb::handle progress) {
  const std::vector<Named> all = named(tensors);
  const SaveOptions options = options_of(metadata, 0, progress);
  write(
      [&](const void* data, size_t bytes) {
        const Ref view = Ref::steal(PyMemoryView_FromMemory(static_cast<char*>(const_cast<void*>(data)),
                                                            static_cast<Py_ssize_t>(bytes), PyBUF_READ));
        const Ref done = Ref::steal(PyObject_CallFunctionObjArgs(sink.ptr(), view.get(), nullptr));
      },
      all, options);
}

}  // namespace

void bind_safetensors(nb::module_& m) {
  nb::class_<Checkpoint>(m, "Checkpoint", "The tensors of a safetensors file, or of the files of an index.")
      .def("__init__", open_path, nb::arg("path"))
      .def_static("of_bytes", of_bytes, nb::arg("data"), "The checkpoint in a bytes-like object, which it keeps.")
      .def(
          "names",
          [](const Checkpoint& c) {
            nb::list out;
            for (const Found& f : c.tensors()) out.append(nb::str(f.entry->name.data(), f.entry->name.size()));
            return out;
          },
          "In the order of their bytes.")
      .def(
          "metadata",
          [](const Checkpoint& c) {
            nb::dict out;
            for (const auto& [key, value] : c.metadata()) {
              out[nb::str(key.data(), key.size())] = nb::str(value.data(), value.size());
            }
            return out;
          },
          "The file's own strings by name.")
      .def("entry", entry, nb::arg("name"),
           "(dtype in the file's terms, dtype, shape, first byte, byte after the last)")
      .def("load", load_all, nb::arg("names").none(), nb::arg("device"), nb::arg("progress").none(),
           "New tensors by name.")
      .def("map", map_all, nb::arg("names").none(), "Read-only tensors over the file's pages by name.")
      .def("fill", fill_all, nb::arg("tensors"), nb::arg("progress").none(), "Reads into contiguous tensors by name.")
      .def("part", part, nb::arg("name"), nb::arg("begin"), nb::arg("end"),
           "What lies between two bounds in each dim.");
  m.def("save_safetensors", save_at, nb::arg("path"), nb::arg("tensors"), nb::arg("metadata").none(),
        nb::arg("max_shard_bytes"), nb::arg("progress").none(), "Writes a file, or several with an index.");
  m.def("write_safetensors", write_to, nb::arg("sink"), nb::arg("tensors"), nb::arg("metadata").none(),
        nb::arg("progress").none(), "Gives the bytes of a file to a function, a piece at a time.");
}

}  // namespace vt::python
