#include "fabric/local.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/thread_state.h"
#include "fabric/collectives.h"
#include "fabric/processes.h"
#include "fabric/redistribute.h"
#include "ops/copy/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt::fabric {
namespace {

// Dims of the root that are stepped along together, in bytes of the innermost group or whole steps of those inside.
struct Group {
  int mesh_dim = -1;      // that shards its first dim; -1: none
  int64_t size = 1;       // steps that it has
  int64_t unit = 1;       // bytes of one
  int64_t per_index = 1;  // steps for one index of the sharded dim
};

std::vector<Group> groups_of(const FabricParts& parts, int64_t item) {
  std::vector<int> sharded_by(parts.sizes.size(), -1);
  for (size_t j = 0; j < parts.placements.size(); ++j) {
    if (parts.placements[j].is_shard()) sharded_by[static_cast<size_t>(parts.placements[j].dim)] = static_cast<int>(j);
  }
  std::vector<Group> groups(1);
  for (size_t d = 0; d < parts.sizes.size(); ++d) {
    if (sharded_by[d] >= 0) {
      groups.push_back({.mesh_dim = sharded_by[d], .size = parts.sizes[d]});
    } else {
      groups.back().size *= parts.sizes[d];
      groups.back().per_index *= parts.sizes[d];
    }
  }
  groups.back().size *= item;
  groups.back().per_index *= item;
  for (size_t g = groups.size() - 1; g-- > 0;) groups[g].unit = groups[g + 1].unit * groups[g + 1].size;
  return groups;
}

// The steps of a group that a number of bytes makes.
int64_t steps_in(const std::vector<Group>& groups, size_t g, int64_t bytes) {
  const int64_t all = bytes / groups[g].unit;
  return g == 0 ? all : all % groups[g].size;
}

// How a view lies along one sharded group.
struct Course {
  int dim = -1;       // of the view, that goes from shard to shard; -1: it stays on one
  int64_t start = 0;  // steps
  int64_t step = 0;   // of the dim
  std::vector<int64_t> bounds;
  int owner = 0;  // of a view that stays
};

class Geometry {
 public:
  Geometry(const Tensor& t, const FabricParts& parts)
      : t_(t), parts_(parts), item_(static_cast<int64_t>(t.element_size())) {
    groups_ = groups_of(parts, static_cast<int64_t>(parts.shards[0].element_size()));
  }

  // Whether the view is a box of the root for every member.
  bool is_regular() {
    if (t_.numel() == 0 || !carries_nowhere()) return false;
    courses_.resize(groups_.size());
    uint64_t taken = 0;
    for (size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].mesh_dim < 0) continue;
      if (!find_course(g)) return false;
      const int d = courses_[g].dim;
      if (d < 0) continue;
      if (taken >> d & 1) return false;
      taken |= uint64_t{1} << d;
    }
    return fits_elements();
  }

  Placements placements() const {
    Placements found = parts_.placements;
    for (size_t g = 0; g < groups_.size(); ++g) {
      const int j = groups_[g].mesh_dim;
      if (j < 0) continue;
      const Course& c = courses_[g];
      found[static_cast<size_t>(j)] = c.dim < 0 ? Placement::replicate() : Placement::shard(c.dim, c.bounds);
    }
    return found;
  }

  // Whether the member has a part of a view that stays on one member.
  bool owns(int member) const {
    for (size_t g = 0; g < groups_.size(); ++g) {
      const int j = groups_[g].mesh_dim;
      if (j >= 0 && courses_[g].dim < 0 && parts_.mesh->coordinate(member, j) != courses_[g].owner) return false;
    }
    return true;
  }

  // Where along a dim of the mesh a view stays that stays on one member; -1 if it does not.
  int owner_along(int mesh_dim) const {
    for (size_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].mesh_dim == mesh_dim && courses_[g].dim < 0) return courses_[g].owner;
    }
    return -1;
  }

  // Of the i-th member that is held here.
  Tensor part(int i) const {
    const Local local = local_of(parts_.mesh->held_member(i));
    const Tensor& shard = parts_.shards[static_cast<size_t>(i)];
    const int64_t at = shard.storage_offset() * static_cast<int64_t>(shard.element_size()) + local.offset;
    DimVec strides(local.strides);
    for (int64_t& s : strides) s /= item_;
    return make_dtype_view(shard, t_.dtype(), local.sizes, strides, at / item_);
  }

 private:
  struct Local {
    DimVec sizes, strides;  // strides and offset in bytes
    int64_t offset = 0;
  };

  int64_t bytes(int64_t elements) const { return elements * item_; }
  int64_t steps(size_t g, size_t dim) const {
    return t_.sizes()[dim] == 1 ? 0 : steps_in(groups_, g, bytes(t_.strides()[dim]));
  }

  bool carries_nowhere() const {
    for (size_t g = 1; g < groups_.size(); ++g) {
      int64_t last = steps_in(groups_, g, bytes(t_.storage_offset()));
      for (size_t d = 0; d < t_.sizes().size(); ++d) last += (t_.sizes()[d] - 1) * steps(g, d);
      if (g + 1 == groups_.size()) last += item_ - 1;
      if (last >= groups_[g].size) return false;
    }
    return true;
  }

  bool find_course(size_t g) {
    const Group& group = groups_[g];
    const std::vector<int64_t>& shards = parts_.placements[static_cast<size_t>(group.mesh_dim)].bounds;
    Course& c = courses_[g];
    c.start = steps_in(groups_, g, bytes(t_.storage_offset()));
    int64_t span = g + 1 == groups_.size() ? item_ : 1;
    for (size_t d = 0; d < t_.sizes().size(); ++d) {
      const int64_t s = steps(g, d);
      if (s > c.step) {
        c.step = s;
        c.dim = static_cast<int>(d);
      }
      span += (t_.sizes()[d] - 1) * s;
    }
    const int64_t n = c.dim < 0 ? 1 : t_.sizes()[static_cast<size_t>(c.dim)];
    span -= (n - 1) * c.step;
    if (c.dim < 0) return find_owner(group, shards, c, span);
    c.bounds = {0};
    for (size_t i = 0; i + 1 < shards.size(); ++i) {
      const int64_t high = shards[i + 1] * group.per_index;
      const int64_t end = std::clamp<int64_t>((high - c.start + c.step - 1) / c.step, c.bounds.back(), n);
      if (end > c.bounds.back() && c.start + (end - 1) * c.step + span > high) return false;
      c.bounds.push_back(end);
    }
    return c.bounds.back() == n;
  }

  // Of a view that stays at one place: the member that has it.
  static bool find_owner(const Group& group, const std::vector<int64_t>& shards, Course& c, int64_t span) {
    for (size_t i = 0; i + 1 < shards.size(); ++i) {
      if (c.start < shards[i] * group.per_index || c.start + span > shards[i + 1] * group.per_index) continue;
      c.owner = static_cast<int>(i);
      return true;
    }
    return false;
  }

  Local local_of(int member) const {
    Local local{DimVec(t_.sizes()), DimVec(t_.sizes().size(), 0), 0};
    std::vector<int64_t> size(groups_.size()), begin(groups_.size());
    bool is_empty = false;
    for (size_t g = 0; g < groups_.size(); ++g) {
      size[g] = groups_[g].size;
      begin[g] = steps_in(groups_, g, bytes(t_.storage_offset()));
      const int j = groups_[g].mesh_dim;
      if (j < 0) continue;
      const Course& c = courses_[g];
      const auto at = static_cast<size_t>(parts_.mesh->coordinate(member, j));
      const std::vector<int64_t>& shards = parts_.placements[static_cast<size_t>(j)].bounds;
      size[g] = (shards[at + 1] - shards[at]) * groups_[g].per_index;
      begin[g] -= shards[at] * groups_[g].per_index;
      if (c.dim < 0) continue;
      local.sizes[static_cast<size_t>(c.dim)] = c.bounds[at + 1] - c.bounds[at];
      is_empty |= c.bounds[at + 1] == c.bounds[at];
    }
    // Where the part begins along a dim, it has moved along every group that the dim steps through.
    for (size_t g = 0; g < groups_.size(); ++g) {
      const Course& c = courses_[g];
      if (groups_[g].mesh_dim < 0 || c.dim < 0) continue;
      const auto at = static_cast<size_t>(parts_.mesh->coordinate(member, groups_[g].mesh_dim));
      for (size_t h = 0; h < groups_.size(); ++h) begin[h] += c.bounds[at] * steps(h, static_cast<size_t>(c.dim));
    }
    int64_t unit = 1;
    for (size_t g = groups_.size(); g-- > 0;) {
      local.offset += begin[g] * unit;
      for (size_t d = 0; d < local.strides.size(); ++d) local.strides[d] += steps(g, d) * unit;
      unit *= size[g];
    }
    if (is_empty) {
      local.offset = 0;
      local.strides = contiguous_strides(local.sizes);
      for (int64_t& s : local.strides) s *= item_;
    }
    for (size_t d = 0; d < local.strides.size(); ++d) {
      if (t_.sizes()[d] == 1) local.strides[d] = item_;
    }
    return local;
  }

  // Parts begin and step at whole elements, which a view in another dtype need not.
  bool fits_elements() const {
    if (t_.dtype() == parts_.shards[0].dtype()) return true;
    for (int m = 0; m < parts_.mesh->members(); ++m) {
      if (!owns(m)) continue;
      const Local local = local_of(m);
      if (local.offset % item_ != 0) return false;
      for (const int64_t s : local.strides) {
        if (s % item_ != 0) return false;
      }
    }
    return true;
  }

  const Tensor& t_;
  const FabricParts& parts_;
  int64_t item_;
  std::vector<Group> groups_;
  std::vector<Course> courses_;
};

bool is_root(const Tensor& t, const FabricParts& parts) {
  return t.storage_offset() == 0 && t.is_contiguous() && t.dtype() == parts.shards[0].dtype() &&
         same(t.sizes(), parts.sizes);
}

Locals locals_of_root(const FabricParts& parts) {
  return {parts.mesh, parts.placements, parts.sizes, parts.shards, true};
}

Tensor gathered_root(const FabricParts& parts) {
  return redistribute(locals_of_root(parts), Placements(parts.placements.size())).parts[0];
}

// The view of a whole root that t is of its own.
Tensor same_view(const Tensor& t, const Tensor& root) {
  const int64_t at =
      root.storage_offset() * static_cast<int64_t>(root.element_size()) / static_cast<int64_t>(t.element_size());
  return make_dtype_view(root, t.dtype(), t.sizes(), t.strides(), at + t.storage_offset());
}

// Memory that nobody else has: not who gave the part, nor another member.
Tensor own_shard(Tensor part) {
  const bool is_shared = part.impl()->use_count() > 1 || part.storage()->use_count() > 1 || part.impl()->view_base() ||
                         part.storage()->read_only();
  return part.is_contiguous() && !is_shared ? part : ops::clone(part, MemoryFormat::Contiguous);
}

// The part of this process of a view that stays on the processes at place `owner` of dim `j` of the mesh: theirs, once
// the dims before have been seen to.
void share_with_processes(const Geometry& geometry, const Mesh& mesh, Locals& found, const Tensor& t, int j,
                          int owner) {
  const int own = mesh.held_member(0);
  for (int k = j + 1; k < mesh.dims(); ++k) {
    const int other = geometry.owner_along(k);
    if (other >= 0 && mesh.coordinate(own, k) != other) return;  // nobody along this dim has it yet
  }
  Tensor& part = found.parts[0];
  const bool has = mesh.coordinate(own, j) == owner;
  Tensor sent;
  if (has) {
    sent = part.is_contiguous() ? part : ops::clone(part, MemoryFormat::Contiguous);
  } else {
    sent = empty(part_sizes(mesh, found.placements, t.sizes(), own), t.dtype(), t.device());
    part = sent;
  }
  processes::broadcast(mesh, j, sent, owner);
}

}  // namespace

Locals locals_of(const Tensor& t) {
  const FabricParts& parts = fabric_parts(t);
  if (VT_LIKELY(is_root(t, parts))) return locals_of_root(parts);
  Locals found{parts.mesh, {}, DimVec(t.sizes()), {}, true};
  Geometry geometry(t, parts);
  if (!geometry.is_regular()) {
    const Tensor whole = t.numel() == 0 ? empty(t.sizes(), t.dtype(), t.device()) : same_view(t, gathered_root(parts));
    found = locals_of(whole, *parts.mesh);
    found.aliases = t.numel() == 0;
    return found;
  }
  const Mesh& mesh = *parts.mesh;
  found.placements = geometry.placements();
  found.parts.resize(static_cast<size_t>(mesh.held()));
  for (int i = 0; i < mesh.held(); ++i) {
    if (geometry.owns(mesh.held_member(i))) found.parts[static_cast<size_t>(i)] = geometry.part(i);
  }
  // A view that stays on the members of one coordinate: the others get a copy of what is there.
  for (int j = 0; j < mesh.dims(); ++j) {
    const int owner = geometry.owner_along(j);
    if (owner < 0) continue;
    if (mesh.spans_processes()) {
      share_with_processes(geometry, mesh, found, t, j, owner);
      continue;
    }
    for (int m = 0; m < mesh.members(); ++m) {
      Tensor& part = found.parts[static_cast<size_t>(m)];
      const Tensor& there = found.parts[static_cast<size_t>(mesh.line(m, j)[static_cast<size_t>(owner)])];
      if (part.defined() || !there.defined()) continue;
      part = broadcast(there, std::array{mesh.device(m)})[0];
      if (part.is_same(there)) part = ops::clone(there);
    }
  }
  return found;
}

Placements placements_of(const Tensor& t) {
  const FabricParts& parts = fabric_parts(t);
  if (is_root(t, parts)) return parts.placements;
  Geometry geometry(t, parts);
  return geometry.is_regular() ? geometry.placements() : Placements(parts.placements.size());
}

Locals locals_of(const Tensor& plain, const Mesh& mesh) {
  const Tensor here = is_fabric(plain) ? gathered(plain) : plain;
  Locals found{&mesh, Placements(static_cast<size_t>(mesh.dims())), DimVec(plain.sizes()), {}, false};
  found.parts = here.dim() == 0 && here.is_cpu() ? std::vector<Tensor>(static_cast<size_t>(mesh.held()), here)
                                                 : broadcast(here, mesh.held_devices());
  return found;
}

Tensor gathered(const Tensor& t) {
  settle(t);
  const FabricParts& parts = fabric_parts(t);
  if (t.numel() == 0) return empty_strided(t.sizes(), t.strides(), t.dtype(), t.device());
  return same_view(t, gathered_root(parts));
}

void settle(const Tensor& t) {
  const FabricParts& parts = fabric_parts(t);
  Placements settled = parts.placements;
  bool any = false;
  for (Placement& p : settled) {
    any |= p.is_partial();
    if (p.is_partial()) p = Placement::replicate();
  }
  if (!any) return;
  Locals reduced = redistribute(locals_of_root(parts), settled);
  std::vector<Tensor> shards;
  for (Tensor& part : reduced.parts) shards.push_back(own_shard(std::exchange(part, Tensor())));
  replace_shards(t, std::move(settled), std::move(shards));
}

namespace {

constexpr int64_t kBucketBytes = 64 << 20;

bool go_together(const FabricParts& a, const FabricParts& b) {
  return a.mesh == b.mesh && a.placements == b.placements && a.shards[0].dtype() == b.shards[0].dtype();
}

Placements without_partials(Placements placements) {
  for (Placement& p : placements) {
    if (p.is_partial()) p = Placement::replicate();
  }
  return placements;
}

// Tensors over roots that go together, none of them sharded: what each member has of them, end to end.
void settle_bucket(TensorSpan bucket) {
  const FabricParts& first = fabric_parts(bucket[0]);
  Locals flat{first.mesh, first.placements, {}, {}, false};
  const auto members = static_cast<size_t>(first.mesh->held());
  for (size_t m = 0; m < members; ++m) {
    std::vector<Tensor> pieces;
    for (const Tensor& t : bucket) pieces.push_back(ops::view(fabric_parts(t).shards[m], DimVec{-1}));
    flat.parts.push_back(ops::cat(pieces, 0));
  }
  flat.sizes = DimVec(flat.parts[0].sizes());
  const Placements settled = without_partials(first.placements);
  flat = redistribute(std::move(flat), settled);
  for (Tensor& part : flat.parts) part = own_shard(std::exchange(part, Tensor()));
  int64_t at = 0;
  for (const Tensor& t : bucket) {
    const DimVec sizes = fabric_parts(t).sizes;
    const int64_t count = checked_numel(sizes);
    std::vector<Tensor> shards;
    for (const Tensor& part : flat.parts) {
      shards.push_back(make_detached(ops::view(ops::narrow(part, 0, at, count), sizes)));
    }
    replace_shards(t, settled, std::move(shards));
    at += count;
  }
}

}  // namespace

void settle_together(TensorSpan tensors) {
  std::vector<Tensor> bucket;
  int64_t bytes = 0;
  const auto finish = [&] {
    if (bucket.size() == 1) settle(bucket[0]);
    if (bucket.size() > 1) settle_bucket(bucket);
    bucket.clear();
    bytes = 0;
  };
  for (const Tensor& t : tensors) {
    const FabricParts& parts = fabric_parts(t);
    const auto is = [&](bool (Placement::*kind)() const) { return std::ranges::any_of(parts.placements, kind); };
    const bool is_known = std::ranges::any_of(bucket, [&](const Tensor& b) { return b.storage() == t.storage(); });
    if (!is(&Placement::is_partial) || is_known) continue;
    if (is(&Placement::is_shard) || t.numel() == 0) {
      settle(t);
      continue;
    }
    if (!bucket.empty() && (bytes > kBucketBytes || !go_together(fabric_parts(bucket[0]), parts))) finish();
    bucket.push_back(t);
    bytes += checked_numel(parts.sizes) * static_cast<int64_t>(t.element_size());
  }
  finish();
}

void write_whole(const Tensor& t, const Tensor& whole) {
  settle(t);
  const FabricParts& parts = fabric_parts(t);
  Locals to = locals_of(t);
  if (to.aliases) {
    const Locals from = redistribute(locals_of(whole, *parts.mesh), to.placements);
    for (size_t m = 0; m < to.parts.size(); ++m) ops::copy_(to.parts[m], from.parts[m]);
    return;
  }
  const Tensor root = ops::clone(gathered_root(parts));
  ops::copy_(same_view(t, root), whole);
  const Locals from = redistribute(locals_of(root, *parts.mesh), parts.placements);
  for (size_t m = 0; m < from.parts.size(); ++m) ops::copy_(parts.shards[m], from.parts[m]);
}

DimVec part_sizes(const Mesh& mesh, const Placements& placements, IntSpan sizes, int member) {
  DimVec found(sizes);
  for (size_t j = 0; j < placements.size(); ++j) {
    const Placement& p = placements[j];
    if (!p.is_shard()) continue;
    const auto at = static_cast<size_t>(mesh.coordinate(member, static_cast<int>(j)));
    found[static_cast<size_t>(p.dim)] = p.bounds[at + 1] - p.bounds[at];
  }
  return found;
}

namespace {

// The dims in the order of the memory that they step over, where every part is dense in that order; else in their own.
DimVec order_of(const std::vector<Tensor>& parts) {
  const auto rank = static_cast<size_t>(parts[0].dim());
  DimVec order(rank);
  std::iota(order.begin(), order.end(), 0);
  const DimVec plain = order;
  // The largest part has an order even where others have a single row, or none.
  const Tensor& model = *std::ranges::max_element(parts, {}, [](const Tensor& t) { return t.numel(); });
  if (model.is_contiguous()) return plain;
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return model.strides()[static_cast<size_t>(a)] > model.strides()[static_cast<size_t>(b)];
  });
  for (const Tensor& t : parts) {
    int64_t expected = 1;
    for (size_t i = rank; i-- > 0;) {
      const auto d = static_cast<size_t>(order[i]);
      if (t.sizes()[d] != 1 && t.strides()[d] != expected && t.numel() > 0) return plain;
      expected *= t.sizes()[d];
    }
  }
  return order;
}

}  // namespace

Tensor make_tensor(Locals locals) {
  // Processes do not see each other's strides: their roots are the tensors.
  const DimVec order = locals.mesh->spans_processes() ? DimVec() : order_of(locals.parts);
  bool is_plain = true;
  for (size_t i = 0; i < order.size(); ++i) is_plain &= order[i] == static_cast<int64_t>(i);
  FabricParts parts{locals.mesh, locals.placements, locals.sizes, {}};
  if (!is_plain) {
    for (size_t i = 0; i < order.size(); ++i) parts.sizes[i] = locals.sizes[static_cast<size_t>(order[i])];
    for (Placement& p : parts.placements) {
      if (p.is_shard()) p.dim = static_cast<int>(std::ranges::find(order, p.dim) - order.begin());
    }
  }
  const bool inference = thread_state().inference_mode;
  for (Tensor& part : locals.parts) {
    Tensor shard = is_plain ? std::move(part) : ops::permute(part, order);
    if (!is_plain) {
      // A view only in name: the part is not kept.
      shard = make_detached(shard);
      part = Tensor();
    }
    shard = own_shard(std::move(shard));
    if (!inference && shard.impl()->is_inference()) shard = ops::clone(shard, MemoryFormat::Contiguous);
    parts.shards.push_back(std::move(shard));
  }
  return make_fabric(std::move(parts), is_plain ? IntSpan() : IntSpan(order));
}

}  // namespace vt::fabric
