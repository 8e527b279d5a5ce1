#include "cuda/capture.h"

#include <atomic>
#include <mutex>
#include <new>
#include <vector>

#include "core/error.h"
#include "cuda/backend.h"
#include "cuda/branch.h"
#include "cuda/device_error.h"
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
    for (const SegmentInfo& segment : memory.pool_segments(stream.device, pool)) {
      for (const BlockInfo& block : segment.blocks) {
        if (block.state == BlockState::ActiveAllocated) blocks_before_.insert(block.address);
      }
    }
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
  }
  for (CapturedWork::Draws& draws : work_.generators) {
    std::lock_guard lock(draws.generator->mutex());
    draws.increment = draws.generator->end_capture();
  }
  // Free for the next graph of the pool; graphs that share one don't run at the same time.
  for (const auto& [stream, block] : workspaces_) allocator().deallocate(block);
  workspaces_.clear();
  allocator().end_capture(stream_.device);
  for (const auto& [graph, exec] : destroy_later_) destroy(graph, exec);
  destroy_later_.clear();
  if (branch_ != nullptr) {
    CaptureStreams& all = capture_streams();
    std::lock_guard lock(all.mutex);
    try {
      all.branches[stream_.device].push_back(branch_);
    } catch (const std::bad_alloc&) {
      // Lost; the next capture makes another.
    }
    branch_ = nullptr;
  }
}

void Capture::drop() noexcept {
  work_.written.clear();
  work_.storages.clear();
  work_.generators.clear();
  allocator().deallocate(std::exchange(work_.slots, nullptr));
  allocator().release_pool(stream_.device, pool_);
}

Stream Capture::branch_stream() {
  if (branch_ == nullptr) {
    CaptureStreams& all = capture_streams();
    std::lock_guard lock(all.mutex);
    std::vector<StreamHandle>& free = all.branches[stream_.device];
    free.reserve(free.size() + 1);  // room for it to come back to
    if (free.empty()) {
      check(device_api().create_stream(stream_.device, 0, branch_), "stream creation");
    } else {
      branch_ = free.back();
      free.pop_back();
    }
  }
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
