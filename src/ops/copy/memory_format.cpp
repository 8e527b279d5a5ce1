#include "ops/copy/memory_format.h"

#include "ops/copy/kernels.h"

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

namespace {

// The dims that a channels-last format lays out, innermost first; empty where the tensor is of another rank.
IntSpan channels_last_order(MemoryFormat format, size_t ndim) {
  static constexpr int64_t kOrder2d[] = {1, 3, 2, 0}, kOrder3d[] = {1, 4, 3, 2, 0};
  const IntSpan order = format == MemoryFormat::ChannelsLast ? IntSpan(kOrder2d) : IntSpan(kOrder3d);
  return order.size() == ndim ? order : IntSpan();
}

}  // namespace

DimVec format_strides(MemoryFormat format, IntSpan sizes) {
  if (!is_channels_last(format)) return contiguous_strides(sizes);
  const IntSpan order = channels_last_order(format, sizes.size());
  VT_CHECK(!order.empty(), Runtime, "required rank ",
           format == MemoryFormat::ChannelsLast ? "4 tensor to use channels_last" : "5 tensor to use channels_last_3d",
           " format, got ", sizes.size(), " dimensions");
  DimVec out(sizes.size());
  int64_t step = 1;
  for (const int64_t d : order) {
    out[d] = step;
    step *= sizes[d];
  }
  return out;
}

DimVec format_strides(MemoryFormat format, const Tensor& like) {
  if (format == MemoryFormat::Preserve) return dense_strides_like(like.sizes(), like.strides());
  return format_strides(format, like.sizes());
}

bool is_contiguous_in(const Tensor& t, MemoryFormat format) {
  if (!is_channels_last(format)) return t.is_contiguous();
  const IntSpan order = channels_last_order(format, t.sizes().size());
  int64_t expected = 1;
  for (const int64_t d : order) {
    if (t.sizes()[d] == 1) continue;
    if (t.strides()[d] != expected) return false;
    expected *= t.sizes()[d];
  }
  return !order.empty();
}

MemoryFormat suggested_format(const Tensor& t) {
  for (const MemoryFormat format : {MemoryFormat::ChannelsLast, MemoryFormat::ChannelsLast3d}) {
    const IntSpan order = channels_last_order(format, t.sizes().size());
    if (order.empty() || t.numel() == 0 || t.stride(1) == 0) continue;
    bool ordered = true;
    int64_t least = 0;  // stride of the next dim
    for (const int64_t d : order) {
      // The batch right behind the channels: nothing between tells this from contiguous.
      ordered &= t.stride(d) >= least && !(d == 0 && least == t.stride(1));
      least = t.stride(d) * t.size(d);
    }
    if (ordered) return format;
  }
  return MemoryFormat::Contiguous;
}

Tensor dense_data(const Tensor& t, MemoryFormat format) {
  if (is_contiguous_in(t, format)) return t;
  const Tensor copy = empty_strided(t.sizes(), format_strides(format, t.sizes()), t.dtype(), t.device());
  copy_data(copy, t);
  return copy;
}

}  // namespace vt
