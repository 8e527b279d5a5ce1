#include "bindings/node/js_reference.h"

#include <utility>

#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"

namespace vt::node {

std::shared_ptr<JsReference> JsReference::make(napi_env env, std::shared_ptr<Loop> loop, napi_value value) {
  // an array around it: only objects can be referred to
  napi_value box;
  napi_ref ref;
  napi_create_array_with_length(env, 1, &box);
  napi_set_element(env, box, 0, value);
  VT_CHECK(napi_create_reference(env, box, 1, &ref) == napi_ok, Internal, "no reference to a JavaScript value");
  return std::shared_ptr<JsReference>(new JsReference(std::move(loop), ref));
}

JsReference::~JsReference() {
  // once the environment is gone its references are too
  loop_->post([ref = ref_](napi_env env) { napi_delete_reference(env, ref); });
}

napi_value JsReference::value(napi_env env) const {
  napi_value box, value;
  napi_get_reference_value(env, ref_, &box);
  napi_get_element(env, box, 0, &value);
  return value;
}

namespace {

// The call's outcome, filled on the JavaScript thread.
struct Outcome {
  std::vector<Tensor> results;
  std::exception_ptr error;
};

void take_result(napi_env env, napi_value value, Outcome& outcome) {
  try {
    outcome.results = tensors_from(EnvData::of(env), value);
  } catch (...) {
    outcome.error = std::current_exception();
  }
}

void take_error(napi_env env, const std::shared_ptr<Loop>& loop, napi_value error, Outcome& outcome) {
  outcome.error = std::make_exception_ptr(ThrownValue(env, loop, error));
}

bool is_promise(napi_env env, napi_value value) {
  bool yes = false;
  napi_is_promise(env, value, &yes);
  return yes;
}

void when_settled(napi_env env, const std::shared_ptr<Loop>& loop, napi_value promise, Outcome& outcome,
                  const std::function<void()>& done) {
  const auto then = [&](bool fulfilled) {
    return Napi::Function::New(env, [loop, &outcome, done, fulfilled](const Napi::CallbackInfo& info) {
      if (fulfilled) {
        take_result(info.Env(), info[0], outcome);
      } else {
        take_error(info.Env(), loop, info[0], outcome);
      }
      done();
    });
  };
  Napi::Object object(env, promise);
  object.Get("then").As<Napi::Function>().Call(object, {then(true), then(false)});
}

}  // namespace

std::vector<Tensor> JsFunction::operator()(std::span<const Tensor> arguments) const {
  Outcome outcome;
  const std::shared_ptr<Loop>& loop = function_->loop();
  const bool elsewhere = !loop->is_here();
  const std::shared_ptr<const State> state = State::of_this_thread();
  loop->call([&](napi_env env, const std::function<void()>& done) {
    const Napi::HandleScope scope(env);
    EnvData& data = EnvData::of(env);
    try {
      std::vector<napi_value> values{box_state(env, state)};
      for (const Tensor& t : arguments) values.push_back(tensor_value(data, t));
      napi_value undefined, result;
      napi_get_undefined(env, &undefined);
      if (napi_call_function(env, undefined, function_->value(env), values.size(), values.data(), &result) != napi_ok) {
        napi_value error;
        napi_get_and_clear_last_exception(env, &error);
        take_error(env, loop, error, outcome);
      } else if (is_promise(env, result)) {
        VT_CHECK(elsewhere, Runtime,
                 "an asynchronous function is called by work that runs on the JavaScript thread: use the asynchronous "
                 "form of that work");
        when_settled(env, loop, result, outcome, done);
        return;
      } else {
        take_result(env, result, outcome);
      }
    } catch (...) {
      outcome.error = std::current_exception();
    }
    done();
  });
  if (outcome.error) std::rethrow_exception(outcome.error);
  return std::move(outcome.results);
}

}  // namespace vt::node
