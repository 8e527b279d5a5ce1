// Layer norm and RMS norm. A row is read once where it fits in registers, else once per pass; results may be written in
// 16 bits beside float32.
#include "core/autocast.h"
#include "dispatch/registry.h"
#include "ops/copy/narrow_copy.h"
#include "ops/nn/norm_rows.cuh"
#include "ops/pointwise/residual_sum.h"

namespace vt {
namespace {

using namespace norms;
using cuda::LaunchConfig;
using cuda::RowPlan;
using cuda::Stream;
using cuda::Vector;

/// What is added to the input first, and where the sum goes.
struct Residual {
  const void* addend = nullptr;  // null: nothing
  DType dtype = DType::float32;
  float* sum = nullptr;

  template <int Width>
  __device__ __forceinline__ Vector<float, Width> load(int64_t at) const {
    if (dtype == DType::float32) return load_vector<Width>(static_cast<const float*>(addend) + at);
    const auto bits = load_vector<Width>(static_cast<const uint16_t*>(addend) + at);
    Vector<float, Width> values;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      values[v] = dtype == DType::bfloat16 ? __uint_as_float(static_cast<uint32_t>(bits[v]) << 16)
                                           : static_cast<float>(__builtin_bit_cast(float16, bits[v]));
    }
    return values;
  }
};

template <typename T>
struct ForwardArguments {
  const T* in;
  const T* weight;  // null: ones
  const T* bias;    // null: zeros
  T* out;
  opmath_t<T>* mean;  // null for RMS
  opmath_t<T>* rstd;
  int64_t rows;
  int64_t n;
  opmath_t<T> eps;
  NarrowOutput narrow;
  Residual residual;  // of float32

  template <bool Sums>
  __device__ __forceinline__ T first_of(int64_t row) const {
    if constexpr (Sums) {
      return __fadd_rn(in[row * n], residual.load<1>(row * n)[0]);
    } else {
      return in[row * n];
    }
  }
};

/// Adds the addend to a row, and writes the sum.
template <int Width, int Count>
__device__ __forceinline__ void add_residual(const Residual& residual, RowRegisters<float, Width, Count>& x,
                                             int64_t first, int n, const RowPlace& place) {
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
    if (i >= n) continue;
    const Vector<float, Width> addend = residual.load<Width>(first + i);
#pragma unroll
    for (int v = 0; v < Width; ++v) x.vectors[k][v] = __fadd_rn(x.vectors[k][v], addend[v]);
  }
  x.store(residual.sum + first, n, place);
}

/// Sums: the input is the sum of two tensors, which is written too.
template <typename T, int Width, int Count, bool Rms, bool Sums>
__device__ __forceinline__ void normalize(const ForwardArguments<T>& p) {
  using Compute = opmath_t<T>;
  const RowPlace place = cuda::row_place();
  if (place.row >= p.rows) return;
  const int n = static_cast<int>(p.n);
  RowRegisters<T, Width, Count> x;
  // Counted from the first element the mean of equal ones is exact.
  const T first = Rms ? static_cast<T>(0.0f) : p.template first_of<Sums>(place.row);
  x.load(p.in + place.row * n, n, place, first);
  if constexpr (Sums) add_residual(p.residual, x, place.row * n, n, place);
  Compute mean = 0;
  if constexpr (!Rms) {
#pragma unroll
    for (int k = 0; k < Count; ++k) {
#pragma unroll
      for (int v = 0; v < Width; ++v) mean += static_cast<Compute>(x.vectors[k][v]) - static_cast<Compute>(first);
    }
    mean = static_cast<Compute>(first) + cuda::row_all(mean, cuda::SumOf()) / static_cast<Compute>(n);
  }
  Compute squares = 0;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    if ((k * place.group + place.thread) * Width >= n) continue;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      const Compute distance = static_cast<Compute>(x.vectors[k][v]) - mean;
      squares += distance * distance;
    }
  }
  squares = cuda::row_all(squares, cuda::SumOf());
  const Compute rstd = m::rsqrt(squares / static_cast<Compute>(n) + p.eps);
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
    if (i >= n) continue;
    const Vector<T, Width> w = load_or<T, Width>(p.weight, i, 1), b = load_or<T, Width>(p.bias, i, 0);
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      const Compute normal = (static_cast<Compute>(x.vectors[k][v]) - mean) * rstd;
      x.vectors[k][v] = static_cast<T>(normal * static_cast<Compute>(w[v]) + static_cast<Compute>(b[v]));
    }
  }
  x.store(p.out + place.row * n, n, place);
  if constexpr (std::is_same_v<T, float>) {
    if (p.narrow.data != nullptr) store_narrow(p.narrow, x, place.row * n, n, place);
  }
  if (place.thread == 0) {
    if constexpr (!Rms) p.mean[place.row] = mean;
    p.rstd[place.row] = rstd;
  }
}

template <typename T, int Width, int Count, bool Rms>
__global__ void __launch_bounds__(cuda::kRowThreads) norm_rows(ForwardArguments<T> p) {
  normalize<T, Width, Count, Rms, false>(p);
}
template <int Width, int Count, bool Rms>
__global__ void __launch_bounds__(cuda::kRowThreads, 2) norm_rows_of_sums(ForwardArguments<float> p) {
  normalize<float, Width, Count, Rms, true>(p);
}

template <typename T, bool Rms>
__global__ void __launch_bounds__(cuda::kRowThreads) norm_long_rows(ForwardArguments<T> p) {
  using Compute = opmath_t<T>;
  const int64_t row = blockIdx.x;
  const T* in = p.in + row * p.n;
  T* out = p.out + row * p.n;
  Compute mean = 0;
  if constexpr (!Rms) {
    const Compute first = static_cast<Compute>(in[0]);
    for (int64_t i = threadIdx.x; i < p.n; i += blockDim.x) mean += static_cast<Compute>(in[i]) - first;
    mean = first + cuda::row_all(mean, cuda::SumOf()) / static_cast<Compute>(p.n);
  }
  Compute squares = 0;
  for (int64_t i = threadIdx.x; i < p.n; i += blockDim.x) {
    const Compute distance = static_cast<Compute>(in[i]) - mean;
    squares += distance * distance;
  }
  squares = cuda::row_all(squares, cuda::SumOf());
  const Compute rstd = m::rsqrt(squares / static_cast<Compute>(p.n) + p.eps);
  for (int64_t i = threadIdx.x; i < p.n; i += blockDim.x) {
    const Compute w = p.weight != nullptr ? static_cast<Compute>(p.weight[i]) : Compute(1);
    const Compute b = p.bias != nullptr ? static_cast<Compute>(p.bias[i]) : Compute(0);
    const T value = static_cast<T>((static_cast<Compute>(in[i]) - mean) * rstd * w + b);
    out[i] = value;
    if constexpr (std::is_same_v<T, float>) {
      if (p.narrow.data != nullptr) p.narrow.data[row * p.n + i] = p.narrow.bits_of(value);
    }
  }
  if (threadIdx.x == 0) {
    if constexpr (!Rms) p.mean[row] = mean;
    p.rstd[row] = rstd;
  }
}

template <typename T, bool Rms>
void launch_forward(const LaunchConfig& base, const RowPlan& plan, const ForwardArguments<T>& p,
                    std::initializer_list<const StorageImpl*> storages) {
  constexpr int kWidth = cuda::kVectorWidth<T>;
  LaunchConfig config = base;
  config.grid = plan.grid;
  config.block = plan.block;
  auto kernel = !plan.resident ? norm_long_rows<T, Rms>
                : plan.vectors ? norm_rows<T, kWidth, cuda::kRowVectors<T, kWidth>, Rms>
                               : norm_rows<T, 1, cuda::kRowVectors<T, 1>, Rms>;
  if constexpr (std::is_same_v<T, float>) {
    if (p.residual.addend != nullptr) {
      kernel = plan.vectors ? norm_rows_of_sums<kWidth, cuda::kRowVectors<T, kWidth>, Rms>
                            : norm_rows_of_sums<1, cuda::kRowVectors<T, 1>, Rms>;
    }
  }
  cuda::launch(config, storages, kernel, p);
}

/// Under autocast what a norm gives goes into products of 16-bit numbers, as a rule: those are written beside it.
Tensor narrow_copy_for_autocast(const Tensor& out) {
  const DType dtype = autocast_dtype(out);
  if (!under_autocast(out) || out.dtype() != DType::float32 || !is_reduced_floating(dtype)) return {};
  return new_narrow_copy(out, dtype);
}

void norm_forward(const char* op, NormKind kind, const Tensor& input, const Tensor& weight, const Tensor& bias,
                  int64_t rows, int64_t n, double eps, const Tensor& out, const Tensor& mean, const Tensor& rstd) {
  if (rows == 0 || n == 0) return;
  const Stream stream = cuda::current_stream(input.device().index);
  const Tensor narrow = narrow_copy_for_autocast(out);
  visit_dtype<kFloatingSet>(input.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Compute = opmath_t<T>;
    ForwardArguments<T> p{input.data<T>(),
                          data_or_null<const T>(weight),
                          data_or_null<const T>(bias),
                          out.data<T>(),
                          kind == NormKind::Rms ? nullptr : mean.data<Compute>(),
                          rstd.data<Compute>(),
                          rows,
                          n,
                          static_cast<Compute>(eps),
                          narrow_output(narrow),
                          {}};
    bool aligned = cuda::rows_aligned<T>(input, n) && cuda::rows_aligned<T>(out, n);
    for (const Tensor* t : {&weight, &bias}) aligned = aligned && (!t->defined() || cuda::is_aligned(t->data(), 16));
    const RowPlan plan = cuda::plan_rows<T>(rows, n, aligned);
    std::unique_ptr<pointwise::ResidualSum> sum;  // of which the input is the result
    if constexpr (std::is_same_v<T, float>) {
      if (plan.resident) sum = pointwise::take_residual_sum(input);
      if (sum) p.in = sum->a.data<float>(), p.residual = {sum->b.data(), sum->b.dtype(), input.data<float>()};
    }
    const LaunchConfig config{op, stream, {}, {}};
    const std::initializer_list<const StorageImpl*> storages = {input.storage().get(),
                                                                storage_or_null(weight),
                                                                storage_or_null(bias),
                                                                out.storage().get(),
                                                                storage_or_null(mean),
                                                                rstd.storage().get(),
                                                                storage_or_null(narrow),
                                                                sum ? sum->a.storage().get() : nullptr,
                                                                sum ? sum->b.storage().get() : nullptr};
    if (kind == NormKind::Rms) {
      launch_forward<T, true>(config, plan, p, storages);
    } else {
      launch_forward<T, false>(config, plan, p, storages);
    }
  });
  if (narrow.defined()) give_narrow_copy(out, narrow);
}

void layer_norm_cuda(const Tensor& input, IntSpan shape, const Tensor& weight, const Tensor& bias, double eps,
                     Tensor& out, Tensor& mean, Tensor& rstd) {
  const int64_t n = checked_numel(shape);
  norm_forward("native_layer_norm", NormKind::Layer, dense(input), dense(weight), dense(bias), rows_of(input, n), n,
               eps, out, mean, rstd);
}

void rms_norm_cuda(const Tensor& input, IntSpan shape, const Tensor& weight, double eps, Tensor& out, Tensor& rstd) {
  const int64_t n = checked_numel(shape);
  norm_forward("_fused_rms_norm", NormKind::Rms, dense(input), dense(weight), Tensor(), rows_of(input, n), n, eps, out,
               Tensor(), rstd);
}

}  // namespace

void register_norm_cuda(Registry& r) {
  r.at("native_layer_norm").cuda(layer_norm_cuda);
  r.at("_fused_rms_norm").cuda(rms_norm_cuda);
}

}  // namespace vt
