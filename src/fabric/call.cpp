#include "fabric/call.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_set>

#include "core/sparse.h"
#include "core/warning.h"
#include "dispatch/boxing.h"
#include "fabric/distribute.h"
#include "fabric/redistribute.h"
#include "fabric/rules.h"
#include "iter/given_output.h"
#include "ops/batch/rules.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"

namespace vt::fabric {
namespace {

std::atomic<bool> strict{false};

enum class How : uint8_t { Rule, Pass, Draw, Lists, Whole, Gather };

bool is_row(const Op& op) { return op.parts.kernel[0] == batch::elementwise_kernel; }

bool returns_no_tensor(const Op& op) {
  const auto& rets = op.schema().rets();
  return !rets.empty() &&
         std::ranges::none_of(rets, [](const Ret& r) { return element_type(r.type) == ArgType::Tensor; });
}

bool writes_lists(const Op& op) {
  const auto& args = op.schema().args();
  return !args.empty() && args[0].type == ArgType::TensorList && args[0].written;
}

How how_of(const Op& op) {
  const Op::Parts& parts = op.parts;
  if (const RuleRow* row = row_of(op)) {
    return row->rule == itself ? How::Pass : row->rule == gathers ? How::Gather : How::Rule;
  }
  if (parts.random && !parts.composite) return How::Draw;
  if (is_row(op)) return How::Rule;
  if (returns_no_tensor(op) && (!parts.composite || parts.value_dependent)) return How::Whole;
  if (parts.view || parts.composite) return How::Pass;
  if (writes_lists(op)) return How::Lists;
  return How::Gather;
}

const Mesh& mesh_of(const Call& call) {
  const Mesh* mesh = nullptr;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    if (!mesh && is_fabric(t)) mesh = fabric_parts(t).mesh;
  });
  VT_ASSERT(mesh);
  return *mesh;
}

bool writes_first(const Op& op) {
  const auto& args = op.schema().args();
  return op.kind() == OpKind::Inplace || (!args.empty() && args[0].written && args[0].type == ArgType::Tensor);
}

// ---- whole ----

// Arguments with whole tensors in the place of Fabric tensors.
class WholeArguments {
 public:
  explicit WholeArguments(const Call& call) {
    const int n = call.op.arg_count();
    std::copy_n(call.args, n, values_);
    lists_.reserve(kMaxArgs);
    for (int i = 0; i < n; ++i) {
      const bool written =
          call.op.schema().args()[static_cast<size_t>(i)].written || (i == 0 && call.op.kind() == OpKind::Inplace);
      if (values_[i].tag == Tag::Tensor) {
        tensors_[i] = whole(values_[i].as_tensor(), written);
        values_[i] = box(tensors_[i]);
      } else if (values_[i].tag == Tag::TensorList) {
        std::vector<Tensor>& list = lists_.emplace_back();
        for (const Tensor& t : values_[i].as_tensor_list()) list.push_back(whole(t, written));
        values_[i] = box(list);
      }
    }
  }
  Value* values() { return values_; }
  void write_back() const {
    for (const auto& [fabric, value] : written_) {
      write_whole(fabric, value);
      fabric.impl()->bump_version();
    }
  }
  // The Fabric tensor that a result stands for, undefined if it is new.
  Tensor written_as(const Tensor& result) const {
    for (const auto& [fabric, value] : written_) {
      if (value.is_same(result)) return fabric;
    }
    return {};
  }

 private:
  Tensor whole(const Tensor& t, bool written) {
    if (!t.defined() || !is_fabric(t)) return t;
    Tensor value = gathered(t);
    if (!written) return value;
    const Tensor copy = empty(t.sizes(), t.dtype(), value.device());
    ops::copy_(copy, value);
    written_.emplace_back(t, copy);
    return copy;
  }
  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];
  std::vector<std::vector<Tensor>> lists_;
  std::vector<std::pair<Tensor, Tensor>> written_;
};

Tensor dealt_out(const Tensor& result, const Mesh& mesh, const Placements& placements) {
  Locals l = locals_of(result, mesh);
  return make_tensor(redistribute(std::move(l), placements));
}

// Runs the op on whole tensors; results of the first Fabric tensor's sizes lie as it does if `as_first`.
void run_whole(Call& call, bool as_first) {
  const Mesh& mesh = mesh_of(call);
  const Tensor* first = nullptr;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    if (!first && is_fabric(t)) first = &t;
  });
  Placements placements(static_cast<size_t>(mesh.dims()));
  if (as_first) placements = placements_of(*first);
  for (Placement& p : placements) {
    if (p.is_partial()) p = Placement::replicate();
  }
  WholeArguments whole(call);
  Results r;
  call_op(call.op, whole.values(), call.op.arg_count(), r);
  whole.write_back();
  const auto give_back = [&](const Tensor& t) {
    if (!t.defined() || is_sparse(t) || t.device().type != mesh.device(0).type) return t;
    if (Tensor known = whole.written_as(t); known.defined()) return known;
    for (const Value& v : call.arguments()) {
      if (v.tag == Tag::Tensor && v.as_tensor().is_same(t)) return t;
    }
    const bool alike = same(t.sizes(), first->sizes());
    return dealt_out(t, mesh, alike ? placements : Placements(placements.size()));
  };
  if (r.is_list) {
    call.results.is_list = true;
    for (const Tensor& t : r.list) call.results.list.push_back(give_back(t));
  } else if (r.count > 0 || r.number.is_none()) {
    for (int i = 0; i < r.count; ++i) call.results.add(give_back(r.tensors[i]));
  } else {
    call.results = std::move(r);
    if (call.results.number.tag == Tag::Complex) call.results.number = box(call.results.scalar);
  }
}

// The same of a composite, whose calls are recorded: what is gathered is too.
void run_whole_composite(Call& call) {
  const Mesh& mesh = mesh_of(call);
  const auto whole = [&](const Tensor& t) { return t.defined() && is_fabric(t) ? call_gather(t, mesh.id()) : t; };
  Value values[kMaxArgs];
  Tensor tensors[kMaxArgs];
  std::vector<std::vector<Tensor>> lists;
  lists.reserve(kMaxArgs);
  std::copy_n(call.args, call.op.arg_count(), values);
  for (int i = 0; i < call.op.arg_count(); ++i) {
    if (values[i].tag == Tag::Tensor) {
      tensors[i] = whole(values[i].as_tensor());
      values[i] = box(tensors[i]);
    } else if (values[i].tag == Tag::TensorList) {
      std::vector<Tensor>& list = lists.emplace_back();
      for (const Tensor& t : values[i].as_tensor_list()) list.push_back(whole(t));
      values[i] = box(list);
    }
  }
  Results r;
  call_op(call.op, values, call.op.arg_count(), r);
  const Placements everywhere(static_cast<size_t>(mesh.dims()));
  const auto placed = [&](const Tensor& t) {
    if (!t.defined() || is_sparse(t) || is_fabric(t)) return t;
    return call_distribute(t, mesh.id(), as_numbers(everywhere));
  };
  for (Tensor& t : r.list) t = placed(t);
  for (int i = 0; i < r.count; ++i) r.tensors[i] = placed(r.tensors[i]);
  call.results = std::move(r);
}

void warn_of_gathering(const Op& op) {
  VT_CHECK(!strict.load(), Runtime,
           "has no sharding rule, and would be gathered: strict mode of the fabric forbids it");
  static std::mutex mutex;
  static std::unordered_set<const Op*> warned;
  {
    const std::lock_guard lock(mutex);
    if (!warned.insert(&op.functional()).second) return;
  }
  warn(detail::concat(op.schema().name(), " has no sharding rule: its Fabric tensors are gathered, and its results ",
                      "replicated"));
}

// Whether the call asks for something on another type of device: that is one tensor there.
bool asks_elsewhere(const Call& call) {
  const int at = call.op.device_argument();
  if (at < 0 || call.args[at].tag != Tag::Device) return false;
  return Unbox<Device>::get(call.args[at]).type != mesh_of(call).device(0).type;
}

// ---- by rule ----

// Of an op that has a rule, and that members cannot write to in place as its operands lie: computed, then copied.
void run_functional(Call& call) {
  const Op& functional = call.op.functional();
  Value args[kMaxArgs];
  std::copy_n(call.args, functional.arg_count(), args);
  call_op(functional, args, functional.arg_count(), call.results);
  boxing::finish_derived(call);
}

Description description_of(const Call& call) {
  const RuleRow* row = row_of(call.op.functional());
  return row ? describe(call, *row) : elementwise(call, RuleRow{});
}

// A tensor that is written to and is one of the fabric's has the others come to it; any other has them gathered.
void run_written(Call& call) {
  const Tensor self = call.args[0].as_tensor();
  if (!is_fabric(self)) return run_whole(call, false);
  const bool has_functional = call.op.kind() == OpKind::Inplace;
  if (has_functional && !is_row(call.op.functional())) return run_functional(call);
  const auto try_placed = [&] {
    PlacedCall placed(call.op, call.args, mesh_of(call), description_of(call));
    if (!placed.choose(true)) return false;
    placed.run_written();
    return true;
  };
  bool done = try_placed();
  if (!done) {
    settle(self);
    done = try_placed();
  }
  if (!done) return has_functional ? run_functional(call) : run_whole(call, false);
  self.impl()->bump_version();
  if (!call.op.schema().rets().empty()) call.results.add(self);
}

void run_rule(Call& call) {
  if (writes_first(call.op)) return run_written(call);
  PlacedCall placed(call.op, call.args, mesh_of(call), description_of(call));
  placed.choose(false);
  call.results = placed.run();
}

// Parts of sums (gradients) beside what is replicated are added up, all together.
void settle_replicas(const Call& call, const std::vector<Placements>& places) {
  std::vector<Tensor> partial;
  for (const Value& v : call.arguments().subspan(1)) {
    if (v.tag != Tag::TensorList) continue;
    const TensorSpan list = v.as_tensor_list();
    for (size_t j = 0; j < std::min(list.size(), places.size()); ++j) {
      const bool is_replica = std::ranges::all_of(places[j], &Placement::is_replicate);
      if (is_replica && list[j].defined() && is_fabric(list[j])) partial.push_back(list[j]);
    }
  }
  settle_together(partial);
}

// Lists of tensors of which those at one place belong together: each place lies as the tensor there that is written to.
// Places may be on meshes of their own if these are of processes, which have one part of each.
void run_lists(Call& call) {
  const TensorSpan written = call.args[0].as_tensor_list();
  const bool all_fabric =
      std::ranges::all_of(written, [](const Tensor& t) { return is_fabric(t) && locals_of(t).aliases; });
  const auto& args = call.op.schema().args();
  const bool writes_numbers =
      std::ranges::any_of(args, [](const Arg& a) { return a.written && a.type == ArgType::Tensor; });
  if (!all_fabric || writes_numbers) return run_whole(call, false);
  const Mesh& mesh = mesh_of(call);
  std::vector<Placements> places;
  std::vector<const Mesh*> meshes;
  for (const Tensor& t : written) {
    settle(t);
    places.push_back(placements_of(t));
    meshes.push_back(fabric_parts(t).mesh);
    VT_CHECK(meshes.back() == &mesh || (mesh.spans_processes() && meshes.back()->spans_processes()), Runtime,
             "expected all Fabric tensors on one mesh, found at least two, ", mesh.to_string(), " and ",
             meshes.back()->to_string());
  }
  settle_replicas(call, places);
  const auto members = static_cast<size_t>(mesh.held());
  std::vector<std::vector<std::vector<Tensor>>> lists(args.size(), std::vector<std::vector<Tensor>>(members));
  const auto place = [&](size_t arg, const Tensor& t, const Placements& as, const Mesh& where) {
    const bool is_number = t.dim() == 0;
    if (args[arg].written && is_fabric(t)) settle(t);
    Locals l = is_fabric(t) ? locals_of(t) : locals_of(t, where);
    VT_CHECK(is_number || l.mesh == &where, Runtime, "expected ", t, " on ", where.to_string(),
             " as what it belongs to");
    const bool moves = !is_number && l.placements != as;
    VT_CHECK(!args[arg].written || (is_fabric(t) && l.aliases && !moves), Runtime,
             "expected every list to be placed as the first, found ", t, " in ", args[arg].name, " that is not");
    if (moves || is_number) l = redistribute(std::move(l), is_number ? Placements(l.placements.size()) : as);
    for (size_t m = 0; m < members; ++m) lists[arg][m].push_back(l.parts[m]);
  };
  for (size_t i = 0; i < args.size(); ++i) {
    if (call.args[i].tag == Tag::TensorList) {
      const TensorSpan list = call.args[i].as_tensor_list();
      for (size_t j = 0; j < list.size(); ++j) {
        const size_t at = std::min(j, places.size() - 1);
        place(i, list[j], places[at], *meshes[at]);
      }
    } else if (call.args[i].tag == Tag::Tensor) {
      place(i, call.args[i].as_tensor(), Placements(static_cast<size_t>(mesh.dims())), mesh);
    }
  }
  for (size_t m = 0; m < members; ++m) {
    Value values[kMaxArgs];
    std::copy_n(call.args, call.op.arg_count(), values);
    for (size_t i = 0; i < args.size(); ++i) {
      if (call.args[i].tag == Tag::TensorList) values[i] = box(lists[i][m]);
      if (call.args[i].tag == Tag::Tensor) values[i] = box(lists[i][m][0]);
    }
    Results none;
    call_op(call.op, values, call.op.arg_count(), none);
  }
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].written || call.args[i].tag != Tag::TensorList) continue;
    for (const Tensor& t : call.args[i].as_tensor_list()) t.impl()->bump_version();
  }
}

}  // namespace

bool set_strict(bool on) noexcept { return strict.exchange(on); }

const char* kind_of(const Op& op) {
  switch (how_of(op.functional())) {
    case How::Rule: return "rule";
    case How::Pass: return op.functional().parts.view ? "view" : "composite";
    case How::Draw: return "random";
    case How::Lists: return "rule";
    case How::Whole: return "whole";
    default: return "gather";
  }
}

void run_fabric(Call& call) {
  const Op& functional = call.op.functional();
  const How how = how_of(functional);
  if (how == How::Pass) return dispatch(call, KeySet::from_bits(~kBackendKeys.bits()));
  if (how == How::Gather) warn_of_gathering(call.op);
  if (how == How::Gather && functional.parts.composite) return run_whole_composite(call);
  const ExcludeKeys below(KeySet(Key::Autograd) | Key::Autocast);
  if (call.op.kind() == OpKind::Out) return run_functional(call);
  if (call.keys.has(Key::Sparse) || asks_elsewhere(call)) return run_whole(call, false);
  switch (how) {
    case How::Rule: return run_rule(call);
    case How::Lists: return run_lists(call);
    case How::Draw: return run_whole(call, true);
    case How::Whole: return run_whole(call, false);
    default: return run_whole(call, false);
  }
}

}  // namespace vt::fabric
