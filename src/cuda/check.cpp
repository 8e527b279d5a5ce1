#include "cuda/check.h"

#include "core/error.h"

namespace vt::cuda {

void throw_cuda_error(cudaError_t status, const char* what) {
  clear_last_error();
  const char* name = cudaGetErrorName(status);
  const char* text = cudaGetErrorString(status);
  if (status == cudaErrorMemoryAllocation) {
    VT_THROW(OutOfMemory, "CUDA out of memory in ", what, " (", name, ": ", text, ")");
  }
  VT_THROW(Cuda, "CUDA error ", name, " in ", what, ": ", text);
}

}  // namespace vt::cuda
