// Reading images at the points of a grid on CUDA: a thread per point, which adds its gradients atomically.
#include "ops/resample/grid.h"

#include "core/determinism.h"
#include "cuda/atomic.cuh"
#include "cuda/launch.h"
#include "dispatch/registry.h"

namespace vt {
namespace {

using resample::GridRule;
using resample::GridShape;

constexpr int kThreads = 256;

template <int Dims, class T>
__global__ void __launch_bounds__(kThreads)
    sample_kernel(GridShape<Dims> s, GridRule rule, const T* input, const T* grid, T* out) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < s.images * s.points) resample::sample_point<Dims, T>(s, rule, i / s.points, i % s.points, input, grid, out);
}

template <class A>
struct AtomicAdd {
  __device__ void operator()(A* to, A value) const { cuda::atomic_add(to, value); }
};

template <int Dims, class T>
__global__ void __launch_bounds__(kThreads)
    backward_kernel(GridShape<Dims> s, GridRule rule, const T* grad, const T* input, const T* grid,
                    opmath_t<T>* input_sums, T* grid_grad) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= s.images * s.points) return;
  resample::sample_point_backward<Dims, T>(s, rule, i / s.points, i % s.points, grad, input, grid, input_sums,
                                           grid_grad, AtomicAdd<opmath_t<T>>{});
}

template <int Dims, class T>
__global__ void __launch_bounds__(kThreads)
    double_backward_kernel(GridShape<Dims> s, GridRule rule, const T* input_slope, const T* grid_slope, const T* grad,
                           const T* input, const T* grid, T* grad_grad, opmath_t<T>* input_sums, T* grid_grad) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= s.images * s.points) return;
  resample::sample_point_double_backward<Dims, T>(s, rule, i / s.points, i % s.points, input_slope, grid_slope, grad,
                                                  input, grid, grad_grad, input_sums, grid_grad,
                                                  AtomicAdd<opmath_t<T>>{});
}

// Storages of the tensors that are there.
struct Used {
  const StorageImpl* list[8];
  size_t count = 0;
  explicit Used(std::initializer_list<Tensor> tensors) {
    for (const Tensor& t : tensors) {
      if (t.defined()) list[count++] = t.storage().get();
    }
  }
  cuda::StorageSpan span() const { return {list, count}; }
};

template <int Dims>
cuda::LaunchConfig config(const char* op, const Tensor& t, const GridShape<Dims>& s) {
  return {op, cuda::current_stream(t.device().index), cuda::blocks_for(s.images * s.points, kThreads), kThreads};
}

template <int Dims>
void sample(const GridRule& rule, const Tensor& input, const Tensor& grid, const Tensor& out) {
  const auto s = resample::grid_shape<Dims>(input, grid);
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    cuda::launch(config("grid_sampler", out, s), {input.storage().get(), grid.storage().get(), out.storage().get()},
                 sample_kernel<Dims, T>, s, rule, input.data<T>(), grid.data<T>(), out.data<T>());
  });
}

template <int Dims>
void backward(const GridRule& rule, const Tensor& grad, const Tensor& input, const Tensor& grid,
              const Tensor& input_sums, const Tensor& grid_grad) {
  const auto s = resample::grid_shape<Dims>(input, grid);
  const Used used{grad, input, grid, input_sums, grid_grad};
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cuda::launch(config("grid_sampler_backward", grad, s), used.span(), backward_kernel<Dims, T>, s, rule,
                 grad.data<T>(), input.data<T>(), grid.data<T>(), data_or_null<A>(input_sums),
                 data_or_null<T>(grid_grad));
  });
}

template <int Dims>
void double_backward(const GridRule& rule, const resample::GridSlopes& slopes, const Tensor& grad, const Tensor& input,
                     const Tensor& grid, const resample::GridGradients& to) {
  const auto s = resample::grid_shape<Dims>(input, grid);
  const Used used{slopes.input, slopes.grid, grad, input, grid, to.grad, to.input_sums, to.grid};
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    cuda::launch(config("grid_sampler_double_backward", grad, s), used.span(), double_backward_kernel<Dims, T>, s, rule,
                 data_or_null<T>(slopes.input), data_or_null<T>(slopes.grid), grad.data<T>(), input.data<T>(),
                 grid.data<T>(), to.grad.data<T>(), to.input_sums.data<opmath_t<T>>(), to.grid.data<T>());
  });
}

void sample_grid(const GridRule& rule, const Tensor& input, const Tensor& grid, const Tensor& out) {
  if (input.dim() == 4) sample<2>(rule, input, grid, out);
  else sample<3>(rule, input, grid, out);
}

void sample_grid_backward(const GridRule& rule, const Tensor& grad, const Tensor& input, const Tensor& grid,
                          const Tensor& input_sums, const Tensor& grid_grad) {
  if (input_sums.defined()) refuse_nondeterministic("the gradient of grid_sample");
  if (input.dim() == 4) backward<2>(rule, grad, input, grid, input_sums, grid_grad);
  else backward<3>(rule, grad, input, grid, input_sums, grid_grad);
}

void sample_grid_double_backward(const GridRule& rule, const resample::GridSlopes& slopes, const Tensor& grad,
                                 const Tensor& input, const Tensor& grid, const resample::GridGradients& to) {
  refuse_nondeterministic("the second gradient of grid_sample");
  if (input.dim() == 4) double_backward<2>(rule, slopes, grad, input, grid, to);
  else double_backward<3>(rule, slopes, grad, input, grid, to);
}

}  // namespace

void register_grid_sampler_cuda(Registry&) {
  resample::sample_grid.cuda(sample_grid);
  resample::sample_grid_backward.cuda(sample_grid_backward);
  resample::sample_grid_double_backward.cuda(sample_grid_double_backward);
}

}  // namespace vt
