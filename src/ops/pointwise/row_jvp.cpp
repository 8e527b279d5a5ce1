#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/pointwise/row.h"
#include "ops/tensor_operators.h"
#include "ops/typed/view.h"

namespace vt::pointwise {
namespace {

// A derivative's view of the primals, with the tangent of one argument in the gradient's place.
class OneTangent final : public GradContext {
 public:
  OneTangent(const JvpContext& primals, int argument, Tensor tangent)
      : primals_(primals), argument_(argument), tangent_(std::move(tangent)) {}
  const Tensor& gradient() const { return gradient_; }

  const Tensor& grad(int) const override { return tangent_; }
  TensorSpan grads() const override { return {&tangent_, 1}; }
  Tensor grad_or_zeros(int) const override { return tangent_; }
  bool needs(int arg, int) const override { return arg == argument_; }
  Tensor saved(int arg, int) const override { return tensor(arg); }
  Tensor saved_result(int result) const override { return primals_.results().tensors[result]; }
  IntSpan sizes(int arg, int) const override { return tensor(arg).sizes(); }
  DType dtype(int arg, int) const override { return tensor(arg).dtype(); }
  Device device(int arg, int) const override { return tensor(arg).device(); }
  int list_size(int) const override { return 0; }
  bool is_none(int arg) const override { return raw(arg).is_none(); }
  void set(int arg, Tensor gradient) override { set(arg, 0, std::move(gradient)); }
  void set(int arg, int, Tensor gradient) override {
    if (arg == argument_) gradient_ = std::move(gradient);
  }

 protected:
  const Value& raw(int arg) const override { return primals_.args()[static_cast<size_t>(arg)]; }

 private:
  const Tensor& tensor(int arg) const { return primals_.arg<Tensor>(arg); }
  const JvpContext& primals_;
  int argument_;
  Tensor tangent_;
  Tensor gradient_;
};

}  // namespace

bool row_jvp(JvpContext& ctx) {
  const Tensor& result = ctx.results().tensors[0];
  bool real = !is_complex(result.dtype());
  for_each_tensor(ctx.args(), [&](int, const Tensor& t) { real &= !is_complex(t.dtype()); });
  if (!real) return false;
  Tensor sum;
  for_each_tensor(ctx.args(), [&](int argument, const Tensor&) {
    const Tensor tangent = ctx.tangent(argument);
    if (!tangent.defined()) return;
    OneTangent one(ctx, argument, ops::expand(ops::as_dtype(tangent, result.dtype()), result.sizes()));
    ctx.op().functional().parts.derivative(one);
    if (!one.gradient().defined()) return;
    sum = sum.defined() ? sum + one.gradient() : one.gradient();
  });
  if (sum.defined()) ctx.set(0, ops::as_dtype(sum, result.dtype()));
  return true;
}

}  // namespace vt::pointwise
