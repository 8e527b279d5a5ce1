#include "core/shape.h"

namespace vt {

void DimVec::grow(size_t n) {
  const size_t capacity = std::max<size_t>(n, capacity_ * 2);
  auto* grown = new int64_t[capacity];
  std::memcpy(grown, data_, size_ * sizeof(int64_t));
  if (!is_inline()) delete[] data_;
  data_ = grown;
  capacity_ = static_cast<uint32_t>(capacity);
}

int64_t checked_mul(int64_t a, int64_t b) {
  int64_t out;
  VT_CHECK(!__builtin_mul_overflow(a, b, &out), Runtime, "size calculation overflowed: ", a, " * ", b);
  return out;
}

int64_t checked_add(int64_t a, int64_t b) {
  int64_t out;
  VT_CHECK(!__builtin_add_overflow(a, b, &out), Runtime, "size calculation overflowed: ", a, " + ", b);
  return out;
}

int64_t checked_numel(IntSpan sizes) {
  int64_t n = 1;
  bool zero = false, overflow = false;
  for (int64_t s : sizes) {
    VT_CHECK(s >= 0, Runtime, "expected sizes to be non-negative, got negative dimension ", s, " in ", sizes);
    zero |= s == 0;
    overflow |= __builtin_mul_overflow(n, s == 0 ? 1 : s, &n);
  }
  // An empty shape may still not have strides that overflow: they are computed with 0 counted as 1.
  VT_CHECK(!overflow, Runtime, "numel: integer multiplication overflow for sizes ", sizes);
  return zero ? 0 : n;
}

DimVec contiguous_strides(IntSpan sizes) {
  DimVec strides(sizes.size());
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    step *= std::max<int64_t>(sizes[i], 1);
  }
  return strides;
}

int64_t view_extent(IntSpan sizes, IntSpan strides, int64_t offset) {
  int64_t last = offset;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return 0;
    last = checked_add(last, checked_mul(sizes[i] - 1, strides[i]));
  }
  return checked_add(last, 1);
}

bool is_contiguous(IntSpan sizes, IntSpan strides) {
  int64_t expected = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 0) return true;
    if (sizes[i] != 1) {
      if (strides[i] != expected) {
        for (int64_t s : sizes) {
          if (s == 0) return true;
        }
        return false;
      }
      expected *= sizes[i];
    }
  }
  return true;
}

bool is_non_overlapping_and_dense(IntSpan sizes, IntSpan strides) {
  DimVec order;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return true;
    if (sizes[i] != 1) order.push_back(static_cast<int64_t>(i));
  }
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return strides[a] < strides[b]; });
  int64_t expected = 1;
  for (int64_t d : order) {
    if (strides[d] != expected) return false;
    expected *= sizes[d];
  }
  return true;
}

int64_t wrap_dim(int64_t dim, int64_t ndim) {
  const int64_t n = std::max<int64_t>(ndim, 1);
  VT_CHECK(dim >= -n && dim < n, Index, "Dimension out of range (expected to be in range of [", -n, ", ", n - 1,
           "], but got ", dim, ")");
  return dim < 0 ? dim + n : dim;
}

DimVec broadcast_sizes(IntSpan a, IntSpan b) {
  const IntSpan longer = a.size() >= b.size() ? a : b;
  const IntSpan shorter = a.size() >= b.size() ? b : a;
  DimVec out(longer);
  const size_t lead = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    const int64_t x = longer[lead + i], y = shorter[i];
    VT_CHECK(x == y || x == 1 || y == 1, Runtime, "The size of tensor a (", a[a.size() - shorter.size() + i],
             ") must match the size of tensor b (", b[b.size() - shorter.size() + i], ") at non-singleton dimension ",
             lead + i, "; shapes are ", a, " and ", b);
    out[lead + i] = x == 1 ? y : x;
  }
  return out;
}

DimVec infer_size(IntSpan shape, int64_t numel) {
  DimVec out(shape);
  int64_t known = 1;
  int inferred = -1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      VT_CHECK(inferred < 0, Runtime, "only one dimension can be inferred, got shape ", shape);
      inferred = static_cast<int>(i);
    } else {
      VT_CHECK(shape[i] >= 0, Runtime, "invalid shape dimension ", shape[i], " in ", shape);
      known = checked_mul(known, shape[i]);
    }
  }
  if (inferred >= 0) {
    VT_CHECK(known > 0, Runtime, "cannot reshape tensor of ", numel, " elements into shape ", shape,
             " because the unspecified dimension size -1 can be any value and is ambiguous");
    VT_CHECK(numel % known == 0, Runtime, "shape '", shape, "' is invalid for input of size ", numel);
    out[inferred] = numel / known;
  } else {
    VT_CHECK(known == numel, Runtime, "shape '", shape, "' is invalid for input of size ", numel);
  }
  return out;
}

bool view_strides(IntSpan sizes, IntSpan strides, IntSpan new_sizes, DimVec& out) {
  out.resize(new_sizes.size());
  for (int64_t s : sizes) {
    if (s == 0) {
      out = contiguous_strides(new_sizes);
      return true;
    }
  }
  if (sizes.empty()) {
    for (auto& s : out) s = 1;
    return true;
  }
  // Walk chunks of old dims that are contiguous among themselves; each must be filled exactly by new dims.
  int64_t next = static_cast<int64_t>(new_sizes.size()) - 1;
  int64_t chunk_stride = strides.back();
  int64_t old_numel = 1, new_numel = 1;
  for (int64_t d = static_cast<int64_t>(sizes.size()) - 1; d >= 0; --d) {
    old_numel *= sizes[d];
    const bool chunk_ends = d == 0 || (sizes[d - 1] != 1 && strides[d - 1] != old_numel * chunk_stride);
    if (!chunk_ends) continue;
    while (next >= 0 && (new_numel < old_numel || new_sizes[next] == 1)) {
      out[next] = new_numel * chunk_stride;
      new_numel *= new_sizes[next];
      --next;
    }
    if (new_numel != old_numel) return false;
    if (d > 0) {
      chunk_stride = strides[d - 1];
      old_numel = new_numel = 1;
    }
  }
  return next == -1;
}

bool is_expandable_to(IntSpan from, IntSpan to) {
  if (from.size() > to.size()) return false;
  const size_t lead = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != to[lead + i] && from[i] != 1) return false;
  }
  return true;
}

}  // namespace vt
