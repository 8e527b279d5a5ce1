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

Mesh::Mesh(int64_t id, IntSpan sizes, std::vector<Device> devices)
    : id_(id), sizes_(sizes), devices_(std::move(devices)) {}

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
  const std::lock_guard lock(meshes_mutex());
  for (const Mesh* m : meshes()) {
    if (same(m->sizes_, sizes) && m->devices_ == devices) return *m;
  }
  meshes().push_back(new Mesh(static_cast<int64_t>(meshes().size()), sizes, std::move(devices)));
  return *meshes().back();
}

const Mesh& Mesh::numbered(int64_t id) {
  const std::lock_guard lock(meshes_mutex());
  VT_CHECK(id >= 0 && id < static_cast<int64_t>(meshes().size()), Value, "there is no mesh with number ", id);
  return *meshes()[static_cast<size_t>(id)];
}

int Mesh::coordinate(int member, int dim) const {
  if (dims() == 1) return member;
  return dim == 0 ? member / static_cast<int>(sizes_[1]) : member % static_cast<int>(sizes_[1]);
}

std::vector<int> Mesh::line(int member, int dim) const {
  std::vector<int> found;
  for (int m = 0; m < members(); ++m) {
    if (dims() == 1 || coordinate(m, 1 - dim) == coordinate(member, 1 - dim)) found.push_back(m);
  }
  return found;
}

std::string Mesh::to_string() const {
  std::string text = detail::concat("Mesh(", sizes_[0]);
  if (dims() == 2) text += detail::concat(" x ", sizes_[1]);
  return text + detail::concat(" ", kDeviceTypeNames[static_cast<int>(devices_[0].type)], ")");
}

std::vector<int64_t> even_bounds(int64_t size, int64_t n) {
  std::vector<int64_t> bounds{0};
  for (int64_t i = 0; i < n; ++i) bounds.push_back(bounds.back() + size / n + (i < size % n ? 1 : 0));
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
