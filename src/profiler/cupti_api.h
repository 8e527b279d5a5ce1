// The functions of CUPTI that we call, found in its library at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/macros.h"
#include "profiler/cupti_records.h"

namespace vt::profiler::cupti {

using Result = int;                           // CUptiResult; 0 is success
inline constexpr Result kNoMoreRecords = 12;  // CUPTI_ERROR_MAX_LIMIT_REACHED
inline constexpr int kExternalKind = 3;       // CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0
inline constexpr int kDriverDomain = 1;       // CUPTI_CB_DOMAIN_DRIVER_API
inline constexpr int kRuntimeDomain = 2;      // CUPTI_CB_DOMAIN_RUNTIME_API
inline constexpr int kSystemThreadIds = 1;    // CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM

// CUPTI asks for a buffer, on whatever thread.
using BufferRequested = void (*)(uint8_t** buffer, size_t* size, size_t* max_records);
// And gives it back with `valid` bytes of records.
using BufferCompleted = void (*)(void* context, uint32_t stream, uint8_t* buffer, size_t size, size_t valid);

// A test fills one of its own.
struct Api {
  Result (*get_version)(uint32_t* version);
  Result (*get_timestamp)(uint64_t* ns);
  Result (*get_result_string)(Result result, const char** text);
  Result (*get_callback_name)(int domain, uint32_t call, const char** name);
  Result (*set_thread_id_type)(int type);
  Result (*register_callbacks)(BufferRequested requested, BufferCompleted completed);
  Result (*enable)(Activity kind);
  Result (*disable)(Activity kind);
  Result (*flush_all)(uint32_t flag);
  Result (*get_next_record)(uint8_t* buffer, size_t valid, void** record);
  Result (*get_dropped)(void* context, uint32_t stream, size_t* dropped);
  Result (*push_external)(int kind, uint64_t id);
  Result (*pop_external)(int kind, uint64_t* last);
};

// CUPTI's, or what a test has set. RuntimeError with the reason where it is missing, lacks a function, or is of a
// version whose records we do not know.
VT_API const Api& api();
// One sentence that says why api() throws; empty if it does not.
VT_API std::string unavailable_reason();
// For tests, while nothing is traced; null goes back to CUPTI's.
VT_API void set_api(const Api* api);

}  // namespace vt::profiler::cupti
