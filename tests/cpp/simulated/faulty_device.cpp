#include "simulated/faulty_device.h"

namespace vt::simulated {

using cuda::Status;

const char* name_of(Call call) {
  switch (call) {
#define VT_SIMULATED_CALL(name) \
  case Call::name: return #name;
    VT_SIMULATED_CALLS(VT_SIMULATED_CALL)
#undef VT_SIMULATED_CALL
    case Call::Count: break;
  }
  return "any call";
}

void FaultyDevice::set_fault(const Fault& fault) {
  clear_fault();
  fault_ = fault;
  armed_ = true;
}

void FaultyDevice::clear_fault() {
  armed_ = false;
  calls_ = matching_ = failures_ = 0;
  first_failure_ = Call::Count;
  for (auto& count : by_call_) count = 0;
}

Status FaultyDevice::pass(Call call) {
  ++calls_;
  ++by_call_[static_cast<size_t>(call)];
  if (!armed_ || (fault_.call != Call::Count && fault_.call != call)) return Status::Success;
  const size_t number = ++matching_;
  if (number < fault_.at || (number > fault_.at && !fault_.for_good)) return Status::Success;
  if (++failures_ == 1) first_failure_ = call;
  const bool gives_memory = call == Call::Allocate || call == Call::AllocateAsync || call == Call::MapMemory ||
                            call == Call::AllocateHost || call == Call::ReserveAddresses;
  return gives_memory && !cuda::is_sticky(fault_.status) ? Status::OutOfMemory : fault_.status;
}

Status FaultyDevice::device_properties(int device, cuda::DeviceProperties& properties) {
  const Status status = pass(Call::DeviceProperties);
  return status == Status::Success ? device_.device_properties(device, properties) : status;
}
Status FaultyDevice::set_device(int device) {
  const Status status = pass(Call::SetDevice);
  return status == Status::Success ? device_.set_device(device) : status;
}
Status FaultyDevice::synchronize(int device) {
  const Status status = pass(Call::SynchronizeDevice);
  return status == Status::Success ? device_.synchronize(device) : status;
}
Status FaultyDevice::memory_info(int device, size_t& free_bytes, size_t& total_bytes) {
  const Status status = pass(Call::MemoryInfo);
  return status == Status::Success ? device_.memory_info(device, free_bytes, total_bytes) : status;
}
Status FaultyDevice::can_access_peer(int device, int peer, bool& able) {
  const Status status = pass(Call::CanAccessPeer);
  return status == Status::Success ? device_.can_access_peer(device, peer, able) : status;
}
Status FaultyDevice::allocate(int device, size_t bytes, void*& data) {
  const Status status = pass(Call::Allocate);
  return status == Status::Success ? device_.allocate(device, bytes, data) : status;
}
Status FaultyDevice::free(int device, void* data) {
  const Status status = pass(Call::Free);
  return status == Status::Success ? device_.free(device, data) : status;
}
Status FaultyDevice::allocate_async(cuda::Stream stream, size_t bytes, void*& data) {
  const Status status = pass(Call::AllocateAsync);
  return status == Status::Success ? device_.allocate_async(stream, bytes, data) : status;
}
Status FaultyDevice::free_async(cuda::Stream stream, void* data) {
  const Status status = pass(Call::FreeAsync);
  return status == Status::Success ? device_.free_async(stream, data) : status;
}
Status FaultyDevice::pool_reserved(int device, size_t& current, size_t& peak) {
  const Status status = pass(Call::PoolReserved);
  return status == Status::Success ? device_.pool_reserved(device, current, peak) : status;
}
Status FaultyDevice::reset_pool_peak(int device) {
  const Status status = pass(Call::ResetPoolPeak);
  return status == Status::Success ? device_.reset_pool_peak(device) : status;
}
Status FaultyDevice::trim_pool(int device) {
  const Status status = pass(Call::TrimPool);
  return status == Status::Success ? device_.trim_pool(device) : status;
}
Status FaultyDevice::granularity(int device, size_t& bytes) {
  const Status status = pass(Call::Granularity);
  return status == Status::Success ? device_.granularity(device, bytes) : status;
}
Status FaultyDevice::reserve_addresses(int device, size_t bytes, void*& data) {
  const Status status = pass(Call::ReserveAddresses);
  return status == Status::Success ? device_.reserve_addresses(device, bytes, data) : status;
}
Status FaultyDevice::release_addresses(int device, void* data, size_t bytes) {
  const Status status = pass(Call::ReleaseAddresses);
  return status == Status::Success ? device_.release_addresses(device, data, bytes) : status;
}
Status FaultyDevice::map_memory(int device, void* data, size_t bytes) {
  const Status status = pass(Call::MapMemory);
  return status == Status::Success ? device_.map_memory(device, data, bytes) : status;
}
Status FaultyDevice::unmap_memory(int device, void* data, size_t bytes) {
  const Status status = pass(Call::UnmapMemory);
  return status == Status::Success ? device_.unmap_memory(device, data, bytes) : status;
}
Status FaultyDevice::allocate_host(size_t bytes, void*& data) {
  const Status status = pass(Call::AllocateHost);
  return status == Status::Success ? device_.allocate_host(bytes, data) : status;
}
Status FaultyDevice::free_host(void* data) {
  const Status status = pass(Call::FreeHost);
  return status == Status::Success ? device_.free_host(data) : status;
}
Status FaultyDevice::priority_range(int& lowest, int& highest) {
  const Status status = pass(Call::PriorityRange);
  return status == Status::Success ? device_.priority_range(lowest, highest) : status;
}
Status FaultyDevice::create_stream(int device, int priority, cuda::StreamHandle& stream) {
  const Status status = pass(Call::CreateStream);
  return status == Status::Success ? device_.create_stream(device, priority, stream) : status;
}
Status FaultyDevice::query(cuda::Stream stream) {
  const Status status = pass(Call::QueryStream);
  return status == Status::Success ? device_.query(stream) : status;
}
Status FaultyDevice::synchronize(cuda::Stream stream) {
  const Status status = pass(Call::SynchronizeStream);
  return status == Status::Success ? device_.synchronize(stream) : status;
}
Status FaultyDevice::priority(cuda::Stream stream, int& priority) {
  const Status status = pass(Call::Priority);
  return status == Status::Success ? device_.priority(stream, priority) : status;
}
Status FaultyDevice::create_event(int device, bool timing, bool blocking, cuda::EventHandle& event) {
  const Status status = pass(Call::CreateEvent);
  return status == Status::Success ? device_.create_event(device, timing, blocking, event) : status;
}
Status FaultyDevice::destroy_event(int device, cuda::EventHandle event) {
  const Status status = pass(Call::DestroyEvent);
  const Status done = device_.destroy_event(device, event);
  return status == Status::Success ? done : status;
}
Status FaultyDevice::record_event(cuda::EventHandle event, cuda::Stream stream) {
  const Status status = pass(Call::RecordEvent);
  return status == Status::Success ? device_.record_event(event, stream) : status;
}
Status FaultyDevice::wait_event(cuda::Stream stream, cuda::EventHandle event) {
  const Status status = pass(Call::WaitEvent);
  return status == Status::Success ? device_.wait_event(stream, event) : status;
}
Status FaultyDevice::query(cuda::EventHandle event) {
  const Status status = pass(Call::QueryEvent);
  return status == Status::Success ? device_.query(event) : status;
}
Status FaultyDevice::synchronize(cuda::EventHandle event) {
  const Status status = pass(Call::SynchronizeEvent);
  return status == Status::Success ? device_.synchronize(event) : status;
}
Status FaultyDevice::elapsed_ms(cuda::EventHandle start, cuda::EventHandle end, float& ms) {
  const Status status = pass(Call::ElapsedMs);
  return status == Status::Success ? device_.elapsed_ms(start, end, ms) : status;
}
Status FaultyDevice::launch(cuda::Stream stream, const cuda::KernelLaunch& launch) {
  const Status status = pass(Call::Launch);
  return status == Status::Success ? device_.launch(stream, launch) : status;
}
Status FaultyDevice::allow_shared_memory(const void* kernel, size_t bytes) {
  const Status status = pass(Call::AllowSharedMemory);
  return status == Status::Success ? device_.allow_shared_memory(kernel, bytes) : status;
}
Status FaultyDevice::copy(void* to, const void* from, size_t bytes, cuda::CopyKind kind, cuda::Stream stream) {
  const Status status = pass(Call::Copy);
  return status == Status::Success ? device_.copy(to, from, bytes, kind, stream) : status;
}
Status FaultyDevice::copy_peer(void* to, int to_device, const void* from, int from_device, size_t bytes,
                               cuda::Stream stream) {
  const Status status = pass(Call::CopyPeer);
  return status == Status::Success ? device_.copy_peer(to, to_device, from, from_device, bytes, stream) : status;
}
Status FaultyDevice::fill(void* data, int value, size_t bytes, cuda::Stream stream) {
  const Status status = pass(Call::Fill);
  return status == Status::Success ? device_.fill(data, value, bytes, stream) : status;
}
Status FaultyDevice::fill_rows(void* data, size_t pitch, int value, size_t row_bytes, size_t rows,
                               cuda::Stream stream) {
  const Status status = pass(Call::FillRows);
  return status == Status::Success ? device_.fill_rows(data, pitch, value, row_bytes, rows, stream) : status;
}
Status FaultyDevice::begin_capture(cuda::Stream stream, cuda::CaptureMode mode) {
  const Status status = pass(Call::BeginCapture);
  return status == Status::Success ? device_.begin_capture(stream, mode) : status;
}
Status FaultyDevice::end_capture(cuda::Stream stream, cuda::GraphHandle& graph) {
  const Status status = pass(Call::EndCapture);
  const Status done = device_.end_capture(stream, graph);
  if (status == Status::Success) return done;
  if (graph != nullptr) (void)device_.destroy_graph(graph);
  graph = nullptr;
  return status;
}
Status FaultyDevice::capture_info(cuda::Stream stream, cuda::CaptureState& state, uint64_t& id) {
  const Status status = pass(Call::CaptureInfo);
  return status == Status::Success ? device_.capture_info(stream, state, id) : status;
}
Status FaultyDevice::instantiate(int device, cuda::GraphHandle graph, cuda::GraphExecHandle& exec) {
  const Status status = pass(Call::Instantiate);
  return status == Status::Success ? device_.instantiate(device, graph, exec) : status;
}
Status FaultyDevice::launch_graph(cuda::GraphExecHandle exec, cuda::Stream stream) {
  const Status status = pass(Call::LaunchGraph);
  return status == Status::Success ? device_.launch_graph(exec, stream) : status;
}
Status FaultyDevice::destroy_graph(cuda::GraphHandle graph) {
  const Status status = pass(Call::DestroyGraph);
  const Status done = device_.destroy_graph(graph);
  return status == Status::Success ? done : status;
}
Status FaultyDevice::destroy_graph_exec(cuda::GraphExecHandle exec) {
  const Status status = pass(Call::DestroyGraphExec);
  const Status done = device_.destroy_graph_exec(exec);
  return status == Status::Success ? done : status;
}
Status FaultyDevice::node_count(cuda::GraphHandle graph, size_t& count) {
  const Status status = pass(Call::NodeCount);
  return status == Status::Success ? device_.node_count(graph, count) : status;
}
Status FaultyDevice::print_graph(cuda::GraphHandle graph, const char* path) {
  const Status status = pass(Call::PrintGraph);
  return status == Status::Success ? device_.print_graph(graph, path) : status;
}

}  // namespace vt::simulated
