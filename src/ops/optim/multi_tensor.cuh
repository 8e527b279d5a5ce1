// One launch for a list of tensors: blocks are dealt out in chunks of each tensor.
#pragma once

#include <algorithm>

#include "core/math.h"
#include "core/tensor.h"
#include "cuda/launch.h"
#include "iter/cuda_vector.cuh"

namespace vt::optim {

inline constexpr int kListTensors = 256;  // per launch; the table stays well below the 32 KiB of kernel parameters
inline constexpr int kListThreads = 512;
inline constexpr int64_t kChunk = 16384;                         // elements per block
inline constexpr int64_t kLeastChunk = 2048, kManyBlocks = 512;  // of elements that are too few for many such blocks

/// Entry i of each of `Lists` parallel lists.
template <int Lists>
struct ListTable {
  void* data[Lists][kListTensors];
  const float* steps[kListTensors];  // null where the op has none
  int64_t numel[kListTensors];
  int32_t first_block[kListTensors + 1];
  int32_t count = 0;
  int64_t chunk;  // elements per block
};

/// The part of a tensor that a block works on.
struct ListChunk {
  int tensor;
  int64_t begin;
  int64_t end;
};

template <int Lists>
__device__ __forceinline__ ListChunk find_chunk(const ListTable<Lists>& table) {
  const int block = static_cast<int>(blockIdx.x);
  int low = 0, high = table.count;  // first_block[low] <= block < first_block[high]
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (table.first_block[middle] <= block ? low : high) = middle;
  }
  const int64_t begin = (block - table.first_block[low]) * table.chunk;
  const int64_t end = begin + table.chunk < table.numel[low] ? begin + table.chunk : table.numel[low];
  return {low, begin, end};
}

/// Calls f(i, vector) for whole vectors of `Width` elements of the chunk if `aligned`, else element by element with
/// f(i, element): i is an element index.
template <int Width, typename Vectors, typename Elements>
__device__ __forceinline__ void for_chunk(const ListChunk& chunk, bool aligned, const Vectors& vectors,
                                          const Elements& elements) {
  int64_t tail = chunk.begin;
  if (aligned) {
    tail = chunk.begin + (chunk.end - chunk.begin) / Width * Width;
    for (int64_t i = chunk.begin + static_cast<int64_t>(threadIdx.x) * Width; i < tail; i += kListThreads * Width)
      vectors(i);
  }
  for (int64_t i = tail + threadIdx.x; i < chunk.end; i += kListThreads) elements(i);
}

/// Elements per block of what works on each element alone: fewer where there are few, so that all processors have some.
inline int64_t chunk_for(size_t tensors, const auto& numel_of) {
  int64_t total = 0;
  for (size_t i = 0; i < tensors; ++i) total += numel_of(i);
  const int64_t wanted = (total / kManyBlocks + kLeastChunk - 1) / kLeastChunk * kLeastChunk;
  return std::clamp(wanted, kLeastChunk, kChunk);
}

/// Deals `tensors` out to tables and calls use(table, blocks) with each. `fill(table, slot, i)` writes data and steps
/// of tensor i; empty tensors get no slot.
template <int Lists, typename Fill, typename Use>
void for_each_table(size_t tensors, int64_t chunk, const auto& numel_of, const Fill& fill, const Use& use) {
  ListTable<Lists> table;
  table.chunk = chunk;
  int32_t blocks = 0;
  auto flush = [&] {
    table.first_block[table.count] = blocks;
    if (blocks > 0) use(table, blocks);
    table.count = 0;
    blocks = 0;
  };
  for (size_t i = 0; i < tensors; ++i) {
    const int64_t numel = numel_of(i);
    if (numel == 0) continue;
    const int64_t wanted = (numel + chunk - 1) / chunk;
    VT_CHECK(wanted < INT32_MAX, NotImplemented, "a tensor of ", numel, " elements in a list is not implemented");
    if (table.count == kListTensors || blocks + wanted >= INT32_MAX) flush();
    table.first_block[table.count] = blocks;
    table.numel[table.count] = numel;
    table.steps[table.count] = nullptr;
    fill(table, table.count, i);
    table.count++;
    blocks += static_cast<int32_t>(wanted);
  }
  flush();
}

/// Launches kernel(table, args...) for each table. `storages` are those of all lists and of `args`.
template <int Lists, typename Kernel, typename Fill, typename... Args>
void launch_lists(const char* op, cuda::Stream stream, cuda::StorageSpan storages, size_t tensors, const auto& numel_of,
                  Kernel kernel, const Fill& fill, const Args&... args) {
  for_each_table<Lists>(
      tensors, chunk_for(tensors, numel_of), numel_of, fill, [&](const ListTable<Lists>& table, int32_t blocks) {
        const cuda::LaunchConfig config{op, stream, dim3(static_cast<unsigned>(blocks)), dim3(kListThreads)};
        cuda::launch(config, storages, kernel, table, args...);
      });
}

}  // namespace vt::optim
