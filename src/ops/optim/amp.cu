// What GradScaler does on CUDA: unscale gradients, look for infinities, move the scale.
#include <deque>

#include "dispatch/registry.h"
#include "ops/optim/multi_tensor.cuh"
#include "ops/optim/multi_tensor.h"

namespace vt {
namespace {

using optim::ListChunk;
using optim::ListTable;

template <typename T>
__global__ void __launch_bounds__(optim::kListThreads)
    unscale_kernel(const __grid_constant__ ListTable<1> table, float* found_inf, const float* inverse_scale) {
  cuda::wait_for_earlier_work();
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const ListChunk chunk = optim::find_chunk(table);
  T* data = static_cast<T*>(table.data[0][chunk.tensor]);
  const Compute factor = static_cast<Compute>(*inverse_scale);
  bool finite = true;
  auto unscale = [&](T& x) {
    const Compute value = static_cast<Compute>(x);
    finite = finite && value - value == Compute(0);  // infinities and NaN give NaN
    x = static_cast<T>(factor == Compute(1) ? value : value * factor);
  };
  optim::for_chunk<kWidth>(
      chunk, reinterpret_cast<uintptr_t>(data) % 16 == 0,
      [&](int64_t i) {
        auto x = cuda::load_vector<kWidth>(data + i);
#pragma unroll
        for (int k = 0; k < kWidth; ++k) unscale(x[k]);
        cuda::store_vector<kWidth>(data + i, x);
      },
      [&](int64_t i) { unscale(data[i]); });
  if (!finite) *found_inf = 1.0f;  // whoever writes, it is the same value
}

__global__ void update_scale_kernel(float* scale, int* tracker, const float* found_inf, double growth, double backoff,
                                    int interval) {
  cuda::wait_for_earlier_work();
  if (*found_inf != 0.0f) {
    *scale = static_cast<float>(*scale * backoff);
    *tracker = 0;
    return;
  }
  const int successes = *tracker + 1;
  if (successes == interval) {
    const float grown = static_cast<float>(*scale * growth);
    if (isfinite(grown)) *scale = grown;
    *tracker = 0;
  } else {
    *tracker = successes;
  }
}

void check_number(const Tensor& t, DType dtype, const char* name) {
  VT_CHECK(t.numel() == 1 && t.dtype() == dtype, Runtime, "expected ", name, " to be one ", dtype, ", got ",
           to_string(t));
}

void unscale_cuda(TensorSpan self, const Tensor& found_inf, const Tensor& inv_scale) {
  check_number(found_inf, DType::float32, "found_inf");
  check_number(inv_scale, DType::float32, "inv_scale");
  if (self.empty()) return;
  optim::check_params(self);
  std::deque<optim::DenseAccess> dense;
  for (const Tensor& t : self) dense.emplace_back(t);
  visit_dtype<kFloatingSet>(self[0].dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    optim::launch_lists<1>(
        "_amp_foreach_non_finite_check_and_unscale_", cuda::current_stream(self[0].device().index),
        optim::storages_of({self}, {&found_inf, &inv_scale}), self.size(), [&](size_t i) { return self[i].numel(); },
        unscale_kernel<T>,
        [&](ListTable<1>& table, int slot, size_t i) { table.data[0][slot] = dense[i].template data<T>(); },
        found_inf.data<float>(), static_cast<const float*>(inv_scale.data<float>()));
  });
}

void update_scale_cuda(const Tensor& scale, const Tensor& growth_tracker, const Tensor& found_inf, double growth,
                       double backoff, int64_t interval) {
  check_number(scale, DType::float32, "scale");
  check_number(growth_tracker, DType::int32, "growth_tracker");
  check_number(found_inf, DType::float32, "found_inf");
  const cuda::LaunchConfig config{"_amp_update_scale_", cuda::current_stream(scale.device().index), dim3(1), dim3(1)};
  cuda::launch_early(config, {scale.storage().get(), growth_tracker.storage().get(), found_inf.storage().get()},
                     update_scale_kernel, scale.data<float>(), growth_tracker.data<int>(), found_inf.data<float>(),
                     growth, backoff, static_cast<int>(interval));
}

}  // namespace

void register_amp_cuda(Registry& r) {
  r.at("_amp_foreach_non_finite_check_and_unscale_").cuda(unscale_cuda);
  r.at("_amp_update_scale_").cuda(update_scale_cuda);
}

}  // namespace vt
