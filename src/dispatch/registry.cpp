#include "dispatch/registry.h"

#include <algorithm>

#include "dispatch/frontend.h"

namespace vt {
namespace {

// The Autograd kernel of in-place composites. The ops inside may keep self for their derivatives, so they get a copy,
// which the result, written over self at the end, leaves alone.
void record_inplace_composite(Call& call) {
  const Tensor original = boxing::copy_ops.clone(call.args[0].as_tensor(), std::nullopt);
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
  bool takes_tensors = false;
  for (int i = 0; i < input_count(); ++i) {
    const Arg& a = schema_.args()[i];
    if (a.type == ArgType::Device) device_argument_ = i;
    takes_tensors |= a.type == ArgType::Tensor || a.type == ArgType::TensorList;
  }
  is_factory_ = device_argument_ >= 0 && !takes_tensors;
}

void Op::publish(std::unique_ptr<const KernelTable> table) {
  published_.push_back(std::move(table));
  table_.store(published_.back().get(), std::memory_order_release);
}

OpBuilder& OpBuilder::boxed(Kernel kernel) {
  std::fill_n(op_->parts.kernel, kNumBackends, kernel);
  return *this;
}
OpBuilder& OpBuilder::value_dependent() {
  op_->parts.value_dependent = true;
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
OpBuilder& OpBuilder::narrow_gradient(int result) {
  VT_ASSERT(result < 8);
  op_->parts.narrow_gradients |= static_cast<uint8_t>(1u << result);
  return *this;
}
OpBuilder& OpBuilder::jvp(Jvp fn) {
  op_->parts.jvp = fn;
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
OpBuilder& OpBuilder::autocast(AutocastPolicy on_every_device) {
  return autocast({.cpu = on_every_device, .cuda = on_every_device});
}
OpBuilder& OpBuilder::autocast(AutocastPolicies by_device) {
  op_->parts.autocast = by_device;
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
OpBuilder& OpBuilder::inplace_surface(uint8_t where) {
  op_->parts.inplace_surface = where;
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

Op& Registry::add(std::unique_ptr<Op> op) {
  const std::unique_lock lock(mutex_);
  VT_ASSERT(!by_name_.contains(op->name()), op->name(), " is declared twice");
  by_name_.emplace(op->name(), op.get());
  overloads_[op->schema().name()].push_back(op.get());
  ops_.push_back(std::move(op));
  return *ops_.back();
}

namespace {

bool takes_self(const Op& op) {
  const auto& args = op.schema().args();
  return !args.empty() && args[0].name == "self" && args[0].type == ArgType::Tensor;
}

std::unique_ptr<Op> declared(std::string_view schema) {
  auto op = std::make_unique<Op>(schema, OpKind::Functional, nullptr);
  if (!takes_self(*op)) op->parts.surface = kFunction;
  return op;
}

uint8_t surface_of_inplace(const Op& op) {
  if (op.parts.inplace_surface != kUnsaid) return op.parts.inplace_surface;
  if (!(op.parts.surface & kMethod)) return kInternal;
  const auto is_tensor = [](const Arg& a) { return a.type == ArgType::Tensor || a.type == ArgType::TensorList; };
  return std::ranges::count_if(op.schema().args(), is_tensor) == 1 ? kFunction | kMethod : kMethod;
}

// What no single column can say: columns that need each other.
void check_declaration(const Op& op) {
  const Op::Parts& parts = op.parts;
  const std::string& name = op.schema().name();
  VT_ASSERT(!parts.jvp || parts.derivative, op.name(), " has a jvp but no derivative beside it");
  VT_ASSERT(!(parts.surface & kMethod) || takes_self(op), op.name(), ": a method's first argument is `Tensor self`");
  VT_ASSERT(!(parts.surface & kLinalg) || name.starts_with("linalg_"), op.name(), ": torch.linalg has linalg_<name>");
  VT_ASSERT(!(parts.surface & kSpecial) || name.starts_with("special_"), op.name(),
            ": torch.special has special_<name>");
  VT_ASSERT(!(parts.surface & kFft) || name.starts_with("fft_"), op.name(), ": torch.fft has fft_<name>");
}

}  // namespace

OpBuilder Registry::def(std::string_view schema) { return OpBuilder(add(declared(schema))); }

OpBuilder Registry::at(std::string_view full_name) {
  const auto it = by_name_.find(full_name);
  VT_ASSERT(it != by_name_.end(), "no op named ", std::string(full_name));
  return OpBuilder(*it->second);
}

const Op* Registry::find(std::string_view full_name) const {
  const std::shared_lock lock(mutex_);
  const auto it = by_name_.find(full_name);
  return it == by_name_.end() ? nullptr : it->second;
}

std::vector<const Op*> Registry::overloads(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto it = overloads_.find(name);
  return it == overloads_.end() ? std::vector<const Op*>() : it->second;
}

std::vector<const Op*> Registry::ops() const {
  const std::shared_lock lock(mutex_);
  std::vector<const Op*> all;
  for (const auto& op : ops_) all.push_back(op.get());
  return all;
}

void Registry::set_fallback(Key key, Kernel kernel) { fallback_[static_cast<int>(key)] = kernel; }
void Registry::set_backend_kernels(Key backend, ChooseKernel choose) { choose_[static_cast<int>(backend)] = choose; }

std::vector<std::unique_ptr<Op>> Registry::derived_forms(const Op& op) const {
  std::vector<std::unique_ptr<Op>> forms;
  auto form = [&](const std::string& schema, OpKind kind, uint8_t surface) {
    auto derived = std::make_unique<Op>(schema, kind, &op);
    derived->parts = op.parts;
    derived->parts.surface = surface;
    derived->parts.want_inplace = derived->parts.want_out = false;
    forms.push_back(std::move(derived));
  };
  if (op.parts.want_inplace) form(op.schema().inplace_text(), OpKind::Inplace, surface_of_inplace(op));
  if (op.parts.want_out) form(op.schema().out_text(), OpKind::Out, op.parts.surface & ~kMethod);
  return forms;
}

void Registry::build_table(Op& op) const {
  check_declaration(op);
  auto table = std::make_unique<KernelTable>();
  const Op::Parts& parts = op.functional().parts;
  bool any = false;
  for (int backend = 0; backend < kNumBackends; ++backend) {
    Kernel kernel = choose_[backend] ? choose_[backend](op.functional()) : nullptr;
    if (!kernel) kernel = parts.kernel[backend];
    any |= kernel != nullptr;
    table->kernels[backend] = kernel ? kernel : [](Call& c) {
      const Device device = boxing::device_of(c);
      const bool on_the_cpu = c.op.functional().parts.kernel[static_cast<int>(Key::CPU)] != nullptr;
      VT_THROW(NotImplemented, "no kernel for ", device, " tensors yet",
               on_the_cpu ? "; it is there for the CPU: move them with .cpu()" : "");
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
  if (parts.autocast.any() && autocast && op.kind() == OpKind::Functional) {
    table->kernels[static_cast<int>(Key::Autocast)] = autocast;
  } else {
    table->skip |= Key::Autocast;
  }
  for (const Key wrapper : {Key::Sparse, Key::Fabric, Key::Transform, Key::Python}) {
    if (const Kernel fallback = fallback_[static_cast<int>(wrapper)]) {
      table->kernels[static_cast<int>(wrapper)] = fallback;
    } else {
      table->skip |= wrapper;
    }
  }
  op.publish(std::move(table));
}

void Registry::finalize() {
  const size_t declared = ops_.size();
  for (size_t i = 0; i < declared; ++i) {
    for (auto& form : derived_forms(*ops_[i])) add(std::move(form));
  }
  for (auto& op : ops_) build_table(*op);
}

const Op& Registry::add_late(std::string_view schema, const std::function<void(OpBuilder&)>& declare) {
  const std::lock_guard one_at_a_time(late_mutex_);
  std::vector<std::unique_ptr<Op>> made;
  made.push_back(declared(schema));
  OpBuilder builder(*made[0]);
  declare(builder);
  for (auto& form : derived_forms(*made[0])) made.push_back(std::move(form));
  for (auto& op : made) {
    VT_CHECK(!find(op->name()), Runtime, "there already is an op named ", op->name());
    build_table(*op);
  }
  std::vector<const Op*> added;
  for (auto& op : made) added.push_back(&add(std::move(op)));
  for (const Op* op : added) {
    for (const auto& listener : listeners_) listener(*op);
  }
  return *added[0];
}

void Registry::on_late_op(std::function<void(const Op&)> listener) {
  const std::lock_guard lock(late_mutex_);
  listeners_.push_back(std::move(listener));
}

const Op& find_op(std::string_view full_name) {
  const Op* op = Registry::get().find(full_name);
  VT_ASSERT(op, "no op named ", std::string(full_name));
  return *op;
}

}  // namespace vt
