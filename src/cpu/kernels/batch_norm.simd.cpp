#include "cpu/kernels/batch_norm_channels.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {

template <class F>
VT_ALWAYS_INLINE void for_runs(const ChannelRuns& c, F f) {
  for (int64_t r = 0; r < c.runs; ++r) f(r * c.stride);
}

// Sums term(i) over all elements i, in double.
template <class F>
VT_ALWAYS_INLINE double sum_of(const ChannelRuns& c, F term) {
  Lanes<double> lanes(0.0);
  for_runs(c, [&](int64_t at) VT_ROW_LAMBDA {
    for_lanes<double>(c.run, [&](int e, int64_t i) VT_ROW_LAMBDA { lanes.value[e] += term(at + i); });
  });
  return lanes.sum();
}

template <class T>
void channel_moments(const ChannelRuns& c, const T* x, double* mean, double* var) {
  using A = opmath_t<T>;
  const double count = static_cast<double>(c.runs * c.run);
  const double m =
      sum_of(c, [&](int64_t i) VT_ROW_LAMBDA { return static_cast<double>(static_cast<A>(x[i])); }) / count;
  *mean = m;
  *var = sum_of(c,
                [&](int64_t i) VT_ROW_LAMBDA {
                  const double d = static_cast<double>(static_cast<A>(x[i])) - m;
                  return d * d;
                }) /
         count;
}

template <class T>
void channel_affine(const ChannelRuns& c, const T* x, opmath_t<T> mean, opmath_t<T> scale, opmath_t<T> shift, T* y) {
  using A = opmath_t<T>;
  for_runs(c, [&](int64_t at) VT_ROW_LAMBDA {
    for (int64_t i = at; i < at + c.run; ++i) y[i] = static_cast<T>((static_cast<A>(x[i]) - mean) * scale + shift);
  });
}

template <class T>
void channel_gradient_sums(const ChannelRuns& c, const T* grad, const T* x, opmath_t<T> mean, double* sum,
                           double* product) {
  using A = opmath_t<T>;
  *sum = sum_of(c, [&](int64_t i) VT_ROW_LAMBDA { return static_cast<double>(static_cast<A>(grad[i])); });
  *product = sum_of(c, [&](int64_t i) VT_ROW_LAMBDA {
    return static_cast<double>(static_cast<A>(grad[i])) * static_cast<double>(static_cast<A>(x[i]) - mean);
  });
}

template <class T>
void channel_gradient(const ChannelRuns& c, const T* grad, const T* x, opmath_t<T> mean, opmath_t<T> scale,
                      opmath_t<T> slope, opmath_t<T> shift, T* out) {
  using A = opmath_t<T>;
  for_runs(c, [&](int64_t at) VT_ROW_LAMBDA {
    for (int64_t i = at; i < at + c.run; ++i) {
      out[i] = static_cast<T>(static_cast<A>(grad[i]) * scale + (static_cast<A>(x[i]) - mean) * slope + shift);
    }
  });
}

#define VT_INSTANTIATE(T)                                                                                          \
  template void channel_moments<T>(const ChannelRuns&, const T*, double*, double*);                                \
  template void channel_affine<T>(const ChannelRuns&, const T*, opmath_t<T>, opmath_t<T>, opmath_t<T>, T*);        \
  template void channel_gradient_sums<T>(const ChannelRuns&, const T*, const T*, opmath_t<T>, double*, double*);   \
  template void channel_gradient<T>(const ChannelRuns&, const T*, const T*, opmath_t<T>, opmath_t<T>, opmath_t<T>, \
                                    opmath_t<T>, T*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
