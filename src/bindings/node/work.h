// One unit of work on tensors: run here, run by the executor behind a promise, or recorded into a program.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "bindings/node/env_data.h"
#include "bindings/node/executor.h"
#include "cuda/completion.h"
#include "dispatch/value.h"

namespace vt::node {

// Computes results from the tensors. With `shapes_only` they are on the meta backend, and nothing else may change.
using Body = std::function<Results(std::span<const Tensor> inputs, bool shapes_only)>;
// The results as a JavaScript value; on the JavaScript thread, in a handle scope.
using Convert = std::function<napi_value(EnvData& data, Results& results)>;

// How what a call costs on the CPU can be told before it has run: Note [Small calls] in small_calls.h.
enum class Cost : uint8_t {
  Unknown,
  None,     // it moves no element
  Shapes,   // it grows with the elements of its inputs and results, whose shapes `body` tells
  Product,  // the same, and a result has at most as many elements as the inputs' numbers of elements multiplied
  Inputs,   // it grows with the elements of its inputs alone
};

struct Work {
  const char* name = "";  // for errors
  std::vector<Tensor> inputs;
  std::vector<char> written;           // by input, whether it is written to
  std::vector<const void*> resources;  // what else it writes to
  std::vector<Handle*> returned;       // handles that stay alive until the promise is settled
  std::optional<Device> device;        // of results, where the call names one
  bool waits_for_device = false;       // reads values: on CUDA it would block
  Cost cost = Cost::Unknown;
  bool has_shapes = true;                      // whether `body` can tell shapes without computing
  std::shared_ptr<std::atomic<bool>> aborted;  // checked by long bodies
  Body body;
  // Where `body` leaves work on a device that the results wait for: has `done` called at its end, by a thread of the
  // driver. Called right after `body`, on its thread.
  std::function<void(cuda::Done done)> at_end;
  int at_end_of = -1;  // the device
  Convert convert;
  std::function<void(EnvData& data)> failed;  // on the JavaScript thread, where there is no result

  void add(const Tensor& t, bool writes = false) {
    inputs.push_back(t);
    written.push_back(writes);
  }
};

// What stands for the gradients of leaves, which every backward pass writes to.
inline constexpr char kGradients = 0;

// The value now. Waits for earlier asynchronous work on the same tensors. In a recording: the value's stand-in.
napi_value run_here(EnvData& data, Work&& work);
// A promise of the value.
napi_value run_async(EnvData& data, Work&& work);
inline napi_value perform(EnvData& data, Work&& work, bool async) {
  return async ? run_async(data, std::move(work)) : run_here(data, std::move(work));
}
// Waits for earlier asynchronous work that uses what this uses; raises where that waits for JavaScript.
void wait_for_earlier(EnvData& data, std::span<const Access> accesses);
std::vector<Access> accesses_of(const Work& work);

// lastJob() -> number; abortJob(number, reason); runtimeStats(); configure(threads, maxInFlight); watchTurns(mark);
// turned().
void export_work(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
