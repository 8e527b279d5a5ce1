// Cross entropy of a linear layer's results, which are never there all at once.
//
// Note [Losses in chunks]
// The logits of a large vocabulary are the largest tensor of a language model, and they are needed only until each
// row's loss and gradient are known. So rows are taken some at a time: their logits, from those the sums, from those
// the logits' gradient, and from that the gradients of input, weight and bias, for a loss whose own gradient is 1. All
// of it is done forward, if gradients are wanted; backward multiplies by the gradient of the loss. Losses that are not
// reduced have a gradient each, so there it is done backward, from the logits made anew. Gradients of the weight are
// added up in float32 at least. Where the gradient is differentiated itself, it is made of plain ops on all logits.
#include <algorithm>
#include <bit>

#include "core/autocast.h"
#include "core/transform.h"
#include "core/waiting_memory.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/linalg/matrix_product.h"
#include "ops/nn/loss.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/linalg.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

struct Problem {
  Tensor input;   // (rows, features)
  Tensor weight;  // (classes, features)
  Tensor bias;    // (classes); may be undefined
  Tensor target;  // (rows)
  Tensor scale;   // of each row's loss, (rows), or of all that count, ()
  int64_t ignore;
  int64_t chunk;  // rows at a time
};

void check(const Problem& p) {
  const Tensor &x = p.input, &w = p.weight;
  VT_CHECK(x.dim() == 2 && w.dim() == 2 && x.size(1) == w.size(1), Runtime,
           "expected input (rows, features) and weight (classes, features), got ", x.sizes(), " and ", w.sizes());
  VT_CHECK(is_floating(x.dtype()) && x.dtype() == w.dtype(), Runtime,
           "expected input and weight of one floating dtype, got ", x.dtype(), " and ", w.dtype());
  VT_CHECK(p.target.dim() == 1 && p.target.size(0) == x.size(0) && p.target.dtype() == DType::int64, Runtime,
           "expected a target of dtype int64 for each row, got ", to_string(p.target));
  VT_CHECK(p.chunk > 0, Value, "expected chunks of at least one row, got ", p.chunk);
}

// Where the target is a class; the first class where the row does not count.
Tensor safe_target(const Tensor& target, int64_t ignore) {
  return ops::masked_fill(target, ops::eq(target, wrapped_number(ignore)), Scalar(0));
}

// scale * (softmax - onehot) in `dtype`, by plain ops.
Tensor gradient_by_parts(const Tensor& softmax, const Tensor& target, const Tensor& scale, int64_t ignore,
                         DType dtype) {
  const DType math = softmax.dtype();
  const Tensor at = ops::unsqueeze(safe_target(target, ignore), 1);
  const Tensor ones = ops::expand(ops::filled(DimVec{1, 1}, 1, math, softmax.device()), at.sizes());
  const Tensor counts = ops::as_dtype(ops::ne(target, wrapped_number(ignore)), math);
  const Tensor per_row = ops::unsqueeze(scale * counts, 1);
  return ops::as_dtype(ops::scatter_add(softmax, 1, at, -ones) * per_row, dtype);
}

struct Wanted {
  bool input = false, weight = false, bias = false;
  bool any() const { return input || weight || bias; }
};

struct Gradients {
  Tensor input, weight, bias;
};

// Calls `use` with the rows' first number, their losses before scaling and, if `wanted`, the logits' gradient.
template <class Use>
void over_chunks(const Problem& p, bool wanted, const Use& use) {
  const DType math = opmath_dtype(p.input.dtype());
  const Tensor one = ops::filled(DimVec{}, 1, math, p.input.device());
  const int64_t all = p.input.size(0);
  for (int64_t first = 0; first < all; first += p.chunk) {
    const int64_t rows = std::min(p.chunk, all - first);
    const Tensor target = ops::narrow(p.target, 0, first, rows);
    const Tensor logits = ops::linear(ops::narrow(p.input, 0, first, rows), p.weight, p.bias);
    const auto [mean, lse, count, losses] = ops::_cross_entropy(logits, target, p.ignore);
    Tensor gradient;
    if (wanted && p.scale.dim() == 0) {
      gradient = ops::_cross_entropy_backward_(logits, p.scale, target, lse, one, p.ignore);
    } else if (wanted) {
      gradient = gradient_by_parts(ops::softmax_of(logits), target, ops::narrow(p.scale, 0, first, rows), p.ignore,
                                   logits.dtype());
    }
    use(first, losses, gradient);
  }
}

Gradients new_gradients(const Problem& p, const Wanted& wanted) {
  const DType math = opmath_dtype(p.input.dtype());
  Gradients g;
  if (wanted.input) g.input = empty_like(p.input);
  if (wanted.weight) g.weight = ops::filled(p.weight.sizes(), 0, math, p.weight.device());
  if (wanted.bias) g.bias = ops::filled(p.bias.sizes(), 0, math, p.bias.device());
  return g;
}

void add_to(const Gradients& g, const Problem& p, int64_t first, const Tensor& of_logits) {
  const int64_t rows = of_logits.size(0);
  if (g.input.defined()) {
    linalg::matrix_product(of_logits, p.weight, ops::narrow(g.input, 0, first, rows), Scalar(1), Scalar(0));
  }
  if (g.weight.defined()) {
    const Tensor input = ops::narrow(p.input, 0, first, rows);
    linalg::matrix_product(ops::transpose(of_logits, 0, 1), input, g.weight, Scalar(1), Scalar(1));
  }
  if (g.bias.defined()) ops::add_(g.bias, ops::sum(of_logits, DimVec{0}, false, g.bias.dtype()));
}

// In the parameters' dtype; what is not wanted is empty, as an op's results have to be there.
std::array<Tensor, 3> finished(const Gradients& g, const Problem& p) {
  const auto finish = [&](const Tensor& t) {
    return t.defined() ? ops::as_dtype(t, p.input.dtype()) : empty(DimVec{0}, p.input.dtype(), p.input.device());
  };
  return {finish(g.input), finish(g.weight), finish(g.bias)};
}

// Kernels: below autograd and autocast on every device.
struct Below {
  GradMode grad{false};
  ExcludeKeys autocast{Key::Autocast};
};

bool wants(const Tensor& t) { return grad_enabled() && t.defined() && t.requires_grad(); }

using Four = std::tuple<Tensor, Tensor, Tensor, Tensor>;

Four reduced_kernel(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& target,
                    const Tensor& scale, int64_t ignore, int64_t chunk) {
  const Wanted wanted{wants(input), wants(weight), wants(bias)};
  const Below below;
  const Problem p{input, weight, bias, target, scale, ignore, chunk};
  check(p);
  const Gradients gradients = new_gradients(p, wanted);
  Tensor loss = ops::filled(DimVec{}, 0, opmath_dtype(input.dtype()), input.device());
  over_chunks(p, wanted.any(), [&](int64_t first, const Tensor& losses, const Tensor& gradient) {
    const Tensor of_rows = scale.dim() == 0 ? scale : ops::narrow(scale, 0, first, losses.size(0));
    loss = loss + ops::sum(losses * of_rows);
    if (gradient.defined()) add_to(gradients, p, first, gradient);
  });
  auto [of_input, of_weight, of_bias] = finished(gradients, p);
  return {loss, of_input, of_weight, of_bias};
}

Tensor rows_kernel(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& target,
                   const Tensor& scale, int64_t ignore, int64_t chunk) {
  const Below below;
  const Problem p{input, weight, bias, target, scale, ignore, chunk};
  check(p);
  const Tensor out = empty(target.sizes(), opmath_dtype(input.dtype()), input.device());
  over_chunks(p, false, [&](int64_t first, const Tensor& losses, const Tensor&) {
    copy_data(ops::narrow(out, 0, first, losses.size(0)), losses);
  });
  return ops::mul(out, scale);
}

// Derivatives: of both ops, whose arguments are the same.

void set_gradients(GradContext& ctx, const Tensor& of_input, const Tensor& of_weight, const Tensor& of_bias) {
  if (ctx.needs(0)) ctx.set(0, of_input);
  if (ctx.needs(1)) ctx.set(1, of_weight);
  if (ctx.needs(2)) ctx.set(2, of_bias);
}

// On all logits, by ops that can be differentiated. `scale`: that of the losses times their gradient.
void plain_gradients(GradContext& ctx, const Problem& p) {
  const Tensor logits = ops::linear(p.input, p.weight, p.bias);
  const Tensor probabilities = ops::softmax(ops::as_dtype(logits, opmath_dtype(logits.dtype())), 1);
  const Tensor g = gradient_by_parts(probabilities, p.target, p.scale, p.ignore, logits.dtype());
  set_gradients(ctx, ctx.needs(0) ? ops::mm(g, p.weight) : Tensor(),
                ctx.needs(1) ? ops::mm(ops::transpose(g, 0, 1), p.input) : Tensor(),
                ctx.needs(2) ? ops::sum(g, DimVec{0}) : Tensor());
}

Problem saved_problem(const GradContext& ctx) {
  return {ctx.saved(0), ctx.saved(1),        ctx.saved(2),       ctx.saved(3),
          ctx.saved(4), ctx.arg<int64_t>(5), ctx.arg<int64_t>(6)};
}

// Chunks are written with kernels, which neither a second derivative nor payloads (a vmap's, shards) can look into.
bool takes_ops(const GradContext& ctx) {
  const auto is_payload = [](const Tensor& t) { return !has_values(t); };
  return grad_enabled() || is_payload(ctx.grad(0)) || is_payload(ctx.saved(0)) || is_payload(ctx.saved(1)) ||
         is_payload(ctx.saved(3));
}

// Whether the op made every gradient that is asked for. Inside vmap it does not see who will ask.
bool are_ready(const GradContext& ctx) {
  for (int i = 0; i < 3; ++i) {
    if (ctx.needs(i) && ctx.saved_result(i + 1).numel() != ctx.saved(i).numel()) return false;
  }
  return true;
}

void reduced_derivative(GradContext& ctx) {
  if (!ctx.grad(0).defined()) return;
  if (grad_enabled() || !are_ready(ctx)) {
    Problem p = saved_problem(ctx);
    p.scale = p.scale * ctx.grad(0);
    return plain_gradients(ctx, p);
  }
  const auto times = [&](int result) {
    const Tensor ready = ctx.saved_result(result);
    return ops::mul(ready, ops::as_dtype(ctx.grad(0), ready.dtype()));
  };
  set_gradients(ctx, ctx.needs(0) ? times(1) : Tensor(), ctx.needs(1) ? times(2) : Tensor(),
                ctx.needs(2) ? times(3) : Tensor());
}

void rows_derivative(GradContext& ctx) {
  Problem p = saved_problem(ctx);
  p.scale = p.scale * ctx.grad(0);
  if (takes_ops(ctx)) return plain_gradients(ctx, p);
  const Gradients gradients = new_gradients(p, {ctx.needs(0), ctx.needs(1), ctx.needs(2)});
  over_chunks(p, true,
              [&](int64_t first, const Tensor&, const Tensor& gradient) { add_to(gradients, p, first, gradient); });
  const auto [of_input, of_weight, of_bias] = finished(gradients, p);
  set_gradients(ctx, of_input, of_weight, of_bias);
}

// As many rows as the input has room for logits, and enough for the products to run at their rate.
int64_t rows_at_a_time(const Tensor& input, const Tensor& weight) {
  constexpr int64_t kLeast = 1024;
  const int64_t rows = input.size(0), classes = std::max<int64_t>(weight.size(0), 1);
  const auto fitting = static_cast<uint64_t>(checked_mul(rows, input.size(1)) / classes);
  return std::max<int64_t>({kLeast, static_cast<int64_t>(std::bit_ceil(fitting))});
}

Tensor linear_cross_entropy(const Tensor& self, const Tensor& weight, const Tensor& target, const Tensor& bias,
                            const Tensor& class_weight, int64_t reduction, int64_t ignore, int64_t chunk) {
  VT_CHECK(self.dim() == 1 || self.dim() == 2, Runtime, "expected input of 1 or 2 dims, got ", self.sizes());
  VT_CHECK(reduction >= ops::kNoReduction && reduction <= ops::kSum, Value, reduction, " is not a valid reduction");
  VT_CHECK(chunk >= 0, Value, "expected chunks of at least one row, or 0 for a good number, got ", chunk);
  if (self.dim() == 1) {
    const Tensor loss = linear_cross_entropy(ops::unsqueeze(self, 0), weight, ops::unsqueeze(target, 0), bias,
                                             class_weight, reduction, ignore, chunk);
    return reduction == ops::kNoReduction ? ops::squeeze(loss, 0) : loss;
  }
  const bool lowers = under_autocast(self) && self.dtype() != DType::float64;
  const auto lowered = [&](const Tensor& t) {
    return lowers && t.defined() ? ops::as_dtype(t, autocast_dtype(self)) : t;
  };
  const Tensor x = lowered(self), w = lowered(weight), b = lowered(bias);
  const DType math = opmath_dtype(x.dtype());
  Tensor scale;
  {
    const GradMode off(false);
    const Tensor counts = ops::ne(target, wrapped_number(ignore));
    Tensor of_rows = ops::as_dtype(counts, math);
    if (class_weight.defined()) {
      of_rows = of_rows * ops::index_select(ops::as_dtype(class_weight, math), 0, safe_target(target, ignore));
    }
    const Tensor one = ops::filled(DimVec{}, 1, math, x.device());
    const Tensor by = reduction == ops::kMean ? one / ops::sum(of_rows) : one;
    scale = class_weight.defined() || reduction == ops::kNoReduction ? of_rows * by : by;
  }
  const int64_t rows = chunk > 0 ? chunk : rows_at_a_time(x, w);
  const Tensor loss = reduction == ops::kNoReduction
                          ? ops::_linear_cross_entropy_rows(x, w, b, target, scale, ignore, rows)
                          : std::get<0>(ops::_linear_cross_entropy(x, w, b, target, scale, ignore, rows));
  return lowers ? loss : ops::as_dtype(loss, self.dtype());
}

}  // namespace

void register_loss_linear_cross_entropy(Registry& r) {
  constexpr Keep kArguments = keep::args(0, 1, 2, 3, 4);
  r.def(
       "_linear_cross_entropy(Tensor input, Tensor weight, Tensor? bias, Tensor target, Tensor scale, int ignore_index, int chunk) -> (Tensor, Tensor, Tensor, Tensor)")
      .all(reduced_kernel)
      .backward(kArguments | keep::results(1, 2, 3), reduced_derivative)
      .out(false)
      .internal();
  r.def(
       "_linear_cross_entropy_rows(Tensor input, Tensor weight, Tensor? bias, Tensor target, Tensor scale, int ignore_index, int chunk) -> Tensor")
      .all(rows_kernel)
      .backward(kArguments, rows_derivative)
      .out(false)
      .internal();
  r.def(
       "linear_cross_entropy(Tensor self, Tensor weight, Tensor target, Tensor? bias=None, Tensor? class_weight=None, int reduction=1, int ignore_index=-100, int chunk=0) -> Tensor")
      .composite(linear_cross_entropy)
      .surface(kNode)
      .doc(
          "cross_entropy_loss(linear(self, weight, bias), target) of `chunk` rows at a time, 0 for a good number, without "
          "ever holding all logits: self (N, features), weight (classes, features), target (N), class numbers.");
}

}  // namespace vt
