// One profile of the process at a time: what every frontend starts and stops.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "profiler/profile.h"

namespace vt::profiler {

// Whether device work can be recorded; else one sentence why not.
VT_API std::string device_unavailable_reason();

// Warms up what start(options) needs. RuntimeError as of start().
VT_API void prepare(const Options& options);
// RuntimeError if a profile runs already, or if device work is wanted and cannot be recorded; then nothing runs.
VT_API void start(const Options& options);
// Waits for the devices, if their work is recorded, unless the calling thread captures a graph. RuntimeError if none
// runs.
VT_API std::unique_ptr<Profile> stop();
VT_API bool is_running();

// Every op, node of backward and range as a range of NVTX from here on. RuntimeError while a profile runs.
VT_API void start_nvtx(bool shapes);
// RuntimeError if it was not started.
VT_API void stop_nvtx();

// A range named by the program, on all profiles; `text` is shown beside it. Returns what end_range takes; 0, which
// end_range ignores, while no profile runs.
VT_API uint64_t begin_range(std::string_view name, std::string_view text = {});
VT_API void end_range(uint64_t range) noexcept;

}  // namespace vt::profiler
