#include "fabric/redistribute.h"

#include <algorithm>

#include "fabric/collectives.h"
#include "fabric/processes.h"
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

// Members along a dim of a mesh, and what they do together: all of them are here, or this process is one.
class Line {
 public:
  Line(const Mesh& mesh, int dim) : mesh_(mesh), dim_(dim) {}

  // Where in the line the member of the i-th part is.
  size_t place(size_t i) const {
    return spans_processes() ? static_cast<size_t>(mesh_.coordinate(mesh_.held_member(0), dim_)) : i;
  }
  Parts all_reduce(const Parts& parts, Reduce reduce) const {
    if (spans_processes()) return {processes::all_reduce(mesh_, dim_, parts[0], reduce)};
    return fabric::all_reduce(parts, reduce);
  }
  Parts reduce_scatter(const Parts& parts, Reduce reduce, const Placement& to) const {
    if (spans_processes()) return {processes::reduce_scatter(mesh_, dim_, parts[0], reduce, to.dim, to.bounds)};
    return fabric::reduce_scatter(parts, reduce, to.dim, to.bounds);
  }
  Parts all_gather(const Parts& parts, const Placement& from) const {
    if (spans_processes()) return {processes::all_gather(mesh_, dim_, parts[0], from.dim, from.bounds)};
    return fabric::all_gather(parts, from.dim);
  }
  Parts all_to_all(const Parts& parts, const Placement& from, const Placement& to) const {
    if (spans_processes()) {
      return {processes::all_to_all(mesh_, dim_, parts[0], to.dim, to.bounds, from.dim, from.bounds)};
    }
    return fabric::all_to_all(parts, to.dim, to.bounds, from.dim);
  }

 private:
  bool spans_processes() const { return mesh_.spans_processes(); }
  const Mesh& mesh_;
  int dim_;
};

// The parts of one line of members, `from` along it and now `to`.
Parts moved(const Line& line, const Parts& parts, const Placement& from, const Placement& to) {
  if (from.is_replicate() && to.is_shard()) {
    Parts out;
    for (size_t i = 0; i < parts.size(); ++i) out.push_back(piece(parts[i], to, line.place(i)));
    return out;
  }
  if (from.is_replicate()) {  // what is zero beside a sum is no change to the others
    Parts out(parts);
    for (size_t i = 0; i < parts.size() && to.reduce == Reduce::Sum; ++i) {
      if (line.place(i) > 0) out[i] = zeros_in_place_of(parts[i]);
    }
    return out;
  }
  if (from.is_partial()) {
    if (to.is_replicate()) return line.all_reduce(parts, from.reduce);
    if (to.is_shard()) return line.reduce_scatter(parts, from.reduce, to);
    return moved(line, line.all_reduce(parts, from.reduce), Placement::replicate(), to);
  }
  const bool same_dim = to.is_shard() && from.dim == to.dim;  // with other bounds
  if (to.is_shard() && !same_dim) return line.all_to_all(parts, from, to);
  const Parts whole = line.all_gather(parts, from);
  return to.is_replicate() ? whole : moved(line, whole, Placement::replicate(), to);
}

void move_along(Locals& t, int mesh_dim, const Placement& to) {
  Placement& from = t.placements[static_cast<size_t>(mesh_dim)];
  if (from == to) return;
  const Line line(*t.mesh, mesh_dim);
  if (t.mesh->spans_processes()) {
    t.parts = moved(line, t.parts, from, to);
  } else {
    for (int m = 0; m < t.mesh->members(); ++m) {
      if (t.mesh->coordinate(m, mesh_dim) != 0) continue;
      const std::vector<int> members = t.mesh->line(m, mesh_dim);
      Parts parts;
      for (const int i : members) parts.push_back(t.parts[static_cast<size_t>(i)]);
      parts = moved(line, parts, from, to);
      for (size_t i = 0; i < members.size(); ++i) t.parts[static_cast<size_t>(members[i])] = std::move(parts[i]);
    }
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
