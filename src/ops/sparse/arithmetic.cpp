// Sums, products and quotients of sparse tensors, functions that take zeros to zeros, norms.
#include "ops/copy/copy.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {

using namespace vt::sparse;

namespace {

bool is_one(const Scalar& s) { return s.is_integral() && s.to_int() == 1; }

// ---- sums

// The entries of both, one after the other.
Tensor add_sparse_to_sparse(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  const Tensor a = entrywise(self), b = entrywise(other);
  const SparseParts x = sparse_parts(a), y = sparse_parts(b);
  VT_CHECK(x.indices.size(0) == y.indices.size(0), Runtime,
           "add: expected 'self' and 'other' to have same number of sparse dimensions, but ", x.indices.size(0),
           " != ", y.indices.size(0));
  const DType dtype = promote(a.dtype(), b.dtype());
  const Tensor addend = ops::as_dtype(values_of(b), dtype);
  const Tensor values[] = {ops::as_dtype(values_of(a), dtype), is_one(alpha) ? addend : addend * alpha};
  const Tensor indices[] = {x.indices, y.indices};
  const Tensor sum = ops::_sparse_coo(ops::cat(indices, 1), ops::cat(values, 0), a.sizes());
  return in_layout_of(x.coalesced && y.coalesced ? ops::coalesce(sum) : sum, self);
}

Tensor add_sparse_to_dense(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  const Tensor copy = ops::_to_copy(self, promote(self.dtype(), other.dtype()));
  const Tensor sum = to_add_to(copy, sparse_parts(other).values);
  add_entries_(sum, other, alpha);
  return sum;
}

Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  VT_CHECK(same(self.sizes(), other.sizes()), Runtime, "add: expected sizes of 'self' and 'other' to match, but ",
           self.sizes(), " != ", other.sizes(), ": a sparse tensor does not broadcast in a sum");
  if (!is_sparse(self)) return add_sparse_to_dense(self, other, alpha);
  if (is_sparse(other)) return add_sparse_to_sparse(self, other, alpha);
  return add_sparse_to_dense(is_one(alpha) ? other : other * alpha, self, 1);
}

// Adding entries to a tensor in memory in place leaves the rest of it alone.
void add_call(Call& call) {
  const Tensor self = call.args[0].as_tensor();
  const Tensor& other = call.args[1].as_tensor();
  const Scalar alpha = Unbox<Scalar>::get(call.args[2]);
  if (call.op.kind() != OpKind::Inplace || is_sparse(self)) {
    call.results.add(add(self, other, alpha));
    if (call.op.kind() != OpKind::Functional) boxing::finish_derived(call);
    return;
  }
  VT_CHECK(same(self.sizes(), other.sizes()), Runtime, "add: expected sizes of 'self' and 'other' to match, but ",
           self.sizes(), " != ", other.sizes());
  VT_CHECK(can_cast(other.dtype(), self.dtype()), Runtime, "result type ", other.dtype(),
           " can't be cast to the desired output type ", self.dtype());
  add_entries_(self, other, alpha);
  call.results.add(self);
}

Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return ops::add(self, is_sparse(other) || !other.impl()->is_wrapped_number() ? ops::neg(other) : other, alpha);
}

// ---- products and quotients

// With a number, in a tensor of no dims.
Tensor scaled(const Tensor& self, const Tensor& number, Tensor (*by)(const Tensor&, const Tensor&)) {
  const Tensor t = is_compressed(self) ? self : entrywise(self);
  return with_values(t, by(values_of(t), number));
}

// At the entries that both have.
Tensor mul_sparse_by_sparse(const Tensor& self, const Tensor& other) {
  VT_CHECK(same(self.sizes(), other.sizes()), Runtime,
           "mul: expected 'self' and 'other' to have same sizes when both are sparse, but ", self.sizes(),
           " != ", other.sizes());
  const Tensor a = coalesced(self), b = coalesced(other);
  const SparseParts x = sparse_parts(a), y = sparse_parts(b);
  VT_CHECK(x.indices.size(0) == y.indices.size(0), NotImplemented,
           "mul: expected sparse tensors of as many sparse dims, got ", x.indices.size(0), " and ", y.indices.size(0));
  if (entries_in(y) == 0) return in_layout_of(ops::_to_copy(b, promote(a.dtype(), b.dtype())), self);
  const Found found = find_entries(y, sparse_sizes(a, x), x.indices);
  const Tensor both = ops::select(ops::t(ops::nonzero(found.is_there)), 0, 0);
  const Tensor values = ops::index_select(ops::values(a), 0, both) *
                        ops::index_select(ops::values(b), 0, ops::index_select(found.entry, 0, both));
  return in_layout_of(ops::_sparse_coo(ops::index_select(x.indices, 1, both), values, a.sizes(), true), self);
}

// At the entries of the sparse one, as whose sizes the dense one broadcasts.
Tensor mul_sparse_by_dense(const Tensor& self, const Tensor& other) {
  VT_CHECK(is_expandable_to(other.sizes(), self.sizes()), Runtime,
           "mul: expected a tensor in memory to broadcast to the sizes of the sparse one, ", self.sizes(), ", got ",
           other.sizes());
  const Tensor t = coalesced(self);
  const Tensor factors = elements_at(ops::expand(other, self.sizes()), sparse_parts(t).indices);
  return in_layout_of(with_values(t, ops::values(t) * factors), self);
}

Tensor mul(const Tensor& self, const Tensor& other) {
  if (!is_sparse(self)) return self.dim() == 0 ? scaled(other, self, ops::mul) : mul_sparse_by_dense(other, self);
  if (is_sparse(other)) return mul_sparse_by_sparse(self, other);
  return other.dim() == 0 ? scaled(self, other, ops::mul) : mul_sparse_by_dense(self, other);
}

void check_divisor(const Tensor& self, const Tensor& other) {
  VT_CHECK(is_sparse(self) && !is_sparse(other) && other.dim() == 0, Runtime,
           "Sparse division requires a scalar or zero-dim dense tensor divisor");
}

Tensor div(const Tensor& self, const Tensor& other) {
  check_divisor(self, other);
  return scaled(self, other, ops::div);
}

Tensor div_mode(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode) {
  check_divisor(self, other);
  const Tensor t = is_compressed(self) ? self : coalesced(self);
  return with_values(t, ops::div(ops::values(t), other, rounding_mode));
}

Tensor floor_divide(const Tensor& self, const Tensor& other) { return div_mode(self, other, "floor"); }

// ---- functions of each value

void on_values(Call& call) {
  const Op& op = call.op.functional();
  const Tensor& self = call.args[0].as_tensor();
  const Tensor t = is_compressed(self) ? self : coalesced(self);
  const Tensor values = ops::values(t);
  Value args[kMaxArgs];
  std::copy_n(call.args, op.arg_count(), args);
  args[0] = box(values);
  Results results;
  call_op(op, args, op.arg_count(), results);
  call.results.add(with_values(t, results.tensors[0]));
  if (call.op.kind() != OpKind::Functional) boxing::finish_derived(call);
}

void power_of_values(Call& call) {
  const Scalar exponent = Unbox<Scalar>::get(call.args[1]);
  VT_CHECK(exponent.is_complex() || exponent.to_double() > 0, Runtime,
           "pow() of a sparse tensor requires a positive exponent, which takes zeros to zeros");
  on_values(call);
}

// Functions f of f(0) = 0.
constexpr const char* kOnValues[] = {"abs",     "asin",     "asinh",    "atan",    "atanh", "ceil",    "conj_physical",
                                     "deg2rad", "erf",      "erfinv",   "expm1",   "floor", "frac",    "isinf",
                                     "isnan",   "isneginf", "isposinf", "log1p",   "neg",   "rad2deg", "relu",
                                     "round",   "sgn",      "sign",     "signbit", "sin",   "sinh",    "sqrt",
                                     "tan",     "tanh",     "trunc"};

// ---- norms

Tensor norm_of_values(const Tensor& self, const Scalar& ord, std::optional<IntSpan> dim, bool keepdim,
                      std::optional<DType> dtype) {
  VT_CHECK(!dim || dim->empty(), NotImplemented, "the norm of a sparse tensor along dims is not there yet");
  VT_CHECK(!keepdim, NotImplemented, "the norm of a sparse tensor with keepdim is not there yet");
  VT_CHECK(ord.to_double() >= 0, NotImplemented, "the norm of a sparse tensor of negative order is not there yet");
  const Tensor t = is_compressed(self) ? self : coalesced(self);
  return ops::linalg_vector_norm(ops::values(t), ord, std::nullopt, false, dtype);
}

// ---- lists of tensors of which some are sparse, one after the other

std::vector<Tensor> norms_of_list(TensorSpan self, const Scalar& ord, std::optional<DType> dtype) {
  std::vector<Tensor> out;
  for (const Tensor& t : self) out.push_back(ops::linalg_vector_norm(t, ord, std::nullopt, false, dtype));
  return out;
}
void scale_list(TensorSpan self, const Scalar& scalar) {
  for (const Tensor& t : self) ops::mul_(t, wrapped_number(scalar));
}
void multiply_list(TensorSpan self, const Tensor& other) {
  for (const Tensor& t : self) ops::mul_(t, other);
}
void zero_list(TensorSpan self) {
  for (const Tensor& t : self) ops::zero_(t);
}

}  // namespace

void register_sparse_arithmetic(Registry& r) {
  const SparseOps sparse(r);
  sparse.composite("add.Tensor", add_call);
  sparse.composite("sub.Tensor", sub);
  sparse.composite("mul.Tensor", mul);
  sparse.composite("div.Tensor", div);
  sparse.composite("div.Tensor_mode", div_mode);
  sparse.composite("floor_divide", floor_divide);
  for (const char* name : kOnValues) sparse.composite(name, on_values);
  sparse.composite("pow.Tensor_Scalar", power_of_values);
  sparse.composite("linalg_vector_norm", norm_of_values);
  sparse.composite("_foreach_norm", norms_of_list);
  sparse.composite("_foreach_mul_.Scalar", scale_list);
  sparse.composite("_foreach_mul_.Tensor", multiply_list);
  sparse.composite("_foreach_zero_", zero_list);
  sparse.inherit({"square", "positive", "norm.Scalar", "_foreach_neg"});
}

}  // namespace vt
