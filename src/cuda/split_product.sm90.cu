#include "cuda/split_product.cuh"

#include <algorithm>
#include <atomic>
#include <type_traits>

#include "cuda/device.h"
#include "cuda/launch.h"
#include "cuda/split_product.h"
#include "cuda/workspace.h"

namespace vt::cuda {
namespace {

constexpr const char* kOp = "matrix product";
constexpr int64_t kSectionBytes = 32 << 20;  // of all sections' products; what cuBLAS's scratch memory has too

int64_t tiles_of(int64_t size, int tile) { return (size + tile - 1) / tile; }

// Into how many sections k is cut so that all blocks have work. Costs are in microseconds: those of the block that has
// most to do, of which a chunk takes `chunk_cost`, with a start and an end per tile, and the pass that adds the
// sections up.
int sections_of(const GemmArgs& g, int64_t tiles, int64_t chunks, int64_t blocks, double chunk_cost) {
  constexpr int64_t kLeastChunks = 4;
  constexpr double kTileCost = 1, kPassCost = 3, kBytesPerMicrosecond = 3e6;
  const double bytes = static_cast<double>(g.batch) * static_cast<double>(g.m) * static_cast<double>(g.n) * 4;
  int best = 1;
  double least = 0;
  for (int64_t sections = 1; sections <= std::max<int64_t>(1, chunks / kLeastChunks); ++sections) {
    const int64_t each = (chunks + sections - 1) / sections;
    if ((sections - 1) * each >= chunks) continue;  // the last ones would be empty
    const int64_t rounds = (tiles * sections + blocks - 1) / blocks;
    double cost = static_cast<double>(rounds) * (static_cast<double>(each) * chunk_cost + kTileCost);
    if (sections > 1) {
      const double moved = bytes * static_cast<double>(sections);
      if (moved > static_cast<double>(kSectionBytes)) break;
      cost += kPassCost + (moved + bytes) / kBytesPerMicrosecond;
    }
    if (sections == 1 || cost < least) best = static_cast<int>(sections), least = cost;
  }
  return best;
}

// Whether every row can be read by `width` floats at once: rows of `length` values.
bool reads_by(int width, const void* data, int64_t ld, int64_t stride, int64_t length) {
  return reinterpret_cast<uintptr_t>(data) % (4 * static_cast<uintptr_t>(width)) == 0 && ld % width == 0 &&
         stride % width == 0 && length % width == 0;
}

template <class Config>
void launch_multiply(const split::Globals& g, int64_t blocks, Stream stream) {
  constexpr auto kernel = split::multiply<Config>;
  static std::atomic<bool> allowed[kMaxDevices] = {};
  if (!allowed[stream.device].load(std::memory_order_acquire)) {
    allow_shared_memory(kernel, sizeof(split::Shared<Config>));
    allowed[stream.device].store(true, std::memory_order_release);
  }
  const LaunchConfig config{kOp, stream, dim3(static_cast<unsigned>(std::min<int64_t>(blocks, g.tiles))),
                            dim3(Config::kThreads), sizeof(split::Shared<Config>)};
  launch(config, {}, kernel, g);
}

// Calls f with the kernel's configuration. Small tiles are for vectors, and not for two transposed factors.
template <class Tiles, class F>
void with_config(bool transpose_a, bool transpose_b, bool vectors, const F& f) {
  const auto choose = [&]<bool A, bool B>() {
    if constexpr (std::is_same_v<Tiles, split::SmallTiles>) {
      if constexpr (!(A && B)) f(split::Config<Tiles, A, B, true>());
    } else {
      vectors ? f(split::Config<Tiles, A, B, true>()) : f(split::Config<Tiles, A, B, false>());
    }
  };
  if (transpose_a) {
    transpose_b ? choose.template operator()<true, true>() : choose.template operator()<true, false>();
  } else {
    transpose_b ? choose.template operator()<false, true>() : choose.template operator()<false, false>();
  }
}

bool reads_by_vectors(const GemmArgs& g) {
  return reads_by(g.transpose_a ? 2 : 4, g.a, g.lda, g.batch > 1 ? g.stride_a : 0, g.transpose_a ? g.m : g.k) &&
         reads_by(4, g.b, g.ldb, g.batch > 1 ? g.stride_b : 0, g.transpose_b ? g.k : g.n);
}

template <class Tiles>
void give(const GemmArgs& g, Stream stream, double chunk_cost) {
  split::Globals s{};
  s.a = {static_cast<const float*>(g.a), g.lda, g.batch > 1 ? g.stride_a : 0};
  s.b = {static_cast<const float*>(g.b), g.ldb, g.batch > 1 ? g.stride_b : 0};
  s.c = static_cast<float*>(g.c);
  s.ldc = g.ldc;
  s.stride_c = g.stride_c;
  s.bias = static_cast<const float*>(g.bias);
  s.alpha = static_cast<float>(g.alpha);
  s.beta = static_cast<float>(g.beta);
  s.m = static_cast<int>(g.m);
  s.n = static_cast<int>(g.n);
  s.k = static_cast<int>(g.k);
  s.batch = static_cast<int>(g.batch);
  s.row_tiles = static_cast<int>(tiles_of(g.m, Tiles::kRows));
  s.col_tiles = static_cast<int>(tiles_of(g.n, Tiles::kCols));
  s.chunks = static_cast<int>(tiles_of(g.k, split::kDepth));

  const int64_t processors = device_properties(stream.device).multi_processor_count;
  const int64_t blocks = processors * Tiles::kTogether;
  const int64_t tiles = int64_t{s.row_tiles} * s.col_tiles * s.batch;
  const int sections = sections_of(g, tiles, s.chunks, blocks, chunk_cost);
  s.section_chunks = (s.chunks + sections - 1) / sections;
  s.tiles = static_cast<int>(tiles * sections);

  split::Globals product = s;
  if (sections > 1) {
    const int64_t count = g.batch * g.m * g.n;
    product.c = static_cast<float*>(workspace(stream, static_cast<size_t>(sections * count) * sizeof(float)));
    product.ldc = g.n;
    product.stride_c = g.m * g.n;
    product.section_stride = count;
    product.bias = nullptr;
    product.alpha = 1;
    product.beta = 0;
  }
  const auto are_aligned = [&](int width) {
    return reads_by(width, product.c, product.ldc, product.stride_c, g.n) && product.section_stride % width == 0;
  };
  product.pairs = are_aligned(2);
  product.plain = are_aligned(g.transpose_b && !g.transpose_a ? 4 : 2) && product.alpha == 1 && product.beta == 0 &&
                  product.bias == nullptr;
  with_config<Tiles>(g.transpose_a, g.transpose_b, reads_by_vectors(g),
                     [&]<class Config>(Config) { launch_multiply<Config>(product, blocks, stream); });
  if (sections == 1) return;
  const int64_t count = g.batch * g.m * g.n;
  const LaunchConfig config{kOp, stream, dim3(blocks_for(count, 256, 16 * processors)), dim3(256)};
  launch(config, {}, split::add_sections, s, static_cast<const float*>(product.c), sections);
}

}  // namespace

bool has_small_tiles(const GemmArgs& g, int device) {
  constexpr double kMostRounds = 4;
  const int64_t tiles = g.batch * tiles_of(g.m, split::SmallTiles::kRows) * tiles_of(g.n, split::SmallTiles::kCols);
  const int64_t at_once = split::SmallTiles::kTogether * device_properties(device).multi_processor_count;
  return reads_by_vectors(g) && !(g.transpose_a && g.transpose_b) &&
         static_cast<double>(tiles) <= kMostRounds * static_cast<double>(at_once);
}

void split_product(const GemmArgs& g, Stream stream, SplitTiles tiles) {
  const DeviceGuard guard(stream.device);
  // Microseconds of a chunk where all blocks are busy.
  constexpr double kLarge = 1, kSmall = 0.5;
  tiles == SplitTiles::Small ? give<split::SmallTiles>(g, stream, kSmall) : give<split::LargeTiles>(g, stream, kLarge);
}

}  // namespace vt::cuda
