#include "ops/copy/memory_format.h"

namespace vt {
namespace {

// Whether dim a comes inside dim b in memory: -1, 1, or 0 where the strides do not tell.
int compare_dims(IntSpan sizes, IntSpan strides, int64_t a, int64_t b) {
  if (strides[a] == 0 || strides[b] == 0) return 0;
  if (strides[a] != strides[b]) return strides[a] < strides[b] ? -1 : 1;
  return sizes[a] > sizes[b] ? 1 : 0;
}

}  // namespace

DimVec dense_strides_like(IntSpan sizes, IntSpan strides) {
  if (is_non_overlapping_and_dense(sizes, strides)) return DimVec(strides);
  const int64_t n = static_cast<int64_t>(sizes.size());
  DimVec order;  // innermost first
  for (int64_t d = n; d-- > 0;) order.push_back(d);
  // Insertion sort that steps over dims whose order is open; a comparison sort would need a total order.
  for (int64_t i = 1; i < n; ++i) {
    int64_t at = i;
    for (int64_t j = i; j-- > 0;) {
      const int c = compare_dims(sizes, strides, order[j], order[at]);
      if (c < 0) break;
      if (c > 0) {
        std::swap(order[j], order[at]);
        at = j;
      }
    }
  }
  DimVec out(sizes.size());
  int64_t step = 1;
  for (const int64_t d : order) {
    out[d] = step;
    step *= std::max<int64_t>(sizes[d], 1);
  }
  return out;
}

DimVec format_strides(MemoryFormat format, IntSpan sizes) {
  if (format != MemoryFormat::ChannelsLast) return contiguous_strides(sizes);
  const size_t n = sizes.size();
  VT_CHECK(n == 4 || n == 5, Runtime, "required rank 4 tensor to use channels_last format, got ", n, " dimensions");
  DimVec out(n);
  out[1] = 1;
  int64_t step = std::max<int64_t>(sizes[1], 1);
  for (size_t d = n; d-- > 2;) {
    out[d] = step;
    step *= std::max<int64_t>(sizes[d], 1);
  }
  out[0] = step;
  return out;
}

DimVec format_strides(MemoryFormat format, const Tensor& like) {
  if (format == MemoryFormat::Preserve) return dense_strides_like(like.sizes(), like.strides());
  return format_strides(format, like.sizes());
}

bool is_contiguous_in(const Tensor& t, MemoryFormat format) {
  if (format != MemoryFormat::ChannelsLast) return t.is_contiguous();
  const DimVec wanted = format_strides(format, t.sizes());
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (t.sizes()[d] != 1 && t.strides()[d] != wanted[d]) return t.numel() == 0;
  }
  return true;
}

}  // namespace vt
