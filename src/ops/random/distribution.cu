// The distributions on CUDA.
#include <limits>
#include <type_traits>

#include "cuda/device_error.h"
#include "ops/random/distribution.h"
#include "ops/random/fill.cuh"

namespace vt::random {

namespace {

using cuda::PhiloxBlock;
using Kind = Distribution::Kind;

// How many elements one block gives when each takes an Acc's worth of words.
template <typename Acc>
inline constexpr int kDraws = sizeof(Acc) == 8 ? 2 : 4;

template <typename Acc>
__device__ __forceinline__ Acc draw_above_zero(const PhiloxBlock& block, int i) {
  if constexpr (sizeof(Acc) == 8) {
    return cuda::unit_above_zero(block.words[2 * i], block.words[2 * i + 1]);
  } else {
    return cuda::unit_above_zero(block.words[i]);
  }
}
template <typename Acc>
__device__ __forceinline__ Acc draw_below_one(const PhiloxBlock& block, int i) {
  if constexpr (sizeof(Acc) == 8) {
    return cuda::unit_below_one(block.words[2 * i], block.words[2 * i + 1]);
  } else {
    return cuda::unit_below_one(block.words[i]);
  }
}
__device__ __forceinline__ uint64_t draw_word64(const PhiloxBlock& block, int i) {
  return static_cast<uint64_t>(block.words[2 * i]) << 32 | block.words[2 * i + 1];
}

template <typename T>
struct Uniform {
  using Type = T;
  using Acc = opmath_t<T>;
  static constexpr int kPerBlock = kDraws<Acc>;
  Acc low, width;
  T first, last;

  Uniform(double from, double to)
      : low(static_cast<Acc>(from)),
        width(static_cast<Acc>(to) - static_cast<Acc>(from)),
        first(static_cast<T>(from)),
        last(static_cast<T>(to)) {}
  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) {
      const T value = static_cast<T>(draw_below_one<Acc>(block, i) * width + low);
      // Rounding can reach the open end.
      out[i] = static_cast<Acc>(value) == static_cast<Acc>(last) ? first : value;
    }
  }
};

// Two standard normals from two units.
__device__ __forceinline__ void box_muller(float u, float v, float& a, float& b) {
  const float radius = sqrtf(-2.0f * logf(u));
  float sine, cosine;
  sincospif(2.0f * v, &sine, &cosine);
  a = radius * cosine;
  b = radius * sine;
}
__device__ __forceinline__ void box_muller(double u, double v, double& a, double& b) {
  const double radius = sqrt(-2.0 * log(u));
  double sine, cosine;
  sincospi(2.0 * v, &sine, &cosine);
  a = radius * cosine;
  b = radius * sine;
}

template <typename T, bool kExp>
struct Normal {
  using Type = T;
  using Acc = opmath_t<T>;
  static constexpr int kPerBlock = kDraws<Acc>;
  Acc mean, std;

  Normal(double mean, double std) : mean(static_cast<Acc>(mean)), std(static_cast<Acc>(std)) {}
  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; i += 2) {
      Acc pair[2];
      box_muller(draw_above_zero<Acc>(block, i), draw_below_one<Acc>(block, i + 1), pair[0], pair[1]);
#pragma unroll
      for (int j = 0; j < 2; ++j) {
        const Acc value = pair[j] * std + mean;
        out[i + j] = static_cast<T>(kExp ? ::exp(value) : value);
      }
    }
  }
};

template <typename T>
struct Exponential {
  using Type = T;
  using Acc = opmath_t<T>;
  static constexpr int kPerBlock = kDraws<Acc>;
  Acc scale;

  explicit Exponential(double rate) : scale(static_cast<Acc>(1.0 / rate)) {}
  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
    // log(1) would be an exponential number of 0, which the distribution excludes.
    constexpr Acc kLeast = std::numeric_limits<Acc>::epsilon() / 2;
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) {
      const Acc value = -::log(draw_above_zero<Acc>(block, i));
      out[i] = static_cast<T>((value > kLeast ? value : kLeast) * scale);
    }
  }
};

template <typename T>
struct Cauchy {
  using Type = T;
  using Acc = opmath_t<T>;
  static constexpr int kPerBlock = kDraws<Acc>;
  Acc median, sigma;

  Cauchy(double median, double sigma) : median(static_cast<Acc>(median)), sigma(static_cast<Acc>(sigma)) {}
  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) {
      // The tangent of a quarter turn is infinite.
      constexpr Acc kMost = Acc(0.5) - std::numeric_limits<Acc>::epsilon();
      const Acc drawn = draw_above_zero<Acc>(block, i) - Acc(0.5);
      const Acc turn = drawn > kMost ? kMost : drawn < -kMost ? -kMost : drawn;
      Acc sine, cosine;
      if constexpr (sizeof(Acc) == 8) {
        sincospi(turn, &sine, &cosine);
      } else {
        sincospif(turn, &sine, &cosine);
      }
      out[i] = static_cast<T>(median + sigma * (sine / cosine));
    }
  }
};

template <typename T>
struct Geometric {
  using Type = T;
  using Acc = std::conditional_t<std::is_same_v<T, double> || std::is_same_v<T, int64_t>, double, float>;
  static constexpr int kPerBlock = kDraws<Acc>;
  Acc log_miss;

  explicit Geometric(double p) : log_miss(static_cast<Acc>(log1p(-p))) {}
  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) {
      const Acc trials = ::ceil(::log(draw_above_zero<Acc>(block, i)) / log_miss);
      out[i] = static_cast<T>(trials > Acc(1) ? trials : Acc(1));
    }
  }
};

// 32 bits of probability.
inline uint64_t probability_threshold(double p) { return static_cast<uint64_t>(p * 0x1p32 + 0.5); }

template <typename T>
struct Bernoulli {
  using Type = T;
  static constexpr int kPerBlock = 4;
  uint64_t threshold;

  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) out[i] = static_cast<T>(block.words[i] < threshold);
  }
};

template <typename T, typename P>
struct BernoulliEach {
  using Type = T;
  using Acc = opmath_t<P>;
  static constexpr int kPerBlock = kDraws<Acc>;
  const P* p;
  int64_t n;
  cuda::DeviceErrorSink sink;
  const char* what;

  __device__ void operator()(const PhiloxBlock& block, int64_t first, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) {
      if (first + i >= n) return;
      const Acc probability = static_cast<Acc>(p[first + i]);
      if (!(probability >= Acc(0) && probability <= Acc(1))) sink.failed(what);
      out[i] = static_cast<T>(draw_below_one<Acc>(block, i) < probability);
    }
  }
};

template <typename T>
__device__ __forceinline__ T from_int64(int64_t value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else {
    return static_cast<T>(value);
  }
}

// The high half of word * range is uniform in [0, range).
template <typename T, bool kWide>
struct Integers {
  using Type = T;
  static constexpr int kPerBlock = kWide ? 2 : 4;
  uint64_t range;
  int64_t base;

  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) {
      uint64_t number;
      if constexpr (kWide) {
        number = __umul64hi(draw_word64(block, i), range);
      } else {
        number = __umulhi(block.words[i], static_cast<uint32_t>(range));
      }
      out[i] = from_int64<T>(static_cast<int64_t>(number + static_cast<uint64_t>(base)));
    }
  }
};

template <typename T>
struct AllOfInt64 {
  using Type = T;
  static constexpr int kPerBlock = 2;

  __device__ void operator()(const PhiloxBlock& block, int64_t, T (&out)[kPerBlock]) const {
#pragma unroll
    for (int i = 0; i < kPerBlock; ++i) out[i] = from_int64<T>(static_cast<int64_t>(draw_word64(block, i)));
  }
};

// One past the largest number of random_().
template <typename T>
constexpr uint64_t random_end() {
  if constexpr (std::is_same_v<T, bool>) {
    return 2;
  } else if constexpr (std::numeric_limits<T>::is_integer) {
    return static_cast<uint64_t>(std::numeric_limits<T>::max()) + 1;
  } else {
    return (1ull << std::numeric_limits<T>::digits) + 1;
  }
}

constexpr uint64_t kWideRange = 1ull << 28;

}  // namespace

void draw_cuda(const Tensor& dense, const Tensor&, Generator* given, const Distribution& d) {
  CudaGenerator& generator = cuda_generator_or_default(given, dense.device().index);
  auto run = [&](const char* op, const auto& fill) {
    cuda::launch_fill(op, dense, generator, fill, {dense.storage().get()});
  };
  auto floating = [&](auto f) { visit_dtype<kFloatingSet>(dense.dtype(), f); };
  auto real = [&](auto f) { visit_dtype<kRealSet>(dense.dtype(), f); };
#define VT_TAG_TYPE typename decltype(tag)::type
  switch (d.kind) {
    case Kind::Uniform: return floating([&](auto tag) { run("uniform_", Uniform<VT_TAG_TYPE>(d.a, d.b)); });
    case Kind::Normal: return floating([&](auto tag) { run("normal_", Normal<VT_TAG_TYPE, false>(d.a, d.b)); });
    case Kind::LogNormal: return floating([&](auto tag) { run("log_normal_", Normal<VT_TAG_TYPE, true>(d.a, d.b)); });
    case Kind::Exponential: return floating([&](auto tag) { run("exponential_", Exponential<VT_TAG_TYPE>(d.a)); });
    case Kind::Cauchy: return floating([&](auto tag) { run("cauchy_", Cauchy<VT_TAG_TYPE>(d.a, d.b)); });
    case Kind::Geometric:
      return visit_dtype < kIntegralSet |
             kFloatingSet > (dense.dtype(), [&](auto tag) { run("geometric_", Geometric<VT_TAG_TYPE>(d.a)); });
    case Kind::Bernoulli:
      return real([&](auto tag) { run("bernoulli_", Bernoulli<VT_TAG_TYPE>{probability_threshold(d.a)}); });
    case Kind::Integers:
      return real([&](auto tag) {
        if (d.range >= kWideRange) {
          run("random_", Integers<VT_TAG_TYPE, true>{d.range, d.base});
        } else {
          run("random_", Integers<VT_TAG_TYPE, false>{d.range, d.base});
        }
      });
    case Kind::Int64Range: return real([&](auto tag) { run("random_", AllOfInt64<VT_TAG_TYPE>{}); });
    case Kind::Random:
      return real([&](auto tag) {
        constexpr uint64_t kEnd = random_end<VT_TAG_TYPE>();
        run("random_", Integers<VT_TAG_TYPE, (kEnd >= kWideRange)>{kEnd, 0});
      });
  }
#undef VT_TAG_TYPE
}

void bernoulli_cuda(const Tensor& dense, const Tensor& p, Generator* given) {
  CudaGenerator& generator = cuda_generator_or_default(given, dense.device().index);
  const auto sink = cuda::device_error_sink(dense.device().index, "bernoulli_");
  visit_dtype<kRealSet>(dense.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_dtype<kFloatingSet>(p.dtype(), [&](auto p_tag) {
      using P = typename decltype(p_tag)::type;
      const BernoulliEach<T, P> fill{static_cast<const P*>(p.data()), dense.numel(), sink,
                                     "expected probabilities in [0, 1]"};
      cuda::launch_fill("bernoulli_", dense, generator, fill, {dense.storage().get(), p.storage().get()});
    });
  });
}

}  // namespace vt::random
