#include "ops/pointwise/waiting_rows.h"

#include "cuda/backend.h"
#include "cuda/capture.h"
#include "cuda/waiting_work.h"
#include "ops/copy/waiting_terms.h"
#include "ops/pointwise/relu_mask.h"
#include "ops/pointwise/residual_sum.h"
#include "ops/pointwise/rows.h"

namespace vt::pointwise {
namespace {

using cuda::ElementCall;
using waiting::kept;
using waiting::Term;
using waiting::WaitingTerms;
using Work = std::unique_ptr<cuda::WaitingWork>;

bool may_wait(const Tensor& t) { return cuda::may_wait(*t.storage()); }

bool lie_alike(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.device() == b.device() && same(a.sizes(), b.sizes()) &&
         same(a.strides(), b.strides());
}

const Tensor& input(const Call& call, const Row& row, int i) { return call.args[row.input_at[i]].as_tensor(); }
double number(const Call& call, const Row& row) { return number_of(call.args[row.number_at[0]]).to_double(); }

bool joins(const Call& call, const Row& row, ElementCall::Kind kind, const Tensor& out) {
  const bool inplace = call.op.kind() == OpKind::Inplace;
  ElementCall joined{kind, {}, row.inputs, out, out.storage()->version().value() + (inplace ? 1 : 0)};
  for (int i = 0; i < row.inputs; ++i) {
    joined.inputs[i] = &input(call, row, i);
    if (!lie_alike(*joined.inputs[i], out) || !may_wait(*joined.inputs[i])) return false;
  }
  if (!may_wait(out)) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  Work replaced;
  cuda::WaitingList list;
  for (int i = 0; i < row.inputs; ++i) {
    const cuda::WaitingWork* work = list.writing(*joined.inputs[i]->storage(), stream);
    if (work == nullptr) continue;
    const auto* other = row.inputs == 2 ? list.writing(*joined.inputs[1 - i]->storage(), stream) : nullptr;
    Work both = work->joined_by(joined, i, other);
    if (both == nullptr) continue;
    if (work->written.get() == out.storage().get()) replaced = list.take(*work);
    list.add(std::move(both));
    return true;
  }
  return false;
}

// The derivative of a ReLU whose kernel left a mask.
bool waits_with_mask(const Tensor& gradient, const Tensor& result, const Tensor& out) {
  if (!result.storage()->has_companion() || !lie_alike(gradient, result) || !lie_alike(out, result)) return false;
  const auto aligned = [](const Tensor& t) { return reinterpret_cast<uintptr_t>(t.data()) % 16 == 0; };
  if (!aligned(gradient) || !aligned(out) || !may_wait(gradient)) return false;
  Tensor bits = take_relu_mask(result);
  if (!bits.defined()) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  // A sum that waits is read as its parts; it may be wanted by others, and goes on waiting.
  Tensor parts[2] = {gradient, {}};
  cuda::WaitingList list;
  const auto* sum = dynamic_cast<const WaitingSum*>(list.writing(*gradient.storage(), stream));
  if (sum != nullptr && sum->out == gradient.data() && lie_alike(sum->a, gradient)) {
    parts[0] = sum->a;
    parts[1] = sum->b;
  }
  list.add(std::make_unique<MaskedGradient>(stream, std::move(parts[0]), std::move(parts[1]), std::move(bits), out));
  return true;
}

// ---- Note [Waiting terms] ----

// The product with a term that waits alone, else with the tensor.
Term product_of(const cuda::WaitingList& list, cuda::Stream stream, const Tensor& x, const Tensor& y) {
  const auto* waiting = dynamic_cast<const WaitingTerms*>(list.writing(*x.storage(), stream));
  const Term* alone = waiting != nullptr ? waiting->term_of(x) : nullptr;
  if (alone == nullptr || alone->y.defined()) return {kept(x), kept(y)};
  return {alone->x, kept(y), alone->negative};
}

// Whether this is captured work of tensors that may be in terms.
bool may_wait_as_term(const Call& call, const Row& row, const Tensor& out) {
  if (VT_LIKELY(!cuda::is_capturing()) || call.op.kind() != OpKind::Functional || !waiting::may_wait_to_write(out)) {
    return false;
  }
  for (int i = 0; i < row.inputs; ++i) {
    if (!waiting::may_be_in_term(input(call, row, i), out.device())) return false;
  }
  return true;
}

// A sum, or a difference, of which at least one term waits.
bool waits_as_sum(const Call& call, const Row& row, const Tensor& out, bool difference) {
  if (!may_wait_as_term(call, row, out) || number(call, row) != 1) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::WaitingList list;
  std::vector<Term> terms;
  bool any = false;
  for (int i = 0; i < 2; ++i) {
    const Tensor& t = input(call, row, i);
    if (!lie_alike(t, out)) return false;
    const auto* waiting = dynamic_cast<const WaitingTerms*>(list.writing(*t.storage(), stream));
    const Term* alone = waiting != nullptr ? waiting->term_of(t) : nullptr;
    any = any || alone != nullptr;
    terms.push_back(alone != nullptr ? *alone : Term{kept(t), {}});
  }
  if (!any) return false;
  if (difference) terms[1].negative = !terms[1].negative;
  list.add(std::make_unique<WaitingTerms>(stream, std::move(terms), out));
  return true;
}

// A sum of captured work that a norm may take, Note [Residual sums].
bool waits_as_residual(const Call& call, const Row& row, const Tensor& out) {
  if (VT_LIKELY(!cuda::is_capturing()) || call.op.kind() != OpKind::Functional || number(call, row) != 1) return false;
  if (!waiting::may_wait_to_write(out) || !out.is_contiguous()) return false;
  const Tensor *a = &input(call, row, 0), *b = &input(call, row, 1);
  if (a->dtype() != DType::float32) std::swap(a, b);
  for (const Tensor* t : {a, b}) {
    const bool alike = t->device() == out.device() && same(t->sizes(), out.sizes()) && t->is_contiguous();
    const bool aligned = reinterpret_cast<uintptr_t>(t->data()) % 16 == 0;  // as norms read rows
    if (!alike || !aligned || !may_wait(*t)) return false;
  }
  if (a->dtype() != DType::float32 || (b->dtype() != DType::float32 && !is_reduced_floating(b->dtype()))) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::WaitingList().add(std::make_unique<ResidualSum>(stream, kept(*a), kept(*b), out));
  return true;
}

// By the row itself, so that even the signs of NaNs are an eager call's.
class WaitingNegative final : public WaitingTerms {
 public:
  WaitingNegative(cuda::Stream stream, const Tensor& x, const Tensor& out)
      : WaitingTerms(stream, std::vector<Term>{{kept(x), {}, true}}, out) {}

  void give() override {
    const cuda::StreamGuard on(stream);
    TensorIter it;
    it.add_output(result());
    it.add_input(places()[0].terms[0].x);
    it.build(DType::float32);
    const char none[16] = {};
    rows::neg.cuda("neg", it, DType::float32, none);
  }
};

bool joins_elements(const Call& call, const Row& row, ElementCall::Kind kind, const Tensor& out) {
  return cuda::anything_waits() && call.op.kind() != OpKind::Out && joins(call, row, kind, out);
}

}  // namespace

bool wait_relu(const Call& call, const Row& row, const Tensor& out) {
  return joins_elements(call, row, ElementCall::Kind::Relu, out);
}

bool wait_add(const Call& call, const Row& row, const Tensor& out) {
  return waits_as_sum(call, row, out, false) ||
         (number(call, row) == 1 && joins_elements(call, row, ElementCall::Kind::Add, out)) ||
         waits_as_residual(call, row, out);
}

bool wait_sub(const Call& call, const Row& row, const Tensor& out) { return waits_as_sum(call, row, out, true); }

bool wait_mul(const Call& call, const Row& row, const Tensor& out) {
  if (!may_wait_as_term(call, row, out)) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::WaitingList list;
  std::vector<Term> terms{product_of(list, stream, input(call, row, 0), input(call, row, 1))};
  list.add(std::make_unique<WaitingTerms>(stream, std::move(terms), out));
  return true;
}

bool wait_neg(const Call& call, const Row& row, const Tensor& out) {
  if (!may_wait_as_term(call, row, out)) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::WaitingList list;
  list.add(std::make_unique<WaitingNegative>(stream, input(call, row, 0), out));
  return true;
}

bool wait_threshold_backward(const Call& call, const Row& row, const Tensor& out) {
  return call.op.kind() == OpKind::Functional && number(call, row) == 0 &&
         waits_with_mask(input(call, row, 0), input(call, row, 1), out);
}

}  // namespace vt::pointwise
