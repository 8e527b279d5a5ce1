// How scaled_dot_product_attention may be computed: as one fused op or by its parts.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace vt::ops {

// What the whole program allows; both at first.
struct AttentionWays {
  bool fused = true;
  bool parts = true;
};
VT_API AttentionWays allowed_attention();
VT_API void allow_attention(AttentionWays ways);

// Whether CUDA runs attention by the kernels for any tensor core alone, also where it has faster ones: for tests, and
// to measure them. Off at first.
VT_API bool portable_attention();
VT_API void set_portable_attention(bool alone);

// Whether a call with these arguments can run as the fused op, be that allowed or not. RuntimeError where the arguments
// make no sense together.
VT_API bool can_fuse_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double dropout_p,
                               bool causal, std::optional<double> scale, bool enable_gqa);

}  // namespace vt::ops
