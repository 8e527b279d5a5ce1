// Typed entries of the view family: results share memory with self unless said otherwise.
#pragma once

#include <optional>

#include "dispatch/dispatch.h"

namespace vt::ops {

inline Tensor view(const Tensor& self, IntSpan size) {
  static const Op& op = find_op("view");
  return call<Tensor>(op, self, size);
}
// A copy where no view is possible.
inline Tensor reshape(const Tensor& self, IntSpan shape) {
  static const Op& op = find_op("reshape");
  return call<Tensor>(op, self, shape);
}
inline Tensor expand(const Tensor& self, IntSpan size) {
  static const Op& op = find_op("expand");
  return call<Tensor>(op, self, size);
}
inline Tensor permute(const Tensor& self, IntSpan dims) {
  static const Op& op = find_op("permute");
  return call<Tensor>(op, self, dims);
}
inline Tensor transpose(const Tensor& self, int64_t a, int64_t b) {
  static const Op& op = find_op("transpose.int");
  return call<Tensor>(op, self, a, b);
}
inline Tensor t(const Tensor& self) {
  static const Op& op = find_op("t");
  return call<Tensor>(op, self);
}
inline Tensor movedim(const Tensor& self, int64_t source, int64_t destination) {
  static const Op& op = find_op("movedim.int");
  return call<Tensor>(op, self, source, destination);
}
inline Tensor unsqueeze(const Tensor& self, int64_t dim) {
  static const Op& op = find_op("unsqueeze");
  return call<Tensor>(op, self, dim);
}
inline Tensor squeeze(const Tensor& self, int64_t dim) {
  static const Op& op = find_op("squeeze.dim");
  return call<Tensor>(op, self, dim);
}
inline Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1) {
  static const Op& op = find_op("flatten.using_ints");
  return call<Tensor>(op, self, start_dim, end_dim);
}
inline Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  static const Op& op = find_op("select.int");
  return call<Tensor>(op, self, dim, index);
}
// Bounds are clamped as Python clamps a slice's.
inline Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                    int64_t step = 1) {
  static const Op& op = find_op("slice.Tensor");
  return call<Tensor>(op, self, dim, start, end, step);
}
inline Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  static const Op& op = find_op("narrow");
  return call<Tensor>(op, self, dim, start, length);
}
inline std::vector<Tensor> split(const Tensor& self, int64_t size, int64_t dim = 0) {
  static const Op& op = find_op("split.Tensor");
  return call<std::vector<Tensor>>(op, self, size, dim);
}
inline std::vector<Tensor> split_with_sizes(const Tensor& self, IntSpan sizes, int64_t dim = 0) {
  static const Op& op = find_op("split_with_sizes");
  return call<std::vector<Tensor>>(op, self, sizes, dim);
}
inline std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0) {
  static const Op& op = find_op("unbind.int");
  return call<std::vector<Tensor>>(op, self, dim);
}
inline Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) {
  static const Op& op = find_op("diagonal");
  return call<Tensor>(op, self, offset, dim1, dim2);
}
inline Tensor as_strided(const Tensor& self, IntSpan size, IntSpan stride, std::optional<int64_t> offset = {}) {
  static const Op& op = find_op("as_strided");
  return call<Tensor>(op, self, size, stride, offset);
}
inline Tensor real(const Tensor& self) {
  static const Op& op = find_op("real");
  return call<Tensor>(op, self);
}
inline Tensor imag(const Tensor& self) {
  static const Op& op = find_op("imag");
  return call<Tensor>(op, self);
}
inline Tensor view_as_real(const Tensor& self) {
  static const Op& op = find_op("view_as_real");
  return call<Tensor>(op, self);
}
inline Tensor view_as_complex(const Tensor& self) {
  static const Op& op = find_op("view_as_complex");
  return call<Tensor>(op, self);
}

}  // namespace vt::ops
