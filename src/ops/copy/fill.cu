// Fills on CUDA.
#include "cuda/copy.h"
#include "dispatch/registry.h"
#include "iter/cuda_loops.cuh"
#include "ops/copy/kernels.h"
#include "ops/copy/plan_loop.h"

namespace vt {
namespace {

template <typename Bits>
struct Constant {
  Bits value;
  __device__ Bits operator()() const { return value; }
};

// Elements are written as their bits, so that one kernel serves all dtypes of a size.
template <typename Bits>
void fill_bits(const CopyPlan& plan, cuda::Stream stream, const Tensor& self, Bits value) {
  cuda::for_each_plan_loop(plan, "fill_", stream, self, Tensor(), [&](const cuda::Loop& whole) {
    cuda::Loop loop = whole;
    loop.operands[0].dtype = dtype_of<Bits>;
    cuda::launch_loop<Bits, Bits, 0>(loop, Constant<Bits>{value});
  });
}

}  // namespace

static void fill_cuda(const Tensor& self, const Scalar& value) {
  const cuda::Stream stream = cuda::current_stream(self.device().index);
  visit_dtype<kNumberSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T number = value.to<T>();
    const CopyPlan plan = plan_copy(self.sizes(), self.strides(), self.strides());
    const bool flat = plan.ndim() == 0 || (plan.ndim() == 1 && plan.inner_to() == 1);
    constexpr T kZero{};
    if (flat && std::memcmp(&number, &kZero, sizeof(T)) == 0) {
      cuda::fill_bytes(self.data(), 0, static_cast<size_t>(self.numel()) * sizeof(T), stream, {self.storage().get()});
      return;
    }
    if constexpr (sizeof(T) == 1) {
      fill_bits(plan, stream, self, std::bit_cast<uint8_t>(number));
    } else if constexpr (sizeof(T) == 2) {
      fill_bits(plan, stream, self, std::bit_cast<int16_t>(number));
    } else if constexpr (sizeof(T) == 4) {
      fill_bits(plan, stream, self, std::bit_cast<int32_t>(number));
    } else if constexpr (sizeof(T) == 8) {
      fill_bits(plan, stream, self, std::bit_cast<int64_t>(number));
    } else {
      fill_bits(plan, stream, self, number);
    }
  });
}

void register_fill_cuda(Registry&) { strided_fill.cuda(fill_cuda); }

}  // namespace vt
