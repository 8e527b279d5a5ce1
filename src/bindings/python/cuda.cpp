// CUDA as Python sees it: devices, and what tensors have to do with them.
#include <nanobind/stl/string.h>

#include <algorithm>
#include <string_view>

#include "bindings/python/cuda_argument.h"
#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "core/thread_state.h"
#include "cuda/backend.h"
#include "cuda/convolution.h"
#include "cuda/device.h"
#include "cuda/gemm.h"
#include "cuda/library.h"
#include "cuda/pinned.h"
#include "cuda/stream.h"
#include "ops/typed/copy.h"
#include "program/defer.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

// Names of cuda::Float32Products in its order: PyTorch's, and one of ours.
constexpr std::string_view kPrecisions[] = {"none", "ieee", "tf32", "split"};

// Wheels of libraries may lie in any folder of sys.path, not only beside ours. Nothing is opened or looked for here.
void add_package_folders() {
  PyObject* folders = PySys_GetObject("path");
  if (folders == nullptr || !PyList_Check(folders)) return;
  for (nb::handle folder : nb::borrow<nb::list>(folders)) {
    const char* text = PyUnicode_Check(folder.ptr()) ? PyUnicode_AsUTF8AndSize(folder.ptr(), nullptr) : nullptr;
    if (text == nullptr) {
      PyErr_Clear();  // a name that is not UTF-8
    } else {
      add_package_folder(text);
    }
  }
}

void bind_devices(nb::module_& m) {
  add_package_folders();
  m.def("cuda_is_available", [] { return cuda::is_available(); });
  m.def("cuda_unavailable_reason", [] { return cuda::unavailable_reason(); });
  m.def("cuda_device_count", [] { return cuda::device_count(); });
  m.def("cuda_current_device", [] {
    cuda::ensure_available();
    return cuda::current_device();
  });
  m.def("cuda_set_device", [](int index) {
    cuda::ensure_available();
    cuda::set_device(index);
  });
  m.def(
      "cuda_synchronize",
      [](nb::handle device) {
        cuda::ensure_available();
        const int index = cuda_index(device);
        const WithoutGil waiting;
        cuda::synchronize_device(index);
      },
      nb::arg("device").none() = nb::none());
  m.def("cuda_can_access_peer", [](int device, int peer) { return cuda::can_access_peer(device, peer); });
  m.def("cuda_fp32_precision", [] { return std::string(kPrecisions[static_cast<int>(cuda::float32_products())]); });
  m.def("cuda_set_fp32_precision", [](const std::string& precision) {
    const auto* found = std::find(std::begin(kPrecisions), std::end(kPrecisions), precision);
    VT_CHECK(found != std::end(kPrecisions), Runtime,
             "fp32_precision is \"none\", \"ieee\", \"tf32\" or \"split\", not \"", precision, "\"");
    cuda::set_float32_products(static_cast<cuda::Float32Products>(found - std::begin(kPrecisions)));
  });
  m.def("cuda_gemm_is_measured", [] { return cuda::gemm_is_measured(); });
  m.def("cuda_set_gemm_measured", [](bool measured) { cuda::set_gemm_measured(measured); });
  using Convolution = cuda::ConvolutionSettings;
  nb::class_<Convolution>(m, "ConvolutionSettings")
      .def_rw("enabled", &Convolution::enabled)
      .def_rw("benchmark", &Convolution::benchmark)
      .def_rw("deterministic", &Convolution::deterministic)
      .def_rw("allow_tf32", &Convolution::allow_tf32);
  m.def("cuda_convolution_settings", [] { return cuda::convolution_settings(); });
  m.def("cuda_set_convolution_settings", [](const Convolution& s) { cuda::set_convolution_settings(s); });
  m.def("cudnn_version", [] { return cuda::cudnn_version(); });
  m.def("cuda_runtime_version", [] { return cuda::runtime_version(); });

  using Properties = cuda::DeviceProperties;
  nb::class_<Properties>(m, "CudaDeviceProperties")
      .def_ro("name", &Properties::name)
      .def_ro("uuid", &Properties::uuid)
      .def_ro("major", &Properties::major)
      .def_ro("minor", &Properties::minor)
      .def_ro("total_memory", &Properties::total_memory)
      .def_ro("multi_processor_count", &Properties::multi_processor_count)
      .def_ro("max_threads_per_multi_processor", &Properties::max_threads_per_multi_processor)
      .def_ro("warp_size", &Properties::warp_size)
      .def_ro("L2_cache_size", &Properties::l2_cache_size)
      .def_ro("shared_memory_per_block", &Properties::shared_memory_per_block)
      .def_ro("shared_memory_per_block_optin", &Properties::shared_memory_per_block_optin)
      .def_ro("shared_memory_per_multiprocessor", &Properties::shared_memory_per_multiprocessor)
      .def_ro("regs_per_multiprocessor", &Properties::regs_per_multiprocessor)
      .def_ro("is_integrated", &Properties::is_integrated)
      .def_ro("is_multi_gpu_board", &Properties::is_multi_gpu_board)
      .def("__repr__", [](const Properties& p) {
        return vt::detail::concat("_CudaDeviceProperties(name='", p.name, "', major=", p.major, ", minor=", p.minor,
                                  ", total_memory=", p.total_memory >> 20,
                                  "MB, multi_processor_count=", p.multi_processor_count, ")");
      });
  m.def(
      "cuda_get_device_properties", [](nb::handle device) { return cuda::device_properties(cuda_index(device)); },
      nb::arg("device").none() = nb::none());
}

PyObject* is_pinned(PyObject* self, PyObject* args) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    program::settle(t);
    return PyBool_FromLong(t.is_cpu() && cuda::is_available() && t.numel() > 0 && cuda::is_pinned(t.data()));
  });
}

PyObject* pin_memory(PyObject* self, PyObject* args) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    VT_CHECK(t.is_cpu(), Runtime, "cannot pin '", t.device(), "' only dense CPU tensors can be pinned");
    cuda::ensure_available();
    program::settle(t);
    if (t.numel() > 0 && cuda::is_pinned(t.data())) return Ref::borrow(self).release();
    const size_t bytes = static_cast<size_t>(t.numel()) * t.element_size();
    const DimVec strides = contiguous_strides(t.sizes());
    const Tensor pinned = from_memory(cuda::allocate_pinned(bytes), bytes, t.dtype(), t.sizes(), strides, kCPU, false);
    const GradMode off(false);
    ops::copy_(pinned, t, false);
    return wrap(pinned);
  });
}

PyObject* record_stream(PyObject* self, PyObject* stream) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    VT_CHECK(t.is_cuda(), Runtime, "record_stream is only for CUDA tensors, got one on ", t.device());
    cuda::Stream s;
    VT_CHECK(nb::try_cast(nb::handle(stream), s), Type, "record_stream(): argument 's' must be Stream, not ",
             type_name_of(stream));
    cuda::record_stream(*t.storage(), s);
    Py_RETURN_NONE;
  });
}

void add_tensor_methods() {
  static PyMethodDef methods[] = {
      {"is_pinned", is_pinned, METH_VARARGS, "Whether the memory is page-locked."},
      {"pin_memory", pin_memory, METH_VARARGS, "The tensor in page-locked memory; itself if it is there."},
      {"record_stream", record_stream, METH_O, "Keeps the memory until the stream has done what it was given so far."}};
  for (PyMethodDef& method : methods) {
    const Ref descriptor = Ref::steal(PyDescr_NewMethod(tensor_type, &method));
    if (PyObject_SetAttrString(reinterpret_cast<PyObject*>(tensor_type), method.ml_name, descriptor.get()) < 0) {
      throw PythonErrorSet{};
    }
  }
}

}  // namespace

void bind_cuda(nb::module_& m) {
  bind_devices(m);
  bind_cuda_streams(m);
  add_tensor_methods();
}

}  // namespace vt::python
