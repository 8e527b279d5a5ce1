#include "iter/cast.h"

#include <algorithm>

namespace vt::cpu {

void cast_strided(char* out, int64_t out_stride, DType to, const char* in, int64_t in_stride, DType from, int64_t n) {
  const auto out_item = static_cast<int64_t>(size_of(to));
  const auto in_item = static_cast<int64_t>(size_of(from));
  if (to == from) {
    move_strided(out, out_stride, in, in_stride, in_item, n);
    return;
  }
  if (in_stride == in_item && out_stride == out_item) {
    cast_contiguous(out, to, in, from, n);
    return;
  }
  constexpr int64_t kChunk = 512;
  alignas(64) char gathered[kChunk * 16];
  alignas(64) char converted[kChunk * 16];
  for (int64_t done = 0; done < n; done += kChunk) {
    const int64_t count = std::min(kChunk, n - done);
    const char* source = in + done * in_stride;
    if (in_stride != in_item) {
      move_strided(gathered, in_item, source, in_stride, in_item, count);
      source = gathered;
    }
    char* target = out + done * out_stride;
    if (out_stride == out_item) {
      cast_contiguous(target, to, source, from, count);
    } else {
      cast_contiguous(converted, to, source, from, count);
      move_strided(target, out_stride, converted, out_item, out_item, count);
    }
  }
}

void round_contiguous(char* data, DType held, DType through, int64_t n) {
  constexpr int64_t kChunk = 512;
  alignas(64) char rounded[kChunk * 16];
  const auto item = static_cast<int64_t>(size_of(held));
  for (int64_t done = 0; done < n; done += kChunk) {
    const int64_t count = std::min(kChunk, n - done);
    cast_contiguous(rounded, through, data + done * item, held, count);
    cast_contiguous(data + done * item, held, rounded, through, count);
  }
}

}  // namespace vt::cpu
