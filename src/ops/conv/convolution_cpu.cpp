// Convolutions on the CPU: tensors to the planes and taps of cpu/kernels/convolution.h.
#include "cpu/kernels/convolution.h"

#include <algorithm>

#include "cpu/gemm.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"
#include "ops/conv/convolution.h"
#include "ops/copy/kernels.h"

namespace vt::conv {
namespace {

constexpr size_t kAxes = 3;

// The kernel has three spatial dims; missing ones are of size 1, in front.
size_t axis_of(const Geometry& g, size_t dim) { return kAxes - g.dims() + dim; }

cpu::ConvShape plain_shape(const Geometry& g, IntSpan input, IntSpan result, IntSpan kernel) {
  cpu::ConvShape shape{input[0], g.groups, input[1] / g.groups, result[1] / g.groups, {}};
  for (size_t d = 0; d < g.dims(); ++d) {
    cpu::ConvAxis& axis = shape.axes[axis_of(g, d)];
    axis = {input[d + 2], result[d + 2], g.stride[d], {}};
    for (int64_t t = 0; t < kernel[d]; ++t) axis.offsets.push_back(t * g.dilation[d] - g.padding[d]);
  }
  return shape;
}

template <class T>
cpu::ConvTarget<T> target_of(const Tensor& out) {
  cpu::ConvTarget<T> target{out.data<T>(), out.strides()[0], out.strides()[1], {}};
  const size_t dims = out.sizes().size() - 2;
  for (size_t d = 0; d < dims; ++d) target.strides[kAxes - dims + d] = out.strides()[d + 2];
  return target;
}

// Note [Transposed convolutions]
// An output o of a dim sees the inputs (o + padding - t * dilation) / stride of those taps t for which that is whole.
// The outputs o = phase, phase + stride, ... see the same taps, at inputs that step by one: each phase is a plain
// convolution with a part of the weight, and nothing is multiplied by the zeros that a stride would put between inputs.
struct Phase {
  cpu::ConvShape shape;
  std::array<std::vector<int64_t>, kAxes> taps;  // of the kernel
};

Phase phase_of(const Geometry& g, IntSpan input, IntSpan result, IntSpan kernel, IntSpan phases) {
  Phase p{{input[0], g.groups, input[1] / g.groups, result[1] / g.groups, {}}, {{{0}, {0}, {0}}}};
  for (size_t d = 0; d < g.dims(); ++d) {
    const size_t at = axis_of(g, d);
    cpu::ConvAxis& axis = p.shape.axes[at];
    axis = {input[d + 2], (result[d + 2] - phases[d] + g.stride[d] - 1) / g.stride[d], 1, {}};
    p.taps[at].clear();
    for (int64_t t = 0; t < kernel[d]; ++t) {
      const int64_t reach = phases[d] + g.padding[d] - t * g.dilation[d];
      if (reach % g.stride[d] != 0) continue;
      axis.offsets.push_back(reach / g.stride[d]);
      p.taps[at].push_back(t);
    }
  }
  return p;
}

// The taps of a phase from weight (groups * channels, filters, kernel), as (groups * filters, channels, taps).
template <class T>
std::vector<opmath_t<T>> phase_weight(const Phase& p, const T* weight, const std::array<int64_t, kAxes>& kernel) {
  const cpu::ConvShape& s = p.shape;
  const int64_t size = kernel[0] * kernel[1] * kernel[2], taps = s.taps();
  std::vector<int64_t> places;  // of the taps in the kernel
  for (const int64_t z : p.taps[0]) {
    for (const int64_t y : p.taps[1]) {
      for (const int64_t x : p.taps[2]) places.push_back((z * kernel[1] + y) * kernel[2] + x);
    }
  }
  std::vector<opmath_t<T>> out(static_cast<size_t>(s.groups * s.filters * s.depth()));
  constexpr int64_t kTogether = 16;  // filters, which are neighbours in one and far apart in the other
  for (int64_t g = 0; g < s.groups; ++g) {
    for (int64_t first = 0; first < s.filters; first += kTogether) {
      const int64_t end = std::min(s.filters, first + kTogether);
      for (int64_t c = 0; c < s.channels; ++c) {
        for (int64_t f = first; f < end; ++f) {
          const T* from = weight + ((g * s.channels + c) * s.filters + f) * size;
          opmath_t<T>* to = out.data() + ((g * s.filters + f) * s.channels + c) * taps;
          for (int64_t t = 0; t < taps; ++t) to[t] = static_cast<opmath_t<T>>(from[places[static_cast<size_t>(t)]]);
        }
      }
    }
  }
  return out;
}

// Where windows lie beside each other every output meets one tap of one input: all of an image's sums are one product,
// and its rows are put where they belong.
template <class T>
bool convolve_apart(const Geometry& g, const Tensor& input, const Tensor& weight, const T* bias, const Tensor& out) {
  const DimVec x(input.sizes()), y(out.sizes());
  std::array<int64_t, kAxes> kernel{1, 1, 1}, in{1, 1, 1}, result{1, 1, 1}, before{0, 0, 0};
  for (size_t d = 0; d < g.dims(); ++d) {
    const size_t at = axis_of(g, d);
    kernel[at] = weight.sizes()[d + 2];
    in[at] = x[d + 2];
    result[at] = y[d + 2];
    before[at] = g.padding[d];
    if (g.stride[d] != kernel[at] || g.dilation[d] != 1) return false;
  }
  const int64_t taps = kernel[0] * kernel[1] * kernel[2], positions = in[0] * in[1] * in[2];
  const int64_t channels = x[1] / g.groups, filters = y[1] / g.groups, size = result[0] * result[1] * result[2];
  if (taps == 1) return false;
  parallel_for(0, x[0] * g.groups, 1, [&](int64_t begin, int64_t end) {
    const cpu::Scratch memory(filters * taps * positions * static_cast<int64_t>(sizeof(T)));
    T* sums = memory.as<T>();  // (filters, taps, positions)
    for (int64_t i = begin; i < end; ++i) {
      const int64_t group = i % g.groups;
      cpu::gemm<T>(true, false, filters * taps, positions, channels, T(1),
                   weight.data<T>() + group * channels * filters * taps, filters * taps,
                   input.data<T>() + i * channels * positions, positions, T(0), sums, positions);
      for (int64_t f = 0; f < filters; ++f) {
        T* to = out.data<T>() + (i * filters + f) * size;
        const T more = bias ? bias[group * filters + f] : T(0);
        std::fill_n(to, size, more);
        for (int64_t d = 0; d < result[0]; ++d) {
          const int64_t id = (d + before[0]) / kernel[0], td = (d + before[0]) % kernel[0];
          if (id >= in[0]) continue;
          for (int64_t h = 0; h < result[1]; ++h) {
            const int64_t ih = (h + before[1]) / kernel[1], th = (h + before[1]) % kernel[1];
            if (ih >= in[1]) continue;
            T* row = to + (d * result[1] + h) * result[2];
            for (int64_t t = 0; t < kernel[2]; ++t) {
              const T* from = sums + (((f * kernel[0] + td) * kernel[1] + th) * kernel[2] + t) * positions +
                              (id * in[1] + ih) * in[2];
              for (int64_t w = 0; w < in[2]; ++w) {
                const int64_t at = w * kernel[2] + t - before[2];
                if (at >= 0 && at < result[2]) row[at] = from[w] + more;
              }
            }
          }
        }
      }
    }
  });
  return true;
}

template <class T>
void convolve_transposed(const Geometry& g, const Tensor& input, const Tensor& weight, const T* bias,
                         const Tensor& out) {
  if constexpr (std::is_same_v<T, opmath_t<T>>) {  // others are rounded once, after the bias
    if (convolve_apart(g, input, weight, bias, out)) return;
  }
  std::array<int64_t, kAxes> kernel{1, 1, 1};
  for (size_t d = 0; d < g.dims(); ++d) kernel[axis_of(g, d)] = weight.sizes()[d + 2];
  const int64_t phases = checked_numel(g.stride);
  DimVec at(g.dims(), 0);
  for (int64_t i = 0; i < phases; ++i) {
    const Phase p = phase_of(g, input.sizes(), out.sizes(), weight.sizes().subspan(2), at);
    if (p.shape.outputs() > 0) {
      cpu::ConvTarget<T> target = target_of<T>(out);
      for (size_t d = 0; d < g.dims(); ++d) {
        target.data += at[d] * target.strides[axis_of(g, d)];
        target.strides[axis_of(g, d)] *= g.stride[d];
      }
      cpu::convolve<T>(p.shape, input.data<T>(), phase_weight(p, weight.data<T>(), kernel).data(), bias, target);
    }
    for (size_t d = g.dims(); d-- > 0 && ++at[d] == g.stride[d];) at[d] = 0;
  }
}

}  // namespace

void convolution_cpu(const Tensor& given, const Tensor& given_weight, const Tensor& given_bias, IntSpan stride,
                     IntSpan padding, IntSpan dilation, bool transposed, IntSpan output_padding, int64_t groups,
                     Tensor& out) {
  if (out.numel() == 0) return;
  const Geometry g{stride, padding, dilation, transposed, output_padding, groups};
  const Tensor input = contiguous_data(given), weight = contiguous_data(given_weight);
  const Tensor bias = given_bias.defined() ? contiguous_data(given_bias) : Tensor();
  const Tensor result = out.is_contiguous() ? out : empty_like(out);
  visit_dtype<kNumericSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    const T* add = bias.defined() ? bias.data<T>() : nullptr;
    if (transposed) return convolve_transposed<T>(g, input, weight, add, result);
    const Tensor wide = cast_data(weight, opmath_dtype(weight.dtype()));
    cpu::convolve<T>(plain_shape(g, input.sizes(), result.sizes(), weight.sizes().subspan(2)), input.data<T>(),
                     wide.data<opmath_t<T>>(), add, target_of<T>(result));
  });
  if (!result.is_same(out)) copy_data(out, result);
}

void convolution_weight_gradient_cpu(const Tensor& given, const Tensor& given_grad, IntSpan, IntSpan stride,
                                     IntSpan padding, IntSpan dilation, int64_t groups, Tensor& out) {
  if (out.numel() == 0) return;
  const Geometry g{stride, padding, dilation, false, {}, groups};
  const Tensor input = contiguous_data(given), grad = contiguous_data(given_grad);
  const DType wide = opmath_dtype(out.dtype());
  const Tensor sums = wide == out.dtype() && out.is_contiguous() ? out : empty(out.sizes(), wide, out.device());
  visit_dtype<kNumericSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    cpu::convolve_weight_gradient<T>(plain_shape(g, input.sizes(), grad.sizes(), out.sizes().subspan(2)),
                                     input.data<T>(), grad.data<T>(), sums.data<opmath_t<T>>());
  });
  if (!sums.is_same(out)) copy_data(out, sums);
}

}  // namespace vt::conv
