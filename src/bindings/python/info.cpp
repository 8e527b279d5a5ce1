// What Python shows as text: the system (_C.system_info, for vibetensor.info) and the elements of a tensor (its repr).
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <utility>

#include "bindings/python/tensor_object.h"
#include "core/build_info.h"
#include "cpu/lapack.h"
#include "cpu/simd_dispatch.h"
#include "cpu/thread_pool.h"
#include "cuda/device.h"
#include "cuda/library.h"
#include "ops/tensor_text.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::dict build_dict() {
  const BuildInfo& info = build_info();
  nb::dict d;
  d["type"] = info.build_type;
  d["compiler"] = info.compiler;
  d["cuda_compiler"] = info.cuda_compiler;
  d["cuda_archs"] = info.cuda_archs;
  d["sanitizers"] = info.sanitizers;
  return d;
}

nb::dict library_dict(Library& library) {
  nb::dict d;
  d["path"] = library.path();
  d["reason"] = library.reason();
  return d;
}

nb::dict cpu_dict() {
  const char* levels[] = {"x86-64-v2", "x86-64-v3", "x86-64-v4"};
  nb::dict d;
  d["simd"] = levels[static_cast<int>(simd_level())];
  d["bf16"] = simd_has_bf16();
  d["threads"] = get_num_threads();
  d["lapack"] = library_dict(lapack::library());
  return d;
}

nb::dict device_dict(int index) {
  const cuda::DeviceProperties& p = cuda::device_properties(index);
  nb::dict d;
  d["index"] = index;
  d["name"] = p.name;
  d["capability"] = nb::make_tuple(p.major, p.minor);
  d["memory"] = p.total_memory;
  d["multiprocessors"] = p.multi_processor_count;
  return d;
}

// Opens the libraries, as their first use would.
nb::dict cuda_dict() {
  nb::dict d;
  d["available"] = cuda::is_available();
  d["reason"] = cuda::unavailable_reason();
  d["runtime"] = cuda::runtime_version();
  d["driver"] = cuda::driver_version();
  nb::list devices;
  for (int i = 0; i < cuda::device_count(); ++i) devices.append(device_dict(i));
  d["devices"] = devices;
  nb::dict libraries;
  using Named = std::pair<const char*, Library&>;
  for (const auto& [name, library] :
       {Named{"driver", cuda::driver_library()}, Named{"cublaslt", cuda::cublaslt_library()},
        Named{"cudnn", cuda::cudnn_library()}, Named{"nccl", cuda::nccl_library()},
        Named{"nvrtc", cuda::nvrtc_library()}, Named{"cupti", cuda::cupti_library()}}) {
    libraries[name] = library_dict(library);
  }
  d["libraries"] = libraries;
  return d;
}

nb::dict system_info() {
  nb::dict d;
  d["version"] = build_info().version;
  d["build"] = build_dict();
  d["cpu"] = cpu_dict();
  d["cuda"] = cuda_dict();
  return d;
}

nb::str contents_text(nb::handle tensor, int precision, double threshold, int64_t edge_items, int64_t line_width,
                      nb::handle scientific, int64_t indent) {
  ops::PrintOptions options{precision, threshold, edge_items, line_width, std::nullopt};
  if (!scientific.is_none()) options.scientific = nb::cast<bool>(scientific);
  const Tensor& t = expect_tensor(tensor.ptr(), "contents_text(): argument 'tensor'");
  std::string text;
  {
    const WithoutGil others_run;  // a GPU is waited for
    text = ops::contents_text(t, options, indent);
  }
  return nb::str(text.data(), text.size());
}

}  // namespace

void bind_info(nb::module_& m) {
  m.def("system_info", &system_info);
  m.def("contents_text", contents_text, nb::arg("tensor"), nb::arg("precision"), nb::arg("threshold"),
        nb::arg("edgeitems"), nb::arg("linewidth"), nb::arg("sci_mode").none(), nb::arg("indent"),
        "The elements in brackets, to be printed `indent` columns from the left.");
}

}  // namespace vt::python
