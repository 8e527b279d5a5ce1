#include "core/fabric.h"

#include <algorithm>
#include <mutex>

#include "core/thread_state.h"

namespace vt {
namespace {

std::mutex& meshes_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}
std::vector<const Mesh*>& meshes() {
  static auto* all = new std::vector<const Mesh*>;
  return *all;
}

void free_parts(void*, void* context, size_t) noexcept { delete static_cast<FabricParts*>(context); }

}  // namespace

Mesh::Mesh(IntSpan sizes, std::vector<Device> devices, std::vector<int64_t> ranks, int own)
    : sizes_(sizes), devices_(std::move(devices)), ranks_(std::move(ranks)), own_(own) {}

const Mesh& Mesh::known(Mesh mesh) {
  const std::lock_guard lock(meshes_mutex());
  for (const Mesh* m : meshes()) {
    const bool is_alike = same(m->sizes_, mesh.sizes_) && m->devices_ == mesh.devices_;
    if (is_alike && m->ranks_ == mesh.ranks_ && m->own_ == mesh.own_) return *m;
  }
  mesh.id_ = static_cast<int64_t>(meshes().size());
  meshes().push_back(new Mesh(std::move(mesh)));
  return *meshes().back();
}

const Mesh& Mesh::of(IntSpan sizes, std::vector<Device> devices) {
  VT_CHECK(sizes.size() == 1 || sizes.size() == 2, Value, "Mesh: expected one dim or two, got sizes ", sizes);
  VT_CHECK(!devices.empty() && checked_numel(sizes) == static_cast<int64_t>(devices.size()), Value,
           "Mesh: expected a device for each member, got sizes ", sizes, " and ", devices.size(), " devices");
  for (size_t i = 0; i < devices.size(); ++i) {
    Device& d = devices[i];
    VT_CHECK(d.type != DeviceType::Meta, Value, "Mesh: a member has memory, and meta has none");
    VT_CHECK(d.type == devices[0].type, Value, "Mesh: expected devices of one type, got ", devices[0], " and ", d);
    d = resolve_device(d);
    VT_CHECK(!is_numbered(d.type) || std::find(devices.begin(), devices.begin() + static_cast<int64_t>(i), d) ==
                                         devices.begin() + static_cast<int64_t>(i),
             Value, "Mesh: ", d, " is named twice");
  }
  return known(Mesh(sizes, std::move(devices), {}, -1));
}

const Mesh& Mesh::of_processes(IntSpan sizes, std::vector<int64_t> ranks, int own, Device device) {
  VT_CHECK(!sizes.empty() && checked_numel(sizes) == static_cast<int64_t>(ranks.size()), Value,
           "Mesh: expected a process for each member, got sizes ", sizes, " and ", ranks.size(), " processes");
  VT_CHECK(own >= 0 && own < static_cast<int>(ranks.size()), Value, "Mesh: there is no member ", own);
  std::vector<Device> devices(ranks.size(), resolve_device(device));
  return known(Mesh(sizes, std::move(devices), std::move(ranks), own));
}

const Mesh& Mesh::numbered(int64_t id) {
  const std::lock_guard lock(meshes_mutex());
  VT_CHECK(id >= 0 && id < static_cast<int64_t>(meshes().size()), Value, "there is no mesh with number ", id);
  return *meshes()[static_cast<size_t>(id)];
}

// How far apart members are that are neighbours along a dim.
int64_t Mesh::stride(int dim) const { return checked_numel(IntSpan(sizes_).subspan(static_cast<size_t>(dim) + 1)); }

int Mesh::coordinate(int member, int dim) const {
  return static_cast<int>(member / stride(dim) % sizes_[static_cast<size_t>(dim)]);
}

std::vector<int> Mesh::line(int member, int dim) const {
  const auto step = static_cast<int>(stride(dim));
  const int first = member - coordinate(member, dim) * step;
  std::vector<int> found;
  for (int i = 0; i < static_cast<int>(sizes_[static_cast<size_t>(dim)]); ++i) found.push_back(first + i * step);
  return found;
}

std::string Mesh::to_string() const {
  std::string text = detail::concat("Mesh(", sizes_[0]);
  for (const int64_t size : IntSpan(sizes_).subspan(1)) text += detail::concat(" x ", size);
  return text + detail::concat(" ", kDeviceTypeNames[static_cast<int>(devices_[0].type)],
                               spans_processes() ? " processes)" : ")");
}

std::vector<int64_t> even_bounds(int64_t size, int64_t n) {
  std::vector<int64_t> bounds{0};
  for (int64_t i = 0; i < n; ++i) bounds.push_back(bounds.back() + size / n + (i < size % n ? 1 : 0));
  return bounds;
}

std::vector<int64_t> chunk_bounds(int64_t size, int64_t n) {
  const int64_t length = (size + n - 1) / n;
  std::vector<int64_t> bounds{0};
  for (int64_t i = 1; i <= n; ++i) bounds.push_back(std::min(i * length, size));
  return bounds;
}

std::string to_string(const Placement& p) {
  switch (p.kind) {
    case Placement::Kind::Replicate: return "Replicate()";
    case Placement::Kind::Shard: return detail::concat("Shard(", p.dim, ")");
    default: return detail::concat("Partial(", name_of(p.reduce), ")");
  }
}

Tensor make_fabric(FabricParts parts, IntSpan order) {
  const DType dtype = parts.shards[0].dtype();
  const Device device = parts.mesh->device(0);
  const int64_t item = static_cast<int64_t>(size_of(dtype));
  // At least an element, so that nothing takes the storage of an empty tensor for memory.
  const int64_t bytes = std::max(checked_mul(checked_numel(parts.sizes), item), item);
  DimVec sizes(parts.sizes), strides = contiguous_strides(parts.sizes);
  for (size_t i = 0; i < order.size(); ++i) {
    const auto d = static_cast<size_t>(order[i]);
    sizes[d] = parts.sizes[i];
  }
  if (!order.empty()) {
    const DimVec root = strides;
    for (size_t i = 0; i < order.size(); ++i) strides[static_cast<size_t>(order[i])] = root[i];
  }
  const Allocation payload{nullptr, new FabricParts(std::move(parts)), free_parts};
  auto storage = make_intrusive<StorageImpl>(payload, static_cast<size_t>(bytes), device);
  Tensor t(make_intrusive<TensorImpl>(std::move(storage), dtype, sizes, strides, 0));
  t.impl()->set_key(Key::Fabric, true);
  if (VT_UNLIKELY(thread_state().inference_mode)) t.impl()->set_inference(true);
  return t;
}

const FabricParts* fabric_parts(const StorageImpl& storage) {
  const Allocation& memory = storage.memory();
  return memory.free == &free_parts ? static_cast<const FabricParts*>(memory.context) : nullptr;
}

const FabricParts& fabric_parts(const Tensor& t) {
  const FabricParts* parts = fabric_parts(*t.storage());
  VT_ASSERT(parts, "fabric_parts of ", t);
  return *parts;
}

void replace_shards(const Tensor& t, Placements placements, std::vector<Tensor> shards) {
  auto& parts = const_cast<FabricParts&>(fabric_parts(t));
  parts.placements = std::move(placements);
  parts.shards = std::move(shards);
}

}  // namespace vt
