#include "cpu/kernels/convolution_planes.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {

// The outputs of a row whose input through a tap exists: [begin, end).
struct Inside {
  int64_t begin, end;
  VT_ALWAYS_INLINE Inside(int64_t offset, int64_t step, int64_t inputs, int64_t outputs) {
    begin = offset >= 0 ? 0 : (step - 1 - offset) / step;
    end = offset >= inputs ? 0 : (inputs - 1 - offset) / step + 1;
    end = end < outputs ? end : outputs;
  }
};

// Calls f(tap, output row, input row) where both rows exist, output row by output row.
template <class T, class F>
VT_ALWAYS_INLINE void for_rows(const ConvPlane<T>& p, F f) {
  for (int64_t row = 0; row < p.outputs[0]; ++row) {
    for (int64_t tap = 0; tap < p.taps[0]; ++tap) {
      const int64_t at = row * p.steps[0] + p.offsets[0][tap];
      if (at >= 0 && at < p.inputs[0]) f(tap * p.taps[1], row, at);
    }
  }
}

template <class T>
void conv_plane_sums(const ConvPlane<T>& p, const opmath_t<T>* weight, opmath_t<T>* sums) {
  using A = opmath_t<T>;
  const int64_t step = p.steps[1];
  for_rows(p, [&](int64_t first_tap, int64_t row, int64_t at) VT_ROW_LAMBDA {
    for (int64_t tap = 0; tap < p.taps[1]; ++tap) {
      const Inside in(p.offsets[1][tap], step, p.inputs[1], p.outputs[1]);
      const T* x = p.input + at * p.inputs[1] + p.offsets[1][tap];
      A* __restrict y = sums + row * p.outputs[1];
      const A w = weight[first_tap + tap];
      if (step == 1) {
        for (int64_t i = in.begin; i < in.end; ++i) y[i] += w * static_cast<A>(x[i]);
      } else {
        for (int64_t i = in.begin; i < in.end; ++i) y[i] += w * static_cast<A>(x[i * step]);
      }
    }
  });
}

template <class T>
void conv_plane_gradient(const ConvPlane<T>& p, const T* grad, opmath_t<T>* weight_grad) {
  using A = opmath_t<T>;
  const int64_t step = p.steps[1];
  for_rows(p, [&](int64_t first_tap, int64_t row, int64_t at) VT_ROW_LAMBDA {
    for (int64_t tap = 0; tap < p.taps[1]; ++tap) {
      const Inside in(p.offsets[1][tap], step, p.inputs[1], p.outputs[1]);
      const T* x = p.input + at * p.inputs[1] + p.offsets[1][tap] + in.begin * step;
      const T* g = grad + row * p.outputs[1] + in.begin;
      Lanes<A> lanes(A(0));
      if (step == 1) {
        for_lanes<A>(in.end - in.begin, [&](int e, int64_t i) VT_ROW_LAMBDA {
          lanes.value[e] += static_cast<A>(g[i]) * static_cast<A>(x[i]);
        });
      } else {
        for_lanes<A>(in.end - in.begin, [&](int e, int64_t i) VT_ROW_LAMBDA {
          lanes.value[e] += static_cast<A>(g[i]) * static_cast<A>(x[i * step]);
        });
      }
      weight_grad[first_tap + tap] += lanes.sum();
    }
  });
}

#define VT_INSTANTIATE(T)                                                                  \
  template void conv_plane_sums<T>(const ConvPlane<T>&, const opmath_t<T>*, opmath_t<T>*); \
  template void conv_plane_gradient<T>(const ConvPlane<T>&, const T*, opmath_t<T>*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
