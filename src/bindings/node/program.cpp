#include "bindings/node/program.h"

#include <algorithm>

#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "core/thread_state.h"

namespace vt::node {
namespace {

template <class F>
void for_each_tensor(const Results& results, const F& f) {
  for (int i = 0; i < results.count; ++i) f(results.tensors[i]);
  for (const Tensor& t : results.list) f(t);
}

// What a number that stands for a tensor promotes as must not change. A tensor over several devices has no memory of
// its own, and computes all the same.
bool stands_for_itself(const Tensor& t) { return t.impl()->is_wrapped_number() || t.device().type == DeviceType::Meta; }

}  // namespace

uint32_t Program::slot_of(const Tensor& t) {
  if (const auto made = by_shape_.find(t.impl()); made != by_shape_.end()) return made->second;
  if (const auto given = by_value_.find(t.impl()); given != by_value_.end()) return given->second;
  const auto number = static_cast<uint32_t>(slots_.size());
  Slot& slot = slots_.emplace_back();
  slot.value = t;
  slot.device = t.device();
  slot.given = true;
  slot.shape =
      stands_for_itself(t) ? t : empty_strided(t.sizes(), t.strides(), t.dtype(), Device{DeviceType::Meta, -1});
  by_value_.emplace(t.impl(), number);
  by_shape_.emplace(slot.shape.impl(), number);
  return number;
}

uint32_t Program::add_output(const Tensor& shape, Device device) {
  if (const auto known = by_shape_.find(shape.impl()); known != by_shape_.end()) return known->second;
  const auto number = static_cast<uint32_t>(slots_.size());
  Slot& slot = slots_.emplace_back();
  slot.shape = shape;
  slot.device = device;
  by_shape_.emplace(shape.impl(), number);
  return number;
}

napi_value Program::record(EnvData& data, Work&& work) {
  VT_CHECK(work.has_shapes, NotImplemented, work.name,
           " needs values, which what runs as one task does not have yet: call the synchronous form of the whole");
  Step step;
  step.state = data.state;
  step.default_dtype = default_dtype();
  std::vector<Tensor> shapes;
  std::optional<Device> device = work.device;
  for (size_t i = 0; i < work.inputs.size(); ++i) {
    const uint32_t slot = slot_of(work.inputs[i]);
    step.inputs.push_back(slot);
    shapes.push_back(slots_[slot].shape);
    if (work.written[i]) slots_[slot].written = true;
    if (!device && !work.inputs[i].impl()->is_wrapped_number()) device = slots_[slot].device;
  }
  Results results;
  {
    const GradMode no_grad(false);
    results = work.body(shapes, true);
  }
  for_each_tensor(results, [&](const Tensor& t) {
    step.outputs.push_back(t.defined() ? add_output(t, device.value_or(default_device())) : UINT32_MAX);
  });
  step.body = std::move(work.body);
  steps_.push_back(std::move(step));
  resources_.insert(resources_.end(), work.resources.begin(), work.resources.end());
  return work.convert(data, results);
}

napi_value Program::object_of(EnvData& data, const Tensor& shape) const {
  const auto found = by_shape_.find(shape.impl());
  if (found == by_shape_.end() || !slots_[found->second].handle) return nullptr;
  napi_value object = nullptr;
  napi_get_reference_value(data.env, slots_[found->second].handle->object, &object);
  return object;
}

bool Program::adopt(Handle* handle, const Tensor& shape) {
  const auto found = by_shape_.find(shape.impl());
  if (found == by_shape_.end() || slots_[found->second].given) return false;
  handle->program = this;
  handle->slot = found->second;
  slots_[found->second].handle = handle;
  return true;
}

void Program::find_last_uses() {
  std::vector<char> seen(slots_.size());
  for (size_t i = steps_.size(); i-- > 0;) {
    for (const auto* list : {&steps_[i].inputs, &steps_[i].outputs}) {
      for (const uint32_t slot : *list) {
        if (slot == UINT32_MAX || seen[slot] || slots_[slot].handle) continue;
        seen[slot] = 1;
        steps_[i].last_uses.push_back(slot);
      }
    }
  }
}

void Program::run(const std::atomic<bool>& aborted) {
  for (const Step& step : steps_) {
    VT_CHECK(!aborted.load(std::memory_order_relaxed), Runtime, "aborted");
    std::vector<Tensor> inputs;
    for (const uint32_t slot : step.inputs) inputs.push_back(slots_[slot].value);
    const StateScope scope(*step.state, step.default_dtype);
    const Results results = step.body(inputs, false);
    size_t next = 0;
    for_each_tensor(results, [&](const Tensor& t) {
      if (const uint32_t slot = step.outputs.at(next++); slot != UINT32_MAX) slots_[slot].value = t;
    });
    for (const uint32_t slot : step.last_uses) slots_[slot].value = Tensor();
  }
  steps_.clear();
}

void Program::deliver(EnvData& data) {
  for (Slot& slot : slots_) {
    if (!slot.handle) continue;
    slot.handle->program = nullptr;
    data.handles->set(slot.handle, std::move(slot.value));
  }
  slots_.clear();
}

void Program::abandon(EnvData& data, const char* why) {
  for (Slot& slot : slots_) {
    if (!slot.handle) continue;
    slot.handle->program = nullptr;
    data.handles->dispose(slot.handle, why);
  }
  slots_.clear();
}

Work Program::as_work(std::shared_ptr<Program> program) {
  Work work;
  work.name = "task";
  work.has_shapes = false;
  if (program->empty()) work.cost = Cost::None;
  program->find_last_uses();
  for (const Slot& slot : program->slots_) {
    if (slot.given) work.add(slot.value, slot.written);
  }
  work.resources = std::move(program->resources_);
  work.aborted = std::make_shared<std::atomic<bool>>(false);
  work.body = [program, aborted = work.aborted](std::span<const Tensor>, bool) {
    program->run(*aborted);
    return Results();
  };
  work.convert = [program](EnvData& data, Results&) -> napi_value {
    program->deliver(data);
    return nullptr;
  };
  return work;
}

namespace {

std::shared_ptr<Program>& current(EnvData& data) { return data.program; }

void begin_program(const Napi::CallbackInfo& info) {
  EnvData& data = EnvData::of(info.Env());
  guarded(info.Env(), [&] {
    VT_CHECK(!data.recording, Runtime, "task: what runs as one task cannot start another: call its synchronous form");
    current(data) = std::make_shared<Program>();
    data.recording = current(data).get();
  });
}

Napi::Value submit_program(const Napi::CallbackInfo& info) {
  EnvData& data = EnvData::of(info.Env());
  return guarded(info.Env(), [&] {
    data.recording = nullptr;
    const std::shared_ptr<Program> program = std::exchange(current(data), nullptr);
    Work work = Program::as_work(program);
    work.failed = [program](EnvData& d) { program->abandon(d, "the task that computes it failed"); };
    return Napi::Value(data.env, run_async(data, std::move(work)));
  });
}

void drop_program(const Napi::CallbackInfo& info) {
  EnvData& data = EnvData::of(info.Env());
  data.recording = nullptr;
  if (const auto program = std::exchange(current(data), nullptr)) program->abandon(data, "its recording failed");
}

}  // namespace

void export_program(Napi::Env env, Napi::Object exports) {
  exports.Set("beginProgram", Napi::Function::New<&begin_program>(env, "beginProgram"));
  exports.Set("submitProgram", Napi::Function::New<&submit_program>(env, "submitProgram"));
  exports.Set("dropProgram", Napi::Function::New<&drop_program>(env, "dropProgram"));
}

}  // namespace vt::node
