#include "dispatch/registry.h"

#include <algorithm>

namespace vt {
namespace {

// The Autograd kernel of in-place composites. The ops inside may keep self for their derivatives, so they get a copy,
// which the result, written over self at the end, leaves alone.
void record_inplace_composite(Call& call) {
  static const Op& clone = find_op("clone");
  const Tensor original = vt::call<Tensor>(clone, call.args[0].as_tensor());
  Value args[kMaxArgs];
  std::copy_n(call.args, call.op.arg_count(), args);
  args[0] = box(original);
  call_op(call.op.functional(), args, call.op.functional().arg_count(), call.results);
  boxing::finish_derived(call);
}

}  // namespace

Op::Op(std::string_view schema_text, OpKind kind, const Op* functional)
    : schema_(schema_text), kind_(kind), functional_(functional), table_(nullptr) {
  VT_ASSERT(arg_count() <= kMaxArgs, "too many arguments: ", std::string(schema_text));
}

void Op::publish(std::unique_ptr<const KernelTable> table) {
  published_.push_back(std::move(table));
  table_.store(published_.back().get(), std::memory_order_release);
}

OpBuilder& OpBuilder::boxed(Key key, Kernel kernel) {
  op_->parts.kernel[static_cast<int>(key)] = kernel;
  return *this;
}
OpBuilder& OpBuilder::data(const void* d) {
  op_->parts.data = d;
  return *this;
}
OpBuilder& OpBuilder::backward(Keep keep, Derivative fn) {
  op_->parts.keep = keep;
  op_->parts.derivative = fn;
  return *this;
}
OpBuilder& OpBuilder::not_differentiable() {
  op_->parts.not_differentiable = true;
  return *this;
}
OpBuilder& OpBuilder::view() {
  op_->parts.view = true;
  return *this;
}
OpBuilder& OpBuilder::any_device() {
  op_->parts.any_device = true;
  return *this;
}
OpBuilder& OpBuilder::random() {
  op_->parts.random = true;
  return *this;
}
OpBuilder& OpBuilder::autocast(AutocastPolicy policy) {
  op_->parts.autocast = policy;
  return *this;
}
OpBuilder& OpBuilder::inplace(bool direct) {
  op_->parts.want_inplace = true;
  op_->parts.inplace_direct = direct;
  return *this;
}
OpBuilder& OpBuilder::out(bool wanted) {
  op_->parts.want_out = wanted;
  return *this;
}
OpBuilder& OpBuilder::surface(uint8_t where) {
  op_->parts.surface = where;
  return *this;
}
OpBuilder& OpBuilder::doc(const char* text) {
  op_->parts.doc = text;
  return *this;
}
OpBuilder& OpBuilder::agree(const std::type_info*& slot, const std::type_info& type) {
  if (!slot) slot = &type;
  VT_ASSERT(*slot == type, op_->name(), ": meta and kernels disagree on the argument types");
  return *this;
}

Registry& Registry::get() {
  static Registry* registry = new Registry;  // never destroyed: ops are used until the process ends
  return *registry;
}

Op& Registry::add(std::string_view schema, OpKind kind, const Op* functional) {
  auto op = std::make_unique<Op>(schema, kind, functional);
  VT_ASSERT(!by_name_.contains(op->name()), op->name(), " is declared twice");
  by_name_.emplace(op->name(), op.get());
  overloads_[op->schema().name()].push_back(op.get());
  ops_.push_back(std::move(op));
  return *ops_.back();
}

OpBuilder Registry::def(std::string_view schema) {
  Op& op = add(schema, OpKind::Functional, nullptr);
  const auto& args = op.schema().args();
  if (args.empty() || args[0].name != "self" || args[0].type != ArgType::Tensor) op.parts.surface = kFunction;
  return OpBuilder(op);
}

OpBuilder Registry::at(std::string_view full_name) {
  const auto it = by_name_.find(full_name);
  VT_ASSERT(it != by_name_.end(), "no op named ", std::string(full_name));
  return OpBuilder(*it->second);
}

const Op* Registry::find(std::string_view full_name) const {
  const auto it = by_name_.find(full_name);
  return it == by_name_.end() ? nullptr : it->second;
}

const std::vector<const Op*>& Registry::overloads(std::string_view name) const {
  static const std::vector<const Op*> none;
  const auto it = overloads_.find(name);
  return it == overloads_.end() ? none : it->second;
}

void Registry::set_fallback(Key key, Kernel kernel) { fallback_[static_cast<int>(key)] = kernel; }

void Registry::derive(Op& op) {
  auto form = [&](const std::string& schema, OpKind kind, uint8_t surface) {
    Op& derived = add(schema, kind, &op);
    derived.parts = op.parts;
    derived.parts.surface = surface;
    derived.parts.want_inplace = derived.parts.want_out = false;
  };
  if (op.parts.want_inplace) {
    form(op.schema().inplace_text(), OpKind::Inplace, op.parts.surface);
  }
  if (op.parts.want_out) form(op.schema().out_text(), OpKind::Out, op.parts.surface & kFunction);
}

void Registry::build_table(Op& op) {
  auto table = std::make_unique<KernelTable>();
  const Op::Parts& parts = op.functional().parts;
  bool any = false;
  for (const Key k : {Key::CPU, Key::CUDA}) {
    Kernel kernel = parts.kernel[static_cast<int>(k)];
    any |= kernel != nullptr;
    table->kernels[static_cast<int>(k)] = kernel ? kernel : [](Call& c) {
      VT_THROW(NotImplemented, "no kernel for ", boxing::device_of(c), " tensors yet");
    };
  }
  VT_ASSERT(any, op.name(), " has no implementation");
  const bool has_autograd = !parts.composite && !(parts.not_differentiable && op.kind() == OpKind::Functional);
  const Kernel autograd = fallback_[static_cast<int>(Key::Autograd)];
  const Kernel autocast = fallback_[static_cast<int>(Key::Autocast)];
  if (has_autograd && autograd) {
    table->kernels[static_cast<int>(Key::Autograd)] = autograd;
  } else if (parts.composite && op.kind() == OpKind::Inplace) {
    table->kernels[static_cast<int>(Key::Autograd)] = record_inplace_composite;
  } else {
    table->skip |= Key::Autograd;
  }
  if (parts.autocast != AutocastPolicy::None && autocast && op.kind() == OpKind::Functional) {
    table->kernels[static_cast<int>(Key::Autocast)] = autocast;
  } else {
    table->skip |= Key::Autocast;
  }
  table->skip |= KeySet(Key::Fabric) | Key::Python;
  op.publish(std::move(table));
}

void Registry::finalize() {
  const size_t declared = ops_.size();
  for (size_t i = 0; i < declared; ++i) {
    if (ops_[i]->kind() == OpKind::Functional) derive(*ops_[i]);
  }
  for (auto& op : ops_) build_table(*op);
}

const Op& find_op(std::string_view full_name) {
  const Op* op = Registry::get().find(full_name);
  VT_ASSERT(op, "no op named ", std::string(full_name));
  return *op;
}

}  // namespace vt
