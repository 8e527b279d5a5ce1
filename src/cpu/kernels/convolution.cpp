#include "cpu/kernels/convolution.h"

#include <unistd.h>

#include <algorithm>

#include "core/ceil_div.h"
#include "cpu/gemm.h"
#include "cpu/kernels/convolution_lines.h"
#include "cpu/kernels/convolution_planes.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

// Note [Patches]
// A convolution is the product of the weight, a matrix (filters, depth), with the matrix of patches (depth, columns),
// whose column is what one output of one image sees of the input. It would be `taps` times the size of the input, so it
// is written `chunk` columns at a time into memory that stays in L2, where the product reads it in place. Columns count
// on through the images: small images share a chunk. The weight's gradient is the product of the outputs' gradient with
// the same matrix transposed, summed over the chunks. For integers and complex numbers, and where Note [Lines] would
// compute more between the rows of outputs than it saves.

// Columns at a time: enough that the weight is not read too often, few enough that their patches stay in L2.
int64_t chunk_columns(int64_t column_bytes, int64_t columns) {
  constexpr int64_t kFew = 96, kMany = 512;
  static const int64_t l2 = std::max<int64_t>(sysconf(_SC_LEVEL2_CACHE_SIZE), 1 << 18);
  const int64_t fit = l2 * 3 / 5 / std::max<int64_t>(column_bytes, 1) / 32 * 32;
  return std::max<int64_t>(1, std::min(columns, std::clamp(fit, kFew, kMany)));
}

// Outputs beside each other in one row of one image: columns [at, at + count) of a chunk.
struct Run {
  int64_t image, d, h, w, at, count;
};

std::vector<Run> runs_of(const ConvShape& s, int64_t column, int64_t count) {
  std::vector<Run> runs;
  const int64_t width = s.axes[2].outputs, height = s.axes[1].outputs, depth = s.axes[0].outputs;
  for (int64_t at = 0; at < count;) {
    const int64_t i = column + at, row = i / width;
    const int64_t length = std::min(count - at, width - i % width);
    runs.push_back({row / height / depth, row / height % depth, row % height, i % width, at, length});
    at += length;
  }
  return runs;
}

// Columns [at, at + count) of a chunk that lie `stride` apart in memory, from `offset`.
struct Span {
  int64_t offset, stride, at, count;
};

template <class T>
std::vector<Span> spans_of(const std::vector<Run>& runs, const ConvTarget<T>& target) {
  std::vector<Span> spans;
  const auto& stride = target.strides;
  for (const Run& r : runs) {
    const int64_t offset = r.image * target.image_stride + r.d * stride[0] + r.h * stride[1] + r.w * stride[2];
    if (!spans.empty() && spans.back().offset + spans.back().count * stride[2] == offset) spans.back().count += r.count;
    else spans.push_back({offset, stride[2], r.at, r.count});
  }
  return spans;
}

template <class T>
ConvTarget<T> contiguous_outputs(const ConvShape& s, T* data) {
  const int64_t width = s.axes[2].outputs, plane = s.axes[1].outputs * width, channel = s.outputs();
  return {data, s.groups * s.filters * channel, channel, {plane, width, 1}};
}

// Rows of the matrix of patches of a group's channels [channel, channel + channels), for the columns of `runs`.
template <class T, class A>
void write_patches(const ConvShape& s, const T* input, int64_t group, int64_t channel, int64_t channels,
                   const std::vector<Run>& runs, int64_t columns, A* out) {
  const auto& [depth, height, width] = s.axes;
  const int64_t size = s.inputs();
  for (int64_t c = channel; c < channel + channels; ++c) {
    for (const int64_t d : depth.offsets) {
      for (const int64_t h : height.offsets) {
        for (const int64_t w : width.offsets) {
          for (const Run& r : runs) {
            const int64_t z = r.d * depth.step + d, y = r.h * height.step + h;
            if (z < 0 || z >= depth.inputs || y < 0 || y >= height.inputs) {
              std::fill_n(out + r.at, r.count, A(0));
              continue;
            }
            const T* row =
                input + ((r.image * s.groups + group) * s.channels + c) * size + (z * height.inputs + y) * width.inputs;
            copy_run(row, width.inputs, r.w * width.step + w, width.step, r.count, out + r.at);
          }
          out += columns;
        }
      }
    }
  }
}

constexpr int64_t kFewColumns = 128;  // of an image: several shall be one product

// Whether the matrix of patches is the input itself.
bool is_pointwise(const ConvShape& s) {
  return std::ranges::all_of(s.axes, [](const ConvAxis& a) {
    return a.step == 1 && a.inputs == a.outputs && a.offsets.size() == 1 && a.offsets[0] == 0;
  });
}

template <class T>
bool is_contiguous(const ConvShape& s, const ConvTarget<T>& t) {
  const ConvTarget<T> dense = contiguous_outputs(s, t.data);
  return t.image_stride == dense.image_stride && t.channel_stride == dense.channel_stride && t.strides == dense.strides;
}

template <class T>
void convolve_pointwise(const ConvShape& s, const T* input, const T* weight, const T* bias, T* output) {
  const int64_t size = s.outputs(), filters = s.groups * s.filters;
  if (bias) {
    parallel_for(0, s.images * filters, 1 + 32768 / (size + 1), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) std::fill_n(output + i * size, size, bias[i % filters]);
    });
  }
  for (int64_t g = 0; g < s.groups; ++g) {
    gemm_batched<T>(false, false, s.images, s.filters, size, s.channels, T(1), weight + g * s.filters * s.channels,
                    s.channels, 0, input + g * s.channels * size, size, s.groups * s.channels * size,
                    bias ? T(1) : T(0), output + g * s.filters * size, size, filters * size);
  }
}

template <class T>
void convolve_patches(const ConvShape& s, const T* input, const opmath_t<T>* weight, const T* bias,
                      const ConvTarget<T>& output) {
  using A = opmath_t<T>;
  const int64_t depth = s.depth(), total = s.images * s.outputs();
  const int64_t chunk = chunk_columns(depth * static_cast<int64_t>(sizeof(A)), total), chunks = ceil_div(total, chunk);
  parallel_for(0, s.groups * chunks, 1, [&](int64_t begin, int64_t end) {
    const Scratch patches(depth * chunk * static_cast<int64_t>(sizeof(A)));
    const Scratch sums(s.filters * chunk * static_cast<int64_t>(sizeof(A)));
    for (int64_t i = begin; i < end; ++i) {
      const int64_t group = i / chunks, column = i % chunks * chunk, count = std::min(chunk, total - column);
      const std::vector<Run> runs = runs_of(s, column, count);
      write_patches(s, input, group, 0, s.channels, runs, count, patches.as<A>());
      gemm<A>(false, false, s.filters, count, depth, A(1), weight + group * s.filters * depth, depth, patches.as<A>(),
              count, A(0), sums.as<A>(), count);
      const std::vector<Span> spans = spans_of(runs, output);
      for (int64_t f = 0; f < s.filters; ++f) {
        const int64_t channel = group * s.filters + f;
        const A add = bias ? static_cast<A>(bias[channel]) : A(0);
        const A* from = sums.as<A>() + f * count;
        for (const Span& span : spans) {
          T* to = output.data + channel * output.channel_stride + span.offset;
          if (span.stride == 1) {
            for (int64_t j = 0; j < span.count; ++j) to[j] = static_cast<T>(from[span.at + j] + add);
          } else {
            for (int64_t j = 0; j < span.count; ++j) to[j * span.stride] = static_cast<T>(from[span.at + j] + add);
          }
        }
      }
    }
  });
}

// Few channels make thin products: their planes are walked instead.
template <class T>
bool prefers_planes(const ConvShape& s) {
  return is_floating(dtype_of<T>) && s.groups > 1 && s.channels <= 2 && s.filters <= 4 && s.taps() <= kMostPlaneTaps;
}

template <class T>
ConvPlane<T> plane_of(const ConvShape& s, const T* input) {
  const auto& [depth, height, width] = s.axes;
  return {input,
          {height.inputs, width.inputs},
          {height.outputs, width.outputs},
          {height.step, width.step},
          {static_cast<int64_t>(height.offsets.size()), static_cast<int64_t>(width.offsets.size())},
          {height.offsets.data(), width.offsets.data()}};
}

// Calls f(channel, tap of depth, input plane, output depth) for what one filter of one image meets.
template <class T, class F>
void for_planes(const ConvShape& s, const T* image, int64_t group, const F& f) {
  const ConvAxis& depth = s.axes[0];
  const int64_t plane = s.axes[1].inputs * s.axes[2].inputs;
  for (int64_t c = 0; c < s.channels; ++c) {
    for (size_t t = 0; t < depth.offsets.size(); ++t) {
      for (int64_t d = 0; d < depth.outputs; ++d) {
        const int64_t z = d * depth.step + depth.offsets[t];
        if (z < 0 || z >= depth.inputs) continue;
        const T* input = image + ((group * s.channels + c) * depth.inputs + z) * plane;
        f((c * static_cast<int64_t>(depth.offsets.size()) + static_cast<int64_t>(t)), input, d);
      }
    }
  }
}

template <class T>
void convolve_planes(const ConvShape& s, const T* input, const opmath_t<T>* weight, const T* bias,
                     const ConvTarget<T>& output) {
  using A = opmath_t<T>;
  const auto kernel = VT_SIMD_PICK(conv_plane_sums, T);
  const int64_t filters = s.groups * s.filters, size = s.outputs(), plane = s.axes[1].outputs * s.axes[2].outputs;
  const auto plane_taps = static_cast<int64_t>(s.axes[1].offsets.size() * s.axes[2].offsets.size());
  const auto& stride = output.strides;
  const bool in_place = std::is_same_v<T, A> && stride[2] == 1 && stride[1] == s.axes[2].outputs && stride[0] == plane;
  parallel_for(0, s.images * filters, 1 + 16384 / (size * s.depth() + 1), [&](int64_t begin, int64_t end) {
    const Scratch scratch(in_place ? 0 : size * static_cast<int64_t>(sizeof(A)));
    for (int64_t i = begin; i < end; ++i) {
      const int64_t image = i / filters, channel = i % filters;
      T* to = output.data + image * output.image_stride + channel * output.channel_stride;
      A* sums = scratch.as<A>();
      if constexpr (std::is_same_v<T, A>) sums = in_place ? to : sums;
      std::fill_n(sums, size, bias ? static_cast<A>(bias[channel]) : A(0));
      const T* from = input + image * s.groups * s.channels * s.inputs();
      for_planes(s, from, channel / s.filters, [&](int64_t taps, const T* in, int64_t d) {
        kernel(plane_of(s, in), weight + channel * s.depth() + taps * plane_taps, sums + d * plane);
      });
      if (in_place) continue;
      const A* sum = sums;
      for (int64_t d = 0; d < s.axes[0].outputs; ++d) {
        for (int64_t h = 0; h < s.axes[1].outputs; ++h) {
          T* row = to + d * stride[0] + h * stride[1];
          for (int64_t w = 0; w < s.axes[2].outputs; ++w) row[w * stride[2]] = static_cast<T>(*sum++);
        }
      }
    }
  });
}

template <class T>
void gradient_by_planes(const ConvShape& s, const T* input, const T* grad, opmath_t<T>* weight_grad) {
  const auto kernel = VT_SIMD_PICK(conv_plane_gradient, T);
  const int64_t filters = s.groups * s.filters, size = s.outputs(), plane = s.axes[1].outputs * s.axes[2].outputs;
  const auto plane_taps = static_cast<int64_t>(s.axes[1].offsets.size() * s.axes[2].offsets.size());
  parallel_for(0, filters, 1, [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      auto* sums = weight_grad + channel * s.depth();
      std::fill_n(sums, s.depth(), opmath_t<T>(0));
      for (int64_t image = 0; image < s.images; ++image) {
        const T* from = input + image * s.groups * s.channels * s.inputs();
        const T* g = grad + (image * filters + channel) * size;
        for_planes(s, from, channel / s.filters, [&](int64_t taps, const T* in, int64_t d) {
          kernel(plane_of(s, in), g + d * plane, sums + taps * plane_taps);
        });
      }
    }
  });
}

template <class T>
void gradient_by_patches(const ConvShape& s, const T* input, const T* grad, opmath_t<T>* weight_grad) {
  using A = opmath_t<T>;
  const int64_t depth = s.depth(), taps = s.taps(), size = s.outputs(), total = s.images * size;
  const int64_t chunk = chunk_columns(depth * static_cast<int64_t>(sizeof(A)), total);
  // Every element of the gradient is summed over the chunks by one thread, in order.
  const int64_t blocks = std::clamp<int64_t>(ceil_div(2 * get_num_threads(), s.groups), 1, s.channels);
  const ConvTarget<const T> gradient = contiguous_outputs<const T>(s, grad);
  parallel_for(0, s.groups * blocks, 1, [&](int64_t begin, int64_t end) {
    const int64_t most = ceil_div(s.channels, blocks) * taps;
    const Scratch patches(most * chunk * static_cast<int64_t>(sizeof(A)));
    const Scratch gathered(s.filters * chunk * static_cast<int64_t>(sizeof(A)));
    for (int64_t i = begin; i < end; ++i) {
      const int64_t group = i / blocks, block = i % blocks;
      const int64_t first = block * s.channels / blocks, channels = (block + 1) * s.channels / blocks - first;
      A* out = weight_grad + group * s.filters * depth + first * taps;
      for (int64_t column = 0; column < total; column += chunk) {
        const int64_t count = std::min(chunk, total - column);
        const std::vector<Run> runs = runs_of(s, column, count);
        write_patches(s, input, group, first, channels, runs, count, patches.as<A>());
        const std::vector<Span> spans = spans_of(runs, gradient);
        const A* g = gathered.as<A>();
        int64_t distance = count;
        if (std::is_same_v<T, A> && spans.size() == 1) {  // within an image: where it lies
          g = reinterpret_cast<const A*>(gradient.data + group * s.filters * size + spans[0].offset);
          distance = size;
        } else {
          for (int64_t f = 0; f < s.filters; ++f) {
            for (const Span& span : spans) {
              const T* from = gradient.data + (group * s.filters + f) * size + span.offset;
              std::copy_n(from, span.count, gathered.as<A>() + f * count + span.at);
            }
          }
        }
        gemm<A>(false, true, s.filters, channels * taps, count, A(1), g, distance, patches.as<A>(), count,
                column == 0 ? A(0) : A(1), out, depth);
      }
    }
  });
}

}  // namespace

template <class T>
void convolve(const ConvShape& s, const T* input, const opmath_t<T>* weight, const T* bias,
              const ConvTarget<T>& output) {
  if constexpr (is_floating(dtype_of<T>)) {
    if (prefers_planes<T>(s)) return convolve_planes(s, input, weight, bias, output);
  }
  if constexpr (std::is_same_v<T, opmath_t<T>>) {
    if (is_pointwise(s) && is_contiguous(s, output) && (s.outputs() >= kFewColumns || s.images == 1)) {
      return convolve_pointwise(s, input, weight, bias, output.data);
    }
  }
  if constexpr (is_floating(dtype_of<T>)) {
    if (prefers_lines(s) && !is_pointwise(s)) return convolve_lines(s, input, weight, bias, output);
  }
  convolve_patches(s, input, weight, bias, output);
}

template <class T>
void convolve_weight_gradient(const ConvShape& s, const T* input, const T* grad, opmath_t<T>* weight_grad) {
  if (s.images * s.outputs() == 0) {
    std::fill_n(weight_grad, s.groups * s.filters * s.depth(), opmath_t<T>(0));
    return;
  }
  if constexpr (is_floating(dtype_of<T>)) {
    if (prefers_planes<T>(s)) return gradient_by_planes(s, input, grad, weight_grad);
    const int64_t inputs = s.images * s.groups * s.channels * s.inputs();
    const bool steps_by_one = std::ranges::all_of(s.axes, [](const ConvAxis& a) { return a.step == 1; });
    if (s.taps() > 1 && steps_by_one && prefers_lines(s) && VT_SIMD_PICK(conv_all_finite, T)(input, inputs)) {
      return gradient_by_lines(s, input, grad, weight_grad);
    }
  }
  gradient_by_patches(s, input, grad, weight_grad);
}

#define VT_INSTANTIATE(T)                                                                                    \
  template void convolve<T>(const ConvShape&, const T*, const opmath_t<T>*, const T*, const ConvTarget<T>&); \
  template void convolve_weight_gradient<T>(const ConvShape&, const T*, const T*, opmath_t<T>*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
VT_INSTANTIATE(uint8_t)
VT_INSTANTIATE(int8_t)
VT_INSTANTIATE(int16_t)
VT_INSTANTIATE(int32_t)
VT_INSTANTIATE(int64_t)
VT_INSTANTIATE(complex<float>)
VT_INSTANTIATE(complex<double>)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
