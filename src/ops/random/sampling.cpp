// Draws by given weights and rates: multinomial, with and without replacement, and poisson.
#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/random/fill.h"
#include "cpu/random/words.h"
#include "ops/copy/memory_format.h"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"

namespace vt::random {

namespace {

// Categories are counted in float32 by some backends.
constexpr int64_t kMostCategories = 1 << 24;

// One row of weights, wherever it lies.
template <class T>
struct Row {
  const T* data;
  int64_t stride;
  opmath_t<T> operator[](int64_t i) const { return static_cast<opmath_t<T>>(data[i * stride]); }
};

template <class T>
Row<T> row_of(const Tensor& weights, int64_t i) {
  const int64_t step = weights.dim() > 1 ? weights.strides()[0] : 0;
  return {static_cast<const T*>(weights.data()) + i * step, weights.strides()[weights.dim() - 1]};
}

template <class T>
void check_weights(const Tensor& weights, int64_t rows, int64_t categories) {
  for (int64_t i = 0; i < rows; ++i) {
    const Row<T> row = row_of<T>(weights, i);
    for (int64_t j = 0; j < categories; ++j) {
      VT_CHECK(row[j] >= 0 && std::isfinite(row[j]), Runtime,
               "probability tensor contains either `inf`, `nan` or element < 0: expected finite weights >= 0, got ",
               static_cast<double>(row[j]));
    }
  }
  for (int64_t i = 0; i < rows; ++i) {
    const Row<T> row = row_of<T>(weights, i);
    bool positive = false;
    for (int64_t j = 0; j < categories && !positive; ++j) positive = row[j] > 0;
    VT_CHECK(positive, Runtime,
             "invalid multinomial distribution (sum of probabilities <= 0): expected a positive weight in every row");
  }
}

template <class T>
void sample_with_replacement(CpuGenerator& generator, const Tensor& weights, int64_t rows, int64_t categories,
                             int64_t samples, int64_t* out) {
  using Acc = opmath_t<T>;
  std::vector<Acc> cumulative(categories);
  for (int64_t i = 0; i < rows; ++i) {
    const Row<T> row = row_of<T>(weights, i);
    Acc sum = 0;
    for (int64_t j = 0; j < categories; ++j) cumulative[j] = sum += row[j];
    for (Acc& c : cumulative) c /= sum;
    cumulative.back() = 1;
    for (int64_t j = 0; j < samples; ++j) {
      const double u = cpu::unit_double(generator.engine().next64());
      const auto found = std::ranges::lower_bound(cumulative, u, [](Acc c, double value) { return c < value; });
      *out++ = found - cumulative.begin();
    }
  }
}

// Weight over an exponential number is largest for category j with j's probability; the k largest are k draws without
// replacement.
template <class T>
void sample_by_score(CpuGenerator& generator, const Tensor& weights, int64_t rows, int64_t categories, int64_t samples,
                     int64_t* out) {
  const Tensor noise =
      empty_strided(weights.sizes(), dense_strides_like(weights.sizes(), weights.strides()), weights.dtype());
  cpu::fill_exponential(generator, noise.dtype(), noise.data(), noise.numel(), 1);
  struct Scored {
    opmath_t<T> score;
    int64_t index;
  };
  auto higher = [](const Scored& a, const Scored& b) {
    return (std::isnan(a.score) && !std::isnan(b.score)) || a.score > b.score;
  };
  std::vector<Scored> scored(categories);
  for (int64_t i = 0; i < rows; ++i) {
    const Row<T> row = row_of<T>(weights, i), exponential = row_of<T>(noise, i);
    for (int64_t j = 0; j < categories; ++j) {
      scored[j] = {static_cast<opmath_t<T>>(static_cast<T>(row[j] / exponential[j])), j};
    }
    // Which of equal scores (zero weights) comes first depends on the algorithm, and that on k, as in PyTorch's topk.
    const auto kth = scored.begin() + samples - 1;
    if (samples == 1) {
      std::swap(scored.front(), *std::ranges::min_element(scored, higher));
    } else if (samples * 64 <= categories) {
      std::partial_sort(scored.begin(), kth + 1, scored.end(), higher);
    } else {
      std::nth_element(scored.begin(), kth, scored.end(), higher);
      std::sort(scored.begin(), kth, higher);
    }
    for (int64_t j = 0; j < samples; ++j) *out++ = scored[j].index;
  }
}

TensorSpec multinomial_meta(const Tensor& self, int64_t samples, bool replacement, Generator*&) {
  VT_CHECK(self.dim() == 1 || self.dim() == 2, Runtime, "expected 1 or 2 dimensions, got ", self);
  VT_CHECK(is_floating(self.dtype()), Runtime, "expected weights of a floating-point dtype, got ", self);
  VT_CHECK(samples > 0, Runtime, "expected num_samples > 0, got ", samples);
  const int64_t categories = self.size(-1);
  VT_CHECK(replacement || samples <= categories, Runtime,
           "expected num_samples <= number of categories without replacement, got ", samples, " and ", categories);
  VT_CHECK(categories <= kMostCategories, Runtime, "expected at most 2^24 categories, got ", categories);
  TensorSpec spec{DimVec{samples}, DType::int64, self.device(), {}};
  if (self.dim() == 2) spec.sizes = DimVec{self.size(0), samples};
  VT_CHECK(categories > 0 || checked_numel(spec.sizes) == 0, Runtime, "expected at least one category, got ", self);
  return spec;
}

void multinomial_cpu(const Tensor& self, int64_t samples, bool replacement, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  const int64_t categories = self.size(-1);
  const int64_t rows = self.dim() == 2 ? self.size(0) : 1;
  CpuGenerator& g = cpu_generator_or_default(generator);
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    check_weights<T>(self, rows, categories);
    std::lock_guard lock(g.mutex());
    if (replacement && samples > 1) {
      sample_with_replacement<T>(g, self, rows, categories, samples, out.data<int64_t>());
    } else {
      sample_by_score<T>(g, self, rows, categories, samples, out.data<int64_t>());
    }
  });
}

TensorSpec poisson_meta(const Tensor& self, Generator*&) {
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "expected rates of a floating-point dtype, got ", self);
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

void poisson_cpu(const Tensor& self, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  CpuGenerator& g = cpu_generator_or_default(generator);
  const Tensor rates = packed(self, out.strides());
  std::lock_guard lock(g.mutex());
  cpu::fill_poisson(g, out.dtype(), out.data(), out.numel(), rates.data());
}

}  // namespace

void register_sampling(Registry& r) {
  r.def("poisson(Tensor self, Generator? generator=None) -> Tensor")
      .meta(poisson_meta)
      .cpu(poisson_cpu)
      .random()
      .out(false)
      .function_only()
      .backward(keep::none, zero_gradient);
  r.def("multinomial(Tensor self, int num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor")
      .meta(multinomial_meta)
      .cpu(multinomial_cpu)
      .random()
      .not_differentiable();
}

}  // namespace vt::random
