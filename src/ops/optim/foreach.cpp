// Pointwise work on lists of tensors, and what GradScaler needs.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/optim/multi_tensor.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

void check_list(TensorSpan list) {
  VT_CHECK(!list.empty(), Runtime, "Tensor list must have at least one tensor.");
  for (const Tensor& t : list) VT_CHECK(t.defined(), Runtime, "expected tensors, got None");
}

// Whether the one-launch kernels take the list: the backend has them; floating point, one device, one dtype.
bool is_uniform(TensorSpan list) {
  return optim::list_kernels.has(list[0].device()) && std::ranges::all_of(list, [&](const Tensor& t) {
           return is_floating(t.dtype()) && t.dtype() == list[0].dtype() && t.device() == list[0].device();
         });
}

// As is_uniform, and no tensor is written to twice.
bool is_fused_update(TensorSpan list) {
  if (!is_uniform(list)) return false;
  std::unordered_set<const void*> seen;
  for (const Tensor& t : list) {
    check_writable(t);
    if (t.numel() > 0 && !seen.insert(t.data()).second) return false;
  }
  return true;
}

const optim::ListKernels& kernels_of(TensorSpan list) { return optim::list_kernels(list[0].device()); }

bool needs_grad(TensorSpan list) {
  return grad_enabled() && std::ranges::any_of(list, [](const Tensor& t) { return t.requires_grad(); });
}

std::vector<Tensor> norms(TensorSpan self, const Scalar& ord, std::optional<DType> dtype) {
  check_list(self);
  const bool plain = !ord.is_complex() && ord.to_double() == 2 && (!dtype || *dtype == self[0].dtype());
  if (plain && is_uniform(self) && !needs_grad(self)) {
    const DeviceGuard guard(self[0].device());
    const Tensor all = kernels_of(self).norms(self);
    std::vector<Tensor> out;
    for (size_t i = 0; i < self.size(); ++i) {
      out.push_back(make_view(all, IntSpan(), IntSpan(), static_cast<int64_t>(i)));
    }
    return out;
  }
  std::vector<Tensor> out;
  for (const Tensor& t : self) out.push_back(ops::linalg_vector_norm(t, ord, std::nullopt, false, dtype));
  return out;
}

void mul_scalar(TensorSpan self, const Scalar& scalar) {
  check_list(self);
  if (!scalar.is_complex() && is_fused_update(self)) {
    const DeviceGuard guard(self[0].device());
    return kernels_of(self).mul(self, scalar.to_double());
  }
  for (const Tensor& t : self) ops::mul_(t, wrapped_number(scalar));
}

void mul_tensor(TensorSpan self, const Tensor& other) {
  check_list(self);
  VT_CHECK(other.dim() == 0, Runtime, "scalar tensor expected to be 0 dim but it has ", other.dim(), " dimensions");
  if (is_fused_update(self) && other.dtype() == DType::float32 && other.device() == self[0].device()) {
    const DeviceGuard guard(self[0].device());
    return kernels_of(self).mul_tensor(self, other);
  }
  for (const Tensor& t : self) ops::mul_(t, other);
}

void add_scalar(TensorSpan self, const Scalar& scalar) {
  check_list(self);
  if (!scalar.is_complex() && is_fused_update(self)) {
    const DeviceGuard guard(self[0].device());
    return kernels_of(self).add(self, scalar.to_double());
  }
  for (const Tensor& t : self) ops::add_(t, wrapped_number(scalar));
}

void zero(TensorSpan self) {
  check_list(self);
  for (const Tensor& t : self) ops::zero_(t);
}

void copy(TensorSpan self, TensorSpan src, bool non_blocking) {
  check_list(self);
  VT_CHECK(self.size() == src.size(), Runtime, "Tensor lists must have the same number of tensors, got ", self.size(),
           " and ", src.size());
  for (size_t i = 0; i < self.size(); ++i) ops::copy_(self[i], src[i], non_blocking);
}

void unscale_cpu(TensorSpan self, const Tensor& found_inf, const Tensor& inv_scale) {
  VT_CHECK(found_inf.numel() == 1 && inv_scale.numel() == 1, Runtime,
           "found_inf and inv_scale must be 1-element tensors, got ", found_inf.sizes(), " and ", inv_scale.sizes());
  // Without dims, so that it joins tensors of every shape.
  const Tensor factor = ops::reshape(inv_scale, IntSpan());
  bool finite = true;
  for (const Tensor& t : self) {
    finite = finite && ops::item(ops::all(ops::isfinite(t))).to_bool();
    ops::mul_(t, factor);
  }
  if (!finite) ops::fill_(found_inf, Scalar(1.0));
}

void update_scale_cpu(const Tensor& scale, const Tensor& growth_tracker, const Tensor& found_inf, double growth,
                      double backoff, int64_t interval) {
  VT_CHECK(scale.numel() == 1 && growth_tracker.numel() == 1 && found_inf.numel() == 1, Runtime,
           "expected 1-element tensors for scale, growth_tracker and found_inf");
  if (ops::item(found_inf).to_double() != 0) {
    ops::mul_(scale, wrapped_number(backoff));
    ops::fill_(growth_tracker, Scalar(0));
    return;
  }
  const int64_t successes = ops::item(growth_tracker).to_int() + 1;
  if (successes == interval) {
    const double grown = ops::item(scale).to_double() * growth;
    if (std::isfinite(static_cast<float>(grown))) ops::fill_(scale, Scalar(grown));
  }
  ops::fill_(growth_tracker, Scalar(successes == interval ? 0 : successes));
}

}  // namespace

void register_foreach(Registry& r) {
  r.def("_foreach_norm(Tensor[] self, Scalar ord=2, ScalarType? dtype=None) -> Tensor[]")
      .composite(norms)
      .function_only();
  r.def("_foreach_mul_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()")
      .all(mul_scalar)
      .not_differentiable()
      .function_only();
  r.def("_foreach_mul_.Tensor(Tensor(a!)[] self, Tensor other) -> ()")
      .all(mul_tensor)
      .not_differentiable()
      .any_device()
      .function_only();
  r.def("_foreach_add_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()")
      .all(add_scalar)
      .not_differentiable()
      .function_only();
  r.def("_foreach_zero_(Tensor(a!)[] self) -> ()").all(zero).not_differentiable().function_only();
  r.def("_foreach_copy_(Tensor(a!)[] self, Tensor[] src, bool non_blocking=False) -> ()")
      .all(copy)
      .not_differentiable()
      .any_device()
      .function_only();
  r.def("_amp_foreach_non_finite_check_and_unscale_(Tensor(a!)[] self, Tensor(b!) found_inf, Tensor inv_scale) -> ()")
      .cpu(unscale_cpu)
      .not_differentiable()
      .function_only();
  r.def(
       "_amp_update_scale_(Tensor(a!) self, Tensor(b!) growth_tracker, Tensor found_inf, float scale_growth_factor, float scale_backoff_factor, int growth_interval) -> ()")
      .cpu(update_scale_cpu)
      .not_differentiable()
      .function_only();
}

}  // namespace vt
