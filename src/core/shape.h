// Geometry of a strided view: sizes, strides, offset, and the checked arithmetic that bounds them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>

#include "core/error.h"

namespace vt {

using IntSpan = std::span<const int64_t>;

// A list of int64 kept inline up to five entries (most tensors), on the heap beyond.
class VT_API DimVec {
 public:
  static constexpr size_t kInline = 5;

  DimVec() = default;
  DimVec(std::initializer_list<int64_t> values) : DimVec(IntSpan(values.begin(), values.size())) {}
  explicit DimVec(IntSpan values) { assign(values); }
  explicit DimVec(size_t n, int64_t value = 0) { resize(n, value); }
  DimVec(const DimVec& o) { assign(o); }
  DimVec(DimVec&& o) noexcept { steal(o); }
  DimVec& operator=(const DimVec& o) {
    if (this != &o) assign(o);
    return *this;
  }
  DimVec& operator=(DimVec&& o) noexcept {
    if (this != &o) {
      if (!is_inline()) delete[] data_;
      steal(o);
    }
    return *this;
  }
  ~DimVec() {
    if (!is_inline()) delete[] data_;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t* data() { return data_; }
  const int64_t* data() const { return data_; }
  int64_t& operator[](size_t i) { return data_[i]; }
  int64_t operator[](size_t i) const { return data_[i]; }
  int64_t* begin() { return data_; }
  int64_t* end() { return data_ + size_; }
  const int64_t* begin() const { return data_; }
  const int64_t* end() const { return data_ + size_; }
  int64_t& back() { return data_[size_ - 1]; }
  int64_t back() const { return data_[size_ - 1]; }
  operator IntSpan() const { return {data_, size_}; }

  void assign(IntSpan values) {
    reserve(values.size());
    if (!values.empty()) std::memmove(data_, values.data(), values.size() * sizeof(int64_t));
    size_ = static_cast<uint32_t>(values.size());
  }
  void resize(size_t n, int64_t value = 0) {
    reserve(n);
    for (size_t i = size_; i < n; ++i) data_[i] = value;
    size_ = static_cast<uint32_t>(n);
  }
  void push_back(int64_t v) {
    if (size_ == capacity_) reserve(size_ * 2);
    data_[size_++] = v;
  }
  void pop_back() { --size_; }
  void insert(size_t at, int64_t v) {
    push_back(v);
    std::rotate(begin() + at, end() - 1, end());
  }
  void erase(size_t at) {
    std::move(begin() + at + 1, end(), begin() + at);
    --size_;
  }
  void clear() { size_ = 0; }
  void reserve(size_t n) {
    if (n > capacity_) grow(n);
  }
  friend bool operator==(const DimVec& a, const DimVec& b) { return std::ranges::equal(a, b); }

 private:
  bool is_inline() const { return data_ == inline_; }
  void grow(size_t n);
  void steal(DimVec& o) noexcept {
    size_ = o.size_;
    if (o.is_inline()) {
      data_ = inline_;
      capacity_ = kInline;
      std::memcpy(inline_, o.inline_, sizeof inline_);
    } else {
      data_ = o.data_;
      capacity_ = o.capacity_;
      o.data_ = o.inline_;
      o.capacity_ = kInline;
    }
    o.size_ = 0;
  }

  int64_t* data_ = inline_;
  uint32_t size_ = 0;
  uint32_t capacity_ = kInline;
  int64_t inline_[kInline];
};

inline bool same(IntSpan a, IntSpan b) { return std::ranges::equal(a, b); }
inline std::string to_string(const DimVec& v) {
  std::string out;
  detail::append(out, IntSpan(v));
  return out;
}

// a * b and a + b in int64, or a RuntimeError that says which size overflowed.
VT_API int64_t checked_mul(int64_t a, int64_t b);
VT_API int64_t checked_add(int64_t a, int64_t b);

// Product of the sizes; negative sizes and overflow raise RuntimeError.
VT_API int64_t checked_numel(IntSpan sizes);
// Row-major strides in elements; a size of 0 counts as 1, as in PyTorch.
VT_API DimVec contiguous_strides(IntSpan sizes);
// One past the last element reachable from offset, in elements; 0 for an empty view. Strides must be >= 0.
VT_API int64_t view_extent(IntSpan sizes, IntSpan strides, int64_t offset);
VT_API bool is_contiguous(IntSpan sizes, IntSpan strides);
// Every element has its own address and there are no gaps: contiguous in some order of the dims.
VT_API bool is_non_overlapping_and_dense(IntSpan sizes, IntSpan strides);

// dim in [-ndim, ndim) made non-negative, or IndexError. A 0-dim tensor accepts -1 and 0.
VT_API int64_t wrap_dim(int64_t dim, int64_t ndim);
// Right-aligned broadcast of two shapes, or RuntimeError naming the dimension.
VT_API DimVec broadcast_sizes(IntSpan a, IntSpan b);
// Fills in a single -1 from numel; RuntimeError when the shape does not fit.
VT_API DimVec infer_size(IntSpan shape, int64_t numel);
// Strides that view the same memory with other sizes (torch.Tensor.view); false when a copy is needed.
VT_API bool view_strides(IntSpan sizes, IntSpan strides, IntSpan new_sizes, DimVec& out);
// Whether `from` broadcasts to `to`.
VT_API bool is_expandable_to(IntSpan from, IntSpan to);

}  // namespace vt
