// gather and the scatters on CUDA: one thread per element of the index.
#include "core/unsigned.h"
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/index/block_copy.cuh"
#include "ops/index/reduce_mode.h"
#include "ops/index/scatter_kernels.h"

namespace vt {
namespace {

using namespace vt::cuda;

// `to` steps as the index does in gather and is named by it in the scatters.
struct ElementArguments {
  GroupOffsets offsets;  // the named side has stride 0 along the dim
  const int64_t* index;  // contiguous
  int64_t count;
  int64_t size;  // of the dim
  int64_t dim_stride;
};

template <class T>
__global__ void gather_kernel(T* to, const T* from, ElementArguments p, DeviceErrorSink errors) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < p.count; i += step) {
    const int64_t at = p.index[i];
    if (at < 0 || at >= p.size) {
      errors.bad_index(at, 0, p.size);
      continue;
    }
    int64_t to_offset = 0, from_offset = 0;
    p.offsets.at(i, to_offset, from_offset);
    to[to_offset] = from[from_offset + at * p.dim_stride];
  }
}

template <class T, class Write>
__global__ void scatter_kernel(T* to, const T* from, ElementArguments p, DeviceErrorSink errors, Write write) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < p.count; i += step) {
    const int64_t at = p.index[i];
    if (at < 0 || at >= p.size) {
      errors.bad_index(at, 0, p.size);
      continue;
    }
    int64_t to_offset = 0, from_offset = 0;
    p.offsets.at(i, to_offset, from_offset);
    write(to + to_offset + at * p.dim_stride, from[from_offset], i);
  }
}

// Joins by compare-and-swap, for what the hardware has no instruction for.
template <ScatterMode mode>
struct ScatterJoin {
  template <class T>
  __device__ static T joined(T have, T value) {
    using Math = opmath_t<T>;
    const Math a = static_cast<Math>(have), b = static_cast<Math>(value);
    if constexpr (mode == ScatterMode::Multiply) {
      return static_cast<T>(a * b);
    } else {
      if (b != b) return value;
      if (a != a) return have;
      return (mode == ScatterMode::Max ? a < b : b < a) ? value : have;
    }
  }
  template <class T>
  __device__ void operator()(T* to, T value, int64_t) const {
    if constexpr (sizeof(T) <= 2) {
      using Bits = std::conditional_t<sizeof(T) == 1, uint8_t, uint16_t>;
      cuda::detail::update_in_word(reinterpret_cast<Bits*>(to), [&](unsigned bits) {
        const T next = joined(__builtin_bit_cast(T, static_cast<Bits>(bits)), value);
        return static_cast<unsigned>(__builtin_bit_cast(Bits, next));
      });
    } else {
      using Bits = std::conditional_t<sizeof(T) == 4, unsigned, unsigned long long>;
      auto* address = reinterpret_cast<Bits*>(to);
      Bits seen = *address, expected;
      do {
        expected = seen;
        seen = atomicCAS(address, expected, __builtin_bit_cast(Bits, joined(__builtin_bit_cast(T, expected), value)));
      } while (seen != expected);
    }
  }
};

ElementArguments element_arguments(const Tensor& named, const Tensor& dense, const Tensor& index, int64_t dim,
                                   bool named_is_target) {
  auto strides = [](const Tensor& t) { return t.dim() == 0 ? DimVec{1} : DimVec(t.strides()); };
  CopyPlan plan;
  plan.sizes = index.dim() == 0 ? DimVec{1} : DimVec(index.sizes());
  DimVec named_strides = strides(named), dense_strides = strides(dense);
  named_strides.resize(plan.sizes.size(), 0);
  dense_strides.resize(plan.sizes.size(), 0);
  ElementArguments p;
  p.dim_stride = named_strides[dim];
  named_strides[dim] = 0;
  plan.to_strides = named_is_target ? named_strides : dense_strides;
  plan.from_strides = named_is_target ? dense_strides : named_strides;
  p.offsets = GroupOffsets(plan);
  p.index = index.data<int64_t>();
  p.count = index.numel();
  p.size = named.dim() == 0 ? 1 : named.sizes()[dim];
  return p;
}

void gather_cuda(const Tensor& self, int64_t dim, const Tensor& index, bool, Tensor& out) {
  if (index.numel() == 0) return;
  const Tensor at = int64_data(index);
  const ElementArguments p = element_arguments(self, out, at, dim, false);
  visit_element(out.element_size(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(index_launch("gather", out, p.count), {out.storage().get(), self.storage().get(), at.storage().get()},
           gather_kernel<T>, static_cast<T*>(out.data()), static_cast<const T*>(self.data()), p,
           device_error_sink(out.device().index, "gather"));
  });
}

void scatter_elements_cuda(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src, ScatterMode mode) {
  const Tensor at = int64_data(index);
  const ElementArguments p = element_arguments(out, src, at, dim, true);
  auto run = [&]<class T, class Write>(TypeTag<T>, Write write) {
    launch(index_launch("scatter", out, p.count), {out.storage().get(), src.storage().get(), at.storage().get()},
           scatter_kernel<T, Write>, static_cast<T*>(out.data()), static_cast<const T*>(src.data()), p,
           device_error_sink(out.device().index, "scatter"), write);
  };
  auto run_in_order = [&]<class T, class Write, class Join>(TypeTag<T> tag, Write write, Join join) {
    if (!is_deterministic()) return run(tag, write);
    write_in_order<T>("scatter", out, p.count, join, [&](auto note) { run(tag, note); });
  };
  if (mode == ScatterMode::Set) {
    visit_element(out.element_size(), [&](auto tag) { run_in_order(tag, StoreElement{}, JoinLast{}); });
    return;
  }
  if (mode == ScatterMode::Add) {
    visit_dtype<kAllSet>(bits_dtype(out.dtype()), [&](auto tag) {
      if constexpr (std::is_integral_v<typename decltype(tag)::type>) run(tag, AddElement{});
      else run_in_order(tag, AddElement{}, JoinSum{});
    });
    return;
  }
  visit_dtype<kIntegralSet | kFloatingSet>(out.dtype(), [&](auto tag) {
    if (mode == ScatterMode::Multiply) run_in_order(tag, ScatterJoin<ScatterMode::Multiply>{}, JoinProduct{});
    if (mode == ScatterMode::Max) run(tag, ScatterJoin<ScatterMode::Max>{});
    if (mode == ScatterMode::Min) run(tag, ScatterJoin<ScatterMode::Min>{});
  });
}

}  // namespace

void register_gather_cuda(Registry& r) {
  r.at("gather").cuda(gather_cuda);
  scatter_elements.cuda(scatter_elements_cuda);
}

}  // namespace vt
