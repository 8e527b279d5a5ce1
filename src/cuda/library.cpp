#include "cuda/library.h"

namespace vt::cuda {
namespace {

// A library that NVIDIA ships in a wheel, or in the folders of its installer.
Library* from_nvidia(const char* name, const char* environment, std::vector<const char*> sonames,
                     std::vector<const char*> wheels, std::vector<const char*> companions = {}) {
  return new Library(
      {.name = name,
       .environment = environment,
       .sonames = std::move(sonames),
       .wheels = std::move(wheels),
       .companions = std::move(companions),
       .folders = {"/usr/local/cuda/lib64", "/usr/local/cuda/extras/CUPTI/lib64", "/usr/local/nvidia/lib64"},
       .remedy = "NVIDIA's wheel of it"});
}

}  // namespace

Library& driver_library() {
  static auto* library = new Library({.name = "The NVIDIA driver (libcuda)",
                                      .environment = "VIBETENSOR_LIBCUDA",
                                      .sonames = {"libcuda.so.1"},
                                      .folders = {"/usr/local/nvidia/lib64"}});
  return *library;
}

Library& cublaslt_library() {
  static auto* library = from_nvidia("cuBLASLt", "VIBETENSOR_CUBLASLT", {"libcublasLt.so.13", "libcublasLt.so.12"},
                                     {"nvidia/cu13/lib", "nvidia/cublas/lib"});
  return *library;
}

Library& cublas_library() {
  static auto* library = from_nvidia("cuBLAS", "VIBETENSOR_CUBLAS", {"libcublas.so.13", "libcublas.so.12"},
                                     {"nvidia/cu13/lib", "nvidia/cublas/lib"});
  return *library;
}

Library& cusolver_library() {
  static auto* library = from_nvidia("cuSOLVER", "VIBETENSOR_CUSOLVER", {"libcusolver.so.12", "libcusolver.so.11"},
                                     {"nvidia/cu13/lib", "nvidia/cusolver/lib"},
                                     {"libcublas.so.13", "libcublas.so.12", "libcusparse.so.12", "libnvJitLink.so.13"});
  return *library;
}

Library& cudnn_library() {
  static auto* library = from_nvidia("cuDNN", "VIBETENSOR_CUDNN", {"libcudnn.so.9"}, {"nvidia/cudnn/lib"});
  return *library;
}

Library& cufft_library() {
  static auto* library = from_nvidia("cuFFT", "VIBETENSOR_CUFFT", {"libcufft.so.12", "libcufft.so.11"},
                                     {"nvidia/cu13/lib", "nvidia/cufft/lib"});
  return *library;
}

Library& nccl_library() {
  static auto* library = from_nvidia("NCCL", "VIBETENSOR_NCCL", {"libnccl.so.2"}, {"nvidia/nccl/lib"});
  return *library;
}

Library& nvrtc_library() {
  static auto* library = from_nvidia(
      "NVRTC", "VIBETENSOR_NVRTC", {"libnvrtc.so.13", "libnvrtc.so.12"}, {"nvidia/cu13/lib", "nvidia/cuda_nvrtc/lib"},
      {"libnvrtc-builtins.so.13.0", "libnvrtc-builtins.so.12.9", "libnvrtc-builtins.so.12.8"});
  return *library;
}

Library& cupti_library() {
  static auto* library = from_nvidia("CUPTI", "VIBETENSOR_CUPTI", {"libcupti.so.13", "libcupti.so.12"},
                                     {"nvidia/cu13/lib", "nvidia/cuda_cupti/lib"});
  return *library;
}

}  // namespace vt::cuda
