#include "iter/cast.h"

#ifdef __F16C__
#include <immintrin.h>
#endif

#include <cstring>

#include "core/convert.h"
#include "iter/element_words.h"
#include "iter/stored_cast.h"

namespace vt::cpu::VT_ISA {
namespace {

template <class To, class From>
void convert_run(char* out, const char* in, int64_t n) {
  auto* to = reinterpret_cast<To*>(out);
  const auto* from = reinterpret_cast<const From*>(in);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) to[i] = vt::convert<To>(from[i]);
}

#ifdef __F16C__
// Instructions for what the portable conversion of core/half.h spells out; the compiler does not find them by itself.
template <>
void convert_run<float, float16>(char* out, const char* in, int64_t n) {
  auto* to = reinterpret_cast<float*>(out);
  const auto* from = reinterpret_cast<const float16*>(in);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
  }
  for (; i < n; ++i) to[i] = from[i];
}
template <>
void convert_run<float16, float>(char* out, const char* in, int64_t n) {
  auto* to = reinterpret_cast<float16*>(out);
  const auto* from = reinterpret_cast<const float*>(in);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  }
  for (; i < n; ++i) to[i] = float16(from[i]);
}
#endif

using Run = void (*)(char*, const char*, int64_t);
#define VT_DTYPE(name, From, category, bytes, numpy) &convert_run<To, From>,
template <class To>
constexpr Run kRunsTo[kNumComputedDTypes] = {
#include "core/dtype.def"
};
#undef VT_DTYPE
#define VT_DTYPE(name, To, category, bytes, numpy) kRunsTo<To>,
constexpr const Run* kRuns[kNumComputedDTypes] = {
#include "core/dtype.def"
};
#undef VT_DTYPE

template <class T>
void move_run(char* out, int64_t out_stride, const char* in, int64_t in_stride, int64_t n) {
  constexpr auto kItem = static_cast<int64_t>(sizeof(T));
  if (in_stride == 0) {
    const T value = *reinterpret_cast<const T*>(in);
    if (out_stride == kItem) {
      for (int64_t i = 0; i < n; ++i) reinterpret_cast<T*>(out)[i] = value;
    } else {
      for (int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(out + i * out_stride) = value;
    }
  } else if (out_stride == kItem) {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) reinterpret_cast<T*>(out)[i] = *reinterpret_cast<const T*>(in + i * in_stride);
  } else {
    for (int64_t i = 0; i < n; ++i)
      *reinterpret_cast<T*>(out + i * out_stride) = *reinterpret_cast<const T*>(in + i * in_stride);
  }
}

}  // namespace

void cast_contiguous(char* out, DType to, const char* in, DType from, int64_t n) {
  if (to == from) {
    if (out != in) std::memcpy(out, in, static_cast<size_t>(n) * size_of(to));
    return;
  }
  if (VT_UNLIKELY(is_stored_only(to) || is_stored_only(from))) return cpu::cast_stored(out, to, in, from, n);
  kRuns[static_cast<int>(to)][static_cast<int>(from)](out, in, n);
}

void move_strided(char* out, int64_t out_stride, const char* in, int64_t in_stride, int64_t item, int64_t n) {
  if (out_stride == item && in_stride == item) {
    if (out != in) std::memmove(out, in, static_cast<size_t>(n * item));
    return;
  }
  visit_words(static_cast<size_t>(item),
              [&]<class Word>(TypeTag<Word>) { move_run<Word>(out, out_stride, in, in_stride, n); });
}

}  // namespace vt::cpu::VT_ISA
