#include "cuda/tensor_map.h"

#include "core/error.h"
#include "cuda/library.h"

namespace vt::cuda {
namespace {

constexpr int64_t kElementBytes = 2, kAlignment = 16;
constexpr int64_t kMaxStrideBytes = (int64_t{1} << 40) - 1, kMaxSize = int64_t{1} << 32;

}  // namespace

bool suits_tensor_map(const TensorMapArgs& args) {
  if (reinterpret_cast<uintptr_t>(args.data) % kAlignment != 0) return false;
  for (int d = 0; d < 4; ++d) {
    if (args.sizes[d] < 1 || args.sizes[d] > kMaxSize) return false;
    if (d == 3 || args.sizes[d] == 1) continue;
    const int64_t bytes = args.strides[d] * kElementBytes;
    if (bytes <= 0 || bytes > kMaxStrideBytes || bytes % kAlignment != 0) return false;
  }
  return true;
}

CUtensorMap encode_tensor_map(const TensorMapArgs& args) {
  static const auto encode = driver_library().function<decltype(&::cuTensorMapEncodeTiled)>("cuTensorMapEncodeTiled");
  cuuint64_t sizes[4], strides[3];
  for (int d = 0; d < 4; ++d) sizes[3 - d] = static_cast<cuuint64_t>(args.sizes[d]);
  for (int d = 0; d < 3; ++d) {  // of one element any stride will do
    strides[2 - d] = static_cast<cuuint64_t>(args.sizes[d] == 1 ? kAlignment : args.strides[d] * kElementBytes);
  }
  const cuuint32_t box[4] = {static_cast<cuuint32_t>(args.box_cols), static_cast<cuuint32_t>(args.box_rows), 1, 1};
  const cuuint32_t steps[4] = {1, 1, 1, 1};
  CUtensorMap map;
  const CUresult status =
      encode(&map, args.dtype == DType::bfloat16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
             4, const_cast<void*>(args.data), sizes, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
             args.box_cols == 64 ? CU_TENSOR_MAP_SWIZZLE_128B : CU_TENSOR_MAP_SWIZZLE_64B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  VT_CHECK(status == CUDA_SUCCESS, Runtime, "cuTensorMapEncodeTiled failed with error ", static_cast<int>(status));
  return map;
}

}  // namespace vt::cuda
