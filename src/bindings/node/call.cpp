#include "bindings/node/call.h"

#include "bindings/node/arguments.h"
#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/executor.h"
#include "bindings/node/small_calls.h"
#include "bindings/node/tensor.h"
#include "bindings/node/work.h"
#include "core/thread_state.h"
#include "dispatch/registry.h"

namespace vt::node {
namespace {

constexpr char kRandomNumbers = 0;  // what stands for the default generators

const char* kind_name(OpKind kind) {
  switch (kind) {
    case OpKind::Functional: return "functional";
    case OpKind::Inplace: return "inplace";
    case OpKind::Out: return "out";
  }
  return "";
}

napi_value result_value(EnvData& data, const Tensor& tensor, const Arguments& arguments) {
  if (!tensor.defined()) return tensor_value(data, tensor);
  const napi_value given = arguments.object_of(tensor);
  return given ? given : wrap(data, tensor);
}

napi_value to_js(EnvData& data, const Results& results, const Arguments& arguments) {
  const napi_env env = data.env;
  napi_value value;
  if (results.is_list) {
    napi_create_array_with_length(env, results.list.size(), &value);
    for (uint32_t i = 0; i < results.list.size(); ++i) {
      napi_set_element(env, value, i, result_value(data, results.list[i], arguments));
    }
    return value;
  }
  if (!results.number.is_none()) return from_scalar(env, Unbox<Scalar>::get(results.number));
  if (arguments.op().schema().rets().empty()) {
    napi_get_undefined(env, &value);
    return value;
  }
  if (results.count == 1) return result_value(data, results.tensors[0], arguments);
  napi_create_array_with_length(env, static_cast<size_t>(results.count), &value);
  for (int i = 0; i < results.count; ++i) {
    napi_set_element(env, value, static_cast<uint32_t>(i), result_value(data, results.tensors[i], arguments));
  }
  return value;
}

std::vector<Access> accesses_of(const Arguments& arguments) {
  std::vector<Access> accesses;
  arguments.for_each_input([&](const Tensor& t, bool written) { accesses.push_back({t.storage().get(), written}); });
  if (arguments.op().functional().parts.random) accesses.push_back({&kRandomNumbers, true});
  return accesses;
}

Work work_of(const std::shared_ptr<Arguments>& arguments) {
  const Op& op = arguments->op();
  Work work;
  work.name = op.name().c_str();
  work.has_shapes = !op.functional().parts.value_dependent;
  work.waits_for_device = op.functional().parts.value_dependent;
  work.cost = cost_of(op);
  arguments->for_each_input([&](const Tensor& t, bool written) { work.add(t, written); });
  if (op.functional().parts.random) work.resources.push_back(&kRandomNumbers);
  if (op.device_argument() >= 0) {
    const Value& device = arguments->values()[op.device_argument()];
    if (!device.is_none()) {
      work.device = Unbox<Device>::get(device);
    } else if (work.inputs.empty()) {
      work.device = default_device();
    }
    if (work.device && work.device->is_cpu()) work.waits_for_device = true;
  }
  work.returned = arguments->written_handles();
  work.body = [arguments, &op](std::span<const Tensor> inputs, bool shapes_only) {
    arguments->rebind(inputs);
    Value values[kMaxArgs];  // a call may change them
    std::copy_n(arguments->values(), op.arg_count(), values);
    if (shapes_only) arguments->make_meta(values);
    Results results;
    call_op(op, values, op.arg_count(), results);
    return results;
  };
  work.convert = [arguments](EnvData& data, Results& results) { return to_js(data, results, *arguments); };
  return work;
}

napi_value call_now(EnvData& data, Arguments& arguments) {
  if (!Executor::get().idle()) wait_for_earlier(data, accesses_of(arguments));
  Results results;
  call_op(arguments.op(), arguments.values(), arguments.op().arg_count(), results);
  return to_js(data, results, arguments);
}

[[noreturn]] void refuse(EnvData& data, const OpFunction& function, std::span<const napi_value> positional,
                         napi_value named) {
  std::string complaints;
  for (const Candidate& candidate : function.candidates) {
    std::string complaint;
    Arguments arguments(data);
    arguments.bind(candidate, positional, named, &complaint);
    complaints += "\n  " + candidate.op->schema().text() + ": " + complaint;
  }
  VT_THROW(Type, function.name, ": the arguments fit no declaration", complaints);
}

template <bool async>
napi_value call(napi_env env, napi_callback_info info) {
  return guarded_plain(env, [&]() -> napi_value {
    size_t count = kMaxArgs + 1;
    napi_value given[kMaxArgs + 1];
    void* context = nullptr;
    napi_get_cb_info(env, info, &count, given, nullptr, &context);
    const auto& function = *static_cast<const OpFunction*>(context);
    VT_CHECK(count <= kMaxArgs + 1, Type, function.name, ": too many arguments");
    EnvData& data = EnvData::of(env);
    napi_value named = nullptr;
    KnownHandle last;
    if (count > 0) {
      last = {given[count - 1], data.handles->find_any(given[count - 1])};
      if (!last.handle && is_named_arguments(data, last.value)) named = given[--count];
    }
    const std::span<const napi_value> positional(given, count);
    for (const Candidate& candidate : function.candidates) {
      if (async || data.recording) {
        const auto arguments = std::make_shared<Arguments>(data, last);
        if (!arguments->bind(candidate, positional, named, nullptr)) continue;
        return perform(data, work_of(arguments), async);
      }
      Arguments arguments(data, last);
      if (arguments.bind(candidate, positional, named, nullptr)) return call_now(data, arguments);
    }
    refuse(data, function, positional, named);
  });
}

Napi::Value registry(const Napi::CallbackInfo& info) {
  const auto ops = Registry::get().ops();
  Napi::Array entries = Napi::Array::New(info.Env(), ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) entries.Set(i, entry_of(info.Env(), *ops[i]));
  return entries;
}

Napi::Value op_functions(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const std::string name = info[0].ToString();
    auto& functions = EnvData::of(env).functions;
    if (!functions.contains(name)) {
      std::vector<Candidate> candidates = overloads_to_try(name);
      VT_CHECK(!candidates.empty(), Attribute, "there is no op named '", name, "'");
      functions.emplace(name, std::make_unique<OpFunction>(OpFunction{name, std::move(candidates)}));
    }
    OpFunction* const function = functions.find(name)->second.get();
    Napi::Array pair = Napi::Array::New(env, 2);
    napi_value sync, async;
    napi_create_function(env, name.c_str(), NAPI_AUTO_LENGTH, call<false>, function, &sync);
    napi_create_function(env, name.c_str(), NAPI_AUTO_LENGTH, call<true>, function, &async);
    pair.Set(0u, sync);
    pair.Set(1u, async);
    return pair;
  });
}

}  // namespace

Napi::Object entry_of(Napi::Env env, const Op& op) {
  Napi::Array places = Napi::Array::New(env);
  for (const Place& place : kPlaces) {
    if (op.parts.surface & place.surface) places.Set(places.Length(), std::string(place.name));
  }
  Napi::Object entry = Napi::Object::New(env);
  entry.Set("name", op.name());
  entry.Set("schema", op.schema().text());
  entry.Set("kind", kind_name(op.kind()));
  entry.Set("places", places);
  return entry;
}

void forget_candidates(Napi::Env env, const std::string& name) {
  auto& functions = EnvData::of(env).functions;
  const auto found = functions.find(name);
  if (found != functions.end()) found->second->candidates = overloads_to_try(name);
}

void export_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("registry", Napi::Function::New<&registry>(env, "registry"));
  exports.Set("opFunctions", Napi::Function::New<&op_functions>(env, "opFunctions"));
}

}  // namespace vt::node
