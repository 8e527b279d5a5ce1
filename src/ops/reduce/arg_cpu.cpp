#include <cstring>

#include "cpu/thread_pool.h"
#include "iter/cast.h"
#include "ops/reduce/arg_kernels.h"
#include "ops/reduce/extrema.h"

namespace vt::reduce {
namespace {

constexpr int64_t kTile = 256;
constexpr int64_t kBuffer = 1024;

struct Search {
  const ArgKernels& k;
  DType dtype, compute;
  const char* in;
  int64_t item, compute_item;
  int64_t length, stride;  // of the searched dim, stride in bytes
  IntSpan sizes, strides;  // of self
  int64_t dim;
  char* values;
  int64_t* indices;

  // Byte offset of result number i (row-major over the other dims).
  int64_t offset(int64_t i) const {
    int64_t at = 0;
    for (auto d = static_cast<int64_t>(sizes.size()) - 1; d >= 0; --d) {
      if (d == dim) continue;
      at += i % sizes[d] * strides[d] * item;
      i /= sizes[d];
    }
    return at;
  }
  void store(int64_t first, const char* best, const int64_t* index, int64_t n) const {
    std::memcpy(indices + first, index, static_cast<size_t>(n) * sizeof(int64_t));
    if (values) cpu::cast_contiguous(values + first * item, dtype, best, compute, n);
  }
  void one(int64_t i) const {
    const char* x = in + offset(i);
    alignas(16) char best[16];
    int64_t index = 0;
    cpu::cast_contiguous(best, compute, x, dtype, 1);
    if (dtype == compute && stride == item) {
      k.run(best, &index, x, length, 0);
    } else {
      alignas(64) char buffer[kBuffer * 8];
      for (int64_t done = 0; done < length; done += kBuffer) {
        const int64_t count = std::min(kBuffer, length - done);
        cpu::cast_strided(buffer, compute_item, compute, x + done * stride, stride, dtype, count);
        k.run(best, &index, buffer, count, done);
      }
    }
    store(i, best, &index, 1);
  }
  // n results side by side, `step` bytes apart.
  void tile(int64_t first, int64_t n, int64_t step) const {
    const char* x = in + offset(first);
    alignas(64) char best[kTile * 8];
    alignas(64) char buffer[kTile * 8];
    int64_t index[kTile] = {};
    cpu::cast_strided(best, compute_item, compute, x, step, dtype, n);
    const bool direct = dtype == compute && step == item;
    for (int64_t r = 1; r < length; ++r) {
      const char* row = x + r * stride;
      if (!direct) cpu::cast_strided(buffer, compute_item, compute, row, step, dtype, n);
      k.columns(best, index, direct ? row : buffer, n, r);
    }
    store(first, best, index, n);
  }
};

}  // namespace

void arg_reduce_cpu(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices) {
  const DType compute = compute_dtype(self.dtype());
  const ArgKernels* k = is_complex(compute) || is_stored_only(self.dtype())
                            ? nullptr
                            : arg_kernels(largest, pointwise::compute_type_index(compute));
  if (!k) throw_unsupported_dtype(self.dtype());
  const int64_t count = indices.numel();
  if (count == 0) return;
  const bool scalar = self.dim() == 0;
  const auto item = static_cast<int64_t>(self.element_size());
  const Search s{*k,
                 self.dtype(),
                 compute,
                 static_cast<const char*>(self.data()),
                 item,
                 static_cast<int64_t>(size_of(compute)),
                 scalar ? 1 : self.sizes()[dim],
                 scalar ? item : self.strides()[dim] * item,
                 self.sizes(),
                 self.strides(),
                 dim,
                 values.defined() ? static_cast<char*>(values.data()) : nullptr,
                 indices.data<int64_t>()};
  const int64_t last = self.dim() - 1;
  const int64_t grain = std::max<int64_t>(32768 / s.length, 1);
  if (last >= 0 && dim != last && self.strides()[last] * item < s.stride) {
    const int64_t inner = self.sizes()[last], step = self.strides()[last] * item;
    const int64_t tiles = (inner + kTile - 1) / kTile;
    parallel_for(0, count / inner * tiles, std::max<int64_t>(grain / kTile, 1), [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        const int64_t at = t % tiles * kTile;
        s.tile(t / tiles * inner + at, std::min(kTile, inner - at), step);
      }
    });
  } else {
    parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) s.one(i);
    });
  }
}

}  // namespace vt::reduce
