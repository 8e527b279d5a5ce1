#include "ops/resample/grid_cpu.h"
#include "cpu/thread_pool.h"

namespace vt::resample {

void sample_grid_cpu(const GridRule& rule, const Tensor& input, const Tensor& grid, const Tensor& out) {
  visit_grid_dims(input, [&]<int Dims>(std::integral_constant<int, Dims>) {
    const auto s = grid_shape<Dims>(input, grid);
    visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
      parallel_for(0, s.images * s.points, 1 + 4096 / (s.channels + 1), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          sample_point<Dims, T>(s, rule, i / s.points, i % s.points, input.data<T>(), grid.data<T>(), out.data<T>());
        }
      });
    });
  });
}

// An image a thread: its points add into the same elements.
void sample_grid_backward_cpu(const GridRule& rule, const Tensor& grad, const Tensor& input, const Tensor& grid,
                              const Tensor& input_sums, const Tensor& grid_grad) {
  visit_grid_dims(input, [&]<int Dims>(std::integral_constant<int, Dims>) {
    const auto s = grid_shape<Dims>(input, grid);
    visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
      using A = opmath_t<T>;
      A* sums = data_or_null<A>(input_sums);
      T* slopes = data_or_null<T>(grid_grad);
      parallel_for(0, s.images, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin * s.points; i < end * s.points; ++i) {
          sample_point_backward<Dims, T>(s, rule, i / s.points, i % s.points, grad.data<T>(), input.data<T>(),
                                         grid.data<T>(), sums, slopes, [](A* to, A value) { *to += value; });
        }
      });
    });
  });
}

void sample_grid_double_backward_cpu(const GridRule& rule, const GridSlopes& slopes, const Tensor& grad,
                                     const Tensor& input, const Tensor& grid, const GridGradients& to) {
  visit_grid_dims(input, [&]<int Dims>(std::integral_constant<int, Dims>) {
    const auto s = grid_shape<Dims>(input, grid);
    visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
      using A = opmath_t<T>;
      parallel_for(0, s.images, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin * s.points; i < end * s.points; ++i) {
          sample_point_double_backward<Dims, T>(s, rule, i / s.points, i % s.points, data_or_null<T>(slopes.input),
                                                data_or_null<T>(slopes.grid), grad.data<T>(), input.data<T>(),
                                                grid.data<T>(), to.grad.data<T>(), to.input_sums.data<A>(),
                                                to.grid.data<T>(), [](A* to_sum, A value) { *to_sum += value; });
        }
      });
    });
  });
}

}  // namespace vt::resample
