#include "ops/pointwise/relu_mask.h"

#include "cuda/backend.h"
#include "cuda/launch.h"
#include "iter/cuda_vector.cuh"
#include "ops/copy/memory_format.h"
#include "ops/pointwise/row.h"
#include "ops/pointwise/row_of.h"
#include "ops/pointwise/waiting_rows.h"

namespace vt::pointwise {
namespace {

using ::vt::cuda::Vector;

constexpr int kThreads = 256;
constexpr int64_t kLeastWaiting = 1 << 16;  // elements

struct ReluMask final : StorageCompanion {
  ReluMask(Tensor b, uint32_t v, MadeIn m) : bits(std::move(b)), version(v), made_in(m) {}
  Tensor bits;
  uint32_t version;
  MadeIn made_in;
};

/// a, or a + b, where a bit is set; bits null: everywhere.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    add_and_cut(const T* __restrict__ a, const T* __restrict__ b, const uint8_t* __restrict__ bits, T* __restrict__ out,
                int64_t vectors) {
  using A = opmath_t<T>;
  constexpr int kWidth = ::vt::cuda::kVectorWidth<T>;
  const int64_t v = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (v >= vectors) return;
  Vector<T, kWidth> x = ::vt::cuda::load_vector<kWidth>(a + v * kWidth);
  if (b != nullptr) {
    const Vector<T, kWidth> y = ::vt::cuda::load_vector<kWidth>(b + v * kWidth);
#pragma unroll
    for (int i = 0; i < kWidth; ++i) x[i] = static_cast<T>(static_cast<A>(x[i]) + static_cast<A>(y[i]));
  }
  const unsigned mask = bits != nullptr ? bits[v] : ~0u;
#pragma unroll
  for (int i = 0; i < kWidth; ++i) x[i] = mask >> i & 1 ? x[i] : T(0);
  ::vt::cuda::store_vector<kWidth>(out + v * kWidth, x);
}

void run(const char* op, cuda::Stream stream, const Tensor& a, const Tensor& b, const Tensor& bits, void* out,
         const StorageImpl* written) {
  const int64_t vectors = a.numel() / mask_width(a.dtype());
  visit_dtype<kFloatingSet>(a.dtype(), [&]<class T>(TypeTag<T>) {
    ::vt::cuda::launch({op, stream, ::vt::cuda::blocks_for(vectors, kThreads), kThreads},
                       {a.storage().get(), b.defined() ? b.storage().get() : nullptr,
                        bits.defined() ? bits.storage().get() : nullptr, written},
                       add_and_cut<T>, a.data<T>(), b.defined() ? b.data<T>() : nullptr,
                       bits.defined() ? bits.data<uint8_t>() : nullptr, static_cast<T*>(out), vectors);
  });
}

bool is_aligned(const Tensor& t) { return ::vt::cuda::is_aligned(t.data(), 16); }

}  // namespace

Tensor new_relu_mask(int64_t numel, DType dtype, Device device) {
  const int64_t bytes = numel / mask_width(dtype);
  return empty({&bytes, 1}, DType::uint8, device);
}

void give_relu_mask(StorageImpl& result, Tensor bits, uint32_t version, const MadeIn& here) {
  result.set_companion(std::make_unique<ReluMask>(std::move(bits), version, here));
}

Tensor take_relu_mask(const Tensor& result) {
  StorageImpl& storage = *result.storage();
  if (!storage.has_companion() || result.storage_offset() != 0 || result.impl()->own_version_counter() ||
      storage.bytes() != static_cast<size_t>(result.numel()) * result.element_size()) {
    return {};
  }
  const std::unique_ptr<StorageCompanion> companion = storage.take_companion();
  const auto* mask = dynamic_cast<const ReluMask*>(companion.get());
  const bool holds = mask && mask->version == storage.version().value() &&
                     mask->bits.numel() == result.numel() / mask_width(result.dtype()) &&
                     mask->made_in == made_here(result.device());
  return holds ? mask->bits : Tensor();
}

WaitingSum::WaitingSum(cuda::Stream on, Tensor a_, Tensor b_, const Tensor& to)
    : WaitingWork(on, to.storage()), a(std::move(a_)), b(std::move(b_)), out(to.data()) {
  read = {a.storage(), b.storage()};
}

void WaitingSum::give() { run("add", stream, a, b, {}, out, written.get()); }

Tensor sum_that_waits(const Op& op, const Tensor& a, const Tensor& b) {
  const Row* row = row_of(op);
  const bool fits = row != nullptr && row->wait == wait_relu && a.device() == b.device() && a.dtype() == b.dtype() &&
                    is_floating(a.dtype()) && same(a.sizes(), b.sizes()) && same(a.strides(), b.strides()) &&
                    is_contiguous_in(a, suggested_format(a)) && a.numel() >= kLeastWaiting &&
                    a.numel() % mask_width(a.dtype()) == 0 && (a.impl()->keys() - kBackendKeys).empty() &&
                    (b.impl()->keys() - kBackendKeys).empty() && is_aligned(a) && is_aligned(b) &&
                    cuda::may_wait(*a.storage()) && cuda::may_wait(*b.storage());
  if (!fits) return {};
  Tensor out = empty_strided(a.sizes(), a.strides(), a.dtype(), a.device());
  auto work = std::make_unique<WaitingSum>(cuda::current_stream(a.device().index), a, b, out);
  cuda::WaitingList().add(std::move(work));
  return out;
}

MaskedGradient::MaskedGradient(cuda::Stream on, Tensor gradient_, Tensor more_, Tensor bits_, const Tensor& to)
    : WaitingWork(on, to.storage()),
      gradient(std::move(gradient_)),
      more(std::move(more_)),
      bits(std::move(bits_)),
      out(to.data()) {
  read = {gradient.storage(), bits.storage()};
  if (more.defined()) read.push_back(more.storage());
}

void MaskedGradient::give() { run("threshold_backward", stream, gradient, more, bits, out, written.get()); }

}  // namespace vt::pointwise
