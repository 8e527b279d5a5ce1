// _C.system_info(): what vibetensor.info prints.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <utility>

#include "core/build_info.h"
#include "cpu/lapack.h"
#include "cpu/simd_dispatch.h"
#include "cpu/thread_pool.h"
#include "cuda/device.h"
#include "cuda/library.h"

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

}  // namespace

void bind_info(nb::module_& m) { m.def("system_info", &system_info); }

}  // namespace vt::python
