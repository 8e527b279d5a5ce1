// A profile as the JSON that chrome://tracing and Perfetto open: a process for the host with a lane per thread and one
// per memory, and a process per device with a lane per stream and one for the replays of each graph.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "profiler/profile.h"

namespace vt::profiler {

struct TraceOptions {
  // The frames of HostSpan::stack, innermost first, as "file.py(12): name". Null: stacks are left out.
  std::function<std::vector<std::string>(uint64_t)> frames;
  // Members of the outermost object: names and values that are JSON already.
  std::vector<std::pair<std::string, std::string>> metadata;
};

// Calls `write` with pieces of the text, some hundred thousand bytes each.
VT_API void write_chrome_trace(const Profile& profile, const TraceOptions& options,
                               const std::function<void(std::string_view)>& write);

// "text" as a JSON string, quotes included; what is not UTF-8 is replaced.
VT_API std::string json_string(std::string_view text);

}  // namespace vt::profiler
