#include "profiler/device_tracer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "profiler/ring.h"

namespace vt::profiler {
namespace cupti {
namespace {

template <class Record>
Record as(const void* record) {
  Record r;
  std::memcpy(&r, record, sizeof(r));
  return r;
}

template <class Record>
DeviceSpan span_of(const Record& r, DeviceWork work) {
  DeviceSpan span;
  span.work = work;
  span.device = r.device;
  span.context = r.context;
  span.stream = r.stream;
  span.correlation = r.correlation;
  span.graph = r.graph;
  span.graph_node = r.graph_node;
  span.begin_ns = static_cast<int64_t>(r.start);
  span.end_ns = static_cast<int64_t>(r.end);
  return span;
}

DeviceSpan span_of(const KernelRecord& r) {
  DeviceSpan span = span_of(r, DeviceWork::Kernel);
  span.registers = r.registers;
  span.name = r.name;
  std::copy_n(r.grid, 3, span.grid);
  std::copy_n(r.block, 3, span.block);
  span.static_shared = r.static_shared;
  span.dynamic_shared = r.dynamic_shared;
  return span;
}

template <class Record>
DeviceSpan copy_span(const Record& r, DeviceWork work) {
  DeviceSpan span = span_of(r, work);
  span.bytes = r.bytes;
  if (work == DeviceWork::Copy) span.copy_kind = r.copy_kind;
  return span;
}

}  // namespace

size_t read_records(const Api& api, uint8_t* buffer, size_t valid, RecordSink& sink) {
  size_t count = 0;
  for (void* record = nullptr; api.get_next_record(buffer, valid, &record) == 0; ++count) {
    switch (as<Activity>(record)) {
      case Activity::Kernel: sink.on_device_work(span_of(as<KernelRecord>(record))); break;
      case Activity::Copy: sink.on_device_work(copy_span(as<CopyRecord>(record), DeviceWork::Copy)); break;
      case Activity::Fill: sink.on_device_work(copy_span(as<CopyRecord>(record), DeviceWork::Fill)); break;
      case Activity::PeerCopy: sink.on_device_work(copy_span(as<PeerCopyRecord>(record), DeviceWork::Copy)); break;
      case Activity::Driver:
      case Activity::Runtime: {
        const auto r = as<RuntimeRecord>(record);
        RuntimeCall call;
        call.call = r.call;
        call.is_driver = r.kind == Activity::Driver;
        call.system_thread = r.thread;
        call.correlation = r.correlation;
        call.status = static_cast<int32_t>(r.status);
        call.begin_ns = static_cast<int64_t>(r.start);
        call.end_ns = static_cast<int64_t>(r.end);
        sink.on_runtime_call(std::move(call));
        break;
      }
      case Activity::ExternalCorrelation: {
        const auto r = as<CorrelationRecord>(record);
        if (r.external_kind == static_cast<uint32_t>(kExternalKind)) sink.on_correlation(r.correlation, r.external);
        break;
      }
    }
  }
  return count;
}

}  // namespace cupti

namespace {

using namespace cupti;

constexpr Activity kActivities[] = {Activity::Kernel,
                                    Activity::Copy,
                                    Activity::Fill,
                                    Activity::PeerCopy,
                                    Activity::Driver,
                                    Activity::Runtime,
                                    Activity::ExternalCorrelation};
constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr size_t kBufferAlignment = 8;

void check(Result result, const char* what) {
  if (result == 0) return;
  const char* text = nullptr;
  api().get_result_string(result, &text);
  VT_THROW(Runtime, "the profiler cannot record CUDA: ", what, " failed with ", text ? text : "an unknown error", " (",
           result, ")");
}

struct Link {
  uint32_t correlation;
  uint64_t span;
};

// The names that kernels' records point to are gone with their modules: these stay.
class NameTable {
 public:
  const char* keep(const char* name) {
    if (!name) return nullptr;
    if (const auto known = known_.find(name); known != known_.end()) return known->data();
    const std::string& kept = names_.emplace_back(name);
    known_.insert(kept);
    return kept.c_str();
  }

 private:
  std::deque<std::string> names_;
  std::unordered_set<std::string_view> known_;
};

// What runs often and starts nothing.
bool is_chatter(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {
      "cudaGetDevice",         "cudaSetDevice",        "cudaGetLastError",        "cudaPeekAtLastError",
      "cudaEventQuery",        "cudaStreamQuery",      "cudaEventCreate",         "cudaEventDestroy",
      "cudaStreamIsCapturing", "cudaDeviceGetAttr",    "cudaFuncGetAttributes",   "cudaFuncSetAttribute",
      "cudaStreamGetCapture",  "cudaDriverGetVersion", "cudaGetDriverEntryPoint", "cudaPointerGetAttributes",
      "cudaOccupancy",         "cudaRuntimeGetVersion"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Of the driver only what starts work: the runtime is made of calls of it.
bool starts_work(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"cuLaunch", "cuGraphLaunch", "cuMemcpy", "cuMemset"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// "cudaLaunchKernel_v7000" as programs write it.
std::string_view without_version(std::string_view name) {
  const size_t at = name.rfind("_v");
  if (at == std::string_view::npos || at + 2 == name.size()) return name;
  const bool is_number = std::ranges::all_of(name.substr(at + 2), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? name.substr(0, at) : name;
}

// The names of calls by CUPTI's numbers.
class CallNames {
 public:
  // Null: the call is not shown.
  const char* of(bool is_driver, uint32_t call, NameTable& names) {
    const auto [known, fresh] = known_.try_emplace({is_driver, call}, nullptr);
    if (!fresh) return known->second;
    const char* found = nullptr;
    if (api().get_callback_name(is_driver ? kDriverDomain : kRuntimeDomain, call, &found) != 0 || !found)
      return nullptr;
    const std::string name(without_version(found));
    if (is_driver ? starts_work(name) : !is_chatter(name)) known->second = names.keep(name.c_str());
    return known->second;
  }

 private:
  std::map<std::pair<bool, uint32_t>, const char*> known_;
};

// A reading of both clocks at the same moment.
struct Moment {
  int64_t host, cupti;
};

Moment read_clocks() {
  Moment best{};
  int64_t best_gap = INT64_MAX;
  for (int i = 0; i < 20; ++i) {
    uint64_t cupti = 0;
    const int64_t before = now_ns();
    check(api().get_timestamp(&cupti), "cuptiGetTimestamp");
    const int64_t gap = now_ns() - before;
    if (gap < best_gap) {
      best_gap = gap;
      best = {before + gap / 2, static_cast<int64_t>(cupti)};
    }
  }
  return best;
}

struct State final : RecordSink {
  std::mutex mutex;  // guards what follows
  bool enabled = false;
  bool keeping = false;  // records go into the rings
  Ring<DeviceSpan> spans;
  Ring<RuntimeCall> calls;
  Ring<Link> links;
  std::shared_ptr<NameTable> names;
  CallNames call_names;
  uint64_t lost = 0;  // by CUPTI
  Moment begin{};

  void on_device_work(DeviceSpan&& span) override {
    if (span.end_ns == 0) return;  // begun, not done
    span.name = names->keep(span.name);
    spans.push(std::move(span));
  }
  void on_runtime_call(RuntimeCall&& call) override {
    call.name = call_names.of(call.is_driver, call.call, *names);
    if (call.name) calls.push(std::move(call));
  }
  void on_correlation(uint32_t correlation, uint64_t span) override { links.push({correlation, span}); }
};

State& state() {
  static auto* instance = new State;
  return *instance;
}

void buffer_requested(uint8_t** buffer, size_t* size, size_t* max_records) {
  *buffer = static_cast<uint8_t*>(std::aligned_alloc(kBufferAlignment, kBufferBytes));
  *size = *buffer ? kBufferBytes : 0;
  *max_records = 0;  // as many as fit
}

void buffer_completed(void* context, uint32_t stream, uint8_t* buffer, size_t, size_t valid) {
  State& s = state();
  try {
    std::lock_guard lock(s.mutex);
    if (s.keeping) {
      size_t lost = 0;
      if (api().get_dropped(context, stream, &lost) == 0) s.lost += lost;
      read_records(api(), buffer, valid, s);
    }
  } catch (...) {  // no memory for a name: the rest of the buffer is lost
  }
  std::free(buffer);
}

void enter(uint64_t span) noexcept { api().push_external(kExternalKind, span); }
void leave() noexcept {
  uint64_t last = 0;
  api().pop_external(kExternalKind, &last);
}
constexpr Correlator kCorrelator{&enter, &leave};

void disable_all() noexcept {
  for (const Activity kind : kActivities) api().disable(kind);
}

// From CUPTI's time to the host's, by two moments: the clocks may run at slightly different rates.
class ClockMap {
 public:
  ClockMap(Moment a, Moment b) : a_(a) {
    const auto span = static_cast<double>(b.cupti - a.cupti);
    if (span > 1e6) rate_ = static_cast<double>(b.host - a.host) / span;
  }
  int64_t operator()(int64_t cupti) const {
    return a_.host + static_cast<int64_t>(static_cast<double>(cupti - a_.cupti) * rate_);
  }

 private:
  Moment a_;
  double rate_ = 1;
};

}  // namespace

DeviceTracer& DeviceTracer::get() {
  static auto* instance = new DeviceTracer;
  return *instance;
}

const Correlator& DeviceTracer::correlator() const { return kCorrelator; }

void DeviceTracer::prepare() {
  State& s = state();
  if (s.enabled) return;
  const Api& cupti = api();
  cupti.set_thread_id_type(kSystemThreadIds);  // a failure costs names of threads, nothing more
  check(cupti.register_callbacks(&buffer_requested, &buffer_completed), "cuptiActivityRegisterCallbacks");
  for (const Activity kind : kActivities) {
    const Result result = cupti.enable(kind);
    if (result == 0) continue;
    disable_all();
    check(result, "cuptiActivityEnable");
  }
  s.enabled = true;
}

void DeviceTracer::start(size_t limit) {
  prepare();
  State& s = state();
  api().flush_all(0);  // what came before
  std::lock_guard lock(s.mutex);
  s.spans = Ring<DeviceSpan>(limit);
  s.calls = Ring<RuntimeCall>(limit);
  s.links = Ring<Link>(limit);
  s.names = std::make_shared<NameTable>();
  s.call_names = {};
  s.lost = 0;
  s.begin = read_clocks();
  s.keeping = true;
}

void DeviceTracer::stop(Profile& into) {
  State& s = state();
  api().flush_all(0);
  const Moment end = read_clocks();
  disable_all();
  api().flush_all(0);
  std::lock_guard lock(s.mutex);
  s.keeping = s.enabled = false;
  const ClockMap host_time(s.begin, end);
  into.device = s.spans.take();
  into.runtime = s.calls.take();
  into.dropped.device = s.spans.dropped() + s.lost;
  into.dropped.runtime = s.calls.dropped();
  std::unordered_map<uint32_t, uint64_t> span_of_call;
  for (const Link& link : s.links.take()) span_of_call[link.correlation] = link.span;
  const auto tie = [&](auto& record) {
    record.begin_ns = host_time(record.begin_ns);
    record.end_ns = host_time(record.end_ns);
    const auto found = span_of_call.find(record.correlation);
    if (found != span_of_call.end()) record.span = found->second;
  };
  for (DeviceSpan& span : into.device) tie(span);
  std::unordered_set<uint32_t> by_runtime;
  for (RuntimeCall& call : into.runtime) {
    tie(call);
    if (!call.is_driver) by_runtime.insert(call.correlation);
  }
  std::erase_if(into.runtime, [&](const RuntimeCall& c) { return c.is_driver && by_runtime.contains(c.correlation); });
  // What a buffer still held of the time before.
  const auto is_earlier = [&](const auto& record) { return record.end_ns < into.begin_ns; };
  std::erase_if(into.device, is_earlier);
  std::erase_if(into.runtime, is_earlier);
  std::ranges::sort(into.device, {}, &DeviceSpan::begin_ns);
  std::ranges::sort(into.runtime, {}, &RuntimeCall::begin_ns);
  into.kernel_names = std::move(s.names);
}

void DeviceTracer::forget_after_fork() noexcept { state().enabled = state().keeping = false; }

}  // namespace vt::profiler
