// The memory of simulated devices as their API has it: allocations, the driver's pool, mappings, page-locked memory.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/error.h"
#include "simulated/device.h"

namespace vt::simulated {

using vt::detail::concat;

namespace {

constexpr auto kInvalidHandle = static_cast<Status>(400);
constexpr auto kInvalidDevice = static_cast<Status>(101);

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

void SimulatedDevice::check_cap(int device, const char* call) {
  const Device& d = devices_[device];
  if (d.cap != 0 && d.memory->used() > d.cap) {
    report_.violation(
        concat(call, " brought cuda:", device, " to ", d.memory->used(), " bytes, over the cap of ", d.cap));
  }
}

void SimulatedDevice::tell_taken_back(int device, const void* data, size_t bytes) {
  if (take_back_probe_) take_back_probe_(device, reinterpret_cast<uintptr_t>(data), bytes, host_clock_);
}

int SimulatedDevice::owner_of(const void* data) const {
  for (size_t i = 0; i < devices_.size(); ++i) {
    if (devices_[i].memory->contains(data)) return static_cast<int>(i);
  }
  return -1;
}

Status SimulatedDevice::allocate(int device, size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  if (!valid(device)) return kInvalidDevice;
  if (bytes == 0) return Status::Success;
  data = devices_[device].memory->allocate(bytes, Extent::Kind::Malloc);
  if (data == nullptr) return Status::OutOfMemory;
  check_cap(device, "allocate");
  return Status::Success;
}

Status SimulatedDevice::free(int device, void* data) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  if (data == nullptr) return Status::Success;
  if (const Status status = guard_device(device); status != Status::Success) return status;
  finish_device(device);
  Device& d = devices_[device];
  const Extent* extent = d.memory->extent_at(data);
  if (extent == nullptr || extent->kind == Extent::Kind::Mapped || extent->owners != 1) {
    report_.violation("free got memory that is not allocated");
    return Status::InvalidValue;
  }
  tell_taken_back(device, data, extent->bytes);
  if (extent->kind == Extent::Kind::Pool) d.pool_bytes -= extent->bytes;  // may come back this way too
  d.memory->release(data, extent->kind);
  return Status::Success;
}

Status SimulatedDevice::allocate_async(Stream stream, size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  Device& d = devices_[stream.device];
  if (bytes > d.memory->capacity()) return Status::OutOfMemory;
  bytes = round_up(bytes, Memory::kUnit);
  join_host(*lane);
  for (auto block = d.free_blocks.begin(); block != d.free_blocks.end(); ++block) {
    if (block->bytes != bytes) continue;
    if (!lane->clock.covers(block->clock) && lanes_[block->lane]->finished < block->position) continue;
    lane->clock.join(block->clock);  // the driver knows that the free has run
    data = block->data;
    ++d.memory->extent_at(data)->owners;
    d.free_blocks.erase(block);
    return Status::Success;
  }
  data = d.memory->allocate(bytes, Extent::Kind::Pool);
  if (data == nullptr) return Status::OutOfMemory;
  d.pool_bytes += bytes;
  d.pool_peak = std::max(d.pool_peak, d.pool_bytes);
  check_cap(stream.device, "allocate_async");
  return Status::Success;
}

Status SimulatedDevice::free_async(Stream stream, void* data) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  Device& d = devices_[stream.device];
  const Extent* extent = d.memory->extent_at(data);
  const bool freed = std::any_of(d.free_blocks.begin(), d.free_blocks.end(),
                                 [&](const PoolBlock& block) { return block.data == data; });
  if (extent == nullptr || extent->kind != Extent::Kind::Pool || freed) {
    report_.violation("free_async got memory that is not allocated");
    return Status::InvalidValue;
  }
  Work work;
  work.kind = Work::Kind::FreeAsync;
  work.op = "free_async";
  work.to = data;
  const size_t bytes = extent->bytes;
  enqueue(*lane, std::move(work));
  d.free_blocks.push_back({data, bytes, lane->index, lane->given, lane->clock});
  return Status::Success;
}

Status SimulatedDevice::pool_reserved(int device, size_t& current, size_t& peak) {
  std::lock_guard lock(mutex_);
  if (!valid(device)) return kInvalidDevice;
  current = devices_[device].pool_bytes;
  peak = devices_[device].pool_peak;
  return Status::Success;
}

Status SimulatedDevice::reset_pool_peak(int device) {
  std::lock_guard lock(mutex_);
  if (!valid(device)) return kInvalidDevice;
  devices_[device].pool_peak = devices_[device].pool_bytes;
  return Status::Success;
}

Status SimulatedDevice::trim_pool(int device) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  Device& d = devices_[device];
  std::erase_if(d.free_blocks, [&](const PoolBlock& block) {
    if (lanes_[block.lane]->finished < block.position) return false;
    tell_taken_back(device, block.data, block.bytes);
    d.pool_bytes -= block.bytes;
    d.memory->release(block.data, Extent::Kind::Pool);
    return true;
  });
  return Status::Success;
}

Status SimulatedDevice::granularity(int device, size_t& bytes) {
  if (!valid(device)) return kInvalidDevice;
  bytes = Memory::kPage;
  return Status::Success;
}

Status SimulatedDevice::reserve_addresses(int device, size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  if (!valid(device)) return kInvalidDevice;
  if (bytes == 0 || bytes % Memory::kPage != 0) return Status::InvalidValue;
  data = devices_[device].memory->reserve(bytes);
  return data != nullptr ? Status::Success : Status::OutOfMemory;
}

Status SimulatedDevice::release_addresses(int device, void* data, size_t bytes) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  if (devices_[device].memory->unreserve(data, bytes)) return Status::Success;
  report_.violation("release_addresses got a range that is not reserved, or still mapped");
  return Status::InvalidValue;
}

Status SimulatedDevice::map_memory(int device, void* data, size_t bytes) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  switch (devices_[device].memory->map(data, bytes)) {
    case Memory::MapResult::OutOfMemory: return Status::OutOfMemory;
    case Memory::MapResult::Invalid:
      report_.violation("map_memory got a range that is not reserved, not aligned, or mapped already");
      return Status::InvalidValue;
    case Memory::MapResult::Done: break;
  }
  check_cap(device, "map_memory");
  return Status::Success;
}

Status SimulatedDevice::unmap_memory(int device, void* data, size_t bytes) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  tell_taken_back(device, data, bytes);
  if (devices_[device].memory->unmap(data, bytes)) return Status::Success;
  report_.violation("unmap_memory got a range that no single map_memory made");
  return Status::InvalidValue;
}

Status SimulatedDevice::allocate_host(size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  data = std::aligned_alloc(4096, round_up(std::max<size_t>(bytes, 1), 4096));
  if (data == nullptr) return Status::OutOfMemory;
  std::memset(data, kPoison, bytes);
  host_blocks_[reinterpret_cast<uintptr_t>(data)] = bytes;
  return Status::Success;
}

Status SimulatedDevice::free_host(void* data) {
  std::lock_guard lock(mutex_);
  advance();
  if (data == nullptr) return Status::Success;
  const auto block = host_blocks_.find(reinterpret_cast<uintptr_t>(data));
  if (block == host_blocks_.end()) {
    report_.violation("free_host got memory that is not allocated");
    return Status::InvalidValue;
  }
  std::memset(data, kPoison, block->second);
  host_blocks_.erase(block);
  std::free(data);
  return Status::Success;
}

bool SimulatedDevice::page_locked(const void* data) const {
  auto block = host_blocks_.upper_bound(reinterpret_cast<uintptr_t>(data));
  if (block == host_blocks_.begin()) return false;
  --block;
  return reinterpret_cast<uintptr_t>(data) < block->first + block->second;
}

bool SimulatedDevice::is_page_locked(const void* data) {
  std::lock_guard lock(mutex_);
  return page_locked(data);
}

int SimulatedDevice::device_of(const void* data) {
  std::lock_guard lock(mutex_);
  return owner_of(data);
}

}  // namespace vt::simulated
