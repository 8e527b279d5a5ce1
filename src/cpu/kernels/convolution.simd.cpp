#include "cpu/kernels/convolution_padded.h"
#include "cpu/kernels/convolution_planes.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {
namespace {

constexpr int kLanes = 16;  // of a tap's products, summed side by side

// The outputs of a row whose inputs through all taps exist: [begin, end). The others look at each.
struct Inside {
  int64_t begin = 0, end;

  template <class T>
  explicit VT_ALWAYS_INLINE Inside(const ConvPlane<T>& p) : end(p.outputs[1]) {
    const int64_t step = p.steps[1];
    for (int64_t t = 0; t < p.taps[1]; ++t) {
      const int64_t offset = p.offsets[1][t];
      const int64_t first = offset >= 0 ? 0 : (step - 1 - offset) / step;
      const int64_t last = offset >= p.inputs[1] ? 0 : (p.inputs[1] - 1 - offset) / step + 1;
      begin = first > begin ? first : begin;
      end = last < end ? last : end;
    }
    begin = begin < p.outputs[1] ? begin : p.outputs[1];
    end = end < begin ? begin : end;
  }
};

// The rows that an output row meets, with the number of the first tap of each.
template <class T>
struct Rows {
  const T* rows[kMostPlaneTaps];
  int64_t taps[kMostPlaneTaps];
  int64_t count = 0;

  VT_ALWAYS_INLINE Rows(const ConvPlane<T>& p, int64_t row) {
    for (int64_t t = 0; t < p.taps[0]; ++t) {
      const int64_t at = row * p.steps[0] + p.offsets[0][t];
      if (at < 0 || at >= p.inputs[0]) continue;
      rows[count] = p.input + at * p.inputs[1];
      taps[count++] = t * p.taps[1];
    }
  }
};

// y[i] += the products of Count rows with Taps weights each, i in [begin, end). A step of 0 is any.
template <int Count, int Taps, int Step, class T, class A>
VT_ALWAYS_INLINE void add_rows(const ConvPlane<T>& p, const T* const* rows, const int64_t* first, const A* weight,
                               int64_t begin, int64_t end, A* __restrict y) {
  const int64_t step = Step ? Step : p.steps[1];
  const T* x[Count * Taps];
  A w[Count * Taps];
  for (int r = 0; r < Count; ++r) {
    for (int t = 0; t < Taps; ++t) {
      x[r * Taps + t] = rows[r] + p.offsets[1][t];
      w[r * Taps + t] = weight[first[r] + t];
    }
  }
  for (int64_t i = begin; i < end; ++i) {
    A sum = y[i];
    for (int k = 0; k < Count * Taps; ++k) sum += w[k] * static_cast<A>(x[k][i * step]);
    y[i] = sum;
  }
}

template <int Step, class T, class A>
VT_ALWAYS_INLINE void add_inside(const ConvPlane<T>& p, const Rows<T>& rows, const A* weight, const Inside& in, A* y) {
  int64_t r = 0;
  if (p.taps[1] == 3) {
    for (; r + 3 <= rows.count; r += 3)
      add_rows<3, 3, Step>(p, rows.rows + r, rows.taps + r, weight, in.begin, in.end, y);
  }
  for (; r < rows.count; ++r) {
    const T* const* row = rows.rows + r;
    const int64_t* first = rows.taps + r;
    switch (p.taps[1]) {
      case 3: add_rows<1, 3, Step>(p, row, first, weight, in.begin, in.end, y); break;
      case 5: add_rows<1, 5, Step>(p, row, first, weight, in.begin, in.end, y); break;
      case 7: add_rows<1, 7, Step>(p, row, first, weight, in.begin, in.end, y); break;
      default:
        for (int64_t t = 0; t < p.taps[1]; ++t) {
          const T* x = *row + p.offsets[1][t];
          const A w = weight[*first + t];
          const int64_t step = Step ? Step : p.steps[1];
          for (int64_t i = in.begin; i < in.end; ++i) y[i] += w * static_cast<A>(x[i * step]);
        }
    }
  }
}

// Calls f(output, tap, input) for what outputs [begin, end) of a row meet through the taps that begin with `first`.
template <class T, class F>
VT_ALWAYS_INLINE void for_borders(const ConvPlane<T>& p, int64_t first, const T* row, int64_t begin, int64_t end, F f) {
  for (int64_t i = begin; i < end; ++i) {
    for (int64_t t = 0; t < p.taps[1]; ++t) {
      const int64_t at = i * p.steps[1] + p.offsets[1][t];
      if (at >= 0 && at < p.inputs[1]) f(i, first + t, row[at]);
    }
  }
}

// sums[t][lane] += g[i] * x[i * step + offset of t], i in [begin, end), lane by lane.
template <int Taps, int Step, class T, class A>
VT_ALWAYS_INLINE void add_products(const ConvPlane<T>& p, const T* row, const T* __restrict g, int64_t begin,
                                   int64_t end, A (*__restrict sums)[kLanes]) {
  const int64_t step = Step ? Step : p.steps[1];
  const T* x[Taps];
  for (int t = 0; t < Taps; ++t) x[t] = row + p.offsets[1][t];
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) {
    for (int t = 0; t < Taps; ++t) {
      for (int e = 0; e < kLanes; ++e) sums[t][e] += static_cast<A>(g[i + e]) * static_cast<A>(x[t][(i + e) * step]);
    }
  }
  const int64_t rest = end - i;
  for (int t = 0; t < Taps; ++t) {
    for (int64_t e = 0; e < rest; ++e) sums[t][e] += static_cast<A>(g[i + e]) * static_cast<A>(x[t][(i + e) * step]);
  }
}

template <int Step, class T, class A>
VT_ALWAYS_INLINE void add_row_products(const ConvPlane<T>& p, const T* row, const T* g, const Inside& in,
                                       A (*sums)[kLanes]) {
  if (p.taps[1] == 3) return add_products<3, Step>(p, row, g, in.begin, in.end, sums);
  for (int64_t t = 0; t < p.taps[1]; ++t) {
    ConvPlane<T> one = p;
    one.offsets[1] = p.offsets[1] + t;
    add_products<1, Step>(one, row, g, in.begin, in.end, sums + t);
  }
}

}  // namespace

template <class T>
void conv_plane_sums(const ConvPlane<T>& p, const opmath_t<T>* weight, opmath_t<T>* sums) {
  using A = opmath_t<T>;
  if (add_padded_sums(p, weight, sums)) return;
  const Inside in(p);
  for (int64_t row = 0; row < p.outputs[0]; ++row) {
    const Rows<T> rows(p, row);
    A* y = sums + row * p.outputs[1];
    const auto add = [&](int64_t i, int64_t tap, T x) VT_ROW_LAMBDA { y[i] += weight[tap] * static_cast<A>(x); };
    for (int64_t r = 0; r < rows.count; ++r) {
      for_borders(p, rows.taps[r], rows.rows[r], 0, in.begin, add);
      for_borders(p, rows.taps[r], rows.rows[r], in.end, p.outputs[1], add);
    }
    if (p.steps[1] == 1) add_inside<1>(p, rows, weight, in, y);
    else if (p.steps[1] == 2) add_inside<2>(p, rows, weight, in, y);
    else add_inside<0>(p, rows, weight, in, y);
  }
}

template <class T>
void conv_plane_gradient(const ConvPlane<T>& p, const T* grad, opmath_t<T>* weight_grad) {
  using A = opmath_t<T>;
  if (add_padded_products(p, grad, weight_grad)) return;
  const Inside in(p);
  A sums[kMostPlaneTaps][kLanes];
  const int64_t taps = p.taps[0] * p.taps[1];
  for (int64_t t = 0; t < taps; ++t) {
    for (int e = 0; e < kLanes; ++e) sums[t][e] = 0;
  }
  for (int64_t row = 0; row < p.outputs[0]; ++row) {
    const Rows<T> rows(p, row);
    const T* g = grad + row * p.outputs[1];
    const auto add = [&](int64_t i, int64_t tap, T x)
                         VT_ROW_LAMBDA { sums[tap][0] += static_cast<A>(g[i]) * static_cast<A>(x); };
    for (int64_t r = 0; r < rows.count; ++r) {
      for_borders(p, rows.taps[r], rows.rows[r], 0, in.begin, add);
      for_borders(p, rows.taps[r], rows.rows[r], in.end, p.outputs[1], add);
      A(*of_row)[kLanes] = sums + rows.taps[r];
      if (p.steps[1] == 1) add_row_products<1>(p, rows.rows[r], g, in, of_row);
      else if (p.steps[1] == 2) add_row_products<2>(p, rows.rows[r], g, in, of_row);
      else add_row_products<0>(p, rows.rows[r], g, in, of_row);
    }
  }
  for (int64_t t = 0; t < taps; ++t) {
    A total = 0;
    for (int e = 0; e < kLanes; ++e) total += sums[t][e];
    weight_grad[t] += total;
  }
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
