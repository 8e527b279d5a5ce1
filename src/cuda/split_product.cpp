#include "cuda/split_product.h"

#include <algorithm>
#include <atomic>

#include "core/error.h"
#include "cuda/device.h"

namespace vt::cuda {

namespace {
constexpr int kAsTheShape = -1;
std::atomic<int> tiles_to_take{kAsTheShape};
}  // namespace

void set_split_tiles(std::optional<SplitTiles> tiles) {
  tiles_to_take.store(tiles ? static_cast<int>(*tiles) : kAsTheShape, std::memory_order_relaxed);
}

SplitTiles likely_tiles(const GemmArgs& g, int device) {
  if (!has_small_tiles(g, device)) return SplitTiles::Large;
  const int given = tiles_to_take.load(std::memory_order_relaxed);
  if (given != kAsTheShape) return static_cast<SplitTiles>(given);
  // Large tiles, with k cut into sections of 256 and more, if they keep seven processors of ten busy.
  const int64_t large = g.batch * ((g.m + 127) / 128) * ((g.n + 127) / 128);
  const int64_t blocks = large * std::max<int64_t>(1, g.k / 256);
  return 10 * blocks < 7 * device_properties(device).multi_processor_count ? SplitTiles::Small : SplitTiles::Large;
}

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
bool has_small_tiles(const GemmArgs&, int) { return false; }
void split_product(const GemmArgs&, Stream, SplitTiles) { VT_THROW(Internal, "this build has no kernels for Hopper"); }
#endif

}  // namespace vt::cuda
