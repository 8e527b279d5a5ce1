// Rows are sorted as unsigned integers whose order is that of the values: short rows in shared memory, long ones by
// radix.
#include <algorithm>
#include <bit>
#include <type_traits>

#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "ops/sort/radix_sorted.cuh"
#include "ops/sort/sort_cuda.h"
#include "ops/sort/sort_key.h"

namespace vt {
namespace {

constexpr int kShort = 2048;
constexpr int kEachOfLongest = 4;  // elements of a thread in the longest of short rows
constexpr int64_t kMaxGrid = 0x7fffffff;

template <typename T>
struct SortArguments {
  const T* in;
  T* values;         // may be null
  int64_t* indices;  // may be null
  int64_t n, kept;
  bool descending;
};

// What begins at row `begin`.
template <typename T>
SortArguments<T> part_from(SortArguments<T> p, int64_t begin) {
  p.in += begin * p.n;
  if (p.values != nullptr) p.values += begin * p.kept;
  if (p.indices != nullptr) p.indices += begin * p.kept;
  return p;
}

// A key and where its element stands, in the order of a stable sort. Keys of up to 32 bits share a word with the index.
template <bool Packed>
struct ShortItem {
  uint64_t word;
  __device__ static ShortItem make(uint64_t key, int index) { return {key << 32 | static_cast<uint32_t>(index)}; }
  __device__ int index() const { return static_cast<int>(word & 0xffffffffu); }
  __device__ bool operator>(const ShortItem& o) const { return word > o.word; }
};
template <>
struct ShortItem<false> {
  uint64_t key;
  int32_t at;
  __device__ static ShortItem make(uint64_t key, int index) { return {key, index}; }
  __device__ int index() const { return at; }
  __device__ bool operator>(const ShortItem& o) const { return key > o.key || (key == o.key && at > o.at); }
};

/// Puts two items in order, or in the other one.
template <typename Item>
__device__ __forceinline__ void exchange(Item& a, Item& b, bool ascending) {
  if ((a > b) == ascending) {
    const Item other = a;
    a = b;
    b = other;
  }
}

// A bitonic sort of one row. `size`: the power of two at or above n. A thread has `Each` neighbours in registers; pairs
// that are further apart meet by shuffles within a warp, and in shared memory between warps.
template <typename T, int Each>
__global__ void __launch_bounds__(kShort / kEachOfLongest) sort_short_rows(SortArguments<T> p, int size) {
  using Item = ShortItem<kKeyBits<T> <= 32>;
  extern __shared__ __align__(16) char memory[];
  auto* items = reinterpret_cast<Item*>(memory);
  const int thread = threadIdx.x, threads = blockDim.x, first = thread * Each;
  const int64_t row = blockIdx.x;
  const T* in = p.in + row * p.n;
  Item own[Each];
#pragma unroll
  for (int e = 0; e < Each; ++e) {
    // The padding has the largest indices and stays behind equal keys.
    const int i = e * threads + thread;
    own[e] = Item::make(i < p.n ? sort_key(in[i], p.descending) : ~uint64_t{0}, i);
  }
  for (int length = 2; length <= size; length *= 2) {
    for (int distance = length / 2; distance >= Each; distance /= 2) {
      const int apart = distance / Each;  // threads
      const bool keeps_smaller = ((first & length) == 0) == ((first & distance) == 0);
      if (apart >= 32) {
        __syncthreads();
#pragma unroll
        for (int e = 0; e < Each; ++e) items[e * threads + thread] = own[e];
        __syncthreads();
      }
#pragma unroll
      for (int e = 0; e < Each; ++e) {
        const Item other = apart >= 32 ? items[e * threads + (thread ^ apart)] : cuda::shuffle_xor(own[e], apart);
        if ((own[e] > other) == keeps_smaller) own[e] = other;
      }
    }
#pragma unroll
    for (int distance = Each / 2; distance > 0; distance /= 2) {
      if (distance >= length) continue;
#pragma unroll
      for (int e = 0; e < Each; ++e) {
        if ((e & distance) == 0) exchange(own[e], own[e + distance], ((first + e) & length) == 0);
      }
    }
  }
  __syncthreads();
#pragma unroll
  for (int e = 0; e < Each; ++e) items[first + e] = own[e];
  __syncthreads();
  for (int i = thread; i < p.kept; i += threads) {
    const int from = items[i].index();
    if (p.values != nullptr) p.values[row * p.kept + i] = in[from];
    if (p.indices != nullptr) p.indices[row * p.kept + i] = from;
  }
}

// Of rows whose length is `size` or shorter, by as few threads as keep a warp busy.
template <typename T>
void launch_short_rows(cuda::LaunchConfig config, cuda::StorageSpan storages, const SortArguments<T>& p, int size) {
  const auto launch = [&]<int Each>(std::integral_constant<int, Each>) {
    const int threads = std::max(32, size / Each);
    config.block = dim3(static_cast<unsigned>(threads));
    config.shared_bytes = static_cast<size_t>(threads) * Each * sizeof(ShortItem<kKeyBits<T> <= 32>);
    cuda::launch(config, storages, sort_short_rows<T, Each>, p, size);
  };
  if (size <= 32) return launch(std::integral_constant<int, 1>());
  size <= 64 ? launch(std::integral_constant<int, 2>()) : launch(std::integral_constant<int, kEachOfLongest>());
}

/// `index` may be null.
template <typename T>
__global__ void __launch_bounds__(256)
    make_keys(const T* in, stored_key_t<T>* keys, int32_t* index, int64_t total, int64_t n, bool descending) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * 256 + threadIdx.x;
  if (i >= total) return;
  keys[i] = static_cast<stored_key_t<T>>(sort_key(in[i], descending));
  if (index != nullptr) index[i] = static_cast<int32_t>(i % n);
}

// Values come from their keys, which lie in order, and not from where they stood, but for zeros and NaNs.
template <typename T>
__global__ void __launch_bounds__(256)
    take_sorted(SortArguments<T> p, const RadixSorted<stored_key_t<T>> sorted, int64_t total) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * 256 + threadIdx.x;
  if (i >= total) return;
  const int64_t row = i / p.kept, at = row * p.n + i % p.kept;
  const int place = sorted.place(row);
  const int32_t* payload = place == 0 ? sorted.payload[0] : sorted.payload[1];
  const int32_t from = payload != nullptr ? payload[at] : 0;
  if (p.values != nullptr) {
    T value;
    if (!value_of_key((place == 0 ? sorted.keys[0] : sorted.keys[1])[at], p.descending, value)) {
      value = p.in[row * p.n + from];
    }
    p.values[i] = value;
  }
  if (p.indices != nullptr) p.indices[i] = from;
}

}  // namespace

void sort_rows_cuda(const Tensor& self, int64_t rows, int64_t n, bool descending, int64_t kept, const Tensor& values,
                    const Tensor& indices) {
  if (rows == 0 || n == 0 || kept == 0) return;
  const cuda::Stream stream = cuda::current_stream(self.device().index);
  const StorageImpl* from = self.storage().get();
  const StorageImpl* value_storage = values.defined() ? values.storage().get() : nullptr;
  const StorageImpl* index_storage = indices.defined() ? indices.storage().get() : nullptr;
  visit_dtype<kRealSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SortArguments<T> p{self.data<T>(),
                             values.defined() ? values.data<T>() : nullptr,
                             indices.defined() ? indices.data<int64_t>() : nullptr,
                             n,
                             kept,
                             descending};
    cuda::LaunchConfig config{"sort", stream, dim3(1), dim3(256)};
    if (n <= kShort) {
      const int size = static_cast<int>(std::bit_ceil(static_cast<uint64_t>(n)));
      const StorageImpl* const storages[] = {from, value_storage, index_storage};
      for (int64_t begin = 0; begin < rows; begin += kMaxGrid) {
        config.grid = dim3(cuda::blocks_for(rows - begin, 1, kMaxGrid));
        launch_short_rows(config, cuda::StorageSpan(storages), part_from(p, begin), size);
      }
      return;
    }
    // In batches of rows that the radix sort takes at once.
    const int64_t batch = std::min<int64_t>(rows, std::max<int64_t>(1, (int64_t{1} << 26) / n));
    for (int64_t begin = 0; begin < rows; begin += batch) {
      const int64_t count = std::min(batch, rows - begin), total = count * n;
      const SortArguments<T> part = part_from(p, begin);
      // The keys of integers say what the values are, so they go alone where only values are asked for.
      const bool alone = std::is_integral_v<T> && part.indices == nullptr;
      SortPairs pairs{empty(DimVec{count, n}, kKeyBits<T> <= 32 ? DType::int32 : DType::int64, self.device()),
                      alone ? Tensor() : empty(DimVec{count, n}, DType::int32, self.device())};
      config.grid = dim3(cuda::blocks_for(total, 256));
      cuda::launch(config, {from, pairs.keys.storage().get(), alone ? nullptr : pairs.payload.storage().get()},
                   make_keys<T>, part.in, static_cast<stored_key_t<T>*>(pairs.keys.data()),
                   alone ? nullptr : pairs.payload.data<int32_t>(), total, n, descending);
      const SortedRows sorted = radix_sort_rows_cuda(std::move(pairs), count, n, kKeyBits<T>, std::is_integral_v<T>);
      const auto places = storages_of(sorted);
      config.grid = dim3(cuda::blocks_for(count * kept, 256));
      cuda::launch(config, {from, places[0], places[1], places[2], places[3], places[4], value_storage, index_storage},
                   take_sorted<T>, part, RadixSorted<stored_key_t<T>>(sorted), count * kept);
    }
  });
}

}  // namespace vt
