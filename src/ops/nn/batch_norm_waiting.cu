// The pass of batch norm that writes elements, with a sum and a ReLU behind it if they follow.
#include <limits>
#include <memory>
#include <utility>

#include "core/absent_tensor.h"
#include "core/math.h"
#include "core/thread_state.h"
#include "cuda/backend.h"
#include "ops/nn/batch_norm.h"
#include "ops/nn/channel_norms.h"
#include "ops/nn/channel_walks.cuh"
#include "ops/pointwise/relu_mask.h"

namespace vt {
namespace {

using namespace channels;
using cuda::ElementCall;

enum class Second { None, Plain, Normalized };  // what is added

/// max(x normalized + second, low). Every step is rounded to T, as if it were an op.
template <typename T, Second second>
struct Joined {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = second == Second::None ? 1 : 2;
  static constexpr int kSides = second == Second::Normalized ? 2 : 1;

  struct Affine {
    A mean, scale, bias;
  };
  struct Channel {
    Affine sides[kSides];
  };

  const T* in[kInputs];
  T* out;
  uint8_t* bits;           // or null
  const A* sides[kSides];  // (3, channels): mean, scale, bias
  int64_t channels;
  A low;

  __device__ __forceinline__ Channel channel(int64_t c) const {
    Channel found;
#pragma unroll
    for (int i = 0; i < kSides; ++i) found.sides[i] = {sides[i][c], sides[i][channels + c], sides[i][2 * channels + c]};
    return found;
  }
  static __device__ __forceinline__ A normalized(const Affine& s, A x) {
    return static_cast<A>(static_cast<T>((x - s.mean) * s.scale + s.bias));
  }
  __device__ __forceinline__ A value(const Channel& c, const A (&x)[kInputs]) const {
    A y = normalized(c.sides[0], x[0]);
    if constexpr (second == Second::Plain) y = static_cast<A>(static_cast<T>(y + x[1]));
    if constexpr (second == Second::Normalized) y = static_cast<A>(static_cast<T>(y + normalized(c.sides[1], x[1])));
    return m::max(y, low);
  }
  __device__ __forceinline__ void mask(int64_t vector, unsigned set) const {
    if (bits != nullptr) bits[vector] = static_cast<uint8_t>(set);
  }
};

/// A tensor, and what its channels are normalized by.
struct ToNormalize {
  Tensor x, channels;
};

class NormalizePass final : public cuda::WaitingWork {
 public:
  NormalizePass(const Pass& pass, ToNormalize from, const Tensor& to)
      : WaitingWork(pass.stream, to.storage()), pass_(pass), first_(std::move(from)), out_(to.data()) {
    read = {first_.x.storage()};
  }

  void give() override;
  std::unique_ptr<WaitingWork> joined_by(const ElementCall& call, int i, const WaitingWork* other) const override;

  // Memory for a mask, if a derivative may want one; the first of what comes of this pass that has a ReLU takes it.
  std::shared_ptr<Tensor> spare_mask = std::make_shared<Tensor>();

 private:
  NormalizePass(const NormalizePass& before, const Tensor& to)
      : WaitingWork(before.stream, to.storage()),
        spare_mask(before.spare_mask),
        pass_(before.pass_),
        first_(before.first_),
        normalized_second_(before.normalized_second_),
        plain_second_(before.plain_second_),
        out_(to.data()) {
    read = before.read;
  }

  bool is_sum() const { return normalized_second_.x.defined() || plain_second_.defined(); }
  template <typename T, Second second>
  void run();

  Pass pass_;
  ToNormalize first_, normalized_second_;
  Tensor plain_second_;
  void* out_;
  bool relu_ = false;
  Tensor mask_;
  uint32_t version_ = 0;  // of the result
  MadeIn made_in_;
};

bool is_aligned_for_vectors(const Tensor& t) { return cuda::is_aligned(t.data(), 16); }

std::unique_ptr<cuda::WaitingWork> NormalizePass::joined_by(const ElementCall& call, int i,
                                                            const WaitingWork* other) const {
  // The tensors of a call lie alike, so that comparing what one of them covers is enough.
  const Tensor& mine = *call.inputs[i];
  if (relu_ || mine.data() != out_ || mine.dtype() != first_.x.dtype() || !same(mine.sizes(), first_.x.sizes()) ||
      !same(mine.strides(), first_.x.strides()) || !is_aligned_for_vectors(call.out)) {
    return nullptr;
  }
  auto both = std::unique_ptr<NormalizePass>(new NormalizePass(*this, call.out));
  if (call.kind == ElementCall::Kind::Relu) {
    both->relu_ = true;
    both->version_ = call.version;
    both->made_in_ = made_here(call.out.device());
    both->mask_ = std::exchange(*spare_mask, Tensor());
    if (both->mask_.defined()) both->read.push_back(both->mask_.storage());
    return both;
  }
  const Tensor& second = *call.inputs[1 - i];
  if (is_sum() || !is_aligned_for_vectors(second)) return nullptr;
  const auto* waiting = dynamic_cast<const NormalizePass*>(other);
  if (other != nullptr && (waiting == nullptr || waiting->is_sum() || waiting->relu_ || second.data() != waiting->out_))
    return nullptr;
  if (waiting != nullptr) {
    both->normalized_second_ = waiting->first_;
    both->read.push_back(waiting->first_.x.storage());
  } else {
    both->plain_second_ = second;
    both->read.push_back(second.storage());
  }
  return both;
}

template <typename T, Second second>
void NormalizePass::run() {
  using Body = Joined<T, second>;
  using A = opmath_t<T>;
  const Tensor& added = second == Second::Normalized ? normalized_second_.x : plain_second_;
  Body body;
  body.in[0] = first_.x.data<T>();
  if constexpr (second != Second::None) body.in[1] = added.data<T>();
  body.out = static_cast<T*>(out_);
  body.bits = data_or_null<uint8_t>(mask_);
  body.sides[0] = first_.channels.data<A>();
  if constexpr (second == Second::Normalized) body.sides[1] = normalized_second_.channels.data<A>();
  body.channels = pass_.layout.channels;
  body.low = relu_ ? A(0) : -std::numeric_limits<A>::infinity();
  const StorageImpl* const used[] = {written.get(),
                                     first_.x.storage().get(),
                                     first_.channels.storage().get(),
                                     storage_or_null(added),
                                     storage_or_null(normalized_second_.channels),
                                     storage_or_null(mask_)};
  if constexpr (second == Second::None) {
    run_writes<T>(pass_, body, used);
  } else {
    run_writes_of<cuda::kVectorWidth<T>>(pass_, body, used);
  }
}

void NormalizePass::give() {
  visit_dtype<kFloatingSet>(first_.x.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (!std::is_same_v<T, double>) {
      if (normalized_second_.x.defined()) return run<T, Second::Normalized>();
      if (plain_second_.defined()) return run<T, Second::Plain>();
    }
    run<T, Second::None>();
  });
  if (mask_.defined()) pointwise::give_relu_mask(*written, mask_, version_, made_in_);
}

}  // namespace

void write_normalized(const Tensor& x, const Tensor& channels, const Tensor& out) {
  const Pass pass = make_pass("batch_norm", format_of(out), {&x, &out});
  auto work = std::make_unique<NormalizePass>(pass, ToNormalize{x, channels}, out);
  const bool waits = x.dtype() != DType::float64 && pass.width == pointwise::mask_width(x.dtype()) &&
                     same(x.strides(), out.strides()) && cuda::may_wait(*x.storage());
  if (!waits) return work->give();
  if (grad_enabled()) *work->spare_mask = pointwise::new_relu_mask(x.numel(), x.dtype(), x.device());
  cuda::WaitingList().add(std::move(work));
}

}  // namespace vt
