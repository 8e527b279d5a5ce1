// The pass of batch norm that writes elements, with a sum and a ReLU behind it if they follow.
#include <limits>
#include <memory>
#include <utility>

#include "core/math.h"
#include "core/thread_state.h"
#include "ops/nn/batch_norm.h"
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

  struct Side {
    const A *mean, *var, *weight, *bias;
    A eps;
  };
  struct Affine {
    A mean, scale, bias;
  };
  struct Channel {
    Affine sides[kSides];
  };

  const T* in[kInputs];
  T* out;
  uint8_t* bits;  // or null
  Side sides[kSides];
  A low;

  __device__ __forceinline__ Channel channel(int64_t c) const {
    Channel found;
#pragma unroll
    for (int i = 0; i < kSides; ++i) {
      const Side& s = sides[i];
      found.sides[i] = {s.mean[c], A(1) / sqrt(s.var[c] + s.eps) * at_or(s.weight, c, A(1)), at_or(s.bias, c, A(0))};
    }
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

class NormalizePass final : public cuda::WaitingWork {
 public:
  NormalizePass(Stream on, const ToNormalize& from, const Tensor& to, bool rows)
      : WaitingWork(on, to.storage()), first_(from), rows_(rows) {
    write_to(to);
    reads(from);
  }

  void give() override;
  std::unique_ptr<WaitingWork> joined_by(const ElementCall& call, int i, const WaitingWork* other) const override;

  // Memory for a mask, if a derivative may want one; the first of what comes of this pass that has a ReLU takes it.
  std::shared_ptr<Tensor> spare_mask = std::make_shared<Tensor>();

 private:
  NormalizePass(const NormalizePass& before, const Tensor& to)
      : WaitingWork(before.stream, to.storage()),
        spare_mask(before.spare_mask),
        first_(before.first_),
        normalized_second_(before.normalized_second_),
        plain_second_(before.plain_second_),
        rows_(before.rows_) {
    write_to(to);
    read = before.read;
  }

  // Nobody writes statistics once they are there; others do read them meanwhile.
  void reads(const ToNormalize& from) {
    for (const Tensor* t : {&from.x, &from.weight, &from.bias}) {
      if (t->defined()) read.push_back(t->storage());
    }
  }
  void write_to(const Tensor& to) { out_ = to.data(); }
  bool is_sum() const { return normalized_second_.x.defined() || plain_second_.defined(); }
  template <typename T, Second second>
  void run();

  ToNormalize first_, normalized_second_;
  Tensor plain_second_;
  void* out_ = nullptr;
  bool rows_;
  bool relu_ = false;
  Tensor mask_;
  uint32_t version_ = 0;  // of the result
  MadeIn made_in_;
};

const StorageImpl* storage_or_null(const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; }

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
    both->reads(waiting->first_);
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
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const Tensor& x = first_.x;
  Body body;
  body.in[0] = x.data<T>();
  const Tensor& added = second == Second::Normalized ? normalized_second_.x : plain_second_;
  if constexpr (second != Second::None) body.in[1] = added.data<T>();
  body.out = static_cast<T*>(out_);
  body.bits = mask_.defined() ? mask_.data<uint8_t>() : nullptr;
  const auto data = [](const Tensor& t) { return t.defined() ? t.data<A>() : nullptr; };
  const auto side = [&](const ToNormalize& s) {
    return typename Body::Side{data(s.mean), data(s.var), data(s.weight), data(s.bias), static_cast<A>(s.eps)};
  };
  body.sides[0] = side(first_);
  if constexpr (second == Second::Normalized) body.sides[1] = side(normalized_second_);
  body.low = relu_ ? A(0) : -std::numeric_limits<A>::infinity();
  std::vector<const StorageImpl*> used{written.get(), storage_or_null(mask_), storage_or_null(added)};
  for (const ToNormalize* s : {&std::as_const(first_), &std::as_const(normalized_second_)}) {
    for (const Tensor* t : {&s->x, &s->mean, &s->var, &s->weight, &s->bias}) used.push_back(storage_or_null(*t));
  }
  Pass pass = pass_over("batch_norm", stream, x, rows_);
  pass.width = kWidth;
  run_writes_of<kWidth>(pass, body, {used.data(), used.size()});
}

void NormalizePass::give() {
  visit_dtype<set_of(DType::float32) | set_of(DType::float16) | set_of(DType::bfloat16)>(
      first_.x.dtype(), [&]<class T>(TypeTag<T>) {
        if (normalized_second_.x.defined()) return run<T, Second::Normalized>();
        plain_second_.defined() ? run<T, Second::Plain>() : run<T, Second::None>();
      });
  if (mask_.defined()) pointwise::give_relu_mask(*written, mask_, version_, made_in_);
}

}  // namespace

bool let_normalize_wait(const ToNormalize& from, const Tensor& out, bool rows) {
  const Tensor& x = from.x;
  const int64_t along = rows ? x.size(1) : x.numel() / (x.size(0) * x.size(1));
  if (x.dtype() == DType::float64 || along % pointwise::mask_width(x.dtype()) != 0 || !is_aligned_for_vectors(x) ||
      !is_aligned_for_vectors(out) || !same(x.strides(), out.strides())) {
    return false;
  }
  auto work = std::make_unique<NormalizePass>(cuda::current_stream(x.device().index), from, out, rows);
  if (grad_enabled()) *work->spare_mask = pointwise::new_relu_mask(x.numel(), x.dtype(), x.device());
  cuda::WaitingList().add(std::move(work));
  return true;
}

}  // namespace vt
