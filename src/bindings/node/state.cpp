#include "bindings/node/state.h"

#include <algorithm>
#include <utility>

#include "autograd/record.h"
#include "bindings/node/cuda.h"
#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "core/thread_dtype.h"
#include "cuda/stream.h"

namespace vt::node {

std::shared_ptr<const State> State::of_this_thread() {
  auto state = std::make_shared<State>();
  state->thread = thread_state();
  state->default_dtype = thread_default_dtype();
  return state;
}

void State::enter() const {
  thread_state() = thread;
  set_thread_default_dtype(default_dtype);
  if (stream) cuda::set_current_stream(*stream);
}

bool State::has_autocast() const {
  return std::ranges::any_of(thread.autocast_enabled, [](bool on) { return on; });
}

StateScope::StateScope(const State& state, DType default_dtype)
    : before_(thread_state()), dtype_before_(thread_default_dtype()), has_autocast_(state.has_autocast()) {
  if (state.stream) stream_before_ = cuda::current_stream(state.stream->device);
  state.enter();
  set_thread_default_dtype(default_dtype);
}

StateScope::~StateScope() {
  thread_state() = before_;
  set_thread_default_dtype(dtype_before_);
  if (stream_before_) cuda::set_current_stream(*stream_before_);
  if (has_autocast_) autograd::clear_autocast_cache();
}

using StateBox = std::shared_ptr<const State>;

Napi::Value box_state(Napi::Env env, StateBox state) {
  return Napi::External<StateBox>::New(env, new StateBox(std::move(state)),
                                       [](Napi::Env, StateBox* box) { delete box; });
}

namespace {

StateBox state_in(const Napi::Value& value) {
  return value.IsExternal() ? *value.As<Napi::External<StateBox>>().Data() : nullptr;
}

void apply_autocast(State& state, const Napi::Object& autocast) {
  const auto device = static_cast<int>(parse_device(autocast.Get("device").ToString().Utf8Value()).type);
  const bool enabled = autocast.Get("enabled").ToBoolean();
  state.thread.autocast_enabled[device] = enabled;
  if (autocast.Get("dtype").IsString()) {
    state.thread.autocast_dtype[device] = parse_dtype(autocast.Get("dtype").ToString());
  }
  const bool any = state.has_autocast();
  state.thread.included = any ? state.thread.included | KeySet(Key::Autocast) : state.thread.included - Key::Autocast;
}

// deriveState(state or undefined, {grad?, autocast?, device?, defaultDtype?, stream?, scope?}): the state with these
// changes.
Napi::Value derive_state(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const StateBox base = state_in(info[0]);
    auto state = std::make_shared<State>(base ? *base : *EnvData::of(info.Env()).root_state);
    const Napi::Object changes = info[1].As<Napi::Object>();
    if (changes.Has("grad")) state->thread.grad_enabled = changes.Get("grad").ToBoolean();
    if (changes.Has("autocast")) apply_autocast(*state, changes.Get("autocast").As<Napi::Object>());
    if (changes.Has("device"))
      state->thread.default_device = parse_device(changes.Get("device").ToString().Utf8Value());
    if (changes.Has("defaultDtype")) {
      state->default_dtype = parse_dtype(changes.Get("defaultDtype").ToString());
      check_default_dtype(*state->default_dtype);
    }
    if (changes.Has("stream")) {
      state->stream = stream_from(changes.Get("stream"));
    }
    if (changes.Has("scope")) {
      auto scope = std::make_shared<Scope>();
      scope->outer = state->scope;
      state->scope = std::move(scope);
    }
    return box_state(info.Env(), std::move(state));
  });
}

// enterState(state or undefined): what follows on this thread runs in it.
void enter_state(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    EnvData& data = EnvData::of(info.Env());
    const StateBox state = state_in(info[0]);
    const StateBox before = std::exchange(data.state, state ? state : data.root_state);
    data.state->enter();
    if (before->stream && !data.state->stream) cuda::set_current_stream({nullptr, before->stream->device});
    if (before->has_autocast() && !data.state->has_autocast()) autograd::clear_autocast_cache();
  });
}

// endScope(state, kept): frees what was made in the scope but the kept tensors, which go to the scope around it.
void end_scope(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    EnvData& data = EnvData::of(info.Env());
    const StateBox state = state_in(info[0]);
    VT_CHECK(state && state->scope, Type, "endScope: expected the state of a scope");
    Scope& scope = *state->scope;
    const Napi::Array kept = info[1].As<Napi::Array>();
    for (uint32_t i = 0; i < kept.Length(); ++i) {
      Handle* handle = data.handles->find(kept.Get(i));
      if (!handle || handle->scope != &scope) continue;
      HandleTable::leave_scope(handle);
      if (scope.outer && !scope.outer->ended) data.handles->enter_scope(handle, scope.outer.get());
    }
    while (scope.first) data.handles->dispose(scope.first, "its scope has ended");
    scope.ended = true;
  });
}

Napi::Value is_grad_enabled(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), EnvData::of(info.Env()).state->thread.grad_enabled);
}

void set_default_dtype_(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { set_default_dtype(parse_dtype(info[0].ToString())); });
}
Napi::Value default_dtype_(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), to_string(default_dtype()));
}

}  // namespace

void export_state(Napi::Env env, Napi::Object exports) {
  exports.Set("deriveState", Napi::Function::New<&derive_state>(env, "deriveState"));
  exports.Set("enterState", Napi::Function::New<&enter_state>(env, "enterState"));
  exports.Set("endScope", Napi::Function::New<&end_scope>(env, "endScope"));
  exports.Set("isGradEnabled", Napi::Function::New<&is_grad_enabled>(env, "isGradEnabled"));
  exports.Set("setDefaultDtype", Napi::Function::New<&set_default_dtype_>(env, "setDefaultDtype"));
  exports.Set("defaultDtype", Napi::Function::New<&default_dtype_>(env, "defaultDtype"));
}

}  // namespace vt::node
