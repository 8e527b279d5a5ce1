// Negative log likelihood on CUDA: one launch per direction.
#include "core/absent_tensor.h"
#include "cuda/copy.h"
#include "cuda/device_error.h"
#include "dispatch/registry.h"
#include "iter/cuda_rows.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/loss.h"

namespace vt {
namespace {

constexpr int kThreads = 512;
using enum ops::Reduction;

template <typename T>
struct ForwardArguments {
  const T* in;            // (rows, classes)
  const int64_t* target;  // (rows)
  const T* weight;        // (classes) or null
  T* out;                 // (rows) without reduction, else one
  T* total_weight;
  int64_t rows, classes, ignore;
  cuda::DeviceErrorSink errors;
};

// A bad target is reported and counts as ignored.
template <typename T>
__device__ bool counts(const ForwardArguments<T>& p, int64_t target) {
  if (target == p.ignore) return false;
  if (target >= 0 && target < p.classes) return true;
  p.errors.bad_index(target, 0, p.classes);
  return false;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) nll_each(ForwardArguments<T> p) {
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (row == 0) *p.total_weight = static_cast<T>(0.0f);
  if (row >= p.rows) return;
  const int64_t t = p.target[row];
  opmath_t<T> loss = 0;
  if (counts(p, t)) {
    const opmath_t<T> w = p.weight != nullptr ? static_cast<opmath_t<T>>(p.weight[t]) : opmath_t<T>(1);
    loss = -w * static_cast<opmath_t<T>>(p.in[row * p.classes + t]);
  }
  p.out[row] = static_cast<T>(loss);
}

// One block goes through all rows in a fixed order, in double: it reads one element per row.
template <typename T>
__global__ void __launch_bounds__(kThreads) nll_reduced(ForwardArguments<T> p, bool mean) {
  double loss = 0, total = 0;
  for (int64_t row = threadIdx.x; row < p.rows; row += blockDim.x) {
    const int64_t t = p.target[row];
    if (!counts(p, t)) continue;
    const double w = p.weight != nullptr ? static_cast<double>(static_cast<opmath_t<T>>(p.weight[t])) : 1.0;
    loss -= w * static_cast<double>(static_cast<opmath_t<T>>(p.in[row * p.classes + t]));
    total += w;
  }
  __shared__ double scratch[32];
  loss = cuda::block_all(loss, cuda::SumOf(), scratch);
  total = cuda::block_all(total, cuda::SumOf(), scratch);
  if (threadIdx.x == 0) {
    *p.out = static_cast<T>(static_cast<opmath_t<T>>(mean ? loss / total : loss));
    *p.total_weight = static_cast<T>(static_cast<opmath_t<T>>(total));
  }
}

template <typename T>
struct BackwardArguments {
  const T* grad;
  const int64_t* target;
  const T* weight;
  const T* total_weight;
  T* out;  // (rows, classes), zeros
  int64_t rows, classes, ignore;
  bool mean, per_row;
};

template <typename T>
__global__ void __launch_bounds__(kThreads) nll_backward(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (row >= p.rows) return;
  const int64_t t = p.target[row];
  if (t == p.ignore || t < 0 || t >= p.classes) return;  // the forward reported it
  Compute g = -static_cast<Compute>(p.grad[p.per_row ? row : 0]);
  if (p.weight != nullptr) g *= static_cast<Compute>(p.weight[t]);
  if (p.mean) g /= static_cast<Compute>(*p.total_weight);
  p.out[row * p.classes + t] = static_cast<T>(g);
}

Tensor dense(const Tensor& t) { return t.defined() ? contiguous_data(t) : t; }

void nll_cuda(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction, int64_t ignore,
              Tensor& out, Tensor& total_weight) {
  const Tensor x = dense(self), t = dense(cast_data(target, DType::int64)), w = dense(weight);
  const int64_t classes = x.size(-1), rows = x.dim() == 2 ? x.size(0) : 1;
  const cuda::Stream stream = cuda::current_stream(x.device().index);
  visit_dtype<kFloatingSet>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const ForwardArguments<T> p{x.data<T>(),
                                t.data<int64_t>(),
                                data_or_null<const T>(w),
                                out.data<T>(),
                                total_weight.data<T>(),
                                rows,
                                classes,
                                ignore,
                                cuda::device_error_sink(stream.device, "nll_loss")};
    const std::initializer_list<const StorageImpl*> storages = {
        x.storage().get(), t.storage().get(), storage_or_null(w), out.storage().get(), total_weight.storage().get()};
    cuda::LaunchConfig config{"nll_loss", stream, dim3(1), dim3(kThreads)};
    if (reduction == kNoReduction && x.dim() == 2) {
      config.grid = dim3(std::max(1u, cuda::blocks_for(rows, kThreads)));
      cuda::launch(config, storages, nll_each<T>, p);
    } else {
      cuda::launch(config, storages, nll_reduced<T>, p, reduction == kMean);
    }
  });
}

void nll_backward_cuda(const Tensor& grad, const Tensor& self, const Tensor& target, const Tensor& weight,
                       int64_t reduction, int64_t ignore, const Tensor& total_weight, Tensor& out) {
  const Tensor g = dense(grad), t = dense(cast_data(target, DType::int64)), w = dense(weight);
  const int64_t classes = self.size(-1), rows = self.dim() == 2 ? self.size(0) : 1;
  if (out.numel() == 0) return;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::fill_bytes(out.data(), 0, static_cast<size_t>(out.numel()) * out.element_size(), stream, {out.storage().get()});
  visit_dtype<kFloatingSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const BackwardArguments<T> p{g.data<T>(),
                                 t.data<int64_t>(),
                                 data_or_null<const T>(w),
                                 total_weight.data<T>(),
                                 out.data<T>(),
                                 rows,
                                 classes,
                                 ignore,
                                 reduction == kMean,
                                 reduction == kNoReduction && self.dim() == 2};
    const cuda::LaunchConfig config{"nll_loss_backward", stream, dim3(cuda::blocks_for(rows, kThreads)),
                                    dim3(kThreads)};
    cuda::launch(
        config,
        {g.storage().get(), t.storage().get(), storage_or_null(w), total_weight.storage().get(), out.storage().get()},
        nll_backward<T>, p);
  });
}

}  // namespace

void register_loss_nll_cuda(Registry& r) {
  r.at("nll_loss_forward").cuda(nll_cuda);
  r.at("nll_loss_backward").cuda(nll_backward_cuda);
}

}  // namespace vt
