#include "core/dtype.h"

#include <atomic>

#include "core/thread_dtype.h"
#include "core/unsigned.h"

namespace vt {

namespace {

// A wide unsigned integer and another integer or bool, as the array API standard has it: the smallest dtype with the
// numbers of both. For uint64 and a signed one there is none.
DType promote_integers(DType a, DType b) {
  const DType wide = is_wide_unsigned(a) ? a : b, other = is_wide_unsigned(a) ? b : a;
  if (!is_signed(other)) return size_of(other) > size_of(wide) ? other : wide;
  VT_CHECK(wide != DType::uint64, Runtime, "Promotion of uint64 and ", other,
           " is not supported: no integer has the numbers of both");
  return size_of(other) > size_of(wide) ? other : ordered_dtype(wide);
}

// As in PyTorch an 8-bit float promotes with itself alone, a wide unsigned integer with other floats too.
DType promote_stored(DType a, DType b) {
  if (is_integral(a, true) && is_integral(b, true)) return promote_integers(a, b);
  const bool integers = is_wide_unsigned(a) || is_wide_unsigned(b);
  const auto takes_integers = [](DType d) { return is_floating(d) && (!is_stored_only(d) || set_of(d) == kOpaqueSet); };
  if (integers && takes_integers(a)) return a;
  if (integers && takes_integers(b)) return b;
  VT_THROW(Runtime, "Promotion for ", integers ? "uint16, uint32, uint64" : "Float8",
           " types is not supported, attempted to promote ", a, " and ", b);
}

}  // namespace

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (VT_UNLIKELY(is_stored_only(a) || is_stored_only(b))) return promote_stored(a, b);
  if (category(a) < category(b)) return promote(b, a);
  // a has the higher category, or both have the same and differ.
  if (category(a) != category(b)) {
    if (!is_complex(a) || !is_floating(b)) return a;
    return b == DType::float64 ? DType::complex128 : a;
  }
  if (is_integral(a)) {
    if (a == DType::uint8 && b == DType::int8) return DType::int16;
    if (a == DType::int8 && b == DType::uint8) return DType::int16;
    return a > b ? a : b;
  }
  if (is_reduced_floating(a) && is_reduced_floating(b)) return DType::float32;
  return a > b ? a : b;
}

bool can_cast(DType from, DType to) {
  if (is_complex(from) && !is_complex(to)) return false;
  if (is_floating(from) && is_integral(to, true)) return false;
  if (from != DType::bool_ && to == DType::bool_) return false;
  return true;
}

namespace {

std::atomic<DType> g_default_dtype{DType::float32};
thread_local std::optional<DType> thread_dtype;

}  // namespace

void check_default_dtype(DType d) {
  VT_CHECK(is_floating(d) && !is_stored_only(d), Type,
           "only floating-point types are supported as the default type, got ", d);
}

DType default_dtype() { return thread_dtype ? *thread_dtype : g_default_dtype.load(std::memory_order_relaxed); }

void set_default_dtype(DType d) {
  check_default_dtype(d);
  g_default_dtype.store(d, std::memory_order_relaxed);
}

std::optional<DType> thread_default_dtype() noexcept { return thread_dtype; }

void set_thread_default_dtype(std::optional<DType> d) noexcept { thread_dtype = d; }

void throw_unsupported_dtype(DType d) { VT_THROW(NotImplemented, "not implemented for '", d, "'"); }

}  // namespace vt
