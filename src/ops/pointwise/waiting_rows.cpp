#include "ops/pointwise/waiting_rows.h"

#include "cuda/backend.h"
#include "cuda/capture.h"
#include "cuda/waiting_work.h"
#include "ops/pointwise/relu_mask.h"
#include "ops/pointwise/waiting_terms.h"

namespace vt::pointwise {
namespace {

using cuda::ElementCall;
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

// float32 on one device, whose elements 32 bits can count.
bool may_be_in_term(const Tensor& t, const Tensor& out) {
  if (t.dtype() != DType::float32 || t.device() != out.device() || t.impl()->is_wrapped_number() || !may_wait(t))
    return false;
  int64_t reach = 0;
  for (int64_t d = 0; d < t.dim(); ++d) reach += (t.size(d) - 1) * t.stride(d);
  return reach <= INT32_MAX;
}

// A tensor as a term keeps it: the memory without the history.
Tensor part(const Tensor& t) { return make_detached(t); }

// The product with a term that waits alone, else with the tensor.
Term product_of(const cuda::WaitingList& list, cuda::Stream stream, const Tensor& x, const Tensor& y) {
  const auto* waiting = dynamic_cast<const WaitingTerms*>(list.writing(*x.storage(), stream));
  const Term* alone = waiting != nullptr ? waiting->term_of(x) : nullptr;
  if (alone == nullptr || alone->y.defined()) return {part(x), part(y)};
  return {alone->x, part(y), alone->negative};
}

// Whether this is captured work of tensors that may be in terms.
bool may_wait_as_term(const Call& call, const Row& row, const Tensor& out) {
  if (VT_LIKELY(!cuda::is_capturing()) || call.op.kind() != OpKind::Functional || out.numel() == 0 ||
      out.dim() > kMostTermDims || !may_be_in_term(out, out)) {
    return false;
  }
  for (int i = 0; i < row.inputs; ++i) {
    if (!may_be_in_term(input(call, row, i), out)) return false;
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
    terms.push_back(alone != nullptr ? *alone : Term{part(t), {}});
  }
  if (!any) return false;
  if (difference) terms[1].negative = !terms[1].negative;
  list.add(std::make_unique<WaitingTerms>(stream, std::move(terms), out));
  return true;
}

bool joins_elements(const Call& call, const Row& row, ElementCall::Kind kind, const Tensor& out) {
  return cuda::anything_waits() && call.op.kind() != OpKind::Out && joins(call, row, kind, out);
}

}  // namespace

bool wait_relu(const Call& call, const Row& row, const Tensor& out) {
  return joins_elements(call, row, ElementCall::Kind::Relu, out);
}

bool wait_add(const Call& call, const Row& row, const Tensor& out) {
  return waits_as_sum(call, row, out, false) ||
         (number(call, row) == 1 && joins_elements(call, row, ElementCall::Kind::Add, out));
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
  list.add(std::make_unique<WaitingTerms>(stream, std::vector<Term>{{part(input(call, row, 0)), {}, true}}, out));
  return true;
}

bool wait_threshold_backward(const Call& call, const Row& row, const Tensor& out) {
  return call.op.kind() == OpKind::Functional && number(call, row) == 0 &&
         waits_with_mask(input(call, row, 0), input(call, row, 1), out);
}

}  // namespace vt::pointwise
