// The kernel of Key::Transform: which level a call passes through next, and how it is run there.
#include <algorithm>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "core/captured.h"
#include "core/generator.h"
#include "core/sparse.h"
#include "core/thread_state.h"
#include "core/warning.h"
#include "dispatch/registry.h"
#include "iter/given_output.h"
#include "ops/batch/rules.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt::batch {

Kernel elementwise_kernel = nullptr;

namespace {

using Rules = std::unordered_map<const Op*, Rule>;

const Rules& declared_rules() {
  static const Rules rules = [] {
    Rules found;
    for (const RuleTable& table : {rules_by_kind(), rules_of_factories(), rules_of_products(), rules_of_indexing(),
                                   rules_of_layers(), rules_of_sparse()}) {
      for (const RuleRow& row : table) {
        const Op* op = Registry::get().find(row.op);
        VT_ASSERT(op, std::string(row.op), " has a batching rule and is no op");
        VT_ASSERT(found.emplace(op, row.rule).second, std::string(row.op), " has two batching rules");
      }
    }
    return found;
  }();
  return rules;
}

bool is_row(const Op& op) { return op.parts.kernel[0] == elementwise_kernel; }

// The highest level among the tensors of a call.
int level_of_call(const Call& call) {
  int level = 0;
  for_each_tensor(call.inputs(), [&](int, const Tensor& t) { level = std::max(level, level_of(t)); });
  return level;
}

bool returns_number(const Op& op) {
  const auto& rets = op.schema().rets();
  return std::ranges::any_of(rets, [](const Ret& r) { return element_type(r.type) != ArgType::Tensor; });
}

// By the backend or the kernel of other payloads: the keys above have had the call.
void run_below(Call& call) { dispatch(call, KeySet::from_bits(~(kBackendKeys | Key::Sparse | Key::Fabric).bits())); }

void check_no_captured_is_written(const Call& call) {
  const Op& op = call.op;
  const auto& args = op.schema().args();
  const auto check = [&](const Tensor& t) {
    VT_CHECK(
        !t.defined() || !is_captured(*t.storage()), Runtime,
        "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation "
        "(",
        op.schema().name(),
        ") that would mutate a captured Tensor. This is not supported; please rewrite the function being "
        "transformed to explicitly accept the mutated Tensor(s) as inputs.");
  };
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].written) continue;
    const Value& value = call.args[i];
    if (value.tag == Tag::Tensor) check(value.as_tensor());
    if (value.tag == Tag::TensorList) std::ranges::for_each(value.as_tensor_list(), check);
  }
}

// One example's arguments; of number -1, of a call that is the same for all, those below the level.
class Example {
 public:
  Example(const BatchCall& c, int64_t number) {
    lists_.reserve(kMaxArgs);
    for (int i = 0; i < c.count(); ++i) {
      values_[i] = c.value(i);
      if (c.is_tensor(i)) {
        tensors_[i] = part(c, c.logical(i), number);
        values_[i] = box(tensors_[i]);
      } else if (c.value(i).tag == Tag::TensorList) {
        std::vector<Tensor>& list = lists_.emplace_back();
        for (const Tensor& t : c.list(i)) list.push_back(t.defined() ? part(c, t, number) : t);
        values_[i] = box(list);
      }
    }
  }
  const Value* values() const { return values_; }

 private:
  static Tensor part(const BatchCall& c, const Tensor& t, int64_t number) {
    return number >= 0 && c.is_batched(t) ? ops::select(c.below(t), 0, number) : c.below(t);
  }
  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];
  std::vector<std::vector<Tensor>> lists_;
};

void check_written_lists(const BatchCall& c) {
  const auto& args = c.op().schema().args();
  for (int i = 0; i < c.count(); ++i) {
    if (!args[static_cast<size_t>(i)].written || c.value(i).tag != Tag::TensorList) continue;
    for (const Tensor& t : c.list(i)) {
      VT_CHECK(c.is_batched(t), Runtime, "vmap: ", c.op().schema().name(),
               " writes to a tensor that is the same for all examples");
    }
  }
}

void run_each(BatchCall& c, const std::function<void()>& before_each) {
  VT_CHECK(!returns_number(c.op()), Runtime, "vmap: ", c.op().schema().name(),
           " gives a number, which cannot differ from example to example");
  VT_CHECK(c.size() > 0, Runtime, "vmap: ", c.op().schema().name(), " has no batching rule for a batch of no examples");
  if (c.writes()) c.check_written();
  check_written_lists(c);
  std::vector<std::vector<Tensor>> results;
  bool is_list = false;
  for (int64_t i = 0; i < c.size(); ++i) {
    if (before_each) before_each();
    Results r = c.run(Example(c, i).values());
    is_list = r.is_list;
    const size_t count = is_list ? r.list.size() : static_cast<size_t>(r.count);
    results.resize(count);
    for (size_t j = 0; j < count; ++j) results[j].push_back(is_list ? r.list[j] : r.tensors[j]);
  }
  if (c.writes()) return c.give_written();
  std::vector<Tensor> stacked;
  for (const auto& of_examples : results)
    stacked.push_back(of_examples[0].defined() ? ops::stack(of_examples) : Tensor());
  if (is_list) return c.give_list(stacked);
  for (const Tensor& t : stacked) c.give(t);
}

void warn_of_loop(const Op& op) {
  static std::mutex mutex;
  static std::unordered_set<const Op*> warned;
  {
    const std::lock_guard lock(mutex);
    if (!warned.insert(&op.functional()).second) return;
  }
  warn(detail::concat("There is a performance drop because vmap has no batching rule for ", op.schema().name(),
                      " yet: it is called once per example"));
}

// A call whose tensors are the same for all examples, though wrapped.
void run_once(BatchCall& c) {
  Results r = c.run(Example(c, -1).values());
  if (c.writes()) return c.give_written();
  c.give_shared(std::move(r));
}

// ---- what draws at random ----

intrusive_ptr<Generator> generator_of(const BatchCall& c) {
  Device device = kCPU;
  for (int i = 0; i < c.count(); ++i) {
    if (c.value(i).tag == Tag::Generator) return intrusive_ptr<Generator>(c.arg<Generator*>(i));
    if (c.value(i).tag == Tag::Device) device = c.arg<Device>(i);
    if (c.is_tensor(i)) device = c.logical(i).device();
  }
  // Each has default generators of its own.
  return device.is_cuda() ? default_cuda_generator(device.index) : default_cpu_generator();
}

void draw_for_all(BatchCall& c) {
  Arguments args(c);
  int64_t rank = 0;
  for_each_tensor_argument(c, [&](int, const Tensor& t) { rank = std::max(rank, t.dim()); });
  for_each_tensor_argument(c, [&](int i, const Tensor& t) {
    const bool is_written = i == 0 && c.writes();
    const Tensor value = c.expanded(t);
    if (is_written || t.dim() == rank) return args.set(i, value);
    DimVec sizes{c.size()};
    for (int64_t d = t.dim(); d < rank; ++d) sizes.push_back(1);
    for (const int64_t s : t.sizes()) sizes.push_back(s);
    args.set(i, ops::reshape(value, sizes));
  });
  Results r = c.run(args.values());
  if (c.writes()) return c.give_written();
  c.give(std::move(r));
}

enum class Draws { WholeTensors, Elements };

void draw_by(BatchCall& c, Draws what) {
  VT_CHECK(c.randomness() != Randomness::Error, Runtime,
           "vmap: called random operation while in randomness error mode. ",
           "Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation ",
           "out of vmap");
  const bool batched = c.any_batched();
  if (c.randomness() == Randomness::Same) {
    if (!batched) return run_once(c);
    const intrusive_ptr<Generator> generator = generator_of(c);
    const auto locked = [&] { return std::lock_guard(generator->mutex()); };
    std::vector<uint8_t> start;
    {
      const auto lock = locked();
      start = generator->state();
    }
    return run_each(c, [&] {
      const auto lock = locked();
      generator->set_state(start);
    });
  }
  if (c.writes()) {
    VT_CHECK(c.is_batched(0), Runtime, "vmap: Cannot ask for different inplace randomness on an unbatched tensor. ",
             "This will appear like same randomness");
  }
  if (what == Draws::Elements) return draw_for_all(c);
  const int size = c.op().schema().index_of("size");
  if (size < 0 || batched) return loop_quietly(c);
  Arguments args(c);
  args.set(size, batch_and(c, c.arg<IntSpan>(size)));
  c.give(c.run(args.values()));
}

}  // namespace

void draw(BatchCall& c) { draw_by(c, Draws::WholeTensors); }
void draw_elements(BatchCall& c) { draw_by(c, Draws::Elements); }

void loop_quietly(BatchCall& c) { run_each(c, nullptr); }

void loop(BatchCall& c) {
  warn_of_loop(c.op());
  loop_quietly(c);
}

void refuse(BatchCall& c) {
  VT_THROW(Runtime, "vmap: It looks like you're attempting to use an operator, ", c.op().schema().name(),
           ", whose result has a shape that depends on values: it would differ from example to example");
}

void refuse_item(BatchCall&) {
  VT_THROW(
      Runtime,
      "vmap: It looks like you're either (1) calling .item() on a Tensor or (2) attempting to use a Tensor in some "
      "data-dependent control flow or (3) encountering this error in PyTorch internals. For (1): we don't support "
      "vmap over calling .item() on a Tensor, please try to rewrite what you're doing with other operations. For "
      "(2): If you're doing some control flow instead, we don't support that yet, please shout over at "
      "https://github.com/pytorch/functorch/issues/257 .");
}

void pass_through(BatchCall&) {}

Rule rule_of(const Op& op) {
  const Op& functional = op.functional();
  const auto found = declared_rules().find(&functional);
  if (found != declared_rules().end()) return found->second;
  const Op::Parts& parts = functional.parts;
  if (parts.view || parts.composite) return pass_through;
  if (is_row(functional)) return parts.random ? draw_elements : elementwise;
  if (parts.random) return draw;
  return parts.value_dependent ? refuse : nullptr;
}

const char* kind_of(const Op& op) {
  const Op& functional = op.functional();
  const Rule rule = rule_of(functional);
  if (!rule || rule == loop) return "loop";
  if (rule == refuse || rule == refuse_item) return "refused";
  if (rule == draw || rule == draw_elements) return "random";
  if (functional.parts.view) return "view";
  if (rule == pass_through) return functional.parts.composite ? "composite" : "view";
  return is_row(functional) ? "elementwise" : "rule";
}

namespace {

bool writes_directly(Rule rule) { return rule == elementwise || rule == draw || rule == draw_elements; }

// The in-place form of an op whose rule gives a result: that, written over what was given.
void run_inplace(Call& call, int level) {
  BatchCall(call, level).check_written();
  Value args[kMaxArgs];
  const Op& functional = call.op.functional();
  std::copy_n(call.args, functional.arg_count(), args);
  Results r;
  call_op(functional, args, functional.arg_count(), r);
  const Tensor self = call.args[0].as_tensor();
  check_keeps_shape(self, r.tensors[0].sizes());
  call.results.add(ops::copy_(self, r.tensors[0]));
}

}  // namespace

void transform_call(Call& call) {
  const Op& op = call.op;
  check_no_captured_is_written(call);
  const bool draws = op.functional().parts.random && !op.functional().parts.composite;
  int level = call.keys.has(Key::Transform) ? level_of_call(call) : 0;
  if (draws) level = std::max(level, top_vmap());
  if (level == 0) return run_below(call);
  // What stands for a sparse tensor per example is a sparse tensor whose parts have a value per example.
  if (call.keys.has(Key::Sparse)) return run_below(call);
  VT_CHECK(op.kind() != OpKind::Out, NotImplemented, op.schema().name(), "(): out= inside vmap is not there");
  const Rule rule = rule_of(op);
  if (rule == pass_through) return run_below(call);
  if (op.kind() == OpKind::Inplace && rule && !writes_directly(rule)) return run_inplace(call, level);
  BatchCall c(call, level);
  // Wrapped, and yet the same for all examples.
  if (!draws && !c.any_batched()) return run_once(c);
  rule ? rule(c) : loop(c);
}

}  // namespace vt::batch
