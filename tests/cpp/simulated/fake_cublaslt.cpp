// What the library loads as cuBLASLt in tests on simulated devices: the entry points of cuda/cublaslt.h, with one
// kernel that fits every product. It writes zeros to the result and reads a byte of each operand, on the stream given.
#include <cstring>

#include "cuda/cublaslt.h"
#include "cuda/device.h"
#include "cuda/device_api.h"

namespace {

using vt::cuda::Stream;
namespace lt = vt::cuda::lt;

constexpr lt::Status kInvalidValue = 7;
constexpr lt::Status kExecutionFailed = 13;

struct Matrix {
  size_t element;
  uint64_t rows, cols;  // column-major
  int64_t ld;
  int32_t batch = 1;
  int64_t stride = 0;
};

size_t element_of(cudaDataType type) {
  switch (type) {
    case CUDA_R_16F:
    case CUDA_R_16BF: return 2;
    case CUDA_R_32F: return 4;
    case CUDA_R_64F:
    case CUDA_C_32F: return 8;
    case CUDA_C_64F: return 16;
    default: return 0;
  }
}

// Descriptors carry nothing that the one kernel needs: every one of a kind is the same.
lt::Status make(void** object) {
  static char any;
  *object = &any;
  return lt::kSuccess;
}

}  // namespace

extern "C" {

lt::Status cublasLtCreate(lt::Handle* handle) { return make(handle); }
lt::Status cublasLtMatmulDescCreate(lt::MatmulDesc* desc, int, cudaDataType) { return make(desc); }
lt::Status cublasLtMatmulDescSetAttribute(lt::MatmulDesc, int, const void*, size_t) { return lt::kSuccess; }
lt::Status cublasLtMatmulDescDestroy(lt::MatmulDesc) { return lt::kSuccess; }
lt::Status cublasLtMatmulPreferenceCreate(lt::Preference* preference) { return make(preference); }
lt::Status cublasLtMatmulPreferenceSetAttribute(lt::Preference, int, const void*, size_t) { return lt::kSuccess; }
lt::Status cublasLtMatmulPreferenceDestroy(lt::Preference) { return lt::kSuccess; }

lt::Status cublasLtMatrixLayoutCreate(lt::Layout* layout, cudaDataType type, uint64_t rows, uint64_t cols, int64_t ld) {
  const size_t element = element_of(type);
  if (element == 0 || ld < static_cast<int64_t>(rows)) return kInvalidValue;
  *layout = new Matrix{element, rows, cols, ld};
  return lt::kSuccess;
}

lt::Status cublasLtMatrixLayoutSetAttribute(lt::Layout layout, int attribute, const void* value, size_t bytes) {
  auto* matrix = static_cast<Matrix*>(layout);
  if (attribute == lt::kLayoutBatchCount && bytes == sizeof matrix->batch) {
    std::memcpy(&matrix->batch, value, bytes);
  } else if (attribute == lt::kLayoutBatchStride && bytes == sizeof matrix->stride) {
    std::memcpy(&matrix->stride, value, bytes);
  } else {
    return kInvalidValue;
  }
  return lt::kSuccess;
}

lt::Status cublasLtMatrixLayoutDestroy(lt::Layout layout) {
  delete static_cast<Matrix*>(layout);
  return lt::kSuccess;
}

lt::Status cublasLtMatmulAlgoGetHeuristic(lt::Handle, lt::MatmulDesc, lt::Layout, lt::Layout, lt::Layout, lt::Layout,
                                          lt::Preference, int, lt::Heuristic* choice, int* found) {
  *choice = {};
  *found = 1;
  return lt::kSuccess;
}

lt::Status cublasLtMatmulAlgoCheck(lt::Handle, lt::MatmulDesc, lt::Layout, lt::Layout, lt::Layout, lt::Layout,
                                   const lt::Algorithm*, lt::Heuristic* result) {
  *result = {};
  return lt::kSuccess;
}

size_t cublasLtGetVersion() { return 130000; }

lt::Status cublasLtMatmul(lt::Handle, lt::MatmulDesc, const void*, const void* a, lt::Layout, const void* b, lt::Layout,
                          const void*, const void*, lt::Layout, void* d, lt::Layout d_layout, const lt::Algorithm*,
                          void* workspace, size_t workspace_bytes, cudaStream_t handle) {
  vt::cuda::DeviceApi& device = vt::cuda::device_api();
  const Stream stream{handle, vt::cuda::current_device()};
  const Matrix& matrix = *static_cast<const Matrix*>(d_layout);
  auto failed = [](vt::cuda::Status status) { return status != vt::cuda::Status::Success; };
  for (const void* operand : {a, b}) {
    if (workspace_bytes == 0) break;
    if (failed(device.copy(workspace, operand, 1, vt::cuda::CopyKind::DeviceToDevice, stream))) return kExecutionFailed;
  }
  for (int64_t i = 0; i < matrix.batch; ++i) {
    char* data = static_cast<char*>(d) + static_cast<size_t>(i * matrix.stride) * matrix.element;
    const size_t pitch = static_cast<size_t>(matrix.ld) * matrix.element;
    if (failed(device.fill_rows(data, pitch, 0, matrix.rows * matrix.element, matrix.cols, stream))) {
      return kExecutionFailed;
    }
  }
  return lt::kSuccess;
}

}  // extern "C"
