#include "iter/overlap.h"

namespace vt {
namespace {

enum class Overlap { None, Full, Partial, TooHard };

Overlap overlap_of(const TensorImpl& a, const TensorImpl& b) {
  if (&a == &b) return Overlap::Full;
  if (a.numel() == 0 || b.numel() == 0 || a.storage() != b.storage()) return Overlap::None;
  if (!is_non_overlapping_and_dense(a.sizes(), a.strides()) || !is_non_overlapping_and_dense(b.sizes(), b.strides())) {
    return Overlap::TooHard;
  }
  const auto* a_begin = static_cast<const char*>(a.data());
  const auto* b_begin = static_cast<const char*>(b.data());
  const char* a_end = a_begin + a.numel() * size_of(a.dtype());
  const char* b_end = b_begin + b.numel() * size_of(b.dtype());
  if (a_begin == b_begin && a_end == b_end) {
    const bool alike = a.numel() == 1 || (same(a.strides(), b.strides()) && same(a.sizes(), b.sizes()));
    return alike ? Overlap::Full : Overlap::Partial;
  }
  return a_begin < b_end && b_begin < a_end ? Overlap::Partial : Overlap::None;
}

[[noreturn]] void throw_overlap() {
  VT_THROW(
      Runtime,
      "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
      "location. Please clone() the tensor before performing the operation.");
}

}  // namespace

void check_no_internal_overlap(const TensorImpl& written) {
  if (written.is_contiguous()) return;
  for (size_t d = 0; d < written.sizes().size(); ++d) {
    VT_CHECK(
        written.strides()[d] != 0 || written.sizes()[d] <= 1, Runtime,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor before performing the operation.");
  }
}

void check_no_partial_overlap(const TensorImpl& written, const TensorImpl& read) {
  if (overlap_of(written, read) == Overlap::Partial) throw_overlap();
}

void check_no_overlap(const TensorImpl& written, const TensorImpl& read) {
  const Overlap o = overlap_of(written, read);
  if (o == Overlap::Partial || o == Overlap::Full) throw_overlap();
}

}  // namespace vt
