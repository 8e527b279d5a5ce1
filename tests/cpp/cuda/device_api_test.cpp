#include <doctest/doctest.h>

#include <string>

#include "core/build_info.h"
#include "cuda/device_api.h"

TEST_CASE("a GPU that the build holds no code for: the error says what it holds and what to do") {
  const int no_kernel_image = 209, unsupported_ptx = 222;  // of cudaError_t
  for (int error : {no_kernel_image, unsupported_ptx}) {
    const std::string text = vt::cuda::device_api().describe(static_cast<vt::cuda::Status>(error));
    CHECK(text.find(vt::build_info().cuda_archs) != std::string::npos);
    CHECK(text.find("VT_CUDA_ARCHS") != std::string::npos);
  }
  CHECK(vt::cuda::device_api().describe(vt::cuda::Status::InvalidValue).find("VT_CUDA_ARCHS") == std::string::npos);
}

TEST_CASE("the Hopper kernels are listed among the architectures where they are built") {
  const vt::BuildInfo& info = vt::build_info();
  CHECK((std::string(info.cuda_archs).find("90a") != std::string::npos) == info.sm90);
}
