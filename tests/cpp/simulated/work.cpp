// What is given to streams of simulated devices: launches, copies, fills.
#include <string_view>

#include "core/error.h"
#include "core/storage.h"
#include "simulated/device.h"

namespace vt::simulated {

using vt::detail::concat;

namespace {

constexpr auto kInvalidHandle = static_cast<Status>(400);

}  // namespace

Range SimulatedDevice::range_of(const void* data, size_t bytes) const { return {data, bytes, owner_of(data)}; }

Status SimulatedDevice::launch(Stream stream, const KernelLaunch& launch) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  Work work;
  work.op = launch.op;
  work.uses.reserve(launch.storage_count);
  for (size_t i = 0; i < launch.storage_count; ++i) {
    const StorageImpl* storage = launch.storages[i];
    if (storage == nullptr || !storage->device().is_cuda() || storage->bytes() == 0) continue;
    if (storage->device().index != stream.device || owner_of(storage->data()) != stream.device) {
      report_.violation(concat(launch.op, " was launched on cuda:", stream.device, " with memory of another device"));
      continue;
    }
    work.uses.push_back({storage->data(), storage->bytes(), stream.device});
  }
  const Status status = give(*lane, std::move(work));
  if (launch_probe_ && status == Status::Success) launch_probe_(stream, launch, lane->clock);
  return status;
}

Status SimulatedDevice::allow_shared_memory(const void*, size_t bytes) {
  return bytes <= (size_t{227} << 10) ? Status::Success : Status::InvalidValue;
}

Status SimulatedDevice::load_kernel(int device, const void* image, const char* name, size_t shared_bytes,
                                    KernelFacts& facts) {
  constexpr auto kNoBinary = static_cast<Status>(209), kNoSuchKernel = static_cast<Status>(500);
  std::lock_guard lock(mutex_);
  if (!valid(device)) return Status::InvalidValue;
  const std::string_view text = static_cast<const char*>(image);  // "simulated", then the names of its kernels
  if (!text.starts_with("simulated ")) return kNoBinary;
  const size_t at = text.find(concat(" ", name, "("));
  if (at == std::string_view::npos) return kNoSuchKernel;
  if (shared_bytes > (size_t{227} << 10)) return Status::InvalidValue;
  facts.kernel = text.data() + at;
  facts.registers = 32;
  facts.max_threads = 1024;
  facts.parameters_known = true;
  size_t offset = 0;  // "name(8 4)": the bytes of its parameters
  for (size_t i = text.find('(', at) + 1; text[i] != ')'; ++i) {
    if (text[i] == ' ') continue;
    const size_t bytes = static_cast<size_t>(text[i] - '0');
    offset = (offset + bytes - 1) / bytes * bytes;
    facts.parameters.push_back({offset, bytes});
    offset += bytes;
  }
  return Status::Success;
}

Status SimulatedDevice::copy(void* to, const void* from, size_t bytes, CopyKind kind, Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  Work work;
  work.kind = Work::Kind::Copy;
  work.op = "copy";
  work.to = to;
  work.from = from;
  work.bytes = bytes;
  bool waits = false;
  auto add_device = [&](const void* data) {
    const Range range = range_of(data, bytes);
    if (range.device < 0) {
      report_.violation("copy got an address that no device has");
    } else {
      work.uses.push_back(range);
    }
  };
  auto add_host = [&](const void* data) {
    const bool locked = page_locked(data);
    if (locked) work.uses.push_back({data, bytes, -1});
    return locked;
  };
  if (kind == CopyKind::HostToDevice) {
    add_device(to);
    // Pageable memory is read before the call returns.
    if (!add_host(from) && !lane->capture && options_.real_memory) {
      const char* source = static_cast<const char*>(from);
      work.staged = std::make_shared<std::vector<char>>(source, source + bytes);
    }
  } else if (kind == CopyKind::DeviceToHost) {
    add_device(from);
    waits = !add_host(to) && !lane->capture;  // pageable memory is written before the call returns
  } else {
    add_device(to);
    add_device(from);
  }
  const Status status = give(*lane, std::move(work));
  if (status == Status::Success && waits) {
    finish(lane->index, lane->given);
    host_saw(lane->clock);
  }
  return status;
}

Status SimulatedDevice::copy_peer(void* to, int to_device, const void* from, int from_device, size_t bytes,
                                  Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr || !valid(to_device) || !valid(from_device)) return kInvalidHandle;
  if (owner_of(to) != to_device || owner_of(from) != from_device) {
    report_.violation("copy_peer got an address that its device does not have");
    return Status::InvalidValue;
  }
  Work work;
  work.kind = Work::Kind::Copy;
  work.op = "copy between devices";
  work.to = to;
  work.from = from;
  work.bytes = bytes;
  work.uses = {{to, bytes, to_device}, {from, bytes, from_device}};
  return give(*lane, std::move(work));
}

Status SimulatedDevice::call_host(Stream stream, HostFunction function, void* context) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  Work work;
  work.kind = Work::Kind::CallHost;
  work.op = "call of the host";
  work.function = function;
  work.context = context;
  enqueue(*lane, std::move(work));
  return Status::Success;
}

Status SimulatedDevice::fill(void* data, int value, size_t bytes, Stream stream) {
  return fill_rows(data, bytes, value, bytes, 1, stream);
}

Status SimulatedDevice::fill_rows(void* data, size_t pitch, int value, size_t row_bytes, size_t rows, Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (rows == 0 || row_bytes == 0) return Status::Success;
  Work work;
  work.kind = Work::Kind::Fill;
  work.op = "fill";
  work.to = data;
  work.bytes = row_bytes;
  work.pitch = pitch;
  work.rows = rows;
  work.value = value;
  const Range range = range_of(data, (rows - 1) * pitch + row_bytes);
  if (range.device < 0) {
    report_.violation("fill got an address that no device has");
    return Status::InvalidValue;
  }
  work.uses.push_back(range);
  return give(*lane, std::move(work));
}

}  // namespace vt::simulated
