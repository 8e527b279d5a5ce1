#include "ops/index/scatter_kernels.h"

#include "core/math.h"
#include "core/unsigned.h"
#include "ops/index/element_loop.h"
#include "ops/index/wide_sums.h"

namespace vt {

constinit BackendTable<void(const Tensor&, int64_t, const Tensor&, const Tensor&, ScatterMode)> scatter_elements{
    "scatter"};

namespace {

template <class T, ScatterMode mode>
T joined(T have, T value) {
  using Math = opmath_t<T>;
  if constexpr (mode == ScatterMode::Set) {
    return value;
  } else if constexpr (std::is_same_v<T, bool>) {
    return mode == ScatterMode::Add || mode == ScatterMode::Max ? have || value : have && value;
  } else if constexpr (mode == ScatterMode::Add) {
    return static_cast<T>(static_cast<Math>(have) + static_cast<Math>(value));
  } else if constexpr (mode == ScatterMode::Multiply) {
    return static_cast<T>(static_cast<Math>(have) * static_cast<Math>(value));
  } else {
    const Math a = static_cast<Math>(have), b = static_cast<Math>(value);
    // NaN wins, as in amax and amin.
    if (b != b) return value;
    if (a != a) return have;
    return (mode == ScatterMode::Max ? a < b : b < a) ? value : have;
  }
}

template <class T, ScatterMode mode>
void scatter_of(const Tensor& out, const Tensor& src, const ElementLoop& loop) {
  T* to = static_cast<T*>(out.data());
  const T* from = static_cast<const T*>(src.data());
  loop.run([&](int64_t pointed, int64_t dense) { to[pointed] = joined<T, mode>(to[pointed], from[dense]); });
}

}  // namespace

void scatter_elements_cpu(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src, ScatterMode mode) {
  if (accumulates(mode) && is_reduced_floating(out.dtype())) {
    return in_float32(out,
                      [&](const Tensor& wide) { scatter_elements_cpu(wide, dim, index, float32_data(src), mode); });
  }
  const ElementLoop loop(out, src, index, dim);
  const bool extremum = mode == ScatterMode::Max || mode == ScatterMode::Min;
  visit_dtype<kAllSet>(extremum ? out.dtype() : bits_dtype(out.dtype()), [&](auto tag) {
    using T = typename decltype(tag)::type;
    switch (mode) {
      case ScatterMode::Set: return scatter_of<T, ScatterMode::Set>(out, src, loop);
      case ScatterMode::Mean:
      case ScatterMode::Add: return scatter_of<T, ScatterMode::Add>(out, src, loop);
      case ScatterMode::Multiply: return scatter_of<T, ScatterMode::Multiply>(out, src, loop);
      default: break;
    }
    if constexpr (is_complex_v<T>) {
      throw_unsupported_dtype(out.dtype());
    } else if (mode == ScatterMode::Max) {
      scatter_of<T, ScatterMode::Max>(out, src, loop);
    } else {
      scatter_of<T, ScatterMode::Min>(out, src, loop);
    }
  });
}

}  // namespace vt
