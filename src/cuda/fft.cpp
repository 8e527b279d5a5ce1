#include "cuda/fft.h"

#include <algorithm>
#include <list>
#include <memory>
#include <mutex>
#include <type_traits>

#include "core/error.h"
#include "cuda/library.h"
#include "cuda/workspace.h"

namespace vt::cuda {
namespace {

// The part of cuFFT's interface that we call, with the numbers of its ABI.
using Handle = int;
using Status = int;

enum Type : int {
  kC2C = 0x29,
  kR2C = 0x2a,
  kC2R = 0x2c,
  kZ2Z = 0x69,
  kD2Z = 0x6a,
  kZ2D = 0x6c,
};
constexpr int kForward = -1, kInverse = 1;

struct Api {
  Status (*create)(Handle*);
  Status (*destroy)(Handle);
  Status (*auto_allocate)(Handle, int on);
  Status (*make_plan)(Handle, int rank, long long* n, long long* in_embed, long long in_stride, long long in_distance,
                      long long* out_embed, long long out_stride, long long out_distance, Type type, long long batch,
                      size_t* workspace);
  Status (*set_stream)(Handle, StreamHandle);
  Status (*set_workspace)(Handle, void*);
  Status (*complex_to_complex[2])(Handle, void*, void*, int direction);  // float, double
  Status (*real_to_complex[2])(Handle, void*, void*);
  Status (*complex_to_real[2])(Handle, void*, void*);
};

Api load() {
  Library& library = cufft_library();
  Api a{};
  const auto entry = [&](auto& to, const char* name) {
    to = library.function<std::remove_reference_t<decltype(to)>>(name);
  };
  entry(a.create, "cufftCreate");
  entry(a.destroy, "cufftDestroy");
  entry(a.auto_allocate, "cufftSetAutoAllocation");
  entry(a.make_plan, "cufftMakePlanMany64");
  entry(a.set_stream, "cufftSetStream");
  entry(a.set_workspace, "cufftSetWorkArea");
  entry(a.complex_to_complex[0], "cufftExecC2C");
  entry(a.complex_to_complex[1], "cufftExecZ2Z");
  entry(a.real_to_complex[0], "cufftExecR2C");
  entry(a.real_to_complex[1], "cufftExecD2Z");
  entry(a.complex_to_real[0], "cufftExecC2R");
  entry(a.complex_to_real[1], "cufftExecZ2D");
  return a;
}

const Api& api() {
  static const Api table = load();
  return table;
}

void check(Status status, const char* call) { VT_CHECK(status == 0, Cuda, "cuFFT error ", status, " in ", call); }

Type type_of(const FftProblem& p) {
  switch (p.kind) {
    case FftKind::kRealToComplex: return p.is_double ? kD2Z : kR2C;
    case FftKind::kComplexToReal: return p.is_double ? kZ2D : kC2R;
    default: return p.is_double ? kZ2Z : kC2C;
  }
}

class Plan {
 public:
  Plan(const FftProblem& p, int device) : problem_(p), device_(device) {
    check(api().create(&handle_), "cufftCreate");
    try {
      check(api().auto_allocate(handle_, 0), "cufftSetAutoAllocation");
      long long n[3] = {p.sizes[0], p.sizes[1], p.sizes[2]};
      check(api().make_plan(handle_, p.rank, n, nullptr, 1, 0, nullptr, 1, 0, type_of(p), p.batch, &workspace_),
            "cufftMakePlanMany64");
    } catch (...) {
      api().destroy(handle_);
      throw;
    }
  }
  ~Plan() { api().destroy(handle_); }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  bool is_for(const FftProblem& p, int device) const { return problem_ == p && device_ == device; }

  void execute(bool inverse, void* in, void* out, Stream stream) {
    const std::lock_guard lock(mutex_);  // stream and workspace belong to the handle
    check(api().set_stream(handle_, stream.handle), "cufftSetStream");
    if (workspace_ > 0) check(api().set_workspace(handle_, workspace(stream, workspace_)), "cufftSetWorkArea");
    const int precision = problem_.is_double ? 1 : 0;
    Status status;
    switch (problem_.kind) {
      case FftKind::kRealToComplex: status = api().real_to_complex[precision](handle_, in, out); break;
      case FftKind::kComplexToReal: status = api().complex_to_real[precision](handle_, in, out); break;
      default: status = api().complex_to_complex[precision](handle_, in, out, inverse ? kInverse : kForward); break;
    }
    check(status, "cufftExec");
  }

 private:
  FftProblem problem_;
  int device_;
  Handle handle_ = 0;
  size_t workspace_ = 0;
  std::mutex mutex_;
};

// The plans used last, of all devices: as many as PyTorch keeps of one.
class Plans {
 public:
  std::shared_ptr<Plan> find(const FftProblem& p, Stream stream) {
    const std::lock_guard lock(mutex_);
    const auto at =
        std::ranges::find_if(plans_, [&](const std::shared_ptr<Plan>& plan) { return plan->is_for(p, stream.device); });
    if (at != plans_.end()) {
      plans_.splice(plans_.begin(), plans_, at);
      return plans_.front();
    }
    VT_CHECK(!is_capturing(stream), NotImplemented,
             "a Fourier transform of a shape that is new cannot be captured into a CUDA graph: expected a call with it "
             "before the capture, which makes cuFFT's plan");
    plans_.push_front(std::make_shared<Plan>(p, stream.device));
    if (plans_.size() > kPlans) plans_.pop_back();
    return plans_.front();
  }

 private:
  static constexpr size_t kPlans = 4096;
  std::mutex mutex_;
  std::list<std::shared_ptr<Plan>> plans_;
};

}  // namespace

void fft(const FftProblem& problem, bool inverse, void* in, void* out, Stream stream, StorageSpan storages) {
  static auto* plans = new Plans;
  const std::shared_ptr<Plan> plan = plans->find(problem, stream);
  begin_work("fft", stream, storages);
  plan->execute(inverse, in, out, stream);
}

}  // namespace vt::cuda
