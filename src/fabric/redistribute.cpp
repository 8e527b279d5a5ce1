#include "fabric/redistribute.h"

#include <algorithm>

#include "fabric/collectives.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/view.h"

namespace vt::fabric {
namespace {

Tensor zeros_in_place_of(const Tensor& t) {
  const Tensor zeros = ops::zero_(empty(t.sizes(), t.dtype(), t.device()));
  zeros.impl()->set_wrapped_number(t.impl()->is_wrapped_number());
  return zeros;
}

Tensor piece(const Tensor& t, const Placement& p, size_t i) {
  return ops::narrow(t, p.dim, p.bounds[i], p.bounds[i + 1] - p.bounds[i]);
}

using Parts = std::vector<Tensor>;

// The parts of one line of members, `from` along it and now `to`.
Parts moved(const Parts& parts, const Placement& from, const Placement& to) {
  if (from.is_replicate() && to.is_shard()) {
    Parts out;
    for (size_t i = 0; i < parts.size(); ++i) out.push_back(piece(parts[i], to, i));
    return out;
  }
  if (from.is_replicate()) {  // what is zero beside a sum is no change to the others
    Parts out(parts);
    if (to.reduce == Reduce::Sum) {
      for (size_t i = 1; i < parts.size(); ++i) out[i] = zeros_in_place_of(parts[i]);
    }
    return out;
  }
  if (from.is_partial()) {
    if (to.is_replicate()) return all_reduce(parts, from.reduce);
    if (to.is_shard()) return reduce_scatter(parts, from.reduce, to.dim, to.bounds);
    return moved(all_reduce(parts, from.reduce), Placement::replicate(), to);
  }
  if (to.is_shard()) return all_to_all(parts, to.dim, to.bounds, from.dim);
  const Parts whole = all_gather(parts, from.dim);
  return to.is_replicate() ? whole : moved(whole, Placement::replicate(), to);
}

// Pieces of other bounds along the dim that is sharded already.
Parts rebound(const Parts& parts, const Placement& from, const Placement& to) {
  const Parts whole = all_gather(parts, from.dim);
  return moved(whole, Placement::replicate(), to);
}

void move_line(Locals& t, const std::vector<int>& line, const Placement& from, const Placement& to) {
  Parts parts;
  for (const int m : line) parts.push_back(t.parts[static_cast<size_t>(m)]);
  const bool same_dim = from.is_shard() && to.is_shard() && from.dim == to.dim;
  parts = same_dim ? rebound(parts, from, to) : moved(parts, from, to);
  for (size_t i = 0; i < line.size(); ++i) t.parts[static_cast<size_t>(line[i])] = std::move(parts[i]);
}

void move_along(Locals& t, int mesh_dim, const Placement& to) {
  Placement& from = t.placements[static_cast<size_t>(mesh_dim)];
  if (from == to) return;
  for (int m = 0; m < t.mesh->members(); ++m) {
    if (t.mesh->coordinate(m, mesh_dim) == 0) move_line(t, t.mesh->line(m, mesh_dim), from, to);
  }
  from = to;
  t.aliases = false;
}

bool conflicts(const Placements& now, size_t j, const Placement& to) {
  if (!to.is_shard()) return false;
  for (size_t k = 0; k < now.size(); ++k) {
    if (k != j && now[k].is_shard() && now[k].dim == to.dim) return true;
  }
  return false;
}

}  // namespace

Locals redistribute(Locals from, const Placements& to) {
  // Two dims of the mesh that exchange what they shard: one of them is whole in between.
  for (size_t j = 0; j < to.size(); ++j) {
    if (from.placements[j] != to[j] && conflicts(from.placements, j, to[j])) {
      for (size_t k = 0; k < to.size(); ++k) {
        if (k != j) move_along(from, static_cast<int>(k), Placement::replicate());
      }
    }
    move_along(from, static_cast<int>(j), to[j]);
  }
  for (size_t j = 0; j < to.size(); ++j) move_along(from, static_cast<int>(j), to[j]);
  return from;
}

double cost_of(const Placement& from, const Placement& to, double bytes, int64_t members) {
  if (from == to || from.is_replicate()) return 0;
  const double n = static_cast<double>(members);
  const double gather = bytes * (n - 1) / n;
  if (from.is_partial()) return to.is_shard() ? gather : 2 * gather;
  return to.is_shard() ? gather / n : gather;
}

}  // namespace vt::fabric
