// Batch norm on CUDA, forward and backward, by the walks of channel_walks.cuh.
#include "ops/nn/batch_norm.h"

#include <limits>

#include "core/absent_tensor.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/nn/channel_norms.h"
#include "ops/nn/channel_walks.cuh"
#include "ops/pointwise/relu_mask.h"

namespace vt {
namespace {

using namespace channels;

// Bodies
// -------------------------------------------------------------------------------------------------------------------

/// Around the channel's first element.
template <typename T>
struct MomentSums {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 1;
  const T* in[1];
  int64_t channel_step;  // from a channel's first element to the next one's

  __device__ __forceinline__ A centre(int64_t channel) const { return static_cast<A>(in[0][channel * channel_step]); }

  template <int N>
  __device__ __forceinline__ void add(Sums& sums, A centre, const A (&x)[1][N]) const {
    add_moments(sums, centre, x[0]);
  }
};

/// Of the gradient, and of its products with the distances from the mean.
template <typename T>
struct GradientSums {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 2;
  const T* in[2];  // input, gradient
  const A* mean;

  __device__ __forceinline__ A centre(int64_t channel) const { return mean[channel]; }

  template <int N>
  __device__ __forceinline__ void add(Sums& sums, A centre, const A (&x)[2][N]) const {
    add_gradients(sums, centre, x[0], x[1]);
  }
};

/// A body whose gradient is cut by the mask of a ReLU.
template <typename Body>
struct Masked : Body {
  const uint8_t* bits;
  const typename Body::In* more;
  typename Body::In* cut;
};

template <typename A>
__device__ __forceinline__ A inverse_deviation(A var, A eps) {
  return A(1) / sqrt(var + eps);
}
/// The gradient of the input: what the sums have of the gradient of the result is taken out of it.
template <typename T>
struct InputGradient {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 2;
  const T* in[2];  // input, gradient
  T* out;
  const A *mean, *var;
  const A* weight;  // null: ones
  const A *weight_gradient, *bias_gradient;
  A eps, share;  // 1 / elements of a channel

  struct Channel {
    A mean, scale, slope, offset;
  };
  __device__ __forceinline__ Channel channel(int64_t c) const {
    const A inverse = inverse_deviation(var[c], eps);
    return {mean[c], inverse * at_or(weight, c, A(1)), weight_gradient[c] * share * inverse, bias_gradient[c] * share};
  }
  __device__ __forceinline__ A value(const Channel& c, const A (&x)[2]) const {
    return c.scale * (x[1] - c.offset - (x[0] - c.mean) * c.slope);
  }
};

template <typename T>
struct WriteMoments {
  using A = opmath_t<T>;
  MomentSums<T> sums;
  double count;
  A *mean, *var;
  const A *weight, *bias;  // null: ones, zeros
  A eps;
  A* normalizing;  // (3, channels): mean, scale, bias
  int64_t channels;

  __device__ __forceinline__ void operator()(int64_t channel, Sums s) const {
    const double distance = s.a / count, squares = s.b / count - distance * distance;
    const A m = static_cast<A>(static_cast<double>(sums.centre(channel)) + distance);
    const A v = static_cast<A>(squares < 0 ? 0.0 : squares);  // a NaN stays
    mean[channel] = m;
    var[channel] = v;
    normalizing[channel] = m;
    normalizing[channels + channel] = inverse_deviation(v, eps) * at_or(weight, channel, A(1));
    normalizing[2 * channels + channel] = at_or(bias, channel, A(0));
  }
};

template <typename T>
struct WriteGradients {
  using A = opmath_t<T>;
  const A* var;
  double eps;
  A *weight, *bias;

  __device__ __forceinline__ void operator()(int64_t channel, Sums s) const {
    weight[channel] = static_cast<A>(s.b * inverse_deviation(static_cast<double>(var[channel]), eps));
    bias[channel] = static_cast<A>(s.a);
  }
};

// The ops
// -------------------------------------------------------------------------------------------------------------------

Tensor as_parameter(const Tensor& t, DType dtype) { return t.defined() ? contiguous_data(cast_data(t, dtype)) : t; }

void batch_norm_cuda(const Tensor& input, const Tensor& weight, const Tensor& bias, double eps, Tensor& out,
                     Tensor& mean, Tensor& var) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&mean, &var}) fill_data(*t, Scalar(std::numeric_limits<double>::quiet_NaN()));
    return;
  }
  const MemoryFormat format = format_of(out);
  const Tensor x = dense_data(input, format);
  const Tensor w = as_parameter(weight, mean.dtype()), b = as_parameter(bias, mean.dtype());
  const Pass pass = make_pass("batch_norm", format, {&x, &out});
  const Tensor normalizing = empty(DimVec{3, x.size(1)}, mean.dtype(), x.device());
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const MomentSums<T> sums{{x.data<T>()}, pass.layout.plane};
    const WriteMoments<T> write{sums,
                                pass.layout.count(),
                                mean.data<A>(),
                                var.data<A>(),
                                data_or_null<const A>(w),
                                data_or_null<const A>(b),
                                static_cast<A>(eps),
                                normalizing.data<A>(),
                                x.size(1)};
    run_sums<T>(pass, sums, write, x.device(),
                {x.storage().get(), mean.storage().get(), var.storage().get(), storage_or_null(w), storage_or_null(b),
                 normalizing.storage().get()});
  });
  write_normalized(x, normalizing, out);
}

/// A gradient that waits to be cut by the mask of a ReLU, taken out of what waits: others may read the same memory.
class TakenGradient {
 public:
  TakenGradient(const Tensor& gradient, MemoryFormat format) {
    cuda::WaitingList list;
    const cuda::WaitingWork* work = list.writing(*gradient.storage(), cuda::current_stream(gradient.device().index));
    const auto* masked = dynamic_cast<const pointwise::MaskedGradient*>(work);
    if (masked == nullptr || masked->out != gradient.data() || !same(gradient.strides(), masked->gradient.strides()) ||
        !same(gradient.sizes(), masked->gradient.sizes()) || !is_contiguous_in(gradient, format)) {
      return;
    }
    work_.reset(static_cast<pointwise::MaskedGradient*>(list.take(*work).release()));
    is_shared_ = gradient.impl()->use_count() > 1 || gradient.impl()->frontend_object() != nullptr ||
                 work_->written->use_count() > 2;
  }
  ~TakenGradient() {
    if (work_ != nullptr && !written_) cuda::WaitingList().add(std::move(work_));
  }
  TakenGradient(const TakenGradient&) = delete;
  TakenGradient& operator=(const TakenGradient&) = delete;

  explicit operator bool() const { return work_ != nullptr; }
  const Tensor& gradient() const { return work_->gradient; }
  const Tensor& more() const { return work_->more; }
  const Tensor& bits() const { return work_->bits; }
  /// Whether it is wanted by others too.
  bool is_shared() const { return is_shared_; }
  void is_written() { written_ = true; }
  void give_back() {
    cuda::WaitingList().add(std::move(work_));
    is_shared_ = false;
  }

 private:
  std::unique_ptr<pointwise::MaskedGradient> work_;
  bool is_shared_ = false, written_ = false;
};

void batch_norm_backward_cuda(const Tensor& grad, const Tensor& input, const Tensor& mean, const Tensor& var,
                              const Tensor& weight, double eps, Tensor& dx, Tensor& dw, Tensor& db) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&dw, &db}) fill_data(*t, Scalar(0));
    return;
  }
  const MemoryFormat format = format_of(dx);
  const Tensor x = dense_data(input, format), m = as_parameter(mean, dw.dtype()), v = as_parameter(var, dw.dtype());
  const Tensor w = as_parameter(weight, dw.dtype());
  const int widest = pointwise::mask_width(x.dtype());
  TakenGradient taken(grad, format);
  Tensor g = taken ? taken.gradient() : dense_data(grad, format), more, bits;
  if (taken) more = taken.more(), bits = taken.bits();
  Pass pass = make_pass("batch_norm_backward", format, {&x, &g, &dx});
  if (taken && pass.width != widest) {
    taken.give_back();
    g = dense_data(grad, format);
    more = bits = {};
    pass = make_pass("batch_norm_backward", format, {&x, &g, &dx});
  }
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const WriteGradients<T> write{v.data<A>(), eps, dw.data<A>(), db.data<A>()};
    const GradientSums<T> sums{{x.data<T>(), g.data<T>()}, m.data<A>()};
    // Where others want it, or reading it again would be reading two.
    T* const cut = taken.is_shared() || more.defined() ? grad.data<T>() : nullptr;
    const std::initializer_list<const StorageImpl*> used = {
        x.storage().get(),     g.storage().get(),    m.storage().get(),    v.storage().get(),
        dw.storage().get(),    db.storage().get(),   dx.storage().get(),   storage_or_null(w),
        storage_or_null(bits), grad.storage().get(), storage_or_null(more)};
    const auto gradient = [&](const T* from) {
      return InputGradient<T>{{x.data<T>(), from},
                              dx.data<T>(),
                              m.data<A>(),
                              v.data<A>(),
                              data_or_null<const A>(w),
                              dw.data<A>(),
                              db.data<A>(),
                              static_cast<A>(eps),
                              static_cast<A>(1 / pass.layout.count())};
    };
    if constexpr (!std::is_same_v<T, double>) {
      if (bits.defined()) {
        constexpr int kWidth = cuda::kVectorWidth<T>;
        const uint8_t* const mask = bits.data<uint8_t>();
        run_sums_of<kWidth>(pass, Masked<GradientSums<T>>{sums, mask, data_or_null<const T>(more), cut}, write,
                            x.device(), used);
        if (cut != nullptr) {
          taken.is_written();
          return run_writes_of<kWidth>(pass, gradient(cut), {used.begin(), used.size()});
        }
        const Masked<InputGradient<T>> writes{gradient(g.data<T>()), mask, nullptr, nullptr};
        return run_writes_of<kWidth>(pass, writes, {used.begin(), used.size()});
      }
    }
    run_sums<T>(pass, sums, write, x.device(), used);
    run_writes<T>(pass, gradient(g.data<T>()), {used.begin(), used.size()});
  });
}

template <typename A>
__global__ void __launch_bounds__(kThreads)
    move_statistics(A* running_mean, A* running_var, const A* mean, const A* var, A momentum, A correction, int64_t n) {
  const int64_t c = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (c >= n) return;
  running_mean[c] = running_mean[c] * (A(1) - momentum) + mean[c] * momentum;
  running_var[c] = running_var[c] * (A(1) - momentum) + var[c] * correction * momentum;
}

void move_running_cuda(const RunningStatistics& s) {
  const int64_t n = s.mean.numel();
  visit_dtype<set_of(DType::float32) | set_of(DType::float64)>(s.mean.dtype(), [&]<class A>(TypeTag<A>) {
    cuda::launch(
        {"batch_norm", cuda::current_stream(s.mean.device().index), cuda::blocks_for(n, kThreads), kThreads},
        {s.running_mean.storage().get(), s.running_var.storage().get(), s.mean.storage().get(), s.var.storage().get()},
        move_statistics<A>, s.running_mean.data<A>(), s.running_var.data<A>(), s.mean.data<A>(), s.var.data<A>(),
        static_cast<A>(s.momentum), static_cast<A>(s.correction), n);
  });
}

}  // namespace

void register_batch_norm_cuda(Registry& r) {
  r.at("_batch_norm").cuda(batch_norm_cuda);
  r.at("_batch_norm_backward").cuda(batch_norm_backward_cuda);
  move_running.cuda(move_running_cuda);
}

}  // namespace vt
