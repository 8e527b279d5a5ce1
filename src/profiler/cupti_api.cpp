#include "profiler/cupti_api.h"

#include <atomic>

#include "core/error.h"
#include "cuda/library.h"

namespace vt::profiler::cupti {
namespace {

std::atomic<const Api*> replaced{nullptr};

template <class Function>
void find(Function& to, const char* name) {
  to = cuda::cupti_library().function<Function>(name);
}

Api load() {
  Api api;
  find(api.get_version, "cuptiGetVersion");
  uint32_t version = 0;
  const Result result = api.get_version(&version);
  VT_CHECK(result == 0 && layout_is_known(version), Runtime, "CUPTI at ", cuda::cupti_library().path(),
           " is of version ", version, ", whose records this build does not know; it reads those of CUDA 12 and 13");
  find(api.get_timestamp, "cuptiGetTimestamp");
  find(api.get_result_string, "cuptiGetResultString");
  find(api.get_callback_name, "cuptiGetCallbackName");
  find(api.set_thread_id_type, "cuptiSetThreadIdType");
  find(api.register_callbacks, "cuptiActivityRegisterCallbacks");
  find(api.enable, "cuptiActivityEnable");
  find(api.disable, "cuptiActivityDisable");
  find(api.flush_all, "cuptiActivityFlushAll");
  find(api.get_next_record, "cuptiActivityGetNextRecord");
  find(api.get_dropped, "cuptiActivityGetNumDroppedRecords");
  find(api.push_external, "cuptiActivityPushExternalCorrelationId");
  find(api.pop_external, "cuptiActivityPopExternalCorrelationId");
  return api;
}

}  // namespace

const Api& api() {
  if (const Api* set = replaced.load(std::memory_order_acquire)) return *set;
  static const Api found = load();
  return found;
}

std::string unavailable_reason() {
  try {
    api();
    return {};
  } catch (const Error& e) {
    return e.message();
  }
}

void set_api(const Api* api) { replaced.store(api, std::memory_order_release); }

}  // namespace vt::profiler::cupti
