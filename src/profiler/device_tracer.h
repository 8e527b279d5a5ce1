// Records what CUDA devices do: kernels, copies and fills, through CUPTI's activity records.
//
// CUPTI fills buffers that it asks us for and hands them back on a thread of its own; they are read at once, so that
// what is kept is bounded by the rings, not by the length of the run.
//
// Note [Ties between host and device]
// A record of device work has the correlation number of the runtime call that started it. While a host span is open its
// id lies on CUPTI's stack of external numbers of that thread, and CUPTI writes for every runtime call a record of
// both. The kernels of a graph's replay have the number of the call that launched the graph, so they belong to the span
// of the replay.
#pragma once

#include "profiler/cupti_api.h"
#include "profiler/profile.h"
#include "profiler/recorder.h"

namespace vt::profiler {

// CUPTI allows one user per process: so one tracer. Its functions are called by one thread at a time.
class VT_API DeviceTracer {
 public:
  static DeviceTracer& get();

  // Has CUPTI record from now on, which takes it a while the first time; what it records is kept from start() on.
  // RuntimeError with the reason if it can't. Does nothing if it does already.
  void prepare();
  void start(size_t limit);
  // What was recorded since start() of work that is done. CUPTI stops recording.
  void stop(Profile& into);

  // In a forked child, which CUPTI does not serve: it records nothing, and no call of CUPTI is made.
  void forget_after_fork() noexcept;

  const Correlator& correlator() const;

 private:
  DeviceTracer() = default;
};

namespace cupti {
// What the records of a buffer are read into, times as CUPTI has them.
class VT_API RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void on_device_work(DeviceSpan&& span) = 0;
  virtual void on_runtime_call(RuntimeCall&& call) = 0;
  virtual void on_correlation(uint32_t correlation, uint64_t span) = 0;
};
// Reads `valid` bytes of records; kinds that we did not ask for are passed over. How many records there were.
VT_API size_t read_records(const Api& api, uint8_t* buffer, size_t valid, RecordSink& sink);
}  // namespace cupti

}  // namespace vt::profiler
