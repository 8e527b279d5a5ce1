// Profiles, for Node: profiler/session.h as it is.
#pragma once

#include <napi.h>

namespace vt::node {

// startProfile(options), stopProfile() -> { trace: Buffer, dropped }, beginRange(name), endRange(range).
void export_profiler(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
