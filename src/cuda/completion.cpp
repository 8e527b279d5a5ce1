#include "cuda/completion.h"

#include <atomic>
#include <memory>
#include <utility>

#include "cuda/branch.h"
#include "cuda/capture.h"
#include "cuda/device_api.h"
#include "cuda/device_error.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

void call_when_done(Stream stream, Done done) {
  auto kept = std::make_unique<Done>(std::move(done));
  const auto call = [](void* context, Status status) { (*std::unique_ptr<Done>(static_cast<Done*>(context)))(status); };
  check(device_api().call_host(stream, call, kept.get()), "a call at the end of a stream's work", stream.device);
  (void)kept.release();
}

void give_all() {
  refuse_under_capture("a wait for a stream");
  give_waiting();
}

}  // namespace

void when_done(Stream stream, Done done) {
  give_all();
  call_when_done(stream, std::move(done));
}

void when_done(const Event& event, Done done) {
  give_all();
  if (!event.is_recorded()) return done(Status::Success);
  const Stream stream = pool_stream(event.device());
  event.block(stream);
  call_when_done(stream, std::move(done));
}

void when_device_done(int device, Done done) {
  give_all();
  struct Shared {
    Done done;
    std::atomic<size_t> missing;
    std::atomic<Status> status{Status::Success};
    void finish(Status one) {
      if (one != Status::Success) status = one;
      if (missing.fetch_sub(1) == 1) done(status);
    }
  };
  const std::vector<Stream> streams = made_streams(device);
  const auto shared = std::make_shared<Shared>();
  shared->done = std::move(done);
  shared->missing = streams.size() + 1;  // and this call
  for (const Stream stream : streams) {
    call_when_done(stream, [shared](Status status) { shared->finish(status); });
  }
  shared->finish(Status::Success);
}

void finish_waiting(Status status, int device) {
  check(status, "work of the device", device);
  if (device >= 0) throw_device_errors(device);
}

}  // namespace vt::cuda
