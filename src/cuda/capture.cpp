#include "cuda/capture.h"

#include <atomic>
#include <mutex>
#include <new>
#include <vector>

#include "core/error.h"
#include "cuda/backend.h"
#include "cuda/branch.h"
#include "cuda/device_error.h"
#include "cuda/event.h"
#include "cuda/peers.h"
#include "cuda/philox_slots.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

thread_local Capture* thread_capture = nullptr;
std::atomic<DescribePlace> place_source{nullptr};

struct CaptureStreams {
  std::mutex mutex;
  StreamHandle handles[kMaxDevices] = {};
  std::vector<StreamHandle> branches[kMaxDevices];  // that no capture has
};
CaptureStreams& capture_streams() {
  static auto* instance = new CaptureStreams;
  return *instance;
}
[[maybe_unused]] const bool forgets_streams = on_device_api_change([] {
  CaptureStreams& all = capture_streams();
  std::lock_guard lock(all.mutex);
  for (StreamHandle& handle : all.handles) handle = nullptr;
  for (std::vector<StreamHandle>& of_device : all.branches) of_device.clear();
});

void adopt_generator(CudaGenerator& generator) { thread_capture->adopt(generator); }

// A stream that no other capture has, until it is given back.
StreamHandle take_stream(int device) {
  CaptureStreams& all = capture_streams();
  std::lock_guard lock(all.mutex);
  std::vector<StreamHandle>& free = all.branches[device];
  free.reserve(free.size() + 1);  // room for it to come back to
  StreamHandle handle = nullptr;
  if (free.empty()) {
    check(device_api().create_stream(device, 0, handle), "stream creation");
  } else {
    handle = free.back();
    free.pop_back();
  }
  return handle;
}

void give_back(StreamHandle handle, int device) noexcept {
  CaptureStreams& all = capture_streams();
  std::lock_guard lock(all.mutex);
  try {
    all.branches[device].push_back(handle);
  } catch (const std::bad_alloc&) {
    // Lost; the next capture makes another.
  }
}

void destroy(GraphHandle graph, GraphExecHandle exec) noexcept {
  DeviceApi& api = device_api();
  if (exec != nullptr && api.destroy_graph_exec(exec) != Status::Success) api.clear_error();
  if (graph != nullptr && api.destroy_graph(graph) != Status::Success) api.clear_error();
}

}  // namespace

Capture* current_capture() noexcept { return thread_capture; }

void refuse_under_capture(const char* what) {
  if (VT_LIKELY(thread_capture == nullptr)) return;
  VT_THROW(Runtime, what, " cannot be part of a CUDA graph", place_suffix());
}

Stream capture_stream(int device) {
  CaptureStreams& all = capture_streams();
  std::lock_guard lock(all.mutex);
  StreamHandle& handle = all.handles[device];
  if (handle == nullptr) check(device_api().create_stream(device, 0, handle), "stream creation");
  return {handle, device};
}

void set_place_source(DescribePlace describe) { place_source.store(describe); }

std::string place_suffix() {
  const DescribePlace describe = place_source.load();
  const std::string place = describe != nullptr ? describe() : std::string();
  return place.empty() ? place : vt::detail::concat(" (at ", place, ")");
}

Capture::Capture(Stream stream, CaptureMode mode, PoolId pool) : stream_(stream) {
  VT_CHECK(thread_capture == nullptr, Runtime, "expected a thread that captures no CUDA graph, got one that does");
  VT_CHECK(stream.handle != nullptr, Runtime,
           "CUDA graphs must be captured on a non-default stream, got the default stream of cuda:", stream.device,
           "; torch.cuda.graph chooses one (a graph may be replayed on the default stream)");
  VT_CHECK(!is_capturing(stream), Runtime, "expected a stream that is not being captured, got one that is");
  throw_device_errors(stream.device);
  give_waiting();
  (void)device_error_sink(stream.device, "capture");  // its memory can't be allocated under capture
  CudaAllocator& memory = allocator();
  if (pool.is_shared()) {
    pool_ = new_pool_id();
  } else {
    pool_ = pool;
    remember_blocks(stream.device);
  }
  memory.retain_pool(stream.device, pool_);
  try {
    memory.begin_capture(stream.device);
  } catch (...) {
    memory.release_pool(stream.device, pool_);
    throw;
  }
  active_ = true;
  previous_pool_ = set_thread_pool(stream.device, pool_);
  previous_observer_ = set_work_observer(this);
  previous_adopt_ = set_adopt_generator(&adopt_generator);
  thread_capture = this;

  DeviceApi& api = device_api();
  Status status = api.begin_capture(stream, mode);
  if (status == Status::Success) {
    CaptureState state = CaptureState::None;
    status = api.capture_info(stream, state, id_);
    if (status != Status::Success) {
      GraphHandle graph = nullptr;
      (void)stop(graph);
      destroy(graph, nullptr);
    }
  }
  if (status != Status::Success) {
    restore();
    drop();
    throw_status(status, "the start of a capture");
  }
  try {
    for (const int device : peers_of(stream.device)) take_part(device);
  } catch (...) {
    GraphHandle graph = nullptr;
    (void)stop(graph);
    destroy(graph, nullptr);
    restore();
    drop();
    throw;
  }
}

// Those of the pool that are in use: not the capture's.
void Capture::remember_blocks(int device) {
  for (const SegmentInfo& segment : allocator().pool_segments(device, pool_)) {
    for (const BlockInfo& block : segment.blocks) {
      if (block.state == BlockState::ActiveAllocated) blocks_before_.insert(block.address);
    }
  }
}

void Capture::take_part(int device) {
  (void)device_error_sink(device, "capture");
  remember_blocks(device);
  beside_.reserve(beside_.size() + 1);
  work_.devices.reserve(work_.devices.size() + 1);
  const Stream stream{take_stream(device), device};
  CudaAllocator& memory = allocator();
  memory.retain_pool(device, pool_);
  try {
    memory.begin_capture(device);
  } catch (...) {
    memory.release_pool(device, pool_);
    give_back(stream.handle, device);
    throw;
  }
  work_.devices.push_back(device);
  beside_.push_back({stream, current_stream(device), set_thread_pool(device, pool_)});
  set_current_stream(stream);
  wait_stream(stream, stream_);
}

void Capture::join_peers() {
  for (const Beside& other : beside_) wait_stream(stream_, other.stream);
}

Capture::~Capture() {
  if (!active_) return;
  GraphHandle graph = nullptr;
  (void)stop(graph);
  destroy(graph, nullptr);
  restore();
  drop();
}

CapturedWork Capture::end() {
  VT_CHECK(thread_capture == this, Runtime, "expected a capture to end on the thread that began it");
  give_waiting();
  join_branches();
  join_peers();
  GraphHandle graph = nullptr;
  const Status status = stop(graph);
  restore();
  if (status == Status::Success && graph != nullptr) {
    work_.graph = graph;
    for (const Storage& storage : work_.storages) {
      if (storage->version().value() != seen_[storage.get()]) work_.written.push_back(storage);
    }
    return std::move(work_);
  }
  destroy(graph, nullptr);
  drop();
  if (!failure_.empty()) VT_THROW(Cuda, "the capture of a CUDA graph was broken by: ", failure_);
  VT_THROW(Cuda, "the capture of a CUDA graph failed: ",
           status == Status::Success ? std::string("it gave no graph") : device_api().describe(status));
}

// CUDA ends a capture also where it reports a failure.
Status Capture::stop(GraphHandle& graph) noexcept {
  DeviceApi& api = device_api();
  const Status status = api.end_capture(stream_, graph);
  if (status != Status::Success) api.clear_error();
  return status;
}

void Capture::restore() noexcept {
  forget_waiting(*this);
  forget_branches();
  active_ = false;
  if (thread_capture == this) {
    thread_capture = nullptr;
    set_adopt_generator(previous_adopt_);
    set_work_observer(previous_observer_);
    set_thread_pool(stream_.device, previous_pool_);
    for (const Beside& other : beside_) {
      set_thread_pool(other.stream.device, other.previous_pool);
      set_current_stream(other.previous_stream);
    }
  }
  for (CapturedWork::Draws& draws : work_.generators) {
    std::lock_guard lock(draws.generator->mutex());
    draws.increment = draws.generator->end_capture();
  }
  // Free for the next graph of the pool; graphs that share one don't run at the same time.
  for (const auto& [stream, block] : workspaces_) allocator().deallocate(block);
  workspaces_.clear();
  allocator().end_capture(stream_.device);
  for (const Beside& other : beside_) {
    allocator().end_capture(other.stream.device);
    give_back(other.stream.handle, other.stream.device);
  }
  beside_.clear();
  for (const auto& [graph, exec] : destroy_later_) destroy(graph, exec);
  destroy_later_.clear();
  if (branch_ != nullptr) give_back(std::exchange(branch_, nullptr), stream_.device);
}

void Capture::drop() noexcept {
  work_.written.clear();
  work_.storages.clear();
  work_.generators.clear();
  allocator().deallocate(std::exchange(work_.slots, nullptr));
  allocator().release_pool(stream_.device, pool_);
  for (const int device : work_.devices) allocator().release_pool(device, pool_);
  work_.devices.clear();
}

Stream Capture::branch_stream() {
  if (branch_ == nullptr) branch_ = take_stream(stream_.device);
  return {branch_, stream_.device};
}

void* Capture::workspace(Stream stream, size_t bytes) {
  // A smaller one stays with the work that was recorded with it.
  for (const auto& [handle, block] : workspaces_) {
    if (handle == stream.handle && block->bytes >= bytes) return block->data;
  }
  workspaces_.reserve(workspaces_.size() + 1);
  workspaces_.emplace_back(stream.handle, allocator().allocate(bytes, stream));
  return workspaces_.back().second->data;
}

void Capture::note_failure(std::string text) {
  if (failure_.empty()) failure_ = std::move(text);
}

void Capture::destroy_later(GraphHandle graph, GraphExecHandle exec) { destroy_later_.emplace_back(graph, exec); }

// Memory of the private pool that was not there before: the graph's own, which the pool keeps.
bool Capture::made_here(const StorageImpl& storage) const {
  const Block* block = block_of(storage);
  if (block == nullptr || allocator().pool_of(*block) != pool_) return false;
  return !blocks_before_.contains(reinterpret_cast<uintptr_t>(block->data));
}

void Capture::on_work(const char* op, Stream stream, StorageSpan storages) {
  note_work_beside(stream, storages);
  if (stream != stream_) {
    CaptureState state = CaptureState::None;
    uint64_t id = 0;
    DeviceApi& api = device_api();
    if (stream.handle != nullptr && api.capture_info(stream, state, id) != Status::Success) api.clear_error();
    VT_CHECK(state == CaptureState::Active && id == id_, Runtime, op, " was given to ",
             stream.handle == nullptr ? "the default stream" : "a stream", " of cuda:", stream.device,
             " that takes no part in the CUDA graph capture; make it wait for the capturing stream first",
             place_suffix());
  }
  for (const StorageImpl* storage : storages) {
    if (storage == nullptr || storage->data() == nullptr || made_here(*storage)) continue;
    auto* kept = const_cast<StorageImpl*>(storage);
    if (seen_.try_emplace(storage, kept->version().value()).second) work_.storages.emplace_back(kept);
  }
}

void Capture::adopt(CudaGenerator& generator) {
  VT_CHECK(generator.device().index == stream_.device, NotImplemented, "a graph captured on cuda:", stream_.device,
           " that draws from a generator of ", generator.device());
  const size_t number = work_.generators.size();
  VT_CHECK(number < kPhiloxSlots, NotImplemented, "a graph that draws from more than ", kPhiloxSlots, " generators");
  work_.generators.reserve(number + 1);
  if (work_.slots == nullptr) work_.slots = allocator().allocate(kPhiloxSlots * sizeof(PhiloxSlot), stream_);
  PhiloxSlot* slot = static_cast<PhiloxSlot*>(work_.slots->data) + number;
  generator.begin_capture(&slot->seed, &slot->offset);
  work_.generators.push_back({intrusive_ptr<CudaGenerator>(&generator), 0});
}

}  // namespace vt::cuda
