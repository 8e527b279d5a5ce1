// Synchronous calls recorded on the JavaScript thread and run as one task by the executor.
#pragma once

#include <unordered_map>

#include "bindings/node/work.h"

namespace vt::node {

// Note [Programs]
// A module's forward is a TypeScript function of synchronous calls. Its asynchronous form runs that function once with
// nothing computed: each call runs on the meta backend alone, which gives its result a shape and a dtype, and is kept
// with its arguments. Then all of it runs as one task, and the tensors that JavaScript already holds get their memory.
// So a module is written once, and a forward costs one trip to another thread, not one per op. What needs a value
// (item, nonzero) cannot be recorded and says so; modes are those in force where each call stood. Until the first call
// that is recorded, those that would have their promise settled at once (work for CUDA, small calls) are not: on a GPU
// a task is its calls, and costs no more than they do.
class Program {
 public:
  napi_value record(EnvData& data, Work&& work);
  // The stand-in of a result: the object that has it, or null if there is none yet.
  napi_value object_of(EnvData& data, const Tensor& shape) const;
  // `handle`, of a new object, stands for that result. False if the program does not make it.
  bool adopt(Handle* handle, const Tensor& shape);
  void forget(Handle* handle) { slots_[handle->slot].handle = nullptr; }
  // Whether no call was recorded so far.
  bool empty() const { return steps_.empty(); }
  Device device_of(const Handle* handle) const { return slots_[handle->slot].device; }

  // All of it as one piece of work.
  static Work as_work(std::shared_ptr<Program> program);
  // The recording failed: its stand-ins are nothing.
  void abandon(EnvData& data, const char* why);

 private:
  struct Slot {
    Tensor shape;  // what the recording computes with
    Tensor value;
    Device device;
    Handle* handle = nullptr;
    bool given = false;  // came from outside
    bool written = false;
  };
  struct Step {
    Body body;
    std::vector<uint32_t> inputs, outputs;
    std::vector<uint32_t> last_uses;  // of slots that nobody holds after it
    std::shared_ptr<const State> state;
    DType default_dtype;
  };
  uint32_t slot_of(const Tensor& t);
  uint32_t add_output(const Tensor& shape, Device device);
  void find_last_uses();
  void run(const std::atomic<bool>& aborted);
  void deliver(EnvData& data);

  std::vector<Slot> slots_;
  std::vector<Step> steps_;
  std::vector<const void*> resources_;
  std::unordered_map<const TensorImpl*, uint32_t> by_shape_, by_value_;
};

// beginProgram(), submitProgram() -> promise, dropProgram().
void export_program(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
