#include "autograd/jvp.h"

#include <algorithm>
#include <memory>

#include "autograd/autograd.h"
#include "dispatch/dispatch.h"
#include "ops/typed/factory.h"

namespace vt::autograd {
namespace {

void check_call(const Op& op, std::span<const Value> args, TensorSpan tangents) {
  bool writes = op.kind() != OpKind::Functional;
  for (const Arg& a : op.schema().args()) writes |= a.written;
  VT_CHECK(!writes, NotImplemented, "forward derivatives of ", op.name(),
           ", which writes to its arguments, are not there yet");
  for (const Ret& r : op.schema().rets()) {
    VT_CHECK(r.type == ArgType::Tensor || r.type == ArgType::TensorList, NotImplemented, "forward derivatives of ",
             op.name(), ", whose result is a number, are not there yet");
  }
  VT_CHECK(static_cast<int>(args.size()) == op.arg_count(), Type, op.name(), " has ", op.arg_count(),
           " arguments, got ", args.size());
  size_t at = 0;
  for_each_tensor(args, [&](int, const Tensor& t) {
    const Tensor tangent = at < tangents.size() ? tangents[at] : Tensor();
    ++at;
    if (!tangent.defined()) return;
    VT_CHECK(same(tangent.sizes(), t.sizes()) && tangent.dtype() == t.dtype(), Runtime, "tangent ", at - 1,
             " must be like its argument, ", to_string(t), ", got ", to_string(tangent));
    VT_CHECK(is_differentiable(t.dtype()), Runtime, "tangent ", at - 1, " is of an argument of dtype ", t.dtype(),
             ", which does not change by little");
  });
  VT_CHECK(at == tangents.size(), Type, op.name(), " got ", at, " tensors and ", tangents.size(), " tangents");
}

Results run(const Op& op, std::span<const Value> args) {
  Value values[kMaxArgs];
  std::ranges::copy(args, values);
  Results results;
  call_op(op, values, op.arg_count(), results);
  return results;
}

std::vector<Tensor> tensors_of(const Results& r) {
  return r.is_list ? r.list : std::vector<Tensor>(r.tensors, r.tensors + r.count);
}

void forget_history(Results& r) {
  for (Tensor& t : r.list) t = detach(t);
  for (int i = 0; i < r.count; ++i) {
    if (r.tensors[i].defined()) r.tensors[i] = detach(r.tensors[i]);
  }
}

Tensor leaf_like(const Tensor& t) {
  Tensor leaf = detach(t);
  set_requires_grad(leaf, true);
  return leaf;
}

// A call's arguments with leaves in the place of the tensors that change.
class Leaves {
 public:
  Leaves(std::span<const Value> args, TensorSpan tangents) : args_(args.begin(), args.end()) {
    lists_.reserve(args.size());  // values refer to the lists
    leaves_.reserve(tangents.size());
    size_t at = 0;
    const auto replaced = [&](const Tensor& t) {
      const Tensor& tangent = tangents[at++];
      if (!tangent.defined()) return t.requires_grad() ? detach(t) : t;
      tangents_.push_back(tangent);
      return leaves_.emplace_back(leaf_like(t));
    };
    for (Value& v : args_) {
      if (v.tag == Tag::Tensor) {
        kept_.push_back(std::make_unique<Tensor>(replaced(v.as_tensor())));
        v = box(*kept_.back());
      } else if (v.tag == Tag::TensorList) {
        std::vector<Tensor>& list = lists_.emplace_back();
        for (const Tensor& t : v.as_tensor_list()) list.push_back(t.defined() ? replaced(t) : t);
        v = box(list);
      }
    }
  }
  std::span<const Value> args() const { return args_; }
  const std::vector<Tensor>& leaves() const { return leaves_; }
  const std::vector<Tensor>& tangents() const { return tangents_; }

 private:
  std::vector<Value> args_;
  std::vector<std::unique_ptr<Tensor>> kept_;
  std::vector<std::vector<Tensor>> lists_;
  std::vector<Tensor> leaves_, tangents_;
};

}  // namespace

ForwardDerivative jvp_by_derivative(const Op& op, std::span<const Value> args, TensorSpan tangents) {
  check_call(op, args, tangents);
  const GradMode on(true);
  const Leaves inputs(args, tangents);
  ForwardDerivative out{run(op, inputs.args()), {}};
  const std::vector<Tensor> results = tensors_of(out.results);
  forget_history(out.results);
  out.tangents.resize(results.size());
  std::vector<Tensor> roots, v;
  std::vector<size_t> positions;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].defined() || !results[i].requires_grad()) continue;
    roots.push_back(results[i]);
    v.push_back(leaf_like(ops::zeros_like(results[i])));
    positions.push_back(i);
  }
  if (roots.empty()) return out;
  const Grads g = backward(roots, v, /*retain_graph=*/true, /*create_graph=*/true, inputs.leaves(),
                           /*allow_unused=*/true, /*accumulate=*/false);
  std::vector<Tensor> linear;  // gradients that depend on v
  Grads along;
  for (size_t i = 0; i < g.size(); ++i) {
    if (!g[i].defined() || !g[i].requires_grad()) continue;
    linear.push_back(g[i]);
    along.push_back(inputs.tangents()[i]);
  }
  if (linear.empty()) return out;
  const Grads found = backward(linear, along, /*retain_graph=*/false, /*create_graph=*/false, v, true, false);
  for (size_t i = 0; i < found.size(); ++i) out.tangents[positions[i]] = found[i];
  return out;
}

ForwardDerivative jvp(const Op& op, std::span<const Value> args, TensorSpan tangents) {
  const Op::Parts& parts = op.functional().parts;
  if (!parts.jvp) return jvp_by_derivative(op, args, tangents);
  check_call(op, args, tangents);
  const GradMode off(false);
  ForwardDerivative out{run(op, args), {}};
  JvpContext context(op, args, tangents, out.results);
  if (!parts.jvp(context)) return jvp_by_derivative(op, args, tangents);
  out.tangents = context.take();
  out.tangents.resize(tensors_of(out.results).size());
  return out;
}

}  // namespace vt::autograd
