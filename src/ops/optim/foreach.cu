// Sums, products and norms of lists of tensors on CUDA: one launch for all of them.
#include <deque>

#include "dispatch/registry.h"
#include "iter/cuda_block.cuh"
#include "ops/copy/copy.h"
#include "ops/optim/multi_tensor.cuh"
#include "ops/optim/multi_tensor.h"
#include "ops/typed/copy.h"

namespace vt {
namespace {

using optim::ListChunk;
using optim::ListTable;

// A number for all elements: given, or read from the device.
struct Factor {
  double value = 0;
  const float* data = nullptr;
};

template <typename T, bool is_product>
__global__ void __launch_bounds__(optim::kListThreads)
    update_kernel(const __grid_constant__ ListTable<1> table, const Factor factor) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const ListChunk chunk = optim::find_chunk(table);
  T* data = static_cast<T*>(table.data[0][chunk.tensor]);
  const Compute number =
      static_cast<Compute>(factor.data != nullptr ? static_cast<double>(*factor.data) : factor.value);
  auto update = [&](T& x) {
    const Compute value = static_cast<Compute>(x);
    x = static_cast<T>(is_product ? value * number : value + number);
  };
  optim::for_chunk<kWidth>(
      chunk, reinterpret_cast<uintptr_t>(data) % 16 == 0,
      [&](int64_t i) {
        auto x = cuda::load_vector<kWidth>(data + i);
#pragma unroll
        for (int k = 0; k < kWidth; ++k) update(x[k]);
        cuda::store_vector<kWidth>(data + i, x);
      },
      [&](int64_t i) { update(data[i]); });
}

template <bool is_product>
void update(const char* op, TensorSpan self, Factor factor, const Tensor& other) {
  std::deque<optim::DenseAccess> dense;
  for (const Tensor& t : self) dense.emplace_back(t);
  visit_dtype<kFloatingSet>(self[0].dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    optim::launch_lists<1>(
        op, cuda::current_stream(self[0].device().index), optim::storages_of({self}, {&other}), self.size(),
        [&](size_t i) { return self[i].numel(); }, update_kernel<T, is_product>,
        [&](ListTable<1>& table, int slot, size_t i) { table.data[0][slot] = dense[i].template data<T>(); }, factor);
  });
}

// The sum of squares of a chunk, into the chunk's place of `sums`.
template <typename T>
__global__ void __launch_bounds__(optim::kListThreads)
    squares_kernel(const __grid_constant__ ListTable<2> table, opmath_t<T>* sums) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  __shared__ Compute scratch[32];
  const ListChunk chunk = optim::find_chunk(table);
  const T* data = static_cast<const T*>(table.data[0][chunk.tensor]);
  Compute sum = 0;
  auto add = [&](T x) {
    const Compute value = static_cast<Compute>(x);
    sum += value * value;
  };
  optim::for_chunk<kWidth>(
      chunk, reinterpret_cast<uintptr_t>(data) % 16 == 0,
      [&](int64_t i) {
        const auto x = cuda::load_vector<kWidth>(data + i);
#pragma unroll
        for (int k = 0; k < kWidth; ++k) add(x[k]);
      },
      [&](int64_t i) { add(data[i]); });
  sum = cuda::block_all(sum, cuda::SumOf{}, scratch);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

// One block per tensor of the table: its norm from the sums of its chunks, always in the same order. List 1 says where
// to.
template <typename T>
__global__ void __launch_bounds__(optim::kListThreads)
    norms_kernel(const __grid_constant__ ListTable<2> table, const opmath_t<T>* sums) {
  using Compute = opmath_t<T>;
  __shared__ Compute scratch[32];
  const int tensor = static_cast<int>(blockIdx.x);
  Compute sum = 0;
  for (int b = table.first_block[tensor] + static_cast<int>(threadIdx.x); b < table.first_block[tensor + 1];
       b += optim::kListThreads) {
    sum += sums[b];
  }
  sum = cuda::block_all(sum, cuda::SumOf{}, scratch);
  if (threadIdx.x == 0) *static_cast<T*>(table.data[1][tensor]) = static_cast<T>(m::sqrt(sum));
}

void add_cuda(TensorSpan self, double number) { update<false>("_foreach_add_", self, {number}, Tensor()); }
void mul_cuda(TensorSpan self, double number) { update<true>("_foreach_mul_", self, {number}, Tensor()); }
void mul_tensor_cuda(TensorSpan self, const Tensor& number) {
  update<true>("_foreach_mul_", self, {0, number.data<float>()}, number);
}

Tensor norms_cuda(TensorSpan self) {
  const Device device = self[0].device();
  const cuda::Stream stream = cuda::current_stream(device.index);
  const auto count = static_cast<int64_t>(self.size());
  const Tensor out = empty(DimVec{count}, self[0].dtype(), device);
  ops::zero_(out);  // the norms of empty tensors
  std::vector<Tensor> dense;
  for (const Tensor& t : self) dense.push_back(ops::as_contiguous(t));
  visit_dtype<kFloatingSet>(self[0].dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    optim::for_each_table<2>(
        self.size(), optim::kChunk, [&](size_t i) { return self[i].numel(); },
        [&](ListTable<2>& table, int slot, size_t i) {
          table.data[0][slot] = dense[i].data();
          table.data[1][slot] = out.data<T>() + i;
        },
        [&](const ListTable<2>& table, int32_t blocks) {
          const Tensor sums = empty(DimVec{blocks}, dtype_of<opmath_t<T>>, device);
          const std::vector<const StorageImpl*> storages = optim::storages_of({dense}, {&sums, &out});
          auto* data = sums.data<opmath_t<T>>();
          cuda::launch({"_foreach_norm", stream, dim3(static_cast<unsigned>(blocks)), dim3(optim::kListThreads)},
                       cuda::StorageSpan(storages), squares_kernel<T>, table, data);
          cuda::launch({"_foreach_norm", stream, dim3(static_cast<unsigned>(table.count)), dim3(optim::kListThreads)},
                       cuda::StorageSpan(storages), norms_kernel<T>, table, data);
        });
  });
  return out;
}

const optim::ListKernels& list_kernels_cuda() {
  static constexpr optim::ListKernels kernels{add_cuda, mul_cuda, mul_tensor_cuda, norms_cuda};
  return kernels;
}

}  // namespace

void register_foreach_cuda(Registry&) { optim::list_kernels.cuda(list_kernels_cuda); }

}  // namespace vt
