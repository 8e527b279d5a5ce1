#include "fabric/processes.h"

#include <atomic>

#include "ops/copy/copy.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt::fabric::processes {
namespace {

std::atomic<Meet> given{nullptr};

void meet(const Mesh& mesh, int dim, Meeting meeting, TensorSpan ins, TensorSpan outs, int detail = 0) {
  const Meet function = given.load();
  VT_CHECK(function, Runtime, mesh.to_string(), ": there is no process group");
  function(mesh, dim, meeting, ins, outs, detail);
}

int64_t size_along(const Mesh& mesh, int dim) { return mesh.sizes()[static_cast<size_t>(dim)]; }
size_t own_place(const Mesh& mesh, int dim) { return static_cast<size_t>(mesh.coordinate(mesh.held_member(0), dim)); }

Tensor contiguous(const Tensor& t) { return t.is_contiguous() ? t : ops::clone(t, MemoryFormat::Contiguous); }

// Each in one piece of memory: views where they are.
std::vector<Tensor> pieces_of(const Tensor& t, int dim, Bounds bounds) {
  std::vector<Tensor> pieces;
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    pieces.push_back(contiguous(ops::narrow(t, dim, bounds[i], bounds[i + 1] - bounds[i])));
  }
  return pieces;
}

// Memory for a piece of every process that differs from `like` along `dim` alone.
std::vector<Tensor> room_for(const Tensor& like, int dim, Bounds bounds) {
  std::vector<Tensor> rooms;
  DimVec sizes(like.sizes());
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    sizes[static_cast<size_t>(dim)] = bounds[i + 1] - bounds[i];
    rooms.push_back(empty(sizes, like.dtype(), like.device()));
  }
  return rooms;
}

// What is summed as bool is whether any is true.
Reduce reduction_of(DType dtype, Reduce reduce) {
  return dtype == DType::bool_ && reduce == Reduce::Sum ? Reduce::Max : reduce;
}

}  // namespace

void set_meet(Meet function) noexcept { given.store(function); }

Tensor all_reduce(const Mesh& mesh, int mesh_dim, const Tensor& part, Reduce reduce) {
  if (size_along(mesh, mesh_dim) == 1) return part;
  const Tensor total = ops::clone(part, MemoryFormat::Contiguous);
  const auto detail = static_cast<int>(reduction_of(part.dtype(), reduce));
  meet(mesh, mesh_dim, Meeting::AllReduce, {&total, 1}, {&total, 1}, detail);
  return total;
}

Tensor reduce_scatter(const Mesh& mesh, int mesh_dim, const Tensor& part, Reduce reduce, int dim, Bounds bounds) {
  if (size_along(mesh, mesh_dim) == 1) return part;
  const std::vector<Tensor> pieces = pieces_of(part, dim, bounds);
  const Tensor out = empty(pieces[own_place(mesh, mesh_dim)].sizes(), part.dtype(), part.device());
  const auto detail = static_cast<int>(reduction_of(part.dtype(), reduce));
  meet(mesh, mesh_dim, Meeting::ReduceScatter, pieces, {&out, 1}, detail);
  return out;
}

Tensor all_gather(const Mesh& mesh, int mesh_dim, const Tensor& part, int dim, Bounds bounds) {
  if (size_along(mesh, mesh_dim) == 1) return part;
  const Tensor own = contiguous(part);
  if (checked_numel(part.sizes().first(static_cast<size_t>(dim))) == 1) {  // the parts of the whole are dense in it
    DimVec sizes(part.sizes());
    sizes[static_cast<size_t>(dim)] = bounds.back();
    const Tensor whole = empty(sizes, part.dtype(), part.device());
    meet(mesh, mesh_dim, Meeting::AllGather, {&own, 1}, pieces_of(whole, dim, bounds));
    return whole;
  }
  const std::vector<Tensor> parts = room_for(part, dim, bounds);
  meet(mesh, mesh_dim, Meeting::AllGather, {&own, 1}, parts);
  return ops::cat(parts, dim);
}

Tensor all_to_all(const Mesh& mesh, int mesh_dim, const Tensor& part, int split, Bounds pieces, int join,
                  Bounds parts) {
  if (size_along(mesh, mesh_dim) == 1) return part;
  const std::vector<Tensor> sent = pieces_of(part, split, pieces);
  const std::vector<Tensor> came = room_for(sent[own_place(mesh, mesh_dim)], join, parts);
  meet(mesh, mesh_dim, Meeting::AllToAll, sent, came);
  return ops::cat(came, join);
}

void broadcast(const Mesh& mesh, int mesh_dim, const Tensor& part, int root) {
  if (size_along(mesh, mesh_dim) == 1) return;
  meet(mesh, mesh_dim, Meeting::Broadcast, {&part, 1}, {&part, 1}, root);
}

}  // namespace vt::fabric::processes
