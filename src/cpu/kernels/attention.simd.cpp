#include "cpu/kernels/attention_rows.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {

static VT_ALWAYS_INLINE int64_t visible_keys(int64_t row, int64_t keys, int64_t first_visible) {
  const int64_t visible = first_visible + row;
  return visible > keys ? keys : visible;
}

template <class T>
void attention_softmax(T* scores, int64_t rows, int64_t keys, int64_t first_visible, T* lse) {
  for (int64_t r = 0; r < rows; ++r, scores += keys) {
    const int64_t visible = visible_keys(r, keys, first_visible);
    Lanes<T> top(-std::numeric_limits<T>::infinity());
    for_lanes<T>(visible, [&](int e, int64_t i)
                              VT_ROW_LAMBDA { top.value[e] = scores[i] > top.value[e] ? scores[i] : top.value[e]; });
    const T maximum = top.max();
    Lanes<T> sum(T(0));
    for_lanes<T>(visible, [&](int e, int64_t i) VT_ROW_LAMBDA {
      const T v = m::exp(scores[i] - maximum);
      scores[i] = v;
      sum.value[e] += v;
    });
    const T total = sum.sum();
    const T inverse = T(1) / total;
    for (int64_t i = 0; i < visible; ++i) scores[i] *= inverse;
    for (int64_t i = visible; i < keys; ++i) scores[i] = T(0);
    lse[r] = visible > 0 ? maximum + m::log(total) : -std::numeric_limits<T>::infinity();
  }
}

template <class T>
void attention_probabilities(T* scores, int64_t rows, int64_t keys, int64_t first_visible, const T* lse) {
  for (int64_t r = 0; r < rows; ++r, scores += keys) {
    const int64_t visible = visible_keys(r, keys, first_visible);
    const T shift = lse[r];
    for (int64_t i = 0; i < visible; ++i) scores[i] = m::exp(scores[i] - shift);
    for (int64_t i = visible; i < keys; ++i) scores[i] = T(0);
  }
}

template <class T>
void attention_score_gradient(const T* p, T* dp, int64_t rows, int64_t keys, const T* delta, T scale) {
  for (int64_t r = 0; r < rows; ++r, p += keys, dp += keys) {
    const T shift = delta[r];
    for (int64_t i = 0; i < keys; ++i) dp[i] = scale * p[i] * (dp[i] - shift);
  }
}

template <class T>
void attention_delta(const T* grad, int64_t grad_stride, const T* out, int64_t out_stride, int64_t rows, int64_t dim,
                     T* delta) {
  for (int64_t r = 0; r < rows; ++r) {
    Lanes<T> sum(T(0));
    const T* g = grad + r * grad_stride;
    const T* o = out + r * out_stride;
    for_lanes<T>(dim, [&](int e, int64_t i) VT_ROW_LAMBDA { sum.value[e] += g[i] * o[i]; });
    delta[r] = sum.sum();
  }
}

#define VT_INSTANTIATE(T)                                                                 \
  template void attention_softmax<T>(T*, int64_t, int64_t, int64_t, T*);                  \
  template void attention_probabilities<T>(T*, int64_t, int64_t, int64_t, const T*);      \
  template void attention_score_gradient<T>(const T*, T*, int64_t, int64_t, const T*, T); \
  template void attention_delta<T>(const T*, int64_t, const T*, int64_t, int64_t, int64_t, T*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
