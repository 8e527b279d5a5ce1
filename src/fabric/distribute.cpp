#include "fabric/distribute.h"

#include "dispatch/registry.h"
#include "fabric/collectives.h"
#include "fabric/redistribute.h"
#include "ops/copy/copy.h"

namespace vt {
namespace fabric {

Placements placements_of(const Tensor& t) { return locals_of(t).placements; }

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

Tensor call_distribute(const Tensor& t, int64_t mesh_id, const DimVec& placements) {
  static const Op& op = find_op("_fabric_distribute");
  return call<Tensor>(op, t, mesh_id, placements);
}

namespace {

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
      found.push_back(
          Placement::shard(static_cast<int>(d), even_bounds(sizes[static_cast<size_t>(d)], mesh.sizes()[j])));
    }
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

// `is_placed`: of a Fabric tensor, which is placed anew.
Tensor distribute(const Tensor& self, int64_t mesh_id, IntSpan placements, bool is_placed) {
  const Mesh& mesh = Mesh::numbered(mesh_id);
  VT_CHECK(is_fabric(self) == is_placed, Runtime, "expected a tensor that is ", is_placed ? "" : "not ", "on a mesh");
  Placements wanted = placements_from(mesh, placements, self.sizes());
  if (!is_placed) {
    VT_CHECK((self.impl()->keys() & kWrapperKeys).empty(), NotImplemented, "expected a dense tensor with memory");
    return make_tensor(redistribute(locals_of(self, mesh), wanted));
  }
  Locals now = locals_of(self);
  VT_CHECK(now.mesh == &mesh, Runtime, "expected a tensor on ", mesh.to_string(), ", got one on ",
           now.mesh->to_string());
  wanted = keeping_bounds(std::move(wanted), now.placements);
  return make_tensor(redistribute(std::move(now), wanted));
}

void distribute_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
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
  r.def("_fabric_distribute(Tensor self, int mesh, int[] placements, bool is_placed=False) -> Tensor")
      .all(distribute)
      .backward(keep::none, distribute_backward)
      .any_device()
      .value_dependent()
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
  r.def("_fabric_all_reduce_(Tensor(a!)[] self, str reduction=\"sum\") -> ()")
      .all(all_reduce_op)
      .not_differentiable()
      .any_device()
      .internal();
}

}  // namespace vt
