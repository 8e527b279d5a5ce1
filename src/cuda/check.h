// Every call into the CUDA runtime goes through VT_CUDA_CHECK: a failure becomes vt::Error of kind Cuda (OutOfMemory
// for an allocation) that names the call, and the runtime's error state is cleared where CUDA allows it.
#pragma once

#include <cuda_runtime_api.h>

#include "core/macros.h"

namespace vt::cuda {

/// Throws for `status`. `what` is the failed call or op.
[[noreturn]] VT_API void throw_cuda_error(cudaError_t status, const char* what);

/// Clears a non-sticky error so that the next unrelated check doesn't report it.
inline void clear_last_error() { (void)cudaGetLastError(); }

/// True when the runtime is going away at process exit: destructors stay quiet then.
inline bool is_shutting_down(cudaError_t status) {
  return status == cudaErrorCudartUnloading || status == cudaErrorContextIsDestroyed;
}

}  // namespace vt::cuda

#define VT_CUDA_CHECK_OP(op, call)                                                                    \
  do {                                                                                                \
    const cudaError_t vt_cuda_status = (call);                                                        \
    if (VT_UNLIKELY(vt_cuda_status != cudaSuccess)) ::vt::cuda::throw_cuda_error(vt_cuda_status, op); \
  } while (0)
#define VT_CUDA_CHECK(call) VT_CUDA_CHECK_OP(#call, call)
