#include "fabric/placed_call.h"

#include <algorithm>
#include <limits>

#include "fabric/collectives.h"
#include "fabric/redistribute.h"
#include "ops/typed/copy.h"

namespace vt::fabric {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

double bytes_of(const Tensor& t) { return static_cast<double>(t.numel()) * static_cast<double>(t.element_size()); }

bool has_empty(const std::vector<int64_t>& bounds) { return std::ranges::adjacent_find(bounds) != bounds.end(); }

bool has(const Letters& letters, Letter l) { return std::ranges::find(letters, l) != letters.end(); }

}  // namespace

// ---- one member ----

LocalCall::LocalCall(const PlacedCall& call, int held) : call_(call), member_(call.mesh_.held_member(held)) {
  const auto m = static_cast<size_t>(held);
  std::copy_n(call.args_, call.op_.arg_count(), values_);
  const auto& operands = call.description_.operands;
  lists_.reserve(kMaxArgs);
  kept_.reserve(kMaxArgs);
  sizes_.reserve(call.description_.sizes.size());
  for (size_t i = 0; i < operands.size(); ++i) {
    const Operand& o = operands[i];
    const Tensor& part = call.operands_[i].parts[m];
    Value& v = values_[o.argument];
    if (o.element < 0) {
      v = box(part);
      continue;
    }
    if (lists_.empty() || v.ptr != lists_.back().data()) {
      const TensorSpan whole = v.as_tensor_list();
      lists_.emplace_back(whole.begin(), whole.end());
      v = box(lists_.back());
    }
    lists_.back()[static_cast<size_t>(o.element)] = part;
  }
  for (const SizesArgument& s : call.description_.sizes) {
    DimVec local(Unbox<IntSpan>::get(values_[s.argument]));
    for (size_t d = 0; d < s.letters.size(); ++d) {
      if (s.letters[d] != kWhole && call.is_sharded(s.letters[d])) local[d] = call.length(s.letters[d], member_);
    }
    sizes_.push_back(std::move(local));
    values_[s.argument] = box(sizes_.back());
  }
  // Where something is made, its member says.
  const int at = call.op_.device_argument();
  if (at >= 0 && values_[at].tag == Tag::Device) values_[at] = Value{};
}

const Op& LocalCall::op() const { return call_.op(); }

void LocalCall::set(int i, Tensor t) {
  kept_.push_back(std::move(t));
  values_[i] = box(kept_.back());
}

void LocalCall::run() {
  Value values[kMaxArgs];
  std::copy_n(values_, op().arg_count(), values);
  results_ = Results();
  call_op(op(), values, op().arg_count(), results_);
}

// ---- the whole ----

PlacedCall::PlacedCall(const Op& op, const Value* args, const Mesh& mesh, Description description)
    : op_(op), args_(args), mesh_(mesh), description_(std::move(description)) {
  for (const Operand& o : description_.operands) {
    const Tensor& t = tensor_of(o);
    if (is_fabric(t)) {
      VT_CHECK(fabric_parts(t).mesh == &mesh, Runtime, "expected all Fabric tensors on one mesh, found at least two, ",
               mesh.to_string(), " and ", fabric_parts(t).mesh->to_string());
      operands_.push_back(locals_of(t));
    } else {
      operands_.push_back(locals_of(t, mesh));
    }
  }
  agree_on_sizes();
}

const Tensor& PlacedCall::tensor_of(const Operand& o) const {
  const Value& v = args_[o.argument];
  return o.element < 0 ? v.as_tensor() : v.as_tensor_list()[static_cast<size_t>(o.element)];
}

// A letter that stands for dims of several sizes says nothing: they are whole. A dim of size 1 beside others
// broadcasts.
void PlacedCall::agree_on_sizes() {
  sizes_.assign(kMaxLetters, -1);
  std::vector<bool> differs(kMaxLetters);
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Letters& letters = description_.operands[i].letters;
    for (size_t d = 0; d < letters.size(); ++d) {
      if (letters[d] == kWhole || description_.operands[i].is_unread) continue;
      const auto l = static_cast<size_t>(letters[d]);
      const int64_t size = operands_[i].sizes[d];
      if (description_.broadcasts && size == 1 && sizes_[l] > 1) continue;
      if (sizes_[l] >= 0 && sizes_[l] != size && !(description_.broadcasts && sizes_[l] == 1)) differs[l] = true;
      sizes_[l] = size;
    }
  }
  const auto drop = [&](Letter& l) {
    if (l != kWhole && differs[static_cast<size_t>(l)]) l = kWhole;
  };
  for (size_t i = 0; i < operands_.size(); ++i) {
    Letters& letters = description_.operands[i].letters;
    std::ranges::for_each(letters, drop);
    for (size_t d = 0; d < letters.size(); ++d) {
      const bool broadcasts = letters[d] != kWhole && operands_[i].sizes[d] == 1 && size_of(letters[d]) != 1;
      if (broadcasts) letters[d] = kWhole;
    }
  }
  for (ResultForm& r : description_.results) std::ranges::for_each(r.letters, drop);
  for (SizesArgument& s : description_.sizes) std::ranges::for_each(s.letters, drop);
}

std::vector<PlacedCall::Way> PlacedCall::ways(int mesh_dim) const {
  std::vector<Way> found{{}};
  if (description_.is_whole) return found;
  std::vector<double> bytes{0};
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Operand& o = description_.operands[i];
    if (o.is_unread) continue;
    const Placement& p = operands_[i].placements[static_cast<size_t>(mesh_dim)];
    if (p.is_partial() && p.reduce == Reduce::Sum) {
      for (const uint32_t set : description_.linear) {
        if (set >> o.argument & 1)
          found.push_back({.kind = Way::Kind::Linear, .reduce = p.reduce, .linear = set, .bounds = {}});
      }
    }
    if (!p.is_shard()) continue;
    const Letter l = o.letters[static_cast<size_t>(p.dim)];
    const bool is_taken = std::ranges::any_of(chosen_, [&](const Way& w) { return w.letter == l; });
    if (l == kWhole || is_taken) continue;
    Way way{.kind = Way::Kind::Letter, .letter = l, .bounds = p.bounds};
    if (!drops_rows(way)) found.push_back(std::move(way));
  }
  return found;
}

// Whether members cannot run on their parts of a letter, or a result that it is reduced for cannot be put together.
bool PlacedCall::drops_rows(const Way& way) const {
  if (!description_.takes_empty && has_empty(way.bounds)) return true;
  for (const ResultForm& r : description_.results) {
    if (has(r.letters, way.letter)) continue;
    const Over over = r.over.value_or(description_.over);
    if (over == Over::Nothing && !description_.combine) return true;
    // An extremum of nothing is none.
    if ((over == Over::Max || over == Over::Min) && has_empty(way.bounds)) return true;
  }
  return false;
}

Placement PlacedCall::wanted(const Way& way, const Operand& o, const Placement& now) const {
  if (o.is_unread) return now;
  switch (way.kind) {
    case Way::Kind::Whole: return Placement::replicate();
    case Way::Kind::Linear:
      return way.linear >> o.argument & 1 ? Placement::partial(way.reduce) : Placement::replicate();
    default: break;
  }
  const auto at = std::ranges::find(o.letters, way.letter);
  if (at != o.letters.end()) return Placement::shard(static_cast<int>(at - o.letters.begin()), way.bounds);
  const bool is_summed =
      std::ranges::none_of(description_.results, [&](const ResultForm& r) { return has(r.letters, way.letter); });
  return o.is_addend && is_summed ? Placement::partial(Reduce::Sum) : Placement::replicate();
}

double PlacedCall::cost(const Way& way, int mesh_dim, bool written) const {
  const auto j = static_cast<size_t>(mesh_dim);
  double total = 0;
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Operand& o = description_.operands[i];
    const Placement& now = operands_[i].placements[j];
    const Placement to = wanted(way, o, now);
    if (written && o.argument == 0 && to != now) return kNever;
    const bool other_partial = now.is_partial() && to.is_partial() && now.reduce != to.reduce;
    if (other_partial) return kNever;
    total += cost_of(now, to, bytes_of(tensor_of(o)), mesh_.sizes()[j]);
  }
  return total;
}

bool PlacedCall::choose(bool written) {
  if (written && !operands_.empty() && !operands_[0].aliases) return false;
  chosen_.clear();
  for (int j = 0; j < mesh_.dims(); ++j) {
    double least = kNever;
    Way best;
    for (Way& way : ways(j)) {
      const double bytes = cost(way, j, written);
      // Of ways that move as much, one on parts: each member then works on its own.
      const bool is_better = bytes < least || (bytes == least && bytes < kNever && best.kind == Way::Kind::Whole);
      if (!is_better) continue;
      least = bytes;
      best = std::move(way);
    }
    if (least == kNever) return false;
    chosen_.push_back(std::move(best));
  }
  return true;
}

int PlacedCall::sharded_by(Letter l) const {
  for (size_t j = 0; j < chosen_.size(); ++j) {
    if (l != kWhole && chosen_[j].letter == l) return static_cast<int>(j);
  }
  return -1;
}

int64_t PlacedCall::begin(Letter l, int member) const {
  const int j = sharded_by(l);
  return j < 0 ? 0 : chosen_[static_cast<size_t>(j)].bounds[static_cast<size_t>(mesh_.coordinate(member, j))];
}

int64_t PlacedCall::length(Letter l, int member) const {
  const int j = sharded_by(l);
  if (j < 0) return size_of(l);
  const auto& bounds = chosen_[static_cast<size_t>(j)].bounds;
  const auto at = static_cast<size_t>(mesh_.coordinate(member, j));
  return bounds[at + 1] - bounds[at];
}

Placements PlacedCall::wanted(size_t operand) const {
  Placements all;
  for (size_t j = 0; j < chosen_.size(); ++j) {
    all.push_back(wanted(chosen_[j], description_.operands[operand], operands_[operand].placements[j]));
  }
  return all;
}

void PlacedCall::place() {
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Placements to = wanted(i);
    const Tensor& t = tensor_of(description_.operands[i]);
    // What is added up for one reader is added up for all.
    for (size_t j = 0; j < to.size(); ++j) {
      if (!operands_[i].placements[j].is_partial() || !to[j].is_replicate()) continue;
      settle(t);
      operands_[i] = locals_of(t);
      break;
    }
    operands_[i] = redistribute(std::move(operands_[i]), to);
  }
}

void PlacedCall::run_members() {
  by_member_.clear();
  for (int i = 0; i < mesh_.held(); ++i) {
    LocalCall local(*this, i);
    description_.run ? description_.run(local) : local.run();
    by_member_.push_back(std::move(local.results()));
  }
  if (description_.combine) description_.combine(*this);
}

std::vector<Tensor> PlacedCall::summed(std::vector<Tensor> parts) const {
  Locals l{&mesh_, {}, DimVec(parts[0].sizes()), std::move(parts), false};
  const Letters& kept = description_.results[0].letters;
  for (const Way& way : chosen_) {
    const bool is_shared_out = way.kind == Way::Kind::Letter && !has(kept, way.letter);
    l.placements.push_back(is_shared_out ? Placement::partial(Reduce::Sum) : Placement::replicate());
  }
  return redistribute(std::move(l), Placements(chosen_.size())).parts;
}

Locals PlacedCall::result(int r, bool in_list, size_t at) {
  Locals l{&mesh_, {}, {}, {}, false};
  for (Results& results : by_member_) {
    // Taken out: nobody else has them then.
    Tensor part = std::exchange(in_list ? results.list[at] : results.tensors[at], Tensor());
    const size_t m = l.parts.size();
    const bool is_operand =
        std::ranges::any_of(operands_, [&](const Locals& o) { return o.parts[m].storage() == part.storage(); });
    l.parts.push_back(is_operand ? ops::clone(part) : std::move(part));
  }
  static const ResultForm none;
  const auto& forms = description_.results;
  const ResultForm& form = forms.empty() ? none : forms[std::min(static_cast<size_t>(r), forms.size() - 1)];
  const Over over = form.over.value_or(description_.over);
  l.sizes = DimVec(l.parts[0].sizes());
  // What an op was not asked for: an empty tensor in its place.
  const bool is_absent = l.sizes.size() < form.letters.size() ||
                         (l.parts[0].dim() == 1 && l.parts[0].numel() == 0 && form.letters.size() != 1);
  for (const Way& way : chosen_) {
    const auto found = std::ranges::find(form.letters, way.letter);
    const bool by_letter = way.kind == Way::Kind::Letter && !is_absent;
    if (way.kind == Way::Kind::Linear) {
      l.placements.push_back(Placement::partial(way.reduce));
    } else if (by_letter && found != form.letters.end()) {
      const auto d = static_cast<size_t>(found - form.letters.begin());
      l.sizes[d] = way.bounds.back();
      l.placements.push_back(Placement::shard(static_cast<int>(d), way.bounds));
    } else if (by_letter && over != Over::Nothing) {
      l.placements.push_back(Placement::partial(over == Over::Sum   ? Reduce::Sum
                                                : over == Over::Max ? Reduce::Max
                                                                    : Reduce::Min));
    } else {
      l.placements.push_back(Placement::replicate());
    }
  }
  for (int i = 0; i < mesh_.held(); ++i) {
    const Tensor& part = l.parts[static_cast<size_t>(i)];
    VT_ASSERT(same(part.sizes(), part_sizes(mesh_, l.placements, l.sizes, mesh_.held_member(i))), op_.name(),
              ": its sharding rule gave a part of ", part, " for a result of sizes ", l.sizes);
  }
  return l;
}

Results PlacedCall::run() {
  place();
  run_members();
  Results& first = by_member_[0];
  Results out;
  if (first.is_list) {
    out.is_list = true;
    for (size_t i = 0; i < first.list.size(); ++i) {
      out.list.push_back(first.list[i].defined() ? make_tensor(result(0, true, i)) : Tensor());
    }
    return out;
  }
  if (first.count == 0) return std::move(first);
  for (int i = 0; i < first.count; ++i) {
    out.add(first.tensors[i].defined() ? make_tensor(result(i, false, static_cast<size_t>(i))) : Tensor());
  }
  return out;
}

void PlacedCall::run_written() {
  place();
  run_members();
}

}  // namespace vt::fabric
