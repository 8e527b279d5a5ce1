// The scatters: one element along a dim written, or added to, per index.
#include "core/convert.h"
#include "core/math.h"
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/copy/copy.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/factory.h"
#include "ops/index/element_loop.h"
#include "ops/index/reduce_mode.h"
#include "ops/index/register.h"
#include "ops/index/scatter_kernels.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"

namespace vt {

ScatterMode scatter_mode(std::string_view reduce) {
  if (reduce == "add") return ScatterMode::Add;
  if (reduce == "multiply") return ScatterMode::Multiply;
  VT_THROW(Runtime, "reduce argument must be either add or multiply, got ", reduce);
}

ScatterMode scatter_reduce_mode(std::string_view reduce) {
  if (reduce == "sum") return ScatterMode::Add;
  if (reduce == "prod") return ScatterMode::Multiply;
  if (reduce == "mean") return ScatterMode::Mean;
  if (reduce == "amax") return ScatterMode::Max;
  if (reduce == "amin") return ScatterMode::Min;
  VT_THROW(Runtime, "reduce argument must be either sum, prod, mean, amax or amin, got ", reduce);
}

namespace {

TensorSpec like_self(const Tensor& self) { return {DimVec(self.sizes()), self.dtype(), self.device(), {}}; }

void check_scatter(const char* op, const Tensor& self, int64_t& dim, const Tensor& index, const Tensor* src) {
  check_element_index(op, self, dim, index);
  if (!src) return;
  VT_CHECK(self.dtype() == src->dtype(), Runtime, op, "(): Expected self.dtype to be equal to src.dtype, got ",
           self.dtype(), " and ", src->dtype());
  if (index.numel() == 0) return;
  VT_CHECK(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(src->dim(), 1), Runtime,
           "Index tensor must have the same number of dimensions as src tensor, got ", index.dim(), " and ",
           src->dim());
  for (int64_t d = 0; d < std::min(index.dim(), src->dim()); ++d) {
    VT_CHECK(index.sizes()[d] <= src->sizes()[d], Runtime, "Expected index ", index.sizes(),
             " to be no larger than self ", self.sizes(), " apart from dimension ", dim,
             " and to be no larger size than src ", src->sizes());
  }
}

// self -> out, then every element of src into its place.
void scatter_into(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, ScatterMode mode,
                  const Tensor& out) {
  copy_unless_same(out, self);
  if (index.numel() == 0) return;
  check_no_overlap(*out.impl(), *src.impl());
  check_no_overlap(*out.impl(), *index.impl());
  scatter_elements(out.device(), out, dim, index, src, mode);
}

// One number in the shape of the index.
Tensor number_like(const Tensor& index, const Scalar& value, DType dtype) {
  const Tensor number = empty(IntSpan(), dtype, index.device());
  fill_data(number, value);
  const DimVec still(index.sizes().size(), 0);
  return Tensor(make_intrusive<TensorImpl>(number.storage(), dtype, index.sizes(), still, 0));
}

TensorSpec scatter_src_meta(const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& src) {
  check_scatter("scatter", self, dim, index, &src);
  return like_self(self);
}
void scatter_src_kernel(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Tensor& out) {
  scatter_into(self, dim, index, src, ScatterMode::Set, out);
}
void scatter_src_backward(GradContext& ctx) {
  const int64_t dim = ctx.arg<int64_t>(1);
  if (ctx.needs(0)) ctx.set(0, ops::scatter(ctx.grad(), dim, ctx.saved(2), Scalar(0)));
  if (ctx.needs(3)) ctx.set(3, ops::gather(ctx.grad(), dim, ctx.saved(2)));
}

TensorSpec scatter_value_meta(const Tensor& self, int64_t& dim, const Tensor& index, Scalar& value) {
  check_scatter("scatter", self, dim, index, nullptr);
  check_scalar_fits(value, self.dtype());
  return like_self(self);
}
void scatter_value_kernel(const Tensor& self, int64_t dim, const Tensor& index, Scalar value, Tensor& out) {
  scatter_into(self, dim, index, number_like(index, value, self.dtype()), ScatterMode::Set, out);
}
void scatter_value_backward(GradContext& ctx) {
  ctx.set(0, ops::scatter(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2), Scalar(0)));
}

TensorSpec scatter_add_meta(const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& src) {
  check_scatter("scatter_add", self, dim, index, &src);
  return like_self(self);
}
void scatter_add_kernel(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Tensor& out) {
  scatter_into(self, dim, index, src, ScatterMode::Add, out);
}
void scatter_add_backward(GradContext& ctx) {
  if (ctx.needs(0)) ctx.set(0, ctx.grad());
  if (ctx.needs(3)) ctx.set(3, ops::gather(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2)));
}

TensorSpec scatter_reduce_arg_meta(const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& src,
                                   std::string_view& reduce) {
  check_scatter("scatter", self, dim, index, &src);
  scatter_mode(reduce);
  return like_self(self);
}
void scatter_reduce_arg_kernel(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                               std::string_view reduce, Tensor& out) {
  scatter_into(self, dim, index, src, scatter_mode(reduce), out);
}

TensorSpec scatter_value_reduce_meta(const Tensor& self, int64_t& dim, const Tensor& index, Scalar& value,
                                     std::string_view& reduce) {
  check_scatter("scatter", self, dim, index, nullptr);
  check_scalar_fits(value, self.dtype());
  scatter_mode(reduce);
  return like_self(self);
}
void scatter_value_reduce_kernel(const Tensor& self, int64_t dim, const Tensor& index, Scalar value,
                                 std::string_view reduce, Tensor& out) {
  scatter_into(self, dim, index, number_like(index, value, self.dtype()), scatter_mode(reduce), out);
}

TensorSpec scatter_reduce_meta(const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& src,
                               std::string_view& reduce, bool&) {
  scatter_reduce_mode(reduce);
  check_scatter("scatter_reduce", self, dim, index, &src);
  return like_self(self);
}

// Of how many values a mean was made: narrow floats and integers do not count far.
DType counts_dtype(DType dtype) { return is_integral(dtype, true) ? DType::int64 : opmath_dtype(dtype); }

// What a reduction starts from where the own value of self does not take part.
Scalar neutral(ScatterMode mode, DType dtype) {
  if (mode == ScatterMode::Multiply) return Scalar(1);
  if (mode == ScatterMode::Add || mode == ScatterMode::Mean) return Scalar(0);
  return visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity) {
      return Scalar(mode == ScatterMode::Max ? -std::numeric_limits<double>::infinity()
                                             : std::numeric_limits<double>::infinity());
    } else {
      return Scalar(mode == ScatterMode::Max ? Limits::lowest() : Limits::max());
    }
  });
}

void scatter_reduce_kernel(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                           std::string_view reduce, bool include_self, Tensor& out) {
  const ScatterMode mode = scatter_reduce_mode(reduce);
  copy_unless_same(out, self);
  if (index.numel() == 0) return;
  check_no_overlap(*out.impl(), *src.impl());
  check_no_overlap(*out.impl(), *index.impl());
  if (!include_self)
    scatter_elements(out.device(), out, dim, index, number_like(index, neutral(mode, self.dtype()), self.dtype()),
                     ScatterMode::Set);
  scatter_elements(out.device(), out, dim, index, src, mode == ScatterMode::Mean ? ScatterMode::Add : mode);
  if (mode != ScatterMode::Mean) return;
  const DType whole = counts_dtype(self.dtype());
  const Tensor counts = ops::filled(self.sizes(), Scalar(include_self ? 1 : 0), whole, self.device());
  scatter_elements(counts.device(), counts, dim, index, number_like(index, Scalar(1), whole), ScatterMode::Add);
  const Tensor shares = ops::maximum(counts, ops::filled_like(counts, 1));
  const std::optional<std::string_view> rounding =
      is_integral(self.dtype()) ? std::optional<std::string_view>("floor") : std::nullopt;
  copy_data(out, ops::div(out, shares, rounding));
}

Tensor scatter_counts(const Tensor& index, int64_t dim, IntSpan sizes, bool include_self, DType dtype, Device device) {
  const Tensor start = ops::filled(sizes, Scalar(include_self ? 1 : 0), dtype, device);
  return ops::scatter_add(start, dim, index, ops::filled(index.sizes(), 1, dtype, device));
}

void scatter_mean_backward(GradContext& ctx, int64_t dim, const Tensor& index, bool include_self) {
  const Tensor& grad = ctx.grad();
  const Tensor counts =
      scatter_counts(index, dim, ctx.sizes(0), include_self, counts_dtype(grad.dtype()), grad.device());
  const Tensor shared = ops::as_dtype(grad / ops::maximum(counts, ops::filled_like(counts, 1)), grad.dtype());
  if (ctx.needs(0)) ctx.set(0, include_self ? shared : ops::scatter(grad, dim, index, Scalar(0)));
  if (ctx.needs(3)) ctx.set(3, ops::gather(shared, dim, index));
}

// Everyone who attained the extreme gets an equal share. Nobody attains a NaN: the gradient is NaN there, as amax has
// it.
void scatter_extreme_backward(GradContext& ctx, int64_t dim, const Tensor& index, bool include_self) {
  const Tensor& grad = ctx.grad();
  const Tensor self = ctx.saved(0), src = ctx.saved(3), result = ctx.saved_result();
  Tensor self_wins = ops::as_dtype(ops::detach(self) == ops::detach(result), grad.dtype());
  if (!include_self) self_wins = ops::scatter(self_wins, dim, index, Scalar(0));
  const Tensor src_wins = ops::as_dtype(ops::detach(src) == ops::gather(ops::detach(result), dim, index), grad.dtype());
  const Tensor winners = ops::scatter_add(self_wins, dim, index, src_wins);
  const Tensor shared = grad / winners;
  if (ctx.needs(0)) ctx.set(0, shared * self_wins);  // where nothing was scattered self is the result
  if (ctx.needs(3)) ctx.set(3, ops::gather(shared, dim, index) * src_wins);
}

void scatter_prod_backward(GradContext& ctx, int64_t dim, const Tensor& index, bool include_self) {
  const Tensor& grad = ctx.grad();
  const Tensor self = ctx.saved(0), src = ctx.saved(3), result = ctx.saved_result();
  auto product = [&](const Tensor& start, const Tensor& values) {
    return ops::scatter_reduce(start, dim, index, values, "prod", include_self);
  };
  if (ctx.needs(0)) {
    const Tensor own = ops::masked_fill(self, self == Scalar(0), Scalar(1));
    Tensor g = grad * product(own, src) / own;
    if (!include_self) g = ops::scatter(g, dim, index, Scalar(0));
    ctx.set(0, g);
  }
  if (ctx.needs(3)) {
    const Tensor is_zero = src == Scalar(0);
    const Tensor zeros_met = ops::gather(ops::scatter_add(ops::filled(self.sizes(), 0, self.dtype(), self.device()),
                                                          dim, index, ops::as_dtype(is_zero, self.dtype())),
                                         dim, index);
    const Tensor only_zero = ops::logical_and(is_zero, zeros_met == Scalar(1));
    const Tensor without = product(self, ops::masked_fill(src, only_zero, Scalar(1)));
    const Tensor at_zero = ops::gather(grad * without, dim, index);
    const Tensor elsewhere = ops::gather(grad * result, dim, index) / ops::masked_fill(src, is_zero, Scalar(1));
    ctx.set(3, ops::where(only_zero, at_zero, elsewhere));
  }
}

void scatter_reduce_backward(GradContext& ctx) {
  const int64_t dim = ctx.arg<int64_t>(1);
  const bool include_self = ctx.arg<bool>(5);
  const Tensor index = ctx.saved(2);
  switch (scatter_reduce_mode(ctx.arg<std::string_view>(4))) {
    case ScatterMode::Mean: return scatter_mean_backward(ctx, dim, index, include_self);
    case ScatterMode::Max:
    case ScatterMode::Min: return scatter_extreme_backward(ctx, dim, index, include_self);
    case ScatterMode::Multiply: return scatter_prod_backward(ctx, dim, index, include_self);
    default:
      if (ctx.needs(0)) ctx.set(0, include_self ? ctx.grad() : ops::scatter(ctx.grad(), dim, index, Scalar(0)));
      if (ctx.needs(3)) ctx.set(3, ops::gather(ctx.grad(), dim, index));
  }
}

}  // namespace

void register_scatter(Registry& r) {
  scatter_elements.cpu(scatter_elements_cpu);
  r.def("scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor")
      .meta(scatter_src_meta)
      .all(scatter_src_kernel)
      .backward(keep::args(2), scatter_src_backward)
      .inplace(true);
  r.def("scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor")
      .meta(scatter_value_meta)
      .all(scatter_value_kernel)
      .backward(keep::args(2), scatter_value_backward)
      .inplace(true);
  r.def("scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor")
      .meta(scatter_reduce_arg_meta)
      .all(scatter_reduce_arg_kernel)
      .inplace(true);
  r.def("scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor")
      .meta(scatter_value_reduce_meta)
      .all(scatter_value_reduce_kernel)
      .inplace(true);
  r.def("scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor")
      .meta(scatter_add_meta)
      .all(scatter_add_kernel)
      .backward(keep::args(2), scatter_add_backward)
      .autocast({.cuda = AutocastPolicy::Promote})
      .inplace(true);
  r.def(
       "scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor")
      .meta(scatter_reduce_meta)
      .all(scatter_reduce_kernel)
      .backward(keep::args(0, 2, 3) | keep::result, scatter_reduce_backward)
      .inplace(true);
}

}  // namespace vt
