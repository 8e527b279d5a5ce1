// What singular values decide: pseudo-inverse, rank, condition number.
#include <cmath>
#include <limits>

#include "dispatch/registry.h"
#include "ops/linalg/matrices.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

double epsilon_of(DType dtype) {
  return to_real(dtype) == DType::float64 ? std::numeric_limits<double>::epsilon()
                                          : static_cast<double>(std::numeric_limits<float>::epsilon());
}

// Singular values at or below max(atol, rtol * the largest) count as zero. rtol, unless given: eps * max(m, n), or 0
// beside an atol.
struct Tolerance {
  Tensor absolute, relative;
};
Tensor number_like(const Tensor& a, double value) { return ops::full({}, value, to_real(a.dtype()), a.device()); }
Tolerance tolerance(const Tensor& a, const Tensor& atol, const Tensor& rtol, std::string_view name) {
  for (const Tensor& t : {atol, rtol}) {
    VT_CHECK(!t.defined() || !is_complex(t.dtype()), Runtime, name, ": atol and rtol tensors of complex type are not ",
             "supported.");
  }
  const double automatic = epsilon_of(a.dtype()) * static_cast<double>(std::max(a.size(-1), a.size(-2)));
  Tensor relative = rtol;
  if (!rtol.defined()) {
    relative = number_like(a, automatic);
    if (atol.defined()) relative = ops::where(atol > wrapped_number(0), wrapped_number(0.0), relative);
  }
  return {atol.defined() ? atol : number_like(a, 0), relative};
}
// For singular values (..., k): which are above the tolerance.
Tensor above(const Tensor& values, const Tolerance& t) {
  auto per_matrix = [](const Tensor& x) { return x.dim() == 0 ? x : ops::unsqueeze(x, -1); };
  const Tensor largest = ops::amax(values, DimVec{-1}, true);
  return values > ops::maximum(per_matrix(t.absolute), per_matrix(t.relative) * largest);
}
Tensor maybe(const Tensor& a, const std::optional<double>& value) { return value ? number_like(a, *value) : Tensor(); }

// pinv
// --------------------------------------------------------------------------------------------------------------------

Tensor pinv_of(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  const Tolerance limits = tolerance(a, atol, rtol, "torch.linalg.pinv");
  if (a.numel() == 0) {
    return ops::zeros(with_dims(batch_of(a), DimVec{a.size(-1), a.size(-2)}), a.dtype(), a.device());
  }
  auto inverted = [&](const Tensor& values, const Tensor& sizes) {
    return ops::where(above(sizes, limits), ops::reciprocal(values), wrapped_number(0.0));
  };
  if (hermitian) {
    auto [values, vectors] = ops::_linalg_eigh(a);
    return ops::matmul(vectors * ops::unsqueeze(inverted(values, ops::abs(values)), -2), ops::adjoint(vectors));
  }
  auto [u, s, vh] = ops::_linalg_svd(a);
  return ops::matmul(ops::adjoint(vh) * ops::unsqueeze(inverted(s, s), -2), ops::adjoint(u));
}

Tensor pinv(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  if (hermitian) {
    check_square(a, "linalg.pinv");
  } else {
    check_factorizable(a, "linalg.pinv");
  }
  return pinv_of(a, atol, rtol, hermitian);
}

// dP = -P dA P + P P^H dA^H (I - A P) + (I - P A) dA^H P^H P: nothing of it divides by differences of singular values.
void pinv_backward(GradContext& ctx) {
  const Tensor a = ctx.saved(0), p = ctx.saved_result(0), grad = ctx.grad();
  const Tensor adjoint_p = ops::adjoint(p), adjoint_grad = ops::adjoint(grad);
  const Tensor left = ops::matmul(ops::matmul(adjoint_grad, p), adjoint_p);
  const Tensor right = ops::matmul(adjoint_p, ops::matmul(p, adjoint_grad));
  ctx.set(0, -ops::matmul(adjoint_p, ops::matmul(grad, adjoint_p)) + left - ops::matmul(a, ops::matmul(p, left)) +
                 right - ops::matmul(ops::matmul(right, p), a));
}

Tensor pinv_by_numbers(const Tensor& a, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
  check_factorizable(a, "linalg.pinv");
  return ops::linalg_pinv(a, maybe(a, atol), maybe(a, rtol), hermitian);
}
Tensor pinv_by_rcond(const Tensor& a, double rcond, bool hermitian) {
  check_factorizable(a, "linalg.pinv");
  return ops::linalg_pinv(a, number_like(a, 0), number_like(a, rcond), hermitian);
}
Tensor pinv_by_rconds(const Tensor& a, const Tensor& rcond, bool hermitian) {
  check_factorizable(a, "linalg.pinv");
  return ops::linalg_pinv(a, number_like(a, 0), rcond, hermitian);
}
Tensor pinverse(const Tensor& a, double rcond) { return pinv_by_rcond(a, rcond, false); }

// rank
// --------------------------------------------------------------------------------------------------------------------

Tensor rank_by_tensors(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  check_matrix(a, "torch.linalg.matrix_rank", "input");
  const Tolerance limits = tolerance(a, atol, rtol, "torch.linalg.matrix_rank");
  if (a.numel() == 0) return ops::zeros(batch_of(a), DType::int64, a.device());
  const Tensor values = hermitian ? ops::abs(ops::linalg_eigvalsh(a)) : ops::linalg_svdvals(a);
  return ops::sum(above(values, limits), DimVec{-1});
}
Tensor rank_by_numbers(const Tensor& a, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
  check_matrix(a, "torch.linalg.matrix_rank", "input");
  return rank_by_tensors(a, maybe(a, atol), maybe(a, rtol), hermitian);
}
Tensor rank_by_tol(const Tensor& a, double tol, bool hermitian) { return rank_by_numbers(a, tol, 0.0, hermitian); }
Tensor rank_by_tols(const Tensor& a, const Tensor& tol, bool hermitian) {
  check_matrix(a, "torch.linalg.matrix_rank", "input");
  return rank_by_tensors(a, tol, number_like(a, 0), hermitian);
}

// condition
// ---------------------------------------------------------------------------------------------------------------

constexpr int64_t kMatrix[] = {-2, -1};

Tensor cond_by_values(const Tensor& a, bool largest_first) {
  const Tensor s = ops::linalg_svdvals(a);
  const Tensor largest = ops::select(s, -1, 0), smallest = ops::select(s, -1, s.size(-1) - 1);
  return largest_first ? largest / smallest : smallest / largest;
}

// |A| |A^-1|, infinite for a singular matrix.
template <class Norm>
Tensor cond_by_inverse(const Tensor& a, const Norm& norm) {
  check_square(a, "linalg.cond");
  if (a.numel() == 0) return ops::zeros(batch_of(a), to_real(a.dtype()), a.device());
  auto [inverse, info] = ops::linalg_inv_ex(a);
  return ops::where(info == wrapped_number(0), norm(a) * norm(inverse), wrapped_number(HUGE_VAL));
}

Tensor cond(const Tensor& a, const std::optional<Scalar>& ord) {
  check_matrix(a, "linalg.cond");
  const double p = ord ? ord->to_double() : 2.0;
  if (std::abs(p) == 2.0) {
    if (a.numel() == 0) return ops::zeros(batch_of(a), to_real(a.dtype()), a.device());
    return cond_by_values(a, p > 0);
  }
  VT_CHECK(std::abs(p) == 1.0 || std::isinf(p), Runtime, "linalg.cond got an invalid norm type: ", p);
  return cond_by_inverse(a, [&](const Tensor& t) { return ops::linalg_matrix_norm(t, *ord, kMatrix); });
}

Tensor cond_by_name(const Tensor& a, std::string_view p) {
  check_matrix(a, "linalg.cond");
  VT_CHECK(p == "fro" || p == "nuc", Runtime, "linalg.cond got an invalid norm type: ", p);
  return cond_by_inverse(a, [&](const Tensor& t) { return ops::linalg_matrix_norm(t, p, kMatrix); });
}

}  // namespace

void register_pseudo_inverse(Registry& r) {
  r.def(
       "linalg_pinv.atol_rtol_tensor(Tensor self, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor")
      .all(pinv)
      .backward(Keep::arg(0) | keep::result, pinv_backward)
      .out()
      .surface(kLinalg)
      .doc(
          "The pseudo-inverse (..., n, m) of matrices (..., m, n); singular values up to max(atol, rtol * largest) are zero.");
  r.def(
       "linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor")
      .composite(pinv_by_numbers)
      .out()
      .surface(kLinalg);
  r.def("linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor")
      .composite(pinv_by_rcond)
      .out()
      .surface(kLinalg);
  r.def("linalg_pinv.rcond_tensor(Tensor self, Tensor rcond, bool hermitian=False) -> Tensor")
      .composite(pinv_by_rconds)
      .out()
      .surface(kLinalg);
  r.def("pinverse(Tensor self, float rcond=1e-15) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(pinverse)
      .doc("torch.linalg.pinv under its old name.");
  r.def(
       "linalg_matrix_rank.atol_rtol_tensor(Tensor input, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(rank_by_tensors)
      .out()
      .surface(kLinalg)
      .doc("How many singular values of each matrix are above max(atol, rtol * largest), int64.");
  r.def(
       "linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(rank_by_numbers)
      .out()
      .surface(kLinalg);
  r.def("linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(rank_by_tol)
      .out()
      .surface(kLinalg);
  r.def("linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(rank_by_tols)
      .out()
      .surface(kLinalg);
  r.def("linalg_cond(Tensor self, Scalar? p=None) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(cond)
      .out()
      .surface(kLinalg)
      .doc("The condition number of each matrix in the norm p: None or 2, -2, 1, -1, inf, -inf, \"fro\" or \"nuc\".");
  r.def("linalg_cond.p_str(Tensor self, str p) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(cond_by_name)
      .out()
      .surface(kLinalg);
}

}  // namespace vt
