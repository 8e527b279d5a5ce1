// What a derivative with respect to eigenvectors or singular vectors may not depend on.
#pragma once

#include <string_view>

#include "core/tensor.h"

namespace vt::linalg {

// Vectors of complex matrices are known up to a phase each. `turned` (..., k, k): V^H gV, summed over all vectors that
// turn together; a loss that depends on the phases has imaginary parts on its diagonal. RuntimeError for such a loss.
void check_phase(const Tensor& turned, std::string_view name, std::string_view vectors);

}  // namespace vt::linalg
