// Rows are sorted as unsigned integers whose order is that of the values: short rows in shared memory, long ones by
// radix.
#include <bit>

#include "cuda/launch.h"
#include "ops/sort/radix_sort.h"
#include "ops/sort/sort_cuda.h"
#include "ops/sort/sort_key.h"

namespace vt {
namespace {

constexpr int kShort = 2048;
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

// A bitonic sort of one row. `size`: the power of two at or above n; a thread has one pair of each step. While pairs
// are at most 32 apart, a warp's threads meet only each other, and wait only for each other.
template <typename T>
__global__ void __launch_bounds__(kShort / 2) sort_short_rows(SortArguments<T> p, int size) {
  using Item = ShortItem<kKeyBits<T> <= 32>;
  __shared__ Item items[kShort];
  const int64_t row = blockIdx.x;
  const T* in = p.in + row * p.n;
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    // The padding has the largest indices and stays behind equal keys.
    items[i] = Item::make(i < p.n ? sort_key(in[i], p.descending) : ~uint64_t{0}, i);
  }
  __syncthreads();
  for (int length = 2; length <= size; length *= 2) {
    for (int distance = length / 2; distance > 0; distance /= 2) {
      const int t = threadIdx.x;
      if (t < size / 2) {
        const int i = 2 * t - (t & (distance - 1)), j = i + distance;
        const Item a = items[i], b = items[j];
        if ((a > b) == ((i & length) == 0)) {
          items[i] = b;
          items[j] = a;
        }
      }
      if (distance > 32 || (distance == 1 && length > 32)) {
        __syncthreads();
      } else {
        __syncwarp();
      }
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < p.kept; i += blockDim.x) {
    const int from = items[i].index();
    if (p.values != nullptr) p.values[row * p.kept + i] = in[from];
    if (p.indices != nullptr) p.indices[row * p.kept + i] = from;
  }
}

template <typename T>
using stored_key_t = std::conditional_t<kKeyBits<T> <= 32, uint32_t, uint64_t>;

template <typename T>
__global__ void __launch_bounds__(256)
    make_keys(const T* in, stored_key_t<T>* keys, int32_t* index, int64_t total, int64_t n, bool descending) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * 256 + threadIdx.x;
  if (i >= total) return;
  keys[i] = static_cast<stored_key_t<T>>(sort_key(in[i], descending));
  index[i] = static_cast<int32_t>(i % n);
}

template <typename T>
__global__ void __launch_bounds__(256) take_sorted(SortArguments<T> p, const int32_t* index, int64_t total) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * 256 + threadIdx.x;
  if (i >= total) return;
  const int64_t row = i / p.kept, place = i % p.kept;
  const int32_t from = index[row * p.n + place];
  if (p.values != nullptr) p.values[i] = p.in[row * p.n + from];
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
      config.block = dim3(static_cast<unsigned>(size / 2 < 32 ? 32 : size / 2));
      for (int64_t begin = 0; begin < rows; begin += kMaxGrid) {
        config.grid = dim3(cuda::blocks_for(rows - begin, 1, kMaxGrid));
        cuda::launch(config, {from, value_storage, index_storage}, sort_short_rows<T>, part_from(p, begin), size);
      }
      return;
    }
    // In batches of rows that the radix sort takes at once.
    const int64_t batch = std::min<int64_t>(rows, std::max<int64_t>(1, (int64_t{1} << 26) / n));
    for (int64_t begin = 0; begin < rows; begin += batch) {
      const int64_t count = std::min(batch, rows - begin), total = count * n;
      const SortArguments<T> part = part_from(p, begin);
      SortPairs pairs{empty(DimVec{count, n}, kKeyBits<T> <= 32 ? DType::int32 : DType::int64, self.device()),
                      empty(DimVec{count, n}, DType::int32, self.device())};
      config.grid = dim3(cuda::blocks_for(total, 256));
      cuda::launch(config, {from, pairs.keys.storage().get(), pairs.payload.storage().get()}, make_keys<T>, part.in,
                   static_cast<stored_key_t<T>*>(pairs.keys.data()), pairs.payload.data<int32_t>(), total, n,
                   descending);
      pairs = radix_sort_cuda(std::move(pairs), count, n, kKeyBits<T>);
      config.grid = dim3(cuda::blocks_for(count * kept, 256));
      cuda::launch(config, {from, pairs.payload.storage().get(), value_storage, index_storage}, take_sorted<T>, part,
                   pairs.payload.data<int32_t>(), count * kept);
    }
  });
}

}  // namespace vt
