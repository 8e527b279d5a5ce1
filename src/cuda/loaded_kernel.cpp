#include "cuda/loaded_kernel.h"

#include <mutex>
#include <set>

#include "core/error.h"
#include "cuda/device.h"

namespace vt::cuda {
namespace {

constexpr unsigned kPortableCluster = 8;  // blocks
constexpr size_t kMaxParameters = 1024;

const char* lasting(const std::string& name) {
  static auto* lock = new std::mutex;
  static auto* names = new std::set<std::string>;
  const std::lock_guard guard(*lock);
  return names->insert(name).first->c_str();
}

void check_shape(const char* name, const KernelShape& shape, const DeviceProperties& device) {
  const auto& [x, y, z] = shape.cluster;
  VT_CHECK(x > 0 && y > 0 && z > 0 && x * y * z <= kPortableCluster, NotImplemented, name, ": a cluster has ",
           kPortableCluster, " blocks at most, not ", x, " x ", y, " x ", z);
  VT_CHECK(x * y * z == 1 || device.major >= 9, NotImplemented, name,
           " runs in clusters of blocks, which need a device of compute capability 9.0");
  VT_CHECK(shape.shared_bytes <= device.shared_memory_per_block_optin, Runtime, name, " needs ", shape.shared_bytes,
           " bytes of shared memory for a block; ", device.name, " has ", device.shared_memory_per_block_optin);
}

[[noreturn]] void throw_not_loaded(const char* name, int device, Status status) {
  const DeviceProperties& p = device_properties(device);
  const auto error = static_cast<int>(status);
  constexpr int kInvalidImage = 200, kNoBinary = 209, kInvalidPtx = 218, kNewerPtx = 222, kNotFound = 500;
  const std::string there =
      vt::detail::concat("cuda:", device, " (", p.name, ", compute capability ", p.major, ".", p.minor, ")");
  if (error == kNoBinary) VT_THROW(Runtime, name, ": the image holds no code for ", there);
  if (error == kNotFound) VT_THROW(Runtime, name, ": the image holds no kernel of this name");
  if (error == kInvalidImage) VT_THROW(Runtime, name, ": the image is neither a cubin nor a fatbin nor PTX");
  if (error == kInvalidPtx || error == kNewerPtx) {
    VT_THROW(Runtime, name, ": the driver cannot compile the PTX for ", there, " (error ", error, ")");
  }
  throw_status(status, name, device);
}

}  // namespace

LoadedKernel::LoadedKernel(const std::string& name, const void* image, int device, ParameterLayout layout,
                           const KernelShape& shape)
    : name_(lasting(name)), device_(device), layout_(std::move(layout)), shape_(shape) {
  ensure_available();
  check_shape(name_, shape_, device_properties(device));
  VT_CHECK(layout_.parameters.size() <= kMaxParameters, Value, name_, " has ", layout_.parameters.size(),
           " parameters; there may be ", kMaxParameters);
  const Status status = device_api().load_kernel(device, image, name_, shape_.shared_bytes, facts_);
  if (status != Status::Success) throw_not_loaded(name_, device, status);
  check_parameters(layout_, facts_, name_);
  const unsigned threads = shape_.threads[0] * shape_.threads[1] * shape_.threads[2];
  VT_CHECK(threads > 0 && threads <= static_cast<unsigned>(facts_.max_threads), Runtime, name_, " is to run with ",
           threads, " threads in a block; with its registers it can have ", facts_.max_threads);
}

void LoadedKernel::launch(Stream stream, const int64_t (&grid)[3], std::byte* parameters, StorageSpan storages) const {
  constexpr int64_t kMostBlocks[3] = {0x7fffffff, 0xffff, 0xffff};
  KernelLaunch launch{.op = name_,
                      .kernel = facts_.kernel,
                      .block = {shape_.threads[0], shape_.threads[1], shape_.threads[2]},
                      .shared_bytes = shape_.shared_bytes,
                      .storages = storages.data(),
                      .storage_count = storages.size(),
                      .cluster = {shape_.cluster[0], shape_.cluster[1], shape_.cluster[2]},
                      .loaded = true,
                      .cooperative = shape_.cooperative,
                      .overlapping = shape_.overlapping};
  for (int d = 0; d < 3; ++d) {
    VT_CHECK(grid[d] >= 0 && grid[d] <= kMostBlocks[d] && grid[d] % shape_.cluster[d] == 0, Value, name_,
             ": expected a grid of at most 2147483647 x 65535 x 65535 blocks in whole clusters, got ", grid[0], " x ",
             grid[1], " x ", grid[2]);
    launch.grid[d] = static_cast<unsigned>(grid[d]);
  }
  if (grid[0] == 0 || grid[1] == 0 || grid[2] == 0) return;
  void* addresses[kMaxParameters + 1];
  size_t count = 0;
  for (const ParameterLayout::Parameter& p : layout_.parameters) addresses[count++] = parameters + p.offset;
  addresses[count] = nullptr;
  launch.arguments = addresses;
  begin_work(name_, stream, storages);
  check(device_api().launch(stream, launch), name_, device_);
}

}  // namespace vt::cuda
