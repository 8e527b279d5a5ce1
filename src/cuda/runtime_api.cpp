#include "cuda/runtime_api.h"

#include <cuda.h>
#include <cuda_runtime_api.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <vector>

#include "core/build_info.h"
#include "core/error.h"
#include "cuda/device.h"

namespace vt::cuda {
namespace {

Status status_of(cudaError_t error) { return static_cast<Status>(error); }
Status status_of(CUresult error) { return static_cast<Status>(error); }  // the driver's numbers are the runtime's

// What CUDA has as this thread's current device; -1 until we have told it.
thread_local int thread_device = -1;

// Makes a device current to CUDA for a scope; costs a comparison when it is.
class Current {
 public:
  explicit Current(int device) {
    if (VT_LIKELY(thread_device == device)) return;
    previous_ = thread_device;
    status_ = status_of(cudaSetDevice(device));
    if (status_ == Status::Success) thread_device = device;
  }
  ~Current() {
    if (previous_ < 0 || previous_ == thread_device) return;
    if (cudaSetDevice(previous_) == cudaSuccess) thread_device = previous_;
  }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;
  // Runs `call` unless the device could not be made current.
  template <class Call>
  Status then(Call call) const {
    return VT_LIKELY(status_ == Status::Success) ? status_of(call()) : status_;
  }

 private:
  int previous_ = -1;
  Status status_ = Status::Success;
};

// Lets this thread make calls that a capture of another thread, or its own, would forbid: a fresh piece of memory
// changes nothing that a graph records.
class BesideCapture {
 public:
  BesideCapture() { (void)cudaThreadExchangeStreamCaptureMode(&mode_); }
  ~BesideCapture() { (void)cudaThreadExchangeStreamCaptureMode(&mode_); }
  BesideCapture(const BesideCapture&) = delete;
  BesideCapture& operator=(const BesideCapture&) = delete;

 private:
  cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

// A function of libcuda as CUDA `version` has it, looked up on first use; null if the driver does not have it.
template <class Function>
Function entry_point(const char* name, unsigned version = 12000) {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult status;
  if (cudaGetDriverEntryPointByVersion(name, &found, version, cudaEnableDefault, &status) != cudaSuccess) {
    (void)cudaGetLastError();
  }
  return reinterpret_cast<Function>(found);
}
// A local named after the function, which shadows its declaration. Returns from the caller where it is missing.
#define VT_DRIVER_FUNCTION(name)                                  \
  static const auto name = entry_point<decltype(&::name)>(#name); \
  if (VT_UNLIKELY(name == nullptr)) return Status::InsufficientDriver

// Note [Launching through the driver]
// cudaLaunchKernel finds the kernel's function in the device's context anew on every call. We keep what it found, per
// thread: the first launch of a kernel on a thread goes through the runtime, which also makes the device's context
// current there; later ones go straight to the driver.
struct CachedFunction {
  const void* kernel = nullptr;
  int device = -1;
  cudaFunction_t function = nullptr;
};
constexpr size_t kPlainSharedBytes = size_t{48} << 10;  // more has to be asked for
constexpr size_t kCachedFunctions = 512;                // a power of two; a collision costs one more look-up

// What CUDA calls to load a kernel are made of; a status other than Success ends the loading.
Status facts_of(CUfunction function, KernelFacts& facts) {
  VT_DRIVER_FUNCTION(cuFuncGetAttribute);
  const std::pair<CUfunction_attribute, int*> wanted[] = {
      {CU_FUNC_ATTRIBUTE_NUM_REGS, &facts.registers},
      {CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES, &facts.local_bytes},
      {CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, &facts.shared_bytes},
      {CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, &facts.max_threads}};
  for (const auto& [attribute, value] : wanted) {
    if (const CUresult error = cuFuncGetAttribute(value, attribute, function); error != CUDA_SUCCESS) {
      return status_of(error);
    }
  }
  static const auto parameter_info = entry_point<decltype(&::cuFuncGetParamInfo)>("cuFuncGetParamInfo", 12040);
  facts.parameters_known = parameter_info != nullptr;
  KernelFacts::Parameter p{};
  while (parameter_info && parameter_info(function, facts.parameters.size(), &p.offset, &p.bytes) == CUDA_SUCCESS) {
    facts.parameters.push_back(p);
  }
  return Status::Success;
}

Status function_of(const KernelLaunch& launch, int device, cudaFunction_t& function) {
  if (launch.loaded) {
    function = static_cast<cudaFunction_t>(const_cast<void*>(launch.kernel));
    return Status::Success;
  }
  const void* kernel = launch.kernel;
  thread_local CachedFunction cache[kCachedFunctions];
  // Devices have slots of their own: what runs on several launches one kernel on each in turn.
  const size_t place = (reinterpret_cast<uintptr_t>(kernel) >> 4) + static_cast<size_t>(device) * 67;
  CachedFunction& slot = cache[place % kCachedFunctions];
  if (VT_UNLIKELY(slot.kernel != kernel || slot.device != device)) {
    cudaFunction_t found = nullptr;
    if (const cudaError_t error = cudaGetFuncBySymbol(&found, kernel); error != cudaSuccess) return status_of(error);
    slot = {kernel, device, found};
  }
  function = slot.function;
  return Status::Success;
}

std::string format_uuid(const cudaUUID_t& uuid) {
  std::string text;
  for (int i = 0; i < 16; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits;
  }
  return text;
}

CUmemAllocationProp physical_memory(int device) {
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, device};
  return properties;
}

// Who may read and write memory of the device: itself, and every device that reaches it.
std::vector<CUmemAccessDesc> access_from(int device) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = device + 1;
  std::vector<CUmemAccessDesc> access;
  for (int d = 0; d < count; ++d) {
    int able = d == device;
    if (!able && cudaDeviceCanAccessPeer(&able, d, device) != cudaSuccess) able = 0;
    if (able) access.push_back({CUmemLocation{CU_MEM_LOCATION_TYPE_DEVICE, d}, CU_MEM_ACCESS_FLAGS_PROT_READWRITE});
  }
  return access;
}

class RuntimeApi final : public DeviceApi {
 public:
  // --- devices ---
  Status device_count(int& count) override {
    int found = 0;  // stays untouched when there is no driver
    const cudaError_t error = cudaGetDeviceCount(&found);
    count = error == cudaSuccess ? found : 0;
    return status_of(error);
  }
  Status device_properties(int device, DeviceProperties& p) override {
    cudaDeviceProp raw{};
    if (const cudaError_t error = cudaGetDeviceProperties(&raw, device); error != cudaSuccess) return status_of(error);
    p.name = raw.name;
    p.uuid = format_uuid(raw.uuid);
    p.major = raw.major;
    p.minor = raw.minor;
    p.total_memory = raw.totalGlobalMem;
    p.multi_processor_count = raw.multiProcessorCount;
    p.max_threads_per_multi_processor = raw.maxThreadsPerMultiProcessor;
    p.warp_size = raw.warpSize;
    p.l2_cache_size = static_cast<size_t>(raw.l2CacheSize);
    p.shared_memory_per_block = raw.sharedMemPerBlock;
    p.shared_memory_per_block_optin = raw.sharedMemPerBlockOptin;
    p.shared_memory_per_multiprocessor = raw.sharedMemPerMultiprocessor;
    p.regs_per_multiprocessor = raw.regsPerMultiprocessor;
    p.is_integrated = raw.integrated != 0;
    p.is_multi_gpu_board = raw.isMultiGpuBoard != 0;
    return Status::Success;
  }
  Status set_device(int device) override {
    const cudaError_t error = cudaSetDevice(device);
    if (error == cudaSuccess) thread_device = device;
    return status_of(error);
  }
  Status synchronize(int device) override {
    return Current(device).then([] { return cudaDeviceSynchronize(); });
  }
  Status memory_info(int device, size_t& free_bytes, size_t& total_bytes) override {
    const BesideCapture beside;
    return Current(device).then([&] { return cudaMemGetInfo(&free_bytes, &total_bytes); });
  }
  Status can_access_peer(int device, int peer, bool& able) override {
    int answer = 0;
    const cudaError_t error = cudaDeviceCanAccessPeer(&answer, device, peer);
    able = answer != 0;
    return status_of(error);
  }
  Status enable_peer(int device, int peer) override {
    const BesideCapture beside;
    return Current(device).then([&] {
      const cudaError_t error = cudaDeviceEnablePeerAccess(peer, 0);
      if (error != cudaErrorPeerAccessAlreadyEnabled) return error;
      (void)cudaGetLastError();
      return cudaSuccess;
    });
  }
  int runtime_version() override { return CUDART_VERSION; }
  int driver_version() override {
    int version = 0;
    if (cudaDriverGetVersion(&version) != cudaSuccess) clear_error();
    return version;
  }
  std::string describe(Status status) override {
    const auto error = static_cast<cudaError_t>(status);
    std::string text = vt::detail::concat(cudaGetErrorName(error), ": ", cudaGetErrorString(error));
    if (error == cudaErrorNoKernelImageForDevice || error == cudaErrorUnsupportedPtxVersion) {
      text += vt::detail::concat(" (this build holds code for ", build_info().cuda_archs,
                                 "; build it on the machine with the GPU, or with VT_CUDA_ARCHS=all)");
    }
    return text;
  }
  void clear_error() override { (void)cudaGetLastError(); }

  // --- device memory ---
  Status allocate(int device, size_t bytes, void*& data) override {
    const BesideCapture beside;
    return Current(device).then([&] { return cudaMalloc(&data, bytes); });
  }
  Status free(int device, void* data) override {
    return Current(device).then([&] { return cudaFree(data); });
  }
  Status allocate_async(Stream stream, size_t bytes, void*& data) override {
    cudaMemPool_t pool = nullptr;
    if (const Status status = pool_of(stream.device, pool); status != Status::Success) return status;
    return Current(stream.device).then([&] { return cudaMallocFromPoolAsync(&data, bytes, pool, stream.handle); });
  }
  Status free_async(Stream stream, void* data) override {
    return Current(stream.device).then([&] { return cudaFreeAsync(data, stream.handle); });
  }
  Status pool_reserved(int device, size_t& current, size_t& peak) override {
    cudaMemPool_t pool = nullptr;
    if (const Status status = pool_of(device, pool); status != Status::Success) return status;
    uint64_t now = 0, most = 0;
    cudaError_t error = cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &now);
    if (error == cudaSuccess) error = cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemHigh, &most);
    current = now;
    peak = most;
    return status_of(error);
  }
  Status reset_pool_peak(int device) override {
    cudaMemPool_t pool = nullptr;
    if (const Status status = pool_of(device, pool); status != Status::Success) return status;
    uint64_t zero = 0;  // the driver resets a high-water mark to the current value when it is set to 0
    return status_of(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReservedMemHigh, &zero));
  }
  Status trim_pool(int device) override {
    cudaMemPool_t pool = nullptr;
    if (const Status status = pool_of(device, pool); status != Status::Success) return status;
    return status_of(cudaMemPoolTrimTo(pool, 0));
  }

  // --- virtual memory ---
  Status granularity(int device, size_t& bytes) override {
    VT_DRIVER_FUNCTION(cuMemGetAllocationGranularity);
    const CUmemAllocationProp properties = physical_memory(device);
    return Current(device).then(
        [&] { return cuMemGetAllocationGranularity(&bytes, &properties, CU_MEM_ALLOC_GRANULARITY_MINIMUM); });
  }
  Status reserve_addresses(int device, size_t bytes, void*& data) override {
    VT_DRIVER_FUNCTION(cuMemAddressReserve);
    CUdeviceptr address = 0;
    const BesideCapture beside;
    const Status status =
        Current(device).then([&] { return cuMemAddressReserve(&address, bytes, /*alignment=*/0, /*hint=*/0, 0); });
    data = reinterpret_cast<void*>(address);
    return status;
  }
  Status release_addresses(int device, void* data, size_t bytes) override {
    VT_DRIVER_FUNCTION(cuMemAddressFree);
    return Current(device).then([&] { return cuMemAddressFree(reinterpret_cast<CUdeviceptr>(data), bytes); });
  }
  Status map_memory(int device, void* data, size_t bytes) override {
    VT_DRIVER_FUNCTION(cuMemCreate);
    VT_DRIVER_FUNCTION(cuMemMap);
    VT_DRIVER_FUNCTION(cuMemSetAccess);
    VT_DRIVER_FUNCTION(cuMemRelease);
    VT_DRIVER_FUNCTION(cuMemUnmap);
    const auto address = reinterpret_cast<CUdeviceptr>(data);
    const BesideCapture beside;
    return Current(device).then([&] {
      const CUmemAllocationProp properties = physical_memory(device);
      CUmemGenericAllocationHandle handle = 0;
      if (const CUresult error = cuMemCreate(&handle, bytes, &properties, 0); error != CUDA_SUCCESS) return error;
      const CUresult mapped = cuMemMap(address, bytes, 0, handle, 0);
      (void)cuMemRelease(handle);  // the mapping keeps the memory
      if (mapped != CUDA_SUCCESS) return mapped;
      const std::vector<CUmemAccessDesc> access = access_from(device);
      const CUresult allowed = cuMemSetAccess(address, bytes, access.data(), access.size());
      if (allowed != CUDA_SUCCESS) (void)cuMemUnmap(address, bytes);
      return allowed;
    });
  }
  Status unmap_memory(int device, void* data, size_t bytes) override {
    VT_DRIVER_FUNCTION(cuMemUnmap);
    return Current(device).then([&] { return cuMemUnmap(reinterpret_cast<CUdeviceptr>(data), bytes); });
  }

  // --- host memory ---
  Status allocate_host(size_t bytes, void*& data) override {
    const BesideCapture beside;
    return status_of(cudaHostAlloc(&data, bytes, cudaHostAllocPortable | cudaHostAllocMapped));
  }
  Status free_host(void* data) override { return status_of(cudaFreeHost(data)); }
  bool is_page_locked(const void* data) override {
    cudaPointerAttributes attributes{};
    if (cudaPointerGetAttributes(&attributes, data) != cudaSuccess) {
      clear_error();
      return false;
    }
    return attributes.type == cudaMemoryTypeHost;
  }
  int device_of(const void* data) override {
    cudaPointerAttributes attributes{};
    if (cudaPointerGetAttributes(&attributes, data) != cudaSuccess) {
      clear_error();
      return -1;
    }
    const bool held = attributes.type == cudaMemoryTypeDevice || attributes.type == cudaMemoryTypeManaged;
    return held ? attributes.device : -1;
  }

  // --- streams ---
  Status priority_range(int& lowest, int& highest) override {
    return status_of(cudaDeviceGetStreamPriorityRange(&lowest, &highest));
  }
  Status create_stream(int device, int priority, StreamHandle& stream) override {
    return Current(device).then([&] { return cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, priority); });
  }
  Status query(Stream stream) override {
    return Current(stream.device).then([&] { return cudaStreamQuery(stream.handle); });
  }
  Status synchronize(Stream stream) override {
    return Current(stream.device).then([&] { return cudaStreamSynchronize(stream.handle); });
  }
  Status priority(Stream stream, int& priority) override {
    return Current(stream.device).then([&] { return cudaStreamGetPriority(stream.handle, &priority); });
  }

  // --- events ---
  Status create_event(int device, bool timing, bool blocking, EventHandle& event) override {
    unsigned flags = cudaEventDefault;
    if (!timing) flags |= cudaEventDisableTiming;
    if (blocking) flags |= cudaEventBlockingSync;
    const BesideCapture beside;
    return Current(device).then([&] { return cudaEventCreateWithFlags(&event, flags); });
  }
  Status destroy_event(int device, EventHandle event) override {
    return Current(device).then([&] { return cudaEventDestroy(event); });
  }
  Status record_event(EventHandle event, Stream stream) override {
    return Current(stream.device).then([&] { return cudaEventRecord(event, stream.handle); });
  }
  Status wait_event(Stream stream, EventHandle event) override {
    return Current(stream.device).then([&] { return cudaStreamWaitEvent(stream.handle, event, 0); });
  }
  Status query(EventHandle event) override {
    const BesideCapture beside;
    return status_of(cudaEventQuery(event));
  }
  Status synchronize(EventHandle event) override { return status_of(cudaEventSynchronize(event)); }
  Status elapsed_ms(EventHandle start, EventHandle end, float& ms) override {
    return status_of(cudaEventElapsedTime(&ms, start, end));
  }

  // --- work ---
  Status launch(Stream stream, const KernelLaunch& l) override {
    VT_DRIVER_FUNCTION(cuLaunchKernel);
    if (VT_UNLIKELY(l.in_clusters() || l.cooperative || l.overlapping)) return launch_specially(stream, l);
    return Current(stream.device).then([&] {
      cudaFunction_t function = nullptr;
      if (const Status status = function_of(l, stream.device, function); status != Status::Success) {
        return static_cast<CUresult>(status);
      }
      return cuLaunchKernel(function, l.grid[0], l.grid[1], l.grid[2], l.block[0], l.block[1], l.block[2],
                            static_cast<unsigned>(l.shared_bytes), stream.handle, l.arguments, nullptr);
    });
  }
  Status launch_specially(Stream stream, const KernelLaunch& l) {
    VT_DRIVER_FUNCTION(cuLaunchKernelEx);
    return Current(stream.device).then([&] {
      cudaFunction_t function = nullptr;
      if (const Status status = function_of(l, stream.device, function); status != Status::Success) {
        return static_cast<CUresult>(status);
      }
      CUlaunchAttribute attributes[3] = {};
      unsigned count = 0;
      const auto add = [&](CUlaunchAttributeID id) -> CUlaunchAttributeValue& {
        attributes[count].id = id;
        return attributes[count++].value;
      };
      if (l.in_clusters()) {
        add(CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION).clusterDim = {l.cluster[0], l.cluster[1], l.cluster[2]};
      }
      if (l.cooperative) add(CU_LAUNCH_ATTRIBUTE_COOPERATIVE).cooperative = 1;
      if (l.overlapping) {
        add(CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION).programmaticStreamSerializationAllowed = 1;
      }
      const CUlaunchConfig config{.gridDimX = l.grid[0],
                                  .gridDimY = l.grid[1],
                                  .gridDimZ = l.grid[2],
                                  .blockDimX = l.block[0],
                                  .blockDimY = l.block[1],
                                  .blockDimZ = l.block[2],
                                  .sharedMemBytes = static_cast<unsigned>(l.shared_bytes),
                                  .hStream = stream.handle,
                                  .attrs = attributes,
                                  .numAttrs = count};
      return cuLaunchKernelEx(&config, function, l.arguments, nullptr);
    });
  }
  Status load_kernel(int device, const void* image, const char* name, size_t shared_bytes,
                     KernelFacts& facts) override {
    VT_DRIVER_FUNCTION(cuModuleLoadData);
    VT_DRIVER_FUNCTION(cuModuleGetFunction);
    VT_DRIVER_FUNCTION(cuFuncSetAttribute);
    // The runtime makes the device's context current, which is where the driver loads to.
    if (const Status status = status_of(cudaSetDevice(device)); status != Status::Success) return status;
    thread_device = device;
    const BesideCapture beside;
    CUmodule module = nullptr;
    CUfunction function = nullptr;
    CUresult error = cuModuleLoadData(&module, image);
    if (error == CUDA_SUCCESS) error = cuModuleGetFunction(&function, module, name);
    if (error == CUDA_SUCCESS && shared_bytes > kPlainSharedBytes) {
      error =
          cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, static_cast<int>(shared_bytes));
    }
    facts.kernel = function;
    return error == CUDA_SUCCESS ? facts_of(function, facts) : status_of(error);
  }
  // The second call is one that is known to load the kernel.
  Status allow_shared_memory(const void* kernel, size_t bytes) override {
    cudaFuncAttributes facts{};
    const cudaError_t error =
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
    return status_of(error == cudaSuccess ? cudaFuncGetAttributes(&facts, kernel) : error);
  }
  Status copy(void* to, const void* from, size_t bytes, CopyKind kind, Stream stream) override {
    const cudaMemcpyKind direction = kind == CopyKind::HostToDevice   ? cudaMemcpyHostToDevice
                                     : kind == CopyKind::DeviceToHost ? cudaMemcpyDeviceToHost
                                                                      : cudaMemcpyDeviceToDevice;
    return Current(stream.device).then([&] { return cudaMemcpyAsync(to, from, bytes, direction, stream.handle); });
  }
  Status copy_peer(void* to, int to_device, const void* from, int from_device, size_t bytes, Stream stream) override {
    return Current(stream.device).then([&] {
      return cudaMemcpyPeerAsync(to, to_device, from, from_device, bytes, stream.handle);
    });
  }
  Status fill(void* data, int value, size_t bytes, Stream stream) override {
    return Current(stream.device).then([&] { return cudaMemsetAsync(data, value, bytes, stream.handle); });
  }
  Status fill_rows(void* data, size_t pitch, int value, size_t row_bytes, size_t rows, Stream stream) override {
    return Current(stream.device).then([&] {
      return cudaMemset2DAsync(data, pitch, value, row_bytes, rows, stream.handle);
    });
  }

  Status call_host(Stream stream, HostFunction function, void* context) override {
    // Of CUDA's two calls for this the one that is made where earlier work failed, too.
    struct Called {
      HostFunction function;
      void* context;
    };
    auto called = std::make_unique<Called>(function, context);
    const auto pass_on = [](cudaStream_t, cudaError_t error, void* data) {
      const std::unique_ptr<Called> c(static_cast<Called*>(data));
      c->function(c->context, status_of(error));
    };
    const Status status =
        Current(stream.device).then([&] { return cudaStreamAddCallback(stream.handle, pass_on, called.get(), 0); });
    if (status == Status::Success) (void)called.release();
    return status;
  }

  // --- capture and graphs ---
  Status begin_capture(Stream stream, CaptureMode mode) override {
    return Current(stream.device).then([&] {
      return cudaStreamBeginCapture(stream.handle, static_cast<cudaStreamCaptureMode>(mode));
    });
  }
  Status end_capture(Stream stream, GraphHandle& graph) override {
    return Current(stream.device).then([&] { return cudaStreamEndCapture(stream.handle, &graph); });
  }
  Status capture_info(Stream stream, CaptureState& state, uint64_t& id) override {
    cudaStreamCaptureStatus raw = cudaStreamCaptureStatusNone;
    unsigned long long number = 0;
    const Status status = Current(stream.device).then([&] { return capture_info_call(stream.handle, raw, number); });
    state = static_cast<CaptureState>(raw);
    id = number;
    return status;
  }
  Status instantiate(int device, GraphHandle graph, GraphExecHandle& exec) override {
    return Current(device).then([&] { return cudaGraphInstantiate(&exec, graph, 0); });
  }
  Status launch_graph(GraphExecHandle exec, Stream stream) override {
    return Current(stream.device).then([&] { return cudaGraphLaunch(exec, stream.handle); });
  }
  Status destroy_graph(GraphHandle graph) override { return status_of(cudaGraphDestroy(graph)); }
  Status destroy_graph_exec(GraphExecHandle exec) override { return status_of(cudaGraphExecDestroy(exec)); }
  Status node_count(GraphHandle graph, size_t& count) override {
    return status_of(cudaGraphGetNodes(graph, nullptr, &count));
  }
  Status print_graph(GraphHandle graph, const char* path) override {
    return status_of(cudaGraphDebugDotPrint(graph, path, cudaGraphDebugDotFlagsVerbose));
  }

 private:
  static cudaError_t capture_info_call(StreamHandle stream, cudaStreamCaptureStatus& state, unsigned long long& id) {
#if CUDART_VERSION >= 13000
    return cudaStreamGetCaptureInfo(stream, &state, &id);
#else
    return cudaStreamGetCaptureInfo_v2(stream, &state, &id, nullptr, nullptr, nullptr);
#endif
  }

  // The default pool, told once per device to keep what is freed, so that steady state makes no driver allocation.
  static Status pool_of(int device, cudaMemPool_t& pool) {
    static std::atomic<bool> configured[kMaxDevices] = {};
    cudaError_t error = cudaDeviceGetDefaultMemPool(&pool, device);
    if (error == cudaSuccess && VT_UNLIKELY(!configured[device].load(std::memory_order_acquire))) {
      uint64_t keep = UINT64_MAX;
      error = cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep);
      configured[device].store(error == cudaSuccess, std::memory_order_release);
    }
    return status_of(error);
  }
};

}  // namespace

DeviceApi& runtime_api() noexcept {
  static auto* instance = new RuntimeApi;
  return *instance;
}

}  // namespace vt::cuda
