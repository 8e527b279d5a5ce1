// What the addon keeps per JavaScript environment, so that worker threads do not share it.
#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "bindings/node/handle.h"
#include "bindings/node/loop.h"
#include "bindings/node/op_function.h"
#include "bindings/node/state.h"

namespace vt::node {

class Program;

struct EnvData {
  explicit EnvData(napi_env e) : env(e), handles(new HandleTable(e)), loop(Loop::open(e)) {
    napi_add_env_cleanup_hook(e, [](void* table) { static_cast<HandleTable*>(table)->begin_end(); }, handles);
  }
  ~EnvData() { handles->close(); }
  EnvData(const EnvData&) = delete;

  napi_env env;
  HandleTable* handles;
  std::shared_ptr<Loop> loop;
  napi_ref tensor_class = nullptr;
  Napi::FunctionReference enter;      // of JavaScript's context.ts
  Napi::FunctionReference mark_turn;  // has Node call turned()
  // The tensor that the constructor being called by wrap() takes, instead of arguments.
  Tensor* to_wrap = nullptr;
  const std::shared_ptr<const State> root_state = State::of_this_thread();
  std::shared_ptr<const State> state = root_state;  // of the code that runs now
  Program* recording = nullptr;                     // that synchronous calls go to instead of running
  // By the name that calls asked for; late ops change them.
  std::unordered_map<std::string, std::unique_ptr<OpFunction>> functions;
  std::shared_ptr<Program> program;  // being recorded
  std::shared_ptr<struct JobTable> jobs;

  static EnvData& of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<EnvData*>(data);
  }
};

}  // namespace vt::node
