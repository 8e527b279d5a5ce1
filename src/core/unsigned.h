// Note [Wide unsigned integers]
// uint16, uint32 and uint64 are stored dtypes (Note [Stored dtypes] in core/dtype.h): no kernel is compiled for them.
// They are computed with all the same, by kernels that are there for signed integers:
//   rows and sums   run in int64, as those of every integer do. It holds all of uint16 and uint32, and stands for bits
//                   of an uint64, of which sums, products, bits and equality are what they are of an int64. Where the
//                   sign counts, a row names one for uint64 in its column of_uint64.
//   moves           see elements as the signed integer of their size: bits_dtype
//   order           sorting, searching and extrema see them as signed integers in the same order: in_signed_order
#pragma once

#include "core/dtype.h"

namespace vt {

constexpr bool is_wide_unsigned(DType d) { return d == DType::uint16 || d == DType::uint32 || d == DType::uint64; }

// The dtype of the same size that kernels know: signed for a wide unsigned integer, else `d`.
constexpr DType bits_dtype(DType d) {
  switch (d) {
    case DType::uint16: return DType::int16;
    case DType::uint32: return DType::int32;
    case DType::uint64: return DType::int64;
    default: return d;
  }
}

// The signed dtype that has a place for each of its numbers, in their order.
constexpr DType ordered_dtype(DType d) {
  switch (d) {
    case DType::uint16: return DType::int32;
    case DType::uint32:
    case DType::uint64: return DType::int64;
    default: return d;
  }
}

// The set that a kernel's own has to meet, where it computes in int64 for all integers.
constexpr unsigned computed_set_of(DType d) { return is_wide_unsigned(d) ? unsigned{kIntegralSet} : set_of(d); }

}  // namespace vt
