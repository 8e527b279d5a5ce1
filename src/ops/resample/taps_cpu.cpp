#include "ops/resample/taps_cpu.h"

#include <algorithm>
#include <vector>

#include "cpu/kernels/taps.h"
#include "cpu/thread_pool.h"
#include "ops/copy/kernels.h"

namespace vt {
namespace cpu {
namespace {

template <class T>
auto gather_function() {
  return VT_SIMD_PICK(gather_taps, T);
}
template <class T>
auto scatter_function() {
  return VT_SIMD_PICK(scatter_taps, T);
}

}  // namespace
}  // namespace cpu

namespace resample {
namespace {

// spans with every place worked out.
struct Places {
  std::vector<int64_t> places, counts;
  int64_t width;

  Places(const TapLayout& l, const Tensor& spans, const Tensor& weights)
      : width(weights.defined() ? weights.size(1) : 1) {
    const auto* span = spans.data<int64_t>();
    for (int64_t o = 0; o < l.outputs; ++o) {
      for (int64_t k = 0; k < width; ++k) places.push_back(std::clamp<int64_t>(span[2 * o] + k, 0, l.inputs - 1));
      counts.push_back(std::clamp<int64_t>(span[2 * o + 1], 0, width));
    }
  }
  template <class T>
  cpu::TapTable<T> table(const Tensor& weights) const {
    const T* values = weights.defined() ? static_cast<const T*>(weights.data()) : nullptr;
    const bool full = std::ranges::all_of(counts, [this](int64_t n) { return n == width; });
    return {static_cast<int64_t>(counts.size()), width, places.data(), counts.data(), values, full};
  }
};

template <class T>
void gather(const TapLayout& l, const Places& places, const Tensor& weights, const void* input, void* result) {
  const auto table = places.table<T>(weights);
  const auto kernel = cpu::gather_function<T>();
  const auto* x = static_cast<const T*>(input);
  auto* y = static_cast<T*>(result);
  parallel_for(0, l.outer * l.outputs, 1 + 16384 / (l.inner * table.width), [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t block = begin / l.outputs, first = begin % l.outputs;
      const int64_t stop = std::min(l.outputs, first + end - begin);
      kernel(table, first, stop, l.inner, x + block * l.inputs * l.inner, y + block * l.outputs * l.inner);
      begin += stop - first;
    }
  });
}

template <class T>
void scatter(const TapLayout& l, const Places& places, const Tensor& weights, const Tensor& x, const Tensor& y) {
  const auto table = places.table<T>(weights);
  const auto kernel = cpu::scatter_function<T>();
  const int64_t work = l.outputs * l.inner * table.width + l.inputs * l.inner;
  parallel_for(0, l.outer, 1 + 16384 / work, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      T* out = y.data<T>() + block * l.inputs * l.inner;
      std::fill_n(out, l.inputs * l.inner, T(0));
      kernel(table, l.inner, x.data<T>() + block * l.outputs * l.inner, out);
    }
  });
}

// Note [Bytes of images]
// Weights of uint8 are rounded to integers of 15 bits and a common power of two, the largest that fits them and no more
// than 2^22, and so every pass is exact integer sums and one rounding. A border that counts several times has the sum
// of its weights, rounded once. These are PyTorch's numbers on the CPU, and Pillow's.
struct ByteWeights {
  std::vector<int64_t> places, counts;
  std::vector<int16_t> weights;
  int shift = 0;

  ByteWeights(const Places& from, const Tensor& given) : counts(from.counts.size()) {
    const double* values = given.data<double>();
    std::vector<double> sums;
    for (size_t o = 0; o < from.counts.size(); ++o) {
      const size_t row = o * static_cast<size_t>(from.width);
      places.resize(row + static_cast<size_t>(from.width));
      sums.resize(places.size());
      size_t last = row;
      for (size_t k = row; k < row + static_cast<size_t>(from.counts[o]); ++k) {
        if (k > row && from.places[k] != from.places[k - 1]) ++last;
        places[last] = from.places[k];
        sums[last] += values[k];
      }
      counts[o] = from.counts[o] ? static_cast<int64_t>(last - row) + 1 : 0;
    }
    const double largest = sums.empty() ? 1 : *std::ranges::max_element(sums);
    while (shift < 22 && largest * (2 << shift) + 0.5 < 32768) ++shift;
    for (const double w : sums) weights.push_back(static_cast<int16_t>(w * (1 << shift) + (w < 0 ? -0.5 : 0.5)));
  }
};

// Sums of 16-bit elements are collected in float32.
Tensor as_summed(const Tensor& t) { return is_reduced_floating(t.dtype()) ? cast_data(t, DType::float32) : t; }

}  // namespace

void fill_taps_cpu(const TapAxis& axis, const Tensor& spans, const Tensor& weights) {
  const auto fill = [&]<class A>(TypeTag<A>) {
    A* values = weights.defined() ? weights.data<A>() : nullptr;
    for (int64_t o = 0; o < axis.outputs; ++o)
      taps_of<A>(axis, o, spans.data<int64_t>() + 2 * o, values + (values ? o * axis.width() : 0));
  };
  if (!weights.defined()) return axis.twice ? fill(TypeTag<double>{}) : fill(TypeTag<float>{});
  visit_dtype<kFloatSet>(weights.dtype(), fill);
}

void gather_taps_cpu(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights, const Tensor& y) {
  const Places places(l, spans, weights);
  switch (x.element_size()) {  // without weights the elements are only moved
    case 1: return gather<uint8_t>(l, places, weights, x.data(), y.data());
    case 2: return gather<uint16_t>(l, places, weights, x.data(), y.data());
    case 4: return gather<float>(l, places, weights, x.data(), y.data());
    default: return gather<double>(l, places, weights, x.data(), y.data());
  }
}

void gather_bytes_cpu(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights,
                      const Tensor& y) {
  const Places from(l, spans, weights);
  const ByteWeights made(from, weights);
  const cpu::ByteTaps table{from.width, made.places.data(), made.counts.data(), made.weights.data(), made.shift};
  const auto kernel = pick_simd(&cpu::v2::gather_byte_taps, &cpu::v3::gather_byte_taps, &cpu::v4::gather_byte_taps);
  const auto* from_bytes = x.data<uint8_t>();
  auto* to = y.data<uint8_t>();
  parallel_for(0, l.outer * l.outputs, 1 + 16384 / (l.inner * from.width), [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t block = begin / l.outputs, first = begin % l.outputs;
      const int64_t stop = std::min(l.outputs, first + end - begin);
      kernel(table, first, stop, l.inner, from_bytes + block * l.inputs * l.inner, to + block * l.outputs * l.inner);
      begin += stop - first;
    }
  });
}

void scatter_taps_cpu(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights,
                      const Tensor& y) {
  const Places places(l, spans, weights);
  const Tensor from = as_summed(x), sums = from.is_same(x) ? y : empty(y.sizes(), from.dtype());
  visit_dtype<kFloatSet>(from.dtype(), [&]<class T>(TypeTag<T>) { scatter<T>(l, places, weights, from, sums); });
  if (!sums.is_same(y)) copy_data(y, sums);
}

}  // namespace resample
}  // namespace vt
