#include "fabric/distribute.h"

#include <algorithm>

#include "dispatch/registry.h"
#include "fabric/collectives.h"
#include "fabric/redistribute.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"

namespace vt {
namespace fabric {

DimVec as_numbers(const Placements& placements) {
  DimVec numbers;
  for (const Placement& p : placements) {
    for (const int64_t n :
         {static_cast<int64_t>(p.kind), static_cast<int64_t>(p.dim), static_cast<int64_t>(p.reduce)}) {
      numbers.push_back(n);
    }
  }
  return numbers;
}

Tensor call_gather(const Tensor& t, int64_t mesh_id) {
  static const Op& op = find_op("_fabric_gather");
  return call<Tensor>(op, t, mesh_id, as_numbers(placements_of(t)));
}

Tensor call_distribute(const Tensor& t, int64_t mesh_id, IntSpan placements, bool is_placed, IntSpan of_gradient) {
  static const Op& op = find_op("_fabric_distribute");
  return call<Tensor>(op, t, mesh_id, placements, is_placed, of_gradient);
}

namespace {

// How a dim is shared out where nobody says: among processes as torch.chunk does it.
std::vector<int64_t> usual_bounds(const Mesh& mesh, size_t mesh_dim, int64_t size) {
  const int64_t n = mesh.sizes()[mesh_dim];
  return mesh.spans_processes() ? chunk_bounds(size, n) : even_bounds(size, n);
}

Placements placements_from(const Mesh& mesh, IntSpan numbers, IntSpan sizes) {
  VT_CHECK(numbers.size() == 3 * static_cast<size_t>(mesh.dims()), Value, "expected a placement for each dim of ",
           mesh.to_string(), ", got ", numbers.size() / 3);
  Placements found;
  uint64_t sharded = 0;
  for (size_t j = 0; j < numbers.size() / 3; ++j) {
    const auto kind = static_cast<Placement::Kind>(numbers[3 * j]);
    if (kind == Placement::Kind::Replicate) {
      found.push_back(Placement::replicate());
    } else if (kind == Placement::Kind::Partial) {
      found.push_back(Placement::partial(static_cast<Reduce>(numbers[3 * j + 2])));
    } else {
      const int64_t rank = static_cast<int64_t>(sizes.size());
      VT_CHECK(rank > 0, Index, "a tensor without dims cannot be sharded");
      const int64_t d = wrap_dim(numbers[3 * j + 1], rank);
      VT_CHECK(!(sharded >> d & 1), NotImplemented, "two dims of a mesh that shard dim ", d,
               " of a tensor are not there");
      sharded |= uint64_t{1} << d;
      found.push_back(Placement::shard(static_cast<int>(d), usual_bounds(mesh, j, sizes[static_cast<size_t>(d)])));
    }
  }
  return found;
}

// The same with the bounds that are given, those of one sharding after the other; none: the usual ones.
Placements placements_from(const Mesh& mesh, IntSpan numbers, IntSpan bounds, IntSpan sizes) {
  Placements found = placements_from(mesh, numbers, sizes);
  size_t at = 0;
  for (Placement& p : found) {
    if (!p.is_shard() || bounds.empty()) continue;
    const size_t count = p.bounds.size();
    VT_CHECK(at + count <= bounds.size(), Value, "expected ", count, " bounds of each sharding, got ", bounds.size());
    const IntSpan given = bounds.subspan(at, count);
    VT_CHECK(given.front() == 0 && given.back() == p.bounds.back() && std::ranges::is_sorted(given), Value,
             "expected bounds from 0 to ", p.bounds.back(), ", got ", given);
    p.bounds.assign(given.begin(), given.end());
    at += count;
  }
  return found;
}

// As asked for, with the bounds that the tensor already has along a dim that stays sharded.
Placements keeping_bounds(Placements wanted, const Placements& now) {
  for (size_t j = 0; j < wanted.size(); ++j) {
    if (wanted[j].is_shard() && now[j].is_shard() && wanted[j].dim == now[j].dim) wanted[j] = now[j];
  }
  return wanted;
}

// `is_placed`: of a Fabric tensor, which is placed anew. `grad_placements`: of its gradient; any serve without.
Tensor distribute(const Tensor& self, int64_t mesh_id, IntSpan placements, bool is_placed, IntSpan) {
  const Mesh& mesh = Mesh::numbered(mesh_id);
  if (self.device().type == DeviceType::Meta) return ops::clone(self);  // what is asked is the shape
  VT_CHECK(is_fabric(self) == is_placed, Runtime, "expected a tensor that is ", is_placed ? "" : "not ", "on a mesh");
  Placements wanted = placements_from(mesh, placements, self.sizes());
  if (!is_placed) {
    VT_CHECK((self.impl()->keys() & kWrapperKeys).empty(), NotImplemented, "expected a dense tensor with memory");
    return make_tensor(redistribute(locals_of(self, mesh), wanted));
  }
  Locals now = locals_of(self);
  VT_CHECK(now.mesh == &mesh, Runtime, "expected a tensor on ", mesh.to_string(), ", got one on ",
           now.mesh->to_string());
  if (!mesh.spans_processes()) wanted = keeping_bounds(std::move(wanted), now.placements);
  return make_tensor(redistribute(std::move(now), wanted));
}

void distribute_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  const auto as = ctx.arg<IntSpan>(4);
  if (ctx.arg<bool>(3) && !as.empty() && is_fabric(g)) {
    return ctx.set(0, call_distribute(g, ctx.arg<int64_t>(1), as, /*is_placed=*/true, as));
  }
  if (ctx.arg<bool>(3) || !is_fabric(g)) return ctx.set(0, g);  // any placement serves
  const Tensor whole = call_gather(g, ctx.arg<int64_t>(1));
  ctx.set(0, ops::as_device(whole, ctx.device(0)));
}

// `placements`: those of the tensor; none of one that is on no mesh.
Tensor gather(const Tensor& self, int64_t, IntSpan) { return ops::clone(is_fabric(self) ? gathered(self) : self); }

// What comes back is placed as the tensor was.
void gather_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  if (is_fabric(g) || ctx.arg<IntSpan>(2).empty()) return ctx.set(0, g);
  DimVec as(ctx.arg<IntSpan>(2));
  for (size_t j = 0; j < as.size(); j += 3) {
    if (static_cast<Placement::Kind>(as[j]) == Placement::Kind::Partial) as[j] = 0;
  }
  ctx.set(0, call_distribute(g, ctx.arg<int64_t>(1), as));
}

// A tensor of which each member has the part that is given for it.
Tensor join(TensorSpan shards, int64_t mesh_id, IntSpan placements, IntSpan size) {
  const Mesh& mesh = Mesh::numbered(mesh_id);
  VT_CHECK(!mesh.spans_processes(), Value, "expected a mesh of devices, got ", mesh.to_string());
  VT_CHECK(static_cast<int>(shards.size()) == mesh.members(), Value, "expected a shard for each of ", mesh.members(),
           " members, got ", shards.size());
  Placements as = placements_from(mesh, placements, size);
  for (size_t j = 0; j < as.size(); ++j) {
    if (!as[j].is_shard()) continue;
    as[j].bounds = {0};
    for (const int m : mesh.line(0, static_cast<int>(j))) {
      as[j].bounds.push_back(as[j].bounds.back() + shards[static_cast<size_t>(m)].size(as[j].dim));
    }
  }
  for (int m = 0; m < mesh.members(); ++m) {
    const Tensor& shard = shards[static_cast<size_t>(m)];
    VT_CHECK(shard.device() == mesh.device(m) && !is_fabric(shard), Value, "expected shard ", m, " on ", mesh.device(m),
             ", got ", shard);
    VT_CHECK(shard.dtype() == shards[0].dtype(), Value, "expected shards of one dtype, got ", shards[0], " and ",
             shard);
    const DimVec expected = part_sizes(mesh, as, size, m);
    VT_CHECK(same(shard.sizes(), expected), Value, "expected shard ", m, " of sizes ", expected, ", got ", shard);
  }
  return make_tensor({&mesh, std::move(as), DimVec(size), {shards.begin(), shards.end()}, false});
}

// ---- of one process's part ----

const Mesh& mesh_of_processes(int64_t id) {
  const Mesh& mesh = Mesh::numbered(id);
  VT_CHECK(mesh.spans_processes(), Value, "expected a mesh of processes, got ", mesh.to_string());
  return mesh;
}

// A tensor of which this process has the part that is given, in the memory where it is.
Tensor from_local(const Tensor& self, int64_t mesh_id, IntSpan placements, IntSpan bounds, IntSpan size) {
  const Mesh& mesh = mesh_of_processes(mesh_id);
  VT_CHECK((self.impl()->keys() & kWrapperKeys).empty() && !is_fabric(self), NotImplemented,
           "expected a dense tensor with memory");
  VT_CHECK(self.device() == mesh.device(0), Value, "expected a tensor on ", mesh.device(0), ", got ", self);
  Placements as = placements_from(mesh, placements, bounds, size);
  const DimVec expected = part_sizes(mesh, as, size, mesh.held_member(0));
  VT_CHECK(same(self.sizes(), expected), Value, "expected a part of sizes ", expected, " of a tensor of sizes ", size,
           ", got ", self);
  const bool fits = self.is_contiguous() && !self.storage()->read_only();
  Tensor shard = fits ? make_detached(self) : ops::clone(self, MemoryFormat::Contiguous);
  return make_fabric({&mesh, std::move(as), DimVec(size), {std::move(shard)}});
}

// The part of this process of a tensor placed so, in the memory where it is if it lies so already.
Tensor to_local(const Tensor& self, int64_t mesh_id, IntSpan placements, IntSpan bounds, IntSpan) {
  const Mesh& mesh = mesh_of_processes(mesh_id);
  Locals now = is_fabric(self) ? locals_of(self) : locals_of(self, mesh);
  VT_CHECK(now.mesh == &mesh, Runtime, "expected a tensor on ", mesh.to_string(), ", got one on ",
           now.mesh->to_string());
  return make_detached(redistribute(std::move(now), placements_from(mesh, placements, bounds, self.sizes())).parts[0]);
}

// Parts of a sum have the gradient of the sum, all of them.
DimVec placements_of_gradient(IntSpan placements) {
  DimVec as(placements);
  for (size_t j = 0; j < as.size(); j += 3) {
    if (static_cast<Placement::Kind>(as[j]) == Placement::Kind::Partial) as[j] = as[j + 2] = 0;
  }
  return as;
}

void from_local_backward(GradContext& ctx) {
  static const Op& op = find_op("_fabric_to_local");
  const DimVec as = placements_of_gradient(ctx.arg<IntSpan>(2));
  ctx.set(0, call<Tensor>(op, ctx.grad(), ctx.arg<int64_t>(1), as, ctx.arg<IntSpan>(3), IntSpan()));
}

void to_local_backward(GradContext& ctx) {
  static const Op& op = find_op("_fabric_from_local");
  const IntSpan given = ctx.arg<IntSpan>(4);
  const DimVec as = given.empty() ? placements_of_gradient(ctx.arg<IntSpan>(2)) : DimVec(given);
  const IntSpan bounds = given.empty() ? ctx.arg<IntSpan>(3) : IntSpan();
  ctx.set(0, call<Tensor>(op, ctx.grad(), ctx.arg<int64_t>(1), as, bounds, ctx.sizes(0)));
}

Reduce reduction_named(std::string_view name) {
  for (size_t i = 0; i < std::size(kReduceNames); ++i) {
    if (kReduceNames[i] == name) return static_cast<Reduce>(i);
  }
  VT_THROW(Value, "expected one of sum, mean, max, min and product, got '", std::string(name), "'");
}

void all_reduce_op(TensorSpan parts, std::string_view reduction) {
  const Reduce reduce = reduction_named(reduction);
  VT_CHECK(!parts.empty(), Value, "expected a tensor for each member, got none");
  for (const Tensor& t : parts) {
    check_writable(t);
    VT_CHECK(same(t.sizes(), parts[0].sizes()) && t.dtype() == parts[0].dtype(), Value,
             "expected tensors of one size and dtype, got ", parts[0], " and ", t);
  }
  all_reduce_in_place(parts, reduce);
  for (const Tensor& t : parts) t.impl()->bump_version();
}

}  // namespace
}  // namespace fabric

void register_fabric(Registry& r) {
  using namespace fabric;
  r.def(
       "_fabric_distribute(Tensor self, int mesh, int[] placements, bool is_placed=False, int[] grad_placements=[]) -> Tensor")
      .all(distribute)
      .backward(keep::none, distribute_backward)
      .any_device()
      .internal();
  r.def("_fabric_gather(Tensor self, int mesh, int[] placements) -> Tensor")
      .all(gather)
      .backward(keep::none, gather_backward)
      .any_device()
      .internal();
  r.def("_fabric_join(Tensor[] shards, int mesh, int[] placements, int[] size) -> Tensor")
      .all(join)
      .not_differentiable()
      .value_dependent()
      .any_device()
      .internal();
  r.def("_fabric_from_local(Tensor self, int mesh, int[] placements, int[] bounds, int[] size) -> Tensor")
      .all(from_local)
      .backward(keep::none, from_local_backward)
      .any_device()
      .value_dependent()
      .internal();
  r.def("_fabric_to_local(Tensor self, int mesh, int[] placements, int[] bounds, int[] grad_placements) -> Tensor")
      .all(to_local)
      .backward(keep::none, to_local_backward)
      .any_device()
      .value_dependent()
      .internal();
  r.def("_fabric_all_reduce_(Tensor(a!)[] self, str reduction=\"sum\") -> ()")
      .all(all_reduce_op)
      .not_differentiable()
      .any_device()
      .internal();
}

}  // namespace vt
