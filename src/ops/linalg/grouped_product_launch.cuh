// The launcher of the grouped products' kernel for one type of elements.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>

#include "cuda/device.h"
#include "cuda/launch.h"
#include "cuda/tensor_map.h"
#include "ops/linalg/grouped_product.cuh"

namespace vt::linalg::grouped {

struct GroupedCall {
  Globals globals;  // without the maps
  cuda::TensorMapArgs a, b;
  bool transpose_a, transpose_b;
  int device;
  std::array<const StorageImpl*, 4> storages;
};

// A bound on the tiles of `cols` columns: each group may end in a tile that is not full.
inline int64_t most_tiles(const Globals& g, int cols) {
  const int64_t down = (g.m + kRows - 1) / kRows, across = (g.n + cols - 1) / cols;
  switch (g.grouping) {
    case Grouping::Rows: return (down + g.groups) * across;
    case Grouping::Columns: return down * (across + g.groups);
    default: return down * across * g.groups;
  }
}

template <class Config>
void launch_as(GroupedCall call) {
  using A = typename Config::A;
  using B = typename Config::B;
  constexpr auto kernel = multiply_groups<Config>;
  const int device = call.device;
  static std::atomic<bool> allowed[cuda::kMaxDevices] = {};
  if (!allowed[device].load(std::memory_order_acquire)) {
    const cuda::DeviceGuard guard(device);
    cuda::allow_shared_memory(kernel, sizeof(Shared<Config>));
    allowed[device].store(true, std::memory_order_release);
  }
  call.a.box_rows = A::kRows, call.a.box_cols = A::kPanelCols;
  call.b.box_rows = B::kRows, call.b.box_cols = B::kPanelCols;
  call.globals.a = cuda::encode_tensor_map(call.a);
  call.globals.b = cuda::encode_tensor_map(call.b);
  const int64_t blocks =
      std::min<int64_t>(cuda::device_properties(device).multi_processor_count, most_tiles(call.globals, Config::kCols));
  const cuda::LaunchConfig config{"_grouped_mm", cuda::current_stream(device), dim3(static_cast<unsigned>(blocks)),
                                  dim3(kThreads), sizeof(Shared<Config>)};
  cuda::launch(config, cuda::StorageSpan(call.storages.data(), call.storages.size()), kernel, call.globals);
}

/// Of tiles as wide as fill the device best.
template <class T, bool TransposeA, bool TransposeB>
void launch_transposed(const GroupedCall& call) {
  const int64_t blocks = cuda::device_properties(call.device).multi_processor_count;
  const auto rounds = [&](int cols) { return (most_tiles(call.globals, cols) + blocks - 1) / blocks; };
  if (10 * rounds(128) < 17 * rounds(256)) {
    launch_as<Config<T, TransposeA, TransposeB, 128, 6>>(call);
  } else {
    launch_as<Config<T, TransposeA, TransposeB, 256, 4>>(call);
  }
}

template <class T>
void launch_groups(const GroupedCall& call);

template <class T>
void launch_groups_of(const GroupedCall& call) {
  if (call.transpose_a) {
    call.transpose_b ? launch_transposed<T, true, true>(call) : launch_transposed<T, true, false>(call);
  } else {
    call.transpose_b ? launch_transposed<T, false, true>(call) : launch_transposed<T, false, false>(call);
  }
}

}  // namespace vt::linalg::grouped
