// SGD, Adam and AdamW on CUDA: one launch for all parameters. What a step needs from the device (step counts, learning
// rate, gradient scale, found_inf) is read there, so that a step never waits and can be captured.
#include <deque>
#include <string>

#include "cuda/copy.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/optim/multi_tensor.cuh"
#include "ops/optim/multi_tensor.h"
#include "ops/typed/copy.h"

namespace vt {
namespace {

using optim::ListChunk;
using optim::ListTable;

// A learning rate: a number, or one that lies on the device as float32 or float64.
struct Rate {
  double value = 0;
  const float* narrow = nullptr;
  const double* wide = nullptr;

  __device__ double get() const { return wide != nullptr ? *wide : narrow != nullptr ? *narrow : value; }
};

struct AdamArguments {
  Rate lr;
  double beta1, beta2, weight_decay, eps;
  bool amsgrad, maximize, decoupled;
  const float* grad_scale;  // gradients are divided by it; may be null
  const float* found_inf;   // nonzero: no step; may be null
};

template <typename Compute>
struct AdamStep {
  Compute step_size, root_correction, lr_decay, weight_decay, beta1, beta2, eps, inverse_scale, sign;
  bool amsgrad, decoupled;

  __device__ AdamStep(const AdamArguments& a, double step) {
    const double lr = a.lr.get();
    step_size = static_cast<Compute>(lr / (1.0 - ::pow(a.beta1, step)));
    root_correction = static_cast<Compute>(::sqrt(1.0 - ::pow(a.beta2, step)));
    lr_decay = static_cast<Compute>(lr * a.weight_decay);
    weight_decay = static_cast<Compute>(a.weight_decay);
    beta1 = static_cast<Compute>(a.beta1);
    beta2 = static_cast<Compute>(a.beta2);
    eps = static_cast<Compute>(a.eps);
    inverse_scale = a.grad_scale != nullptr ? Compute(1) / static_cast<Compute>(*a.grad_scale) : Compute(1);
    sign = a.maximize ? Compute(-1) : Compute(1);
    amsgrad = a.amsgrad;
    decoupled = a.decoupled;
  }

  /// One element; `top` is the running maximum of amsgrad.
  template <typename T>
  __device__ __forceinline__ void run(T& param, T grad, T& mean, T& square, T& top) const {
    Compute p = static_cast<Compute>(param);
    Compute g = static_cast<Compute>(grad) * inverse_scale * sign;
    if (decoupled) {
      p -= lr_decay * p;
    } else if (weight_decay != Compute(0)) {
      g += weight_decay * p;
    }
    const Compute m = beta1 * static_cast<Compute>(mean) + (Compute(1) - beta1) * g;
    const Compute v = beta2 * static_cast<Compute>(square) + (Compute(1) - beta2) * g * g;
    Compute largest = v;
    if (amsgrad) {
      largest = static_cast<Compute>(top);
      largest = largest < v ? v : largest;
      top = static_cast<T>(largest);
    }
    param = static_cast<T>(p - step_size * m / (m::sqrt(largest) / root_correction + eps));
    mean = static_cast<T>(m);
    square = static_cast<T>(v);
  }
};

// Lists: params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs.
template <typename T>
__global__ void __launch_bounds__(optim::kListThreads)
    adam_kernel(const __grid_constant__ ListTable<5> table, const AdamArguments args) {
  cuda::wait_for_earlier_work();
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  if (args.found_inf != nullptr && *args.found_inf != 0.0f) return;
  const ListChunk chunk = optim::find_chunk(table);
  // The powers of a step are the same for the block: one thread works them out.
  __shared__ alignas(16) char memory[sizeof(AdamStep<Compute>)];
  if (threadIdx.x == 0) new (memory) AdamStep<Compute>(args, static_cast<double>(*table.steps[chunk.tensor]));
  __syncthreads();
  const AdamStep<Compute> step = *reinterpret_cast<const AdamStep<Compute>*>(memory);
  T* param = static_cast<T*>(table.data[0][chunk.tensor]);
  const T* grad = static_cast<const T*>(table.data[1][chunk.tensor]);
  T* mean = static_cast<T*>(table.data[2][chunk.tensor]);
  T* square = static_cast<T*>(table.data[3][chunk.tensor]);
  T* top = static_cast<T*>(table.data[4][chunk.tensor]);
  uintptr_t addresses = 0;
#pragma unroll
  for (int l = 0; l < 5; ++l) addresses |= reinterpret_cast<uintptr_t>(table.data[l][chunk.tensor]);
  optim::for_chunk<kWidth>(
      chunk, addresses % 16 == 0,
      [&](int64_t i) {
        auto p = cuda::load_vector<kWidth>(param + i);
        const auto g = cuda::load_vector<kWidth>(grad + i);
        auto m = cuda::load_vector<kWidth>(mean + i);
        auto v = cuda::load_vector<kWidth>(square + i);
        cuda::Vector<T, kWidth> t{};
        if (step.amsgrad) t = cuda::load_vector<kWidth>(top + i);
#pragma unroll
        for (int k = 0; k < kWidth; ++k) step.run(p[k], g[k], m[k], v[k], t[k]);
        cuda::store_vector<kWidth>(param + i, p);
        cuda::store_vector<kWidth>(mean + i, m);
        cuda::store_vector<kWidth>(square + i, v);
        if (step.amsgrad) cuda::store_vector<kWidth>(top + i, t);
      },
      [&](int64_t i) {
        T unused{};
        step.run(param[i], grad[i], mean[i], square[i], step.amsgrad ? top[i] : unused);
      });
}

struct SgdArguments {
  Rate lr;
  double momentum, dampening, weight_decay;
  bool nesterov, maximize, first_step;
  const float* grad_scale;
  const float* found_inf;
};

template <typename Compute>
struct SgdStep {
  Compute lr, momentum, damped, weight_decay, inverse_scale, sign;
  bool nesterov, first_step, has_momentum;

  __device__ explicit SgdStep(const SgdArguments& a)
      : lr(static_cast<Compute>(a.lr.get())),
        momentum(static_cast<Compute>(a.momentum)),
        damped(static_cast<Compute>(1.0 - a.dampening)),
        weight_decay(static_cast<Compute>(a.weight_decay)),
        inverse_scale(a.grad_scale != nullptr ? Compute(1) / static_cast<Compute>(*a.grad_scale) : Compute(1)),
        sign(a.maximize ? Compute(-1) : Compute(1)),
        nesterov(a.nesterov),
        first_step(a.first_step),
        has_momentum(a.momentum != 0.0) {}

  template <typename T>
  __device__ __forceinline__ void run(T& param, T grad, T& buffer) const {
    const Compute p = static_cast<Compute>(param);
    Compute g = static_cast<Compute>(grad) * inverse_scale * sign;
    if (weight_decay != Compute(0)) g += weight_decay * p;
    if (has_momentum) {
      const Compute b = first_step ? g : momentum * static_cast<Compute>(buffer) + damped * g;
      buffer = static_cast<T>(b);
      g = nesterov ? g + momentum * b : b;
    }
    param = static_cast<T>(p - lr * g);
  }
};

// Lists: params, grads, momentum buffers.
template <typename T>
__global__ void __launch_bounds__(optim::kListThreads)
    sgd_kernel(const __grid_constant__ ListTable<3> table, const SgdArguments args) {
  cuda::wait_for_earlier_work();
  constexpr int kWidth = cuda::kVectorWidth<T>;
  if (args.found_inf != nullptr && *args.found_inf != 0.0f) return;
  const ListChunk chunk = optim::find_chunk(table);
  const SgdStep<opmath_t<T>> step(args);
  T* param = static_cast<T*>(table.data[0][chunk.tensor]);
  const T* grad = static_cast<const T*>(table.data[1][chunk.tensor]);
  T* buffer = static_cast<T*>(table.data[2][chunk.tensor]);
  const uintptr_t addresses =
      reinterpret_cast<uintptr_t>(param) | reinterpret_cast<uintptr_t>(grad) | reinterpret_cast<uintptr_t>(buffer);
  optim::for_chunk<kWidth>(
      chunk, addresses % 16 == 0,
      [&](int64_t i) {
        auto p = cuda::load_vector<kWidth>(param + i);
        const auto g = cuda::load_vector<kWidth>(grad + i);
        cuda::Vector<T, kWidth> b{};
        if (step.has_momentum && !step.first_step) b = cuda::load_vector<kWidth>(buffer + i);
#pragma unroll
        for (int k = 0; k < kWidth; ++k) step.run(p[k], g[k], b[k]);
        cuda::store_vector<kWidth>(param + i, p);
        if (step.has_momentum) cuda::store_vector<kWidth>(buffer + i, b);
      },
      [&](int64_t i) {
        T unused{};
        step.run(param[i], grad[i], step.has_momentum ? buffer[i] : unused);
      });
}

// ---- host ----

// A one-element float32 tensor of the device, or null.
const float* device_number(const Tensor& t, Device device, const char* name) {
  if (!t.defined()) return nullptr;
  VT_CHECK(t.numel() == 1 && t.dtype() == DType::float32 && t.device() == device, Runtime, "expected ", name,
           " to be one float32 on ", device, ", got ", to_string(t));
  return t.data<float>();
}

// A learning rate given as a tensor: left on the parameters' device, or read from the CPU.
Rate rate_of(const Tensor& lr, TensorSpan params) {
  VT_CHECK(lr.numel() == 1, Runtime, "expected lr of one element, got ", lr.sizes());
  if (lr.device() == kCPU || params.empty()) return {ops::item(lr).to_double()};
  const Device device = params[0].device();
  if (lr.dtype() != DType::float64) return {0, device_number(lr, device, "lr")};
  VT_CHECK(lr.device() == device, Runtime, "expected lr on ", device, ", got ", to_string(lr));
  return {0, nullptr, lr.data<double>()};
}

// Dense stand-ins for the tensors of a list, copied back when they go; pointers stay put.
std::deque<optim::DenseAccess> dense_list(TensorSpan list) {
  std::deque<optim::DenseAccess> out;
  for (const Tensor& t : list) out.emplace_back(t);
  return out;
}

template <bool decoupled>
void adam(TensorSpan params, TensorSpan grads, TensorSpan exp_avgs, TensorSpan exp_avg_sqs, TensorSpan max_exp_avg_sqs,
          TensorSpan steps, AdamArguments args, const Tensor& lr, const Tensor& grad_scale, const Tensor& found_inf) {
  optim::check_params(params);
  optim::check_parallel(params, grads, "grads");
  optim::check_parallel(params, exp_avgs, "exp_avgs");
  optim::check_parallel(params, exp_avg_sqs, "exp_avg_sqs");
  optim::check_parallel(params, max_exp_avg_sqs, "max_exp_avg_sqs", !args.amsgrad);
  VT_CHECK(steps.size() == params.size(), Runtime, "expected ", params.size(), " tensors in state_steps, got ",
           steps.size());
  if (params.empty()) return;
  const Device device = params[0].device();
  for (const Tensor& s : steps) (void)device_number(s, device, "state_steps");
  args.decoupled = decoupled;
  args.grad_scale = device_number(grad_scale, device, "grad_scale");
  args.found_inf = device_number(found_inf, device, "found_inf");
  std::vector<Tensor> dense_grads;
  for (const Tensor& g : grads) dense_grads.push_back(ops::as_contiguous(g));
  const auto p = dense_list(params), m = dense_list(exp_avgs), v = dense_list(exp_avg_sqs),
             top = dense_list(args.amsgrad ? max_exp_avg_sqs : TensorSpan());
  visit_dtype<kFloatingSet>(params[0].dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    optim::launch_lists<5>(
        decoupled ? "_fused_adamw_" : "_fused_adam_", cuda::current_stream(device.index),
        optim::storages_of({params, dense_grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps},
                           {&lr, &grad_scale, &found_inf}),
        params.size(), [&](size_t i) { return params[i].numel(); }, adam_kernel<T>,
        [&](ListTable<5>& table, int slot, size_t i) {
          table.data[0][slot] = p[i].data<T>();
          table.data[1][slot] = dense_grads[i].data();
          table.data[2][slot] = m[i].data<T>();
          table.data[3][slot] = v[i].data<T>();
          table.data[4][slot] = args.amsgrad ? top[i].data<T>() : nullptr;
          table.steps[slot] = steps[i].data<float>();
        },
        args);
  });
}

template <bool decoupled>
void adam_cuda(TensorSpan params, TensorSpan grads, TensorSpan exp_avgs, TensorSpan exp_avg_sqs,
               TensorSpan max_exp_avg_sqs, TensorSpan steps, double lr, double beta1, double beta2, double weight_decay,
               double eps, bool amsgrad, bool maximize, const Tensor& grad_scale, const Tensor& found_inf) {
  const AdamArguments args{Rate{lr}, beta1, beta2, weight_decay, eps, amsgrad, maximize, decoupled, nullptr, nullptr};
  adam<decoupled>(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps, args, Tensor(), grad_scale, found_inf);
}

template <bool decoupled>
void adam_tensor_lr_cuda(TensorSpan params, TensorSpan grads, TensorSpan exp_avgs, TensorSpan exp_avg_sqs,
                         TensorSpan max_exp_avg_sqs, TensorSpan steps, const Tensor& lr, double beta1, double beta2,
                         double weight_decay, double eps, bool amsgrad, bool maximize, const Tensor& grad_scale,
                         const Tensor& found_inf) {
  const AdamArguments args{rate_of(lr, params), beta1,   beta2,  weight_decay, eps, amsgrad, maximize,
                           decoupled,           nullptr, nullptr};
  adam<decoupled>(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps, args, lr, grad_scale, found_inf);
}

void sgd(TensorSpan params, TensorSpan grads, TensorSpan momentum_buffers, SgdArguments args, const Tensor& lr,
         const Tensor& grad_scale, const Tensor& found_inf) {
  const bool has_momentum = args.momentum != 0;
  optim::check_params(params);
  optim::check_parallel(params, grads, "grads");
  optim::check_parallel(params, momentum_buffers, "momentum_buffer_list", !has_momentum);
  if (params.empty()) return;
  const Device device = params[0].device();
  args.grad_scale = device_number(grad_scale, device, "grad_scale");
  args.found_inf = device_number(found_inf, device, "found_inf");
  std::vector<Tensor> dense_grads;
  for (const Tensor& g : grads) dense_grads.push_back(ops::as_contiguous(g));
  const auto p = dense_list(params), b = dense_list(has_momentum ? momentum_buffers : TensorSpan());
  visit_dtype<kFloatingSet>(params[0].dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    optim::launch_lists<3>(
        "_fused_sgd_", cuda::current_stream(device.index),
        optim::storages_of({params, dense_grads, momentum_buffers}, {&lr, &grad_scale, &found_inf}), params.size(),
        [&](size_t i) { return params[i].numel(); }, sgd_kernel<T>,
        [&](ListTable<3>& table, int slot, size_t i) {
          table.data[0][slot] = p[i].data<T>();
          table.data[1][slot] = dense_grads[i].data();
          table.data[2][slot] = has_momentum ? b[i].data<T>() : nullptr;
        },
        args);
  });
}

void sgd_cuda(TensorSpan params, TensorSpan grads, TensorSpan momentum_buffers, double weight_decay, double momentum,
              double lr, double dampening, bool nesterov, bool maximize, bool is_first_step, const Tensor& grad_scale,
              const Tensor& found_inf) {
  const SgdArguments args{Rate{lr}, momentum,      dampening, weight_decay, nesterov,
                          maximize, is_first_step, nullptr,   nullptr};
  sgd(params, grads, momentum_buffers, args, Tensor(), grad_scale, found_inf);
}

void sgd_tensor_lr_cuda(TensorSpan params, TensorSpan grads, TensorSpan momentum_buffers, double weight_decay,
                        double momentum, const Tensor& lr, double dampening, bool nesterov, bool maximize,
                        bool is_first_step, const Tensor& grad_scale, const Tensor& found_inf) {
  const SgdArguments args{rate_of(lr, params), momentum, dampening, weight_decay, nesterov, maximize,
                          is_first_step,       nullptr,  nullptr};
  sgd(params, grads, momentum_buffers, args, lr, grad_scale, found_inf);
}

}  // namespace

void register_fused_optimizers_cuda(Registry& r) {
  r.at("_fused_adam_").cuda(adam_cuda<false>);
  r.at("_fused_adamw_").cuda(adam_cuda<true>);
  r.at("_fused_adam_.tensor_lr").cuda(adam_tensor_lr_cuda<false>);
  r.at("_fused_adamw_.tensor_lr").cuda(adam_tensor_lr_cuda<true>);
  r.at("_fused_sgd_").cuda(sgd_cuda);
  r.at("_fused_sgd_.tensor_lr").cuda(sgd_tensor_lr_cuda);
}

}  // namespace vt
