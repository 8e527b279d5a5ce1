#include "ops/linalg/gauge.h"

#include "core/thread_state.h"
#include "core/waiting_memory.h"
#include "ops/copy/kernels.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::linalg {

void check_phase(const Tensor& turned, std::string_view name, std::string_view vectors) {
  if (!has_values(turned) || turned.numel() == 0) return;
  const GradMode unrecorded(false);
  const Tensor phases = ops::abs(ops::imag(ops::diagonal(turned, 0, -2, -1)));
  const Tensor size = ops::abs(ops::diagonal(turned, 0, -2, -1));
  const Tensor wrong = ops::any(phases > size * Scalar(1e-2) + Scalar(1e-2));
  VT_CHECK(
      !read_scalar(wrong).to_bool(), Runtime, name, ": The ", vectors, " in the complex case are specified up to ",
      "multiplication by e^{i phi}. The specified loss function depends on this phase term, making it ill-defined.");
}

}  // namespace vt::linalg
