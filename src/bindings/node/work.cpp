#include "bindings/node/work.h"

#include <algorithm>
#include <unordered_map>

#include "autograd/sequence.h"
#include "bindings/node/error.h"
#include "bindings/node/executor.h"
#include "bindings/node/program.h"
#include "bindings/node/small_calls.h"
#include "bindings/node/state.h"

namespace vt::node {

// A promise and the work behind it.
struct Job {
  uint64_t number = 0;
  Work work;
  std::shared_ptr<const State> state;
  DType default_dtype = DType::float32;
  std::shared_ptr<Loop> loop;
  std::shared_ptr<Task> task;
  napi_deferred promise = nullptr;  // null once it is settled
  Results results;
  std::exception_ptr error;
  uint64_t sequence = 0;         // of autograd, after the work
  cuda::Status device_status{};  // of what the results wait for
};

struct JobTable {
  uint64_t last = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Job>> unsettled;
};

namespace {

JobTable& jobs_of(EnvData& data) {
  if (!data.jobs) data.jobs = std::make_shared<JobTable>();
  return *data.jobs;
}

// Lets go of what kept the job's objects and the process alive.
void close(EnvData& data, Job& job) {
  for (Handle* handle : job.work.returned) napi_reference_unref(data.env, handle->object, nullptr);
  job.work.returned.clear();
  data.loop->let_go();
  jobs_of(data).unsettled.erase(job.number);
}

// Note [Order of nodes across threads]
// Numbers of autograd's nodes count per thread, and say which of two ready nodes was made later. A task goes on from
// the largest that any finished task had, so that later work has larger numbers wherever it ran.
std::atomic<uint64_t> latest_sequence{0};

void run(Job& job) {
  autograd::raise_sequence_number(latest_sequence.load(std::memory_order_relaxed));
  try {
    const StateScope scope(*job.state, job.default_dtype);
    job.results = job.work.body(job.work.inputs, false);
    if (job.results.number.tag == Tag::Complex) job.results.number = box(job.results.scalar);
  } catch (...) {
    job.error = std::current_exception();
  }
  job.sequence = autograd::peek_sequence_number();
  uint64_t latest = latest_sequence.load(std::memory_order_relaxed);
  while (latest < job.sequence && !latest_sequence.compare_exchange_weak(latest, job.sequence)) {
  }
  job.work.body = nullptr;
  job.work.inputs.clear();
}

void fail(EnvData& data, const Job& job) {
  if (job.work.failed) job.work.failed(data);
}

void settle(EnvData& data, Job& job) {
  autograd::raise_sequence_number(job.sequence);
  const auto before = std::exchange(data.state, job.state);  // results belong to the scope of the call
  const napi_deferred promise = std::exchange(job.promise, nullptr);
  if (!promise) {  // aborted meanwhile
    fail(data, job);
  } else {
    napi_value value = nullptr;
    try {
      if (job.error) std::rethrow_exception(job.error);
      if (job.work.at_end) cuda::finish_waiting(job.device_status, job.work.at_end_of);
      value = job.work.convert(data, job.results);
      if (!value) napi_get_undefined(data.env, &value);
      napi_resolve_deferred(data.env, promise, value);
    } catch (...) {
      napi_reject_deferred(data.env, promise, current_error_as_js(data.env));
      fail(data, job);
    }
  }
  data.state = before;
  close(data, job);
}

void settle_soon(std::shared_ptr<Job> job) {
  Loop& loop = *job->loop;
  Loop::Action action = [job = std::move(job)](napi_env env) { settle(EnvData::of(env), *job); };
  if (loop.post(std::move(action))) return;
  // The environment is gone. This may be a thread of the driver, which must not free what the job holds.
  auto task = std::make_shared<Task>();
  task->run = [dropped = std::move(action)] {};
  Executor::get().submit(std::move(task));
}

// Runs it, on whatever thread, and settles its promise when that and what it left on a device is done.
void run_and_settle(std::shared_ptr<Job> job) {
  run(*job);
  if (job->work.at_end && !job->error) {
    try {
      job->work.at_end([job](cuda::Status status) mutable {
        job->device_status = status;
        settle_soon(std::move(job));
      });
      return;
    } catch (...) {
      job->error = std::current_exception();
    }
  }
  settle_soon(std::move(job));
}

bool enqueues_only(const Work& work) {
  if (work.waits_for_device) return false;
  if (work.at_end) return true;
  if (work.inputs.empty()) return work.device && work.device->is_cuda();
  return std::ranges::any_of(work.inputs, [](const Tensor& t) { return t.is_cuda(); });
}

// Whether the work may be done where it is called: it is done at once, and nothing is before it.
bool may_run_here(const Work& work) {
  if (!enqueues_only(work) && !is_small(work)) return false;
  return Executor::get().idle() || !Executor::get().would_wait(accesses_of(work));
}

napi_value settled_promise(EnvData& data, Work& work) {
  napi_value promise, value = nullptr;
  napi_deferred deferred;
  check(napi_create_promise(data.env, &deferred, &promise));
  ++jobs_of(data).last;  // so that an abort of it is none of the call before
  autograd::raise_sequence_number(latest_sequence.load(std::memory_order_relaxed));
  try {
    Results results = work.body(work.inputs, false);
    if (results.number.tag == Tag::Complex) results.number = box(results.scalar);
    value = work.convert(data, results);
    if (!value) napi_get_undefined(data.env, &value);
    napi_resolve_deferred(data.env, deferred, value);
  } catch (...) {
    napi_reject_deferred(data.env, deferred, current_error_as_js(data.env));
    if (work.failed) work.failed(data);
  }
  return promise;
}

Napi::Value last_job(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(jobs_of(EnvData::of(info.Env())).last));
}

// Rejects the promise with the reason; the work is not begun, or its result is dropped.
void abort_job(const Napi::CallbackInfo& info) {
  EnvData& data = EnvData::of(info.Env());
  JobTable& jobs = jobs_of(data);
  const auto found = jobs.unsettled.find(static_cast<uint64_t>(info[0].ToNumber().Int64Value()));
  if (found == jobs.unsettled.end() || !found->second->promise) return;
  const std::shared_ptr<Job> job = found->second;
  napi_reject_deferred(data.env, std::exchange(job->promise, nullptr), info[1]);
  if (job->work.aborted) job->work.aborted->store(true);
  if (!job->task || !Executor::get().cancel(job->task)) return;
  fail(data, *job);
  close(data, *job);
}

Napi::Value runtime_stats(const Napi::CallbackInfo& info) {
  const Executor::Stats stats = Executor::get().stats();
  Napi::Object object = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, size_t value) { object.Set(name, static_cast<double>(value)); };
  set("threads", stats.threads);
  set("inFlight", stats.in_flight);
  set("waiting", stats.waiting);
  set("peakInFlight", stats.peak_in_flight);
  set("peakWaiting", stats.peak_waiting);
  set("completed", stats.completed);
  return object;
}

// watchTurns(mark): `mark` has Node call turned() when its other events were seen to.
void watch_turns(const Napi::CallbackInfo& info) {
  EnvData& data = EnvData::of(info.Env());
  data.mark_turn = Napi::Persistent(info[0].As<Napi::Function>());
  data.loop->watch_turns([&data] {  // fails where the thread is being terminated, and is not needed then
    napi_value global = nullptr;
    napi_get_global(data.env, &global);
    napi_call_function(data.env, global, data.mark_turn.Value(), 0, nullptr, nullptr);
  });
}
void turned(const Napi::CallbackInfo& info) { EnvData::of(info.Env()).loop->turned(); }

void configure(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const int64_t threads = info[0].ToNumber().Int64Value(), most = info[1].ToNumber().Int64Value();
    VT_CHECK(threads >= 0 && most >= 0, Value, "configure: expected numbers of at least 1");
    Executor::get().configure(static_cast<size_t>(threads), static_cast<size_t>(most));
  });
}

}  // namespace

std::vector<Access> accesses_of(const Work& work) {
  std::vector<Access> accesses;
  for (size_t i = 0; i < work.inputs.size(); ++i) {
    accesses.push_back({work.inputs[i].storage().get(), work.written[i] != 0});
  }
  for (const void* resource : work.resources) accesses.push_back({resource, true});
  return accesses;
}

void wait_for_earlier(EnvData& data, std::span<const Access> accesses) {
  VT_CHECK(Executor::get().wait_for(accesses, [&] { return data.loop->is_waited_for(); }), Runtime,
           "this synchronous call would wait for asynchronous work on the same tensors that itself waits for "
           "JavaScript (a hook, or a backward in TypeScript): await that work first");
}

napi_value run_here(EnvData& data, Work&& work) {
  if (data.recording) {
    const bool at_once = data.recording->empty() && work.has_shapes && may_run_here(work) &&
                         (enqueues_only(work) || data.loop->has_time());
    if (!at_once) return data.recording->record(data, std::move(work));
  }
  if (!Executor::get().idle()) wait_for_earlier(data, accesses_of(work));
  Results results = work.body(work.inputs, false);
  if (results.number.tag == Tag::Complex) results.number = box(results.scalar);
  return work.convert(data, results);
}

napi_value run_async(EnvData& data, Work&& work) {
  VT_CHECK(!data.recording, Runtime, work.name,
           ": what runs as one task is written in synchronous calls: use the form that ends in Sync");
  const bool here = may_run_here(work);
  if (here && !work.at_end && data.loop->has_time()) return settled_promise(data, work);
  napi_value promise;
  auto job = std::make_shared<Job>();
  check(napi_create_promise(data.env, &job->promise, &promise));
  JobTable& jobs = jobs_of(data);
  job->number = ++jobs.last;
  job->work = std::move(work);
  job->state = data.state;
  job->default_dtype = default_dtype();
  job->loop = data.loop;
  jobs.unsettled.emplace(job->number, job);
  for (Handle* handle : job->work.returned) napi_reference_ref(data.env, handle->object, nullptr);
  data.loop->hold();
  if (here && job->work.at_end) {
    run_and_settle(std::move(job));
    return promise;
  }
  if (here) {
    run(*job);
    data.loop->at_turn([job](napi_env env) { settle(EnvData::of(env), *job); });
    return promise;
  }
  job->task = std::make_shared<Task>();
  job->task->accesses = accesses_of(job->work);
  job->task->run = [job]() mutable { run_and_settle(std::move(job)); };
  const std::shared_ptr<Task> task = job->task;
  Executor::get().submit(task);
  return promise;
}

void export_work(Napi::Env env, Napi::Object exports) {
  exports.Set("lastJob", Napi::Function::New<&last_job>(env, "lastJob"));
  exports.Set("abortJob", Napi::Function::New<&abort_job>(env, "abortJob"));
  exports.Set("runtimeStats", Napi::Function::New<&runtime_stats>(env, "runtimeStats"));
  exports.Set("watchTurns", Napi::Function::New<&watch_turns>(env, "watchTurns"));
  exports.Set("turned", Napi::Function::New<&turned>(env, "turned"));
  exports.Set("configure", Napi::Function::New<&configure>(env, "configure"));
}

}  // namespace vt::node
