#include "bindings/node/profiler.h"

#include <string>

#include "bindings/node/error.h"
#include "profiler/chrome_trace.h"
#include "profiler/session.h"

namespace vt::node {
namespace {

using namespace profiler;

Options options_of(const Napi::Object& given) {
  Options o;
  o.host = given.Get("host").ToBoolean();
  o.device = given.Get("device").ToBoolean();
  o.shapes = given.Get("shapes").ToBoolean();
  o.memory = given.Get("memory").ToBoolean();
  o.flops = given.Get("flops").ToBoolean();
  const int64_t limit = given.Get("limit").ToNumber().Int64Value();
  VT_CHECK(limit >= 1, Value, "limit must be at least 1, got ", limit);
  o.limit = static_cast<size_t>(limit);
  return o;
}

Napi::Value device_unavailable(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), device_unavailable_reason());
}

void start_profile(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { start(options_of(info[0].As<Napi::Object>())); });
}

Napi::Value stop_profile(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const auto profile = stop();
    std::string trace;
    write_chrome_trace(*profile, {}, [&](std::string_view piece) { trace += piece; });
    Napi::Object dropped = Napi::Object::New(env);
    const auto count = [&](const char* name, uint64_t n) { dropped.Set(name, static_cast<double>(n)); };
    count("host", profile->dropped.host);
    count("device", profile->dropped.device);
    count("runtime", profile->dropped.runtime);
    count("memory", profile->dropped.memory);
    Napi::Object result = Napi::Object::New(env);
    result.Set("trace", Napi::Buffer<char>::Copy(env, trace.data(), trace.size()));
    result.Set("dropped", dropped);
    return result;
  });
}

// A range is a number that fits a double exactly: ids are counted from 1.
Napi::Value begin(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(begin_range(info[0].ToString().Utf8Value())));
}
void end(const Napi::CallbackInfo& info) { end_range(static_cast<uint64_t>(info[0].ToNumber().Int64Value())); }

}  // namespace

void export_profiler(Napi::Env env, Napi::Object exports) {
  exports.Set("profilerDeviceUnavailable", Napi::Function::New<&device_unavailable>(env, "profilerDeviceUnavailable"));
  exports.Set("startProfile", Napi::Function::New<&start_profile>(env, "startProfile"));
  exports.Set("stopProfile", Napi::Function::New<&stop_profile>(env, "stopProfile"));
  exports.Set("beginRange", Napi::Function::New<&begin>(env, "beginRange"));
  exports.Set("endRange", Napi::Function::New<&end>(env, "endRange"));
}

}  // namespace vt::node
