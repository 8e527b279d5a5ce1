#include "cuda/split_product.h"

#include "core/error.h"
#include "cuda/device.h"

namespace vt::cuda {

#ifdef VT_SM90
bool can_split(const GemmArgs& g, int device) {
  constexpr int64_t kMost = int64_t{1} << 30;  // indices are 32-bit
  constexpr int64_t kLeastDepth = 16;          // of fewer terms FMA rounds less than the tensor core truncates
  if (g.dtype != DType::float32 || g.out_dtype != DType::float32) return false;
  const Float32Products how = float32_products();
  if (how != Float32Products::Float32 && how != Float32Products::Split) return false;
  if (g.epilogue != GemmEpilogue::None && g.epilogue != GemmEpilogue::Bias) return false;
  if (g.m > kMost || g.n > kMost || g.k > kMost || g.k < kLeastDepth) return false;
  const double tiles = (static_cast<double>(g.m) / 128 + 1) * (static_cast<double>(g.n) / 128 + 1);
  if (tiles * static_cast<double>(g.batch) > static_cast<double>(kMost)) return false;
  const DeviceProperties& properties = device_properties(device);
  return properties.major == 9 && properties.minor == 0;
}
#else
bool can_split(const GemmArgs&, int) { return false; }
void split_product(const GemmArgs&, Stream) { VT_THROW(Internal, "this build has no kernels for Hopper"); }
#endif

}  // namespace vt::cuda
