// Fabric tensors: one tensor over several devices, as shards in the place of memory.
//
// Note [Fabric tensors]
// A Fabric tensor has the global sizes and strides, dtype, version and autograd meta of any tensor, over a storage
// without memory whose context is FabricParts: a shard for each member of a mesh, and how the shards make up the whole.
// The shards hold a root: a contiguous tensor of the storage's elements. What a tensor over the storage stands for is
// its own geometry over that root, so that views need no rules and alias shard by shard (fabric/local.h says where they
// cannot). The device is that of the mesh's first member; its keys are the backend's and Key::Fabric.
//
// Members on the CPU are virtual: a mesh of n "cpu" members holds n shards in the host's memory.
//
// The members of a mesh may be processes instead (torch.distributed's DTensor). Each process then holds the shard of
// one member, itself, and `shards` has that one element. Sizes and placements are the same in all of them, so that all
// choose alike how a call runs, and meet in the same collectives (fabric/processes.h).
#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"

namespace vt {

// How the values of members make up one value.
enum class Reduce : uint8_t { Sum, Mean, Max, Min, Product };
inline constexpr std::string_view kReduceNames[] = {"sum", "mean", "max", "min", "product"};
constexpr std::string_view name_of(Reduce r) { return kReduceNames[static_cast<int>(r)]; }

// Devices, or processes, in a row, or in rows and columns. Equal meshes are one object, which lives as long as the
// process.
class VT_API Mesh {
 public:
  // `sizes`: one or two, of which `devices` are the elements in rows. RuntimeError for devices of several types.
  static const Mesh& of(IntSpan sizes, std::vector<Device> devices);
  // Processes, of which this one is member `own` and works on `device`; `ranks` number them in the default group. In
  // any number of dims.
  static const Mesh& of_processes(IntSpan sizes, std::vector<int64_t> ranks, int own, Device device);
  // The mesh with that number, which counts from 0.
  static const Mesh& numbered(int64_t id);

  int64_t id() const { return id_; }
  IntSpan sizes() const { return sizes_; }
  int dims() const { return static_cast<int>(sizes_.size()); }
  int members() const { return static_cast<int>(devices_.size()); }
  Device device(int member) const { return devices_[static_cast<size_t>(member)]; }
  const std::vector<Device>& devices() const { return devices_; }
  bool spans_processes() const { return own_ >= 0; }
  // How many members' parts are in this process, and which member the i-th of them is.
  int held() const { return spans_processes() ? 1 : members(); }
  int held_member(int i) const { return spans_processes() ? own_ : i; }
  std::span<const Device> held_devices() const { return {devices_.data(), static_cast<size_t>(held())}; }
  // Where a member stands along a dim of the mesh.
  int coordinate(int member, int dim) const;
  // The members that differ from `member` along `dim` alone, itself among them, in order.
  std::vector<int> line(int member, int dim) const;
  // "Mesh(2 x 4 cuda)"
  std::string to_string() const;

 private:
  Mesh(IntSpan sizes, std::vector<Device> devices, std::vector<int64_t> ranks, int own);
  static const Mesh& known(Mesh mesh);
  int64_t stride(int dim) const;
  int64_t id_ = -1;
  DimVec sizes_;
  std::vector<Device> devices_;  // of processes: this one's for each
  std::vector<int64_t> ranks_;   // of processes
  int own_ = -1;
};

// How the members along one dim of a mesh hold a tensor: each all of it, each a part of one dim, or each a value of
// which the tensor is the sum (mean, ...).
struct Placement {
  enum class Kind : uint8_t { Replicate, Shard, Partial };
  Kind kind = Kind::Replicate;
  Reduce reduce = Reduce::Sum;  // of Partial
  int dim = 0;                  // of Shard
  std::vector<int64_t> bounds;  // of Shard: where each member's part begins, and where the last one ends

  static Placement replicate() { return {}; }
  static Placement partial(Reduce r) { return {Kind::Partial, r, 0, {}}; }
  static Placement shard(int dim, std::vector<int64_t> bounds) {
    return {Kind::Shard, Reduce::Sum, dim, std::move(bounds)};
  }
  bool is_replicate() const { return kind == Kind::Replicate; }
  bool is_shard() const { return kind == Kind::Shard; }
  bool is_partial() const { return kind == Kind::Partial; }
  friend bool operator==(const Placement&, const Placement&) = default;
};
// One for each dim of the mesh. Two dims of a mesh do not shard the same dim of a tensor.
using Placements = std::vector<Placement>;

// Parts of `size` for n members, as even as whole numbers allow, the larger ones first: n + 1 bounds.
VT_API std::vector<int64_t> even_bounds(int64_t size, int64_t n);
// Parts of `size` for n members as torch.chunk makes them: of one length, the last ones shorter or empty.
VT_API std::vector<int64_t> chunk_bounds(int64_t size, int64_t n);
// "Shard(0)", "Replicate()", "Partial(sum)"
VT_API std::string to_string(const Placement& p);

struct FabricParts {
  const Mesh* mesh = nullptr;
  Placements placements;
  DimVec sizes;                // of the root
  std::vector<Tensor> shards;  // contiguous, one for each member held here, each with memory of its own
};

// The tensor that the parts make up. The shards agree with sizes and placements: whoever calls has checked.
// `order`: dims of the tensor in the root's order, outermost first; empty: the root is the tensor.
VT_API Tensor make_fabric(FabricParts parts, IntSpan order = {});
inline bool is_fabric(const Tensor& t) { return t.impl()->keys().has(Key::Fabric); }
// Of the storage of a Fabric tensor, else null.
VT_API const FabricParts* fabric_parts(const StorageImpl& storage);
VT_API const FabricParts& fabric_parts(const Tensor& t);
// Other placements and shards of the same root, for every tensor over the storage.
VT_API void replace_shards(const Tensor& t, Placements placements, std::vector<Tensor> shards);

}  // namespace vt
