#include "ops/pool/windows_cpu.h"

#include <algorithm>
#include <limits>

#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::pool {
namespace {

int64_t planes_at_once(int64_t work) { return 1 + 16384 / (work + 1); }

template <class T>
constexpr T lowest() {
  if constexpr (is_floating(dtype_of<T>)) return T(-std::numeric_limits<float>::infinity());
  else return std::numeric_limits<T>::lowest();
}

// Calls f(output row, depth range, height range) for every row of outputs in order.
template <class F>
void for_rows(const Windows& w, const F& f) {
  const auto& [depth, height, width] = w.axes;
  for (int64_t d = 0; d < depth.outputs; ++d) {
    for (int64_t h = 0; h < height.outputs; ++h) f(d, h, (d * height.outputs + h) * width.outputs);
  }
}

template <class T>
void max_plane(const Windows& w, const T* input, T* out, int64_t* indices) {
  using A = opmath_t<T>;
  const auto& [depth, height, width] = w.axes;
  for_rows(w, [&](int64_t d, int64_t h, int64_t row) {
    for (int64_t x = 0; x < width.outputs; ++x) {
      const int64_t begin = width.begin(x), end = width.end(x);
      A best = static_cast<A>(lowest<T>());
      int64_t at = (depth.begin(d) * height.inputs + height.begin(h)) * width.inputs + begin;
      for (int64_t i = depth.begin(d); i < depth.end(d); i += depth.dilation) {
        for (int64_t j = height.begin(h); j < height.end(h); j += height.dilation) {
          const int64_t line = (i * height.inputs + j) * width.inputs;
          for (int64_t k = begin; k < end; k += width.dilation) {
            const A v = static_cast<A>(input[line + k]);
            if (v > best || v != v) {
              best = v;
              at = line + k;
            }
          }
        }
      }
      out[row + x] = static_cast<T>(best);
      indices[row + x] = at;
    }
  });
}

template <class T>
void average_plane(const Windows& w, const Divisor& divisor, const T* input, T* out) {
  using A = opmath_t<T>;
  const auto& [depth, height, width] = w.axes;
  for_rows(w, [&](int64_t d, int64_t h, int64_t row) {
    for (int64_t x = 0; x < width.outputs; ++x) {
      const int64_t begin = width.begin(x), end = width.end(x);
      A sum = 0;
      for (int64_t i = depth.begin(d); i < depth.end(d); ++i) {
        for (int64_t j = height.begin(h); j < height.end(h); ++j) {
          const T* line = input + (i * height.inputs + j) * width.inputs;
          for (int64_t k = begin; k < end; ++k) sum += static_cast<A>(line[k]);
        }
      }
      out[row + x] = static_cast<T>(sum / static_cast<A>(divisor.of(w, d, h, x)));
    }
  });
}

// `sums` (inputs) collects in the dtype that is computed in.
template <class T>
void spread_plane(const Windows& w, const Divisor& divisor, const T* grad, opmath_t<T>* sums, T* out) {
  using A = opmath_t<T>;
  const auto& [depth, height, width] = w.axes;
  std::fill_n(sums, w.inputs(), A(0));
  for_rows(w, [&](int64_t d, int64_t h, int64_t row) {
    for (int64_t x = 0; x < width.outputs; ++x) {
      const A share = static_cast<A>(grad[row + x]) / static_cast<A>(divisor.of(w, d, h, x));
      for (int64_t i = depth.begin(d); i < depth.end(d); ++i) {
        for (int64_t j = height.begin(h); j < height.end(h); ++j) {
          A* line = sums + (i * height.inputs + j) * width.inputs;
          for (int64_t k = width.begin(x); k < width.end(x); ++k) line[k] += share;
        }
      }
    }
  });
  std::transform(sums, sums + w.inputs(), out, [](A v) { return static_cast<T>(v); });
}

int64_t window_work(const Windows& w) {
  int64_t elements = w.outputs();
  for (const WindowAxis& axis : w.axes)
    elements *= axis.adaptive ? axis.inputs / std::max<int64_t>(axis.outputs, 1) + 1 : axis.size;
  return elements;
}

}  // namespace

void max_windows_cpu(const Windows& w, const Tensor& input, const Tensor& out, const Tensor& indices) {
  visit_dtype<kIntegralSet | kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    parallel_for(0, w.planes, planes_at_once(window_work(w)), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        max_plane(w, input.data<T>() + p * w.inputs(), out.data<T>() + p * w.outputs(),
                  indices.data<int64_t>() + p * w.outputs());
      }
    });
  });
}

void max_windows_backward_cpu(const Windows& w, const Tensor& grad, const Tensor& indices, const Tensor& out) {
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const int64_t inputs = w.inputs(), outputs = w.outputs();
    parallel_for(0, w.planes, planes_at_once(inputs + outputs), [&](int64_t begin, int64_t end) {
      const cpu::Scratch scratch(inputs * static_cast<int64_t>(sizeof(A)));
      A* sums = scratch.as<A>();
      for (int64_t p = begin; p < end; ++p) {
        const T* g = grad.data<T>() + p * outputs;
        const int64_t* at = indices.data<int64_t>() + p * outputs;
        std::fill_n(sums, inputs, A(0));
        for (int64_t o = 0; o < outputs; ++o) {
          if (at[o] >= 0 && at[o] < inputs) sums[at[o]] += static_cast<A>(g[o]);
        }
        std::transform(sums, sums + inputs, out.data<T>() + p * inputs, [](A v) { return static_cast<T>(v); });
      }
    });
  });
}

void average_windows_cpu(const Windows& w, const Divisor& divisor, const Tensor& input, const Tensor& out) {
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    parallel_for(0, w.planes, planes_at_once(window_work(w)), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        average_plane(w, divisor, input.data<T>() + p * w.inputs(), out.data<T>() + p * w.outputs());
      }
    });
  });
}

void average_windows_backward_cpu(const Windows& w, const Divisor& divisor, const Tensor& grad, const Tensor& out) {
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    parallel_for(0, w.planes, planes_at_once(window_work(w)), [&](int64_t begin, int64_t end) {
      const cpu::Scratch sums(w.inputs() * static_cast<int64_t>(sizeof(opmath_t<T>)));
      for (int64_t p = begin; p < end; ++p) {
        spread_plane(w, divisor, grad.data<T>() + p * w.outputs(), sums.as<opmath_t<T>>(),
                     out.data<T>() + p * w.inputs());
      }
    });
  });
}

}  // namespace vt::pool
