// The launchers of attention's kernels for any tensor core, a unit for each type of elements.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <initializer_list>

#include "cuda/device.h"
#include "cuda/launch.h"
#include "ops/copy/kernels.h"
#include "ops/nn/attention_call.cuh"
#include "ops/nn/attention_portable_backward.cuh"
#include "ops/nn/attention_portable_forward.cuh"

namespace vt::attention::tiles {

using Storages = std::initializer_list<const StorageImpl*>;

inline RowStrides strides_of(const Tensor& t) { return {t.stride(0), t.stride(1), t.stride(2)}; }

template <class Config, class Globals>
void launch_blocks(const char* op, void (*kernel)(Globals), const Globals& g, int64_t blocks, int device,
                   Storages storages) {
  static std::atomic<bool> allowed[cuda::kMaxDevices] = {};
  if (!allowed[device].load(std::memory_order_acquire)) {
    const cuda::DeviceGuard guard(device);
    cuda::allow_shared_memory(kernel, Config::kSharedBytes);
    allowed[device].store(true, std::memory_order_release);
  }
  const cuda::LaunchConfig config{op, cuda::current_stream(device), dim3(static_cast<unsigned>(blocks)),
                                  dim3(Config::kThreads), Config::kSharedBytes};
  cuda::launch(config, storages, kernel, g);
}

struct PortableForward {
  const Tensor &q, &k, &v, &out, &lse;
  ForwardGlobals& globals;
  std::array<const StorageImpl*, 3> options;  // what the general part reads
  bool decodes;
};
struct PortableBackward {
  const Tensor &q, &k, &v, &grad, &out, &lse, &dq, &dk, &dv;
  BackwardGlobals by_query, by_key;
  const Tensor& sums;
  const GeneralCall &of_queries, &of_keys;
};

/// How many blocks share out the keys, so that all multiprocessors have work, and the last of them when the first do.
template <class Config>
int splits_of(int64_t blocks, int64_t keys, int device) {
  constexpr int64_t kLeastKeys = 256, kMostWaves = 4;
  const cuda::DeviceProperties& p = cuda::device_properties(device);
  const auto at_once = static_cast<int64_t>(p.shared_memory_per_multiprocessor / (Config::kSharedBytes + 1024));
  const int64_t places = p.multi_processor_count * std::clamp<int64_t>(at_once, 1, 2048 / Config::kThreads);
  if (!Config::kDecodes && blocks >= places) return 1;
  const int64_t most = std::min<int64_t>({kMostSplits, keys / kLeastKeys, kMostWaves * places / blocks});
  int64_t best = 1;
  double used = 0;  // of the waves' places
  for (int64_t splits = 1; splits <= most; ++splits) {
    const double waves = static_cast<double>(blocks * splits) / static_cast<double>(places);
    const double share = waves / std::ceil(waves);
    if (share > used + 0.05) best = splits, used = share;
  }
  return static_cast<int>(best);
}

template <class Config>
void launch_forward_as(const PortableForward& call) {
  ForwardGlobals& g = call.globals;
  const int device = call.q.device().index;
  const int64_t rows = Config::kDecodes ? int64_t{g.queries} * (g.heads / g.shared_heads) : g.queries;
  g.row_tiles = static_cast<int>((rows + Config::kRows - 1) / Config::kRows);
  const int64_t blocks = int64_t{g.batch} * (Config::kDecodes ? g.shared_heads : g.heads) * g.row_tiles;
  g.splits = splits_of<Config>(blocks, g.keys, device);
  Tensor parts;
  if (g.splits > 1) {
    const int64_t all = int64_t{g.splits} * g.batch * g.heads * g.queries;
    parts = empty(DimVec{all * (g.dim + 1)}, DType::float32, call.q.device());
    g.parts = parts.data<float>();
    g.part_lse = g.parts + all * g.dim;
  }
  launch_blocks<Config>("_attention", portable_forward<Config>, g, blocks * g.splits, device,
                        {storage_of(call.q), storage_of(call.k), storage_of(call.v), storage_of(call.out),
                         storage_of(call.lse), storage_of(parts), call.options[0], call.options[1], call.options[2]});
  if (g.splits == 1) return;
  const int64_t all = int64_t{g.batch} * g.heads * g.queries;
  cuda::launch({"_attention", cuda::current_stream(device), dim3(static_cast<unsigned>(all)), dim3(kJoinThreads)},
               {storage_of(parts), storage_of(call.out), storage_of(call.lse)}, join_splits<typename Config::T>, g);
}

template <class T, int Dim>
void launch_forward_of(const PortableForward& call) {
  if (call.decodes) {
    if constexpr (kWide<T>) {
      launch_forward_as<ForwardConfig<T, Dim, 1, 2, 32, 1>>(call);
    } else {
      launch_forward_as<ForwardConfig<T, Dim, 1, 4, 64, Dim <= 128 ? 3 : 2>>(call);
    }
  } else if constexpr (kWide<T> ? Dim > 32 : Dim > 128) {
    launch_forward_as<ForwardConfig<T, Dim, 4, 1, 32, 2>>(call);
  } else {
    launch_forward_as<ForwardConfig<T, Dim, 4, 1, 64, 2>>(call);
  }
}

template <class T>
void launch_portable_forward(const PortableForward& call);
template <class T>
void launch_portable_forward_of(const PortableForward& call) {
  const int64_t dim = call.q.size(3);
  if constexpr (kWide<T>) {
    if (dim <= 32) return launch_forward_of<T, 32>(call);
  }
  if (dim <= 64) return launch_forward_of<T, 64>(call);
  if (dim <= 128) return launch_forward_of<T, 128>(call);
  if constexpr (!kWide<T>) launch_forward_of<T, 256>(call);
}

template <class Config>
void launch_backward_as(const PortableBackward& call) {
  BackwardGlobals g = Config::kByKey ? call.by_key : call.by_query;
  const GeneralCall& general = Config::kByKey ? call.of_keys : call.of_queries;
  g.row_tiles = ((Config::kByKey ? g.keys : g.queries) + Config::kRows - 1) / Config::kRows;
  const int64_t blocks = int64_t{g.batch} * (Config::kByKey ? g.shared_heads : g.heads) * g.row_tiles;
  launch_blocks<Config>(
      "_attention_backward", portable_backward<Config>, g, blocks, call.q.device().index,
      {storage_of(call.q), storage_of(call.k), storage_of(call.v), storage_of(call.grad), storage_of(call.out),
       storage_of(call.lse), storage_of(call.sums), storage_of(call.dq), storage_of(call.dk), storage_of(call.dv),
       storage_of(general.mask), storage_of(general.ranges), storage_of(general.philox)});
}

template <class T, int Dim>
void launch_backward_of(const PortableBackward& call) {
  constexpr int kCols = Dim > (kWide<T> ? 32 : 64) ? 32 : 64, kStages = Dim > 128 ? 1 : 2;
  launch_backward_as<BackwardConfig<T, Dim, Gradient::kQuery, kCols, kStages>>(call);  // whose sums the others read
  if constexpr (Dim > (kWide<T> ? 64 : 128)) {                                         // the registers hold one sum
    launch_backward_as<BackwardConfig<T, Dim, Gradient::kKey, kCols, kStages>>(call);
    launch_backward_as<BackwardConfig<T, Dim, Gradient::kValue, kCols, kStages>>(call);
  } else {
    launch_backward_as<BackwardConfig<T, Dim, Gradient::kKeyAndValue, kCols, kStages>>(call);
  }
}

template <class T>
void launch_portable_backward(const PortableBackward& call);
template <class T>
void launch_portable_backward_of(const PortableBackward& call) {
  const int64_t dim = call.q.size(3);
  if constexpr (kWide<T>) {
    if (dim <= 32) return launch_backward_of<T, 32>(call);
  }
  if (dim <= 64) return launch_backward_of<T, 64>(call);
  if (dim <= 128) return launch_backward_of<T, 128>(call);
  if constexpr (!kWide<T>) launch_backward_of<T, 256>(call);
}

}  // namespace vt::attention::tiles
