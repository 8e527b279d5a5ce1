#include "bindings/python/loaded_kernel.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>

#include "bindings/python/kernel_arguments.h"
#include "bindings/python/module.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using cuda::LoadedKernel;
using cuda::ParameterLayout;

PyTypeObject* loaded_kernel_type;

LoadedKernelObject* as_object(PyObject* o) { return reinterpret_cast<LoadedKernelObject*>(o); }

int64_t blocks_from(PyObject* o) {
  const long long blocks = PyLong_AsLongLong(o);
  if (blocks == -1 && PyErr_Occurred()) throw PythonErrorSet{};
  return blocks;
}

cuda::Stream stream_from(PyObject* o, int device) {
  if (o == Py_None) return cuda::current_stream(device);
  void* handle = PyLong_AsVoidPtr(o);
  if (!handle && PyErr_Occurred()) throw PythonErrorSet{};
  return {static_cast<cuda::StreamHandle>(handle), device};
}

PyObject* call(PyObject* self, PyObject* const* args, size_t nargsf, PyObject* names) {
  return guarded([&] {
    constexpr Py_ssize_t kBefore = 4;  // the grid and the stream
    const LoadedKernel& kernel = *as_object(self)->kernel;
    const auto wanted = static_cast<Py_ssize_t>(kernel.layout().arguments.size());
    const Py_ssize_t given = PyVectorcall_NARGS(nargsf);
    VT_CHECK(!names || PyTuple_Size(names) == 0, Type, kernel.name(), " takes no arguments by name");
    VT_CHECK(given == kBefore + wanted, Type, kernel.name(), " takes a grid of three numbers, a stream and ", wanted,
             " arguments, got ", given, " in all");
    const int64_t grid[3] = {blocks_from(args[0]), blocks_from(args[1]), blocks_from(args[2])};
    launch_loaded(kernel, stream_from(args[3], kernel.device()), grid, args + kBefore);
    return Ref::borrow(Py_None).release();
  });
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  delete as_object(self)->kernel;
  PyObject_Free(self);
  Py_DECREF(type);
}

PyObject* repr(PyObject* self) {
  const LoadedKernel& k = *as_object(self)->kernel;
  return str_from(vt::detail::concat("<LoadedKernel ", k.name(), " on cuda:", k.device(), ">"));
}

template <auto Get>
PyObject* number(PyObject* self, void*) {
  return PyLong_FromLongLong(static_cast<long long>(Get(*as_object(self)->kernel)));
}
PyObject* argument_names(PyObject* self, void*) {
  return guarded([&] { return nb::tuple(nb::cast(as_object(self)->kernel->layout().arguments)).release().ptr(); });
}
PyObject* name(PyObject* self, void*) { return PyUnicode_FromString(as_object(self)->kernel->name()); }

void make_kernel_type(PyObject* module) {
  static PyMemberDef members[] = {
      {"__vectorcalloffset__", T_PYSSIZET, offsetof(LoadedKernelObject, call), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  static PyGetSetDef getset[] = {
      {"name", name, nullptr, nullptr, nullptr},
      {"arguments", argument_names, nullptr, nullptr, nullptr},
      {"device_index", number<[](const LoadedKernel& k) { return k.device(); }>, nullptr, nullptr, nullptr},
      {"registers", number<[](const LoadedKernel& k) { return k.facts().registers; }>, nullptr, nullptr, nullptr},
      {"local_bytes", number<[](const LoadedKernel& k) { return k.facts().local_bytes; }>, nullptr, nullptr, nullptr},
      {"max_threads", number<[](const LoadedKernel& k) { return k.facts().max_threads; }>, nullptr, nullptr, nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                         {Py_tp_repr, reinterpret_cast<void*>(repr)},
                         {Py_tp_members, members},
                         {Py_tp_getset, getset},
                         {0, nullptr}};
  static PyType_Spec spec = {"vibetensor._C.LoadedKernel", sizeof(LoadedKernelObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                             slots};
  loaded_kernel_type = make_type(module, spec);
}

using Triple = std::array<unsigned, 3>;
Triple triple_from(nb::handle o, const char* what) {
  Triple values{};
  VT_CHECK(nb::len(o) == 3, Value, what, ": expected three numbers");
  for (size_t i = 0; i < 3; ++i) values[i] = nb::cast<unsigned>(o[i]);
  return values;
}

nb::object load(const std::string& name, nb::bytes image, int device, const ParameterLayout& layout, nb::handle threads,
                size_t shared_bytes, nb::handle cluster, bool cooperative, bool overlapping) {
  cuda::KernelShape shape{.shared_bytes = shared_bytes, .cooperative = cooperative, .overlapping = overlapping};
  const Triple block = triple_from(threads, "threads"), blocks = triple_from(cluster, "cluster");
  std::copy(block.begin(), block.end(), shape.threads);
  std::copy(blocks.begin(), blocks.end(), shape.cluster);
  auto kernel = std::make_unique<LoadedKernel>(name, image.c_str(), device, layout, shape);  // bytes end with a zero
  Ref o = Ref::steal(PyType_GenericAlloc(loaded_kernel_type, 0));
  as_object(o.get())->call = call;
  as_object(o.get())->kernel = kernel.release();
  return nb::steal(o.release());
}

nb::list packed(const ParameterLayout& layout, nb::args args) {
  VT_CHECK(args.size() == layout.arguments.size(), Type, "expected ", layout.arguments.size(), " arguments, got ",
           args.size());
  std::vector<PyObject*> objects;
  for (nb::handle o : args) objects.push_back(o.ptr());
  KernelArguments arguments(layout, "pack", -1);
  arguments.pack(objects.data());
  nb::list found;
  for (const ParameterLayout::Parameter& p : layout.parameters) {
    found.append(nb::bytes(reinterpret_cast<const char*>(arguments.parameters() + p.offset), p.bytes));
  }
  return found;
}

}  // namespace

const LoadedKernel* loaded_kernel_of(PyObject* o) {
  return Py_TYPE(o) == loaded_kernel_type ? as_object(o)->kernel : nullptr;
}

void launch_loaded(const LoadedKernel& kernel, cuda::Stream stream, const int64_t (&grid)[3], PyObject* const* args) {
  KernelArguments arguments(kernel.layout(), kernel.name(), kernel.device());
  arguments.pack(args);
  kernel.launch(stream, grid, arguments.parameters(), arguments.storages());
}

void bind_loaded_kernels(nb::module_& m) {
  make_kernel_type(m.ptr());
  nb::class_<ParameterLayout>(m, "KernelParameters", "How the parameters of a kernel are made of its arguments.")
      .def(
          "__init__",
          [](ParameterLayout* self, std::vector<std::string> arguments, const std::vector<std::string>& parameters) {
            new (self) ParameterLayout(std::move(arguments), parameters);
          },
          nb::arg("arguments"), nb::arg("parameters"))
      .def_prop_ro("arguments", [](const ParameterLayout& l) { return nb::tuple(nb::cast(l.arguments)); })
      .def("pack", packed, "The bytes of each parameter for these arguments; tensors of any device will do.");
  m.def("load_kernel", load, nb::arg("name"), nb::arg("image"), nb::arg("device"), nb::arg("parameters"),
        nb::arg("threads"), nb::arg("shared_bytes") = 0, nb::arg("cluster") = nb::make_tuple(1, 1, 1),
        nb::arg("cooperative") = false, nb::arg("overlapping") = false);
  m.def("cuda_current_raw_stream",
        [](int device) { return reinterpret_cast<uintptr_t>(cuda::current_stream(device).handle); });
}

}  // namespace vt::python
