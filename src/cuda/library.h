// NVIDIA's shared libraries, each found on first use as core/library.h says.
#pragma once

#include "core/library.h"

namespace vt::cuda {

VT_API Library& driver_library();
VT_API Library& cublaslt_library();
VT_API Library& cudnn_library();
VT_API Library& cublas_library();
VT_API Library& cufft_library();
VT_API Library& cusolver_library();
VT_API Library& nccl_library();
VT_API Library& nvrtc_library();
VT_API Library& cupti_library();

}  // namespace vt::cuda
