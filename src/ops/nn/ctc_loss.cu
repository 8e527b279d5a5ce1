// Connectionist temporal classification on CUDA: a block walks through the frames of a sample, its threads over the
// positions. Sums are taken in a fixed order.
#include "ops/nn/ctc_loss.h"

#include <algorithm>

#include "cuda/copy.h"
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"

namespace vt {
namespace {

constexpr int kSamples = 64;  // of one launch; their lengths are arguments of the kernel, so that a graph keeps them
constexpr int kMaxThreads = 512;

template <class T>
struct Batch {
  const T* log_probs;
  int64_t batch_stride, frame_stride, class_stride, classes;
  const int64_t* labels;
  int64_t blank;
  int64_t begin, count;  // samples of this launch
  int64_t first[kSamples], frames[kSamples], target_length[kSamples];
  T* loss;       // (samples)
  T* log_alpha;  // (samples, frames, row)
  int64_t all_frames, row;
  cuda::DeviceErrorSink errors;

  __device__ ctc::Sample<T> sample(int64_t i) const {
    return {log_probs + (begin + i) * batch_stride,
            frame_stride,
            class_stride,
            labels + first[i],
            frames[i],
            target_length[i],
            blank};
  }
  // Whether all labels of the sample are classes; the first thread reports one that is not.
  __device__ bool has_classes(const ctc::Sample<T>& s) const {
    __shared__ int wrong;
    if (threadIdx.x == 0) wrong = 0;
    __syncthreads();
    for (int64_t k = threadIdx.x; k < s.target_length; k += blockDim.x) {
      if (s.labels[k] < 0 || s.labels[k] >= classes) {
        errors.bad_index(s.labels[k], 0, classes);
        wrong = 1;
      }
    }
    __syncthreads();
    return wrong == 0;
  }
};

template <class T>
__global__ void __launch_bounds__(kMaxThreads) ctc_forward(const Batch<T> b) {
  const ctc::Sample<T> s = b.sample(blockIdx.x);
  const int64_t at = b.begin + blockIdx.x;
  T* alpha = b.log_alpha + at * b.all_frames * b.row;
  const bool valid = b.has_classes(s);
  for (int64_t t = 0; t < b.all_frames; ++t) {
    T* now = alpha + t * b.row;
    for (int64_t p = threadIdx.x; p < b.row; p += blockDim.x) {
      const bool there = valid && t < s.frames && p < s.positions();
      now[p] = there ? ctc::next_alpha(s, t, p, now - b.row) : T(-INFINITY);
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) b.loss[at] = ctc::loss_of(s, alpha + (s.frames - 1) * b.row);
}

template <class T>
struct Backward {
  const T* grad;
  int64_t grad_stride;
  T* scratch;     // (samples of a launch, 3, row): two frames' log_beta, and the probabilities of positions
  int32_t* next;  // (samples of a launch, row): the next position with the same label, or 0; -1 - that at the first one
  T* out;         // (frames, samples, classes)
  int64_t samples;
  bool zero_infinity;
};

// Which positions have the same label, for sums of them.
template <class T>
__device__ void link_labels(const ctc::Sample<T>& s, int32_t* next) {
  for (int64_t k = threadIdx.x; k < s.target_length; k += blockDim.x) {
    bool is_first = true;
    for (int64_t j = 0; j < k && is_first; ++j) is_first = s.labels[j] != s.labels[k];
    int64_t following = 0;
    for (int64_t j = k + 1; j < s.target_length && following == 0; ++j) {
      if (s.labels[j] == s.labels[k]) following = 2 * j + 1;
    }
    next[2 * k + 1] = static_cast<int32_t>(is_first ? -1 - following : following);
  }
}

template <class T>
__global__ void __launch_bounds__(kMaxThreads) ctc_backward(const Batch<T> b, const Backward<T> g) {
  const ctc::Sample<T> s = b.sample(blockIdx.x);
  const int64_t at = b.begin + blockIdx.x, end = s.positions();
  const T nll = b.loss[at], given = g.grad[at * g.grad_stride];
  const T* alpha = b.log_alpha + at * b.all_frames * b.row;
  T* after = g.scratch + static_cast<int64_t>(blockIdx.x) * 3 * b.row;
  T *now = after + b.row, *probability = now + b.row;
  int32_t* next = g.next + static_cast<int64_t>(blockIdx.x) * b.row;
  const bool lost = !b.has_classes(s) || (g.zero_infinity && nll == T(INFINITY));
  if (!lost) link_labels(s, next);
  for (int64_t t = b.all_frames - 1; t >= 0; --t) {
    T* to = g.out + (t * g.samples + at) * b.classes;
    const bool there = !lost && t < s.frames;
    const T outside = nll == T(INFINITY) ? T(NAN) : T(0);
    for (int64_t c = threadIdx.x; c < b.classes; c += blockDim.x) {
      to[c] = there ? (std::exp(s.log_probs[t * s.frame_stride + c * s.class_stride]) + outside) * given : T(0);
    }
    if (!there) continue;
    for (int64_t p = threadIdx.x; p < end; p += blockDim.x) {
      now[p] = ctc::next_beta(s, t, p, after);
      probability[p] = std::exp(alpha[t * b.row + p] + now[p] - s.log_prob(t, p) + nll);
    }
    __syncthreads();
    if (threadIdx.x < 32) {
      T sum = 0;
      for (int64_t p = 2 * threadIdx.x; p < end; p += 64) sum += probability[p];
      for (int lane = 16; lane > 0; lane /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, lane);
      if (threadIdx.x == 0) to[s.blank] -= sum * given;
    }
    __syncthreads();  // a target may hold the blank
    for (int64_t p = 2 * threadIdx.x + 1; p < end; p += 2 * blockDim.x) {
      if (next[p] >= 0) continue;
      T sum = probability[p];
      for (int64_t q = -1 - next[p]; q > 0; q = next[q]) sum += probability[q];
      to[s.class_at(p)] -= sum * given;
    }
    T* other = after;
    after = now;
    now = other;
    __syncthreads();
  }
}

template <class T>
Batch<T> batch_of(const Tensor& log_probs, const ctc::Targets& found, const Tensor& labels, const Tensor& loss,
                  const Tensor& log_alpha, int64_t blank, int device) {
  Batch<T> b{};
  b.log_probs = log_probs.data<T>();
  b.batch_stride = log_probs.stride(1);
  b.frame_stride = log_probs.stride(0);
  b.class_stride = log_probs.stride(2);
  b.classes = log_probs.size(2);
  b.labels = labels.data<int64_t>();
  b.blank = blank;
  b.loss = loss.data<T>();
  b.log_alpha = log_alpha.data<T>();
  b.all_frames = log_probs.size(0);
  b.row = 2 * found.longest + 1;
  b.errors = cuda::device_error_sink(device, "ctc_loss");
  return b;
}

// launch(batch, threads) for kSamples samples at a time.
template <class T, class F>
void in_parts(Batch<T>& b, const ctc::Targets& found, IntSpan input_lengths, IntSpan target_lengths, const F& launch) {
  const auto all = static_cast<int64_t>(input_lengths.size());
  const int threads = static_cast<int>(std::clamp<int64_t>((b.row + 31) / 32 * 32, 64, kMaxThreads));
  for (b.begin = 0; b.begin < all; b.begin += kSamples) {
    b.count = std::min<int64_t>(kSamples, all - b.begin);
    for (int64_t i = 0; i < b.count; ++i) {
      const auto at = static_cast<size_t>(b.begin + i);
      b.first[i] = found.first[at];
      b.frames[i] = input_lengths[at];
      b.target_length[i] = target_lengths[at];
    }
    launch(b, threads);
  }
}

template <class F>
void visit_float(DType dtype, const F& body) {
  visit_dtype<set_of(DType::float32) | set_of(DType::float64)>(dtype,
                                                               [&](auto tag) { body(typename decltype(tag)::type{}); });
}

Tensor labels_of(const ctc::Targets& found) { return contiguous_data(cast_data(found.labels, DType::int64)); }

void ctc_cuda(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths, IntSpan target_lengths,
              int64_t blank, bool, Tensor& loss, Tensor& log_alpha) {
  const ctc::Targets found = ctc::targets_of(log_probs, targets, input_lengths, target_lengths, blank);
  const Tensor labels = labels_of(found);
  const cuda::Stream stream = cuda::current_stream(log_probs.device().index);
  visit_float(log_probs.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Batch<T> b = batch_of<T>(log_probs, found, labels, loss, log_alpha, blank, stream.device);
    in_parts(b, found, input_lengths, target_lengths, [&](const Batch<T>& part, int threads) {
      cuda::launch({"ctc_loss", stream, dim3(static_cast<unsigned>(part.count)), dim3(static_cast<unsigned>(threads))},
                   {log_probs.storage().get(), labels.storage().get(), loss.storage().get(), log_alpha.storage().get()},
                   ctc_forward<T>, part);
    });
  });
}

void ctc_backward_cuda(const Tensor& grad, const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths,
                       IntSpan target_lengths, const Tensor& loss, const Tensor& log_alpha, int64_t blank,
                       bool zero_infinity, Tensor& out) {
  const ctc::Targets found = ctc::targets_of(log_probs, targets, input_lengths, target_lengths, blank);
  const Tensor labels = labels_of(found), losses = contiguous_data(loss), alphas = contiguous_data(log_alpha);
  const cuda::Stream stream = cuda::current_stream(log_probs.device().index);
  const int64_t samples = std::min<int64_t>(kSamples, log_probs.size(1)), row = 2 * found.longest + 1;
  const Tensor scratch = empty(DimVec{samples, 3, row}, log_probs.dtype(), log_probs.device());
  const Tensor next = empty(DimVec{samples, row}, DType::int32, log_probs.device());
  visit_float(log_probs.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Batch<T> b = batch_of<T>(log_probs, found, labels, losses, alphas, blank, stream.device);
    const Backward<T> g{grad.data<T>(), grad.stride(0),    scratch.data<T>(), next.data<int32_t>(),
                        out.data<T>(),  log_probs.size(1), zero_infinity};
    in_parts(b, found, input_lengths, target_lengths, [&](const Batch<T>& part, int threads) {
      cuda::launch(
          {"ctc_loss_backward", stream, dim3(static_cast<unsigned>(part.count)), dim3(static_cast<unsigned>(threads))},
          {grad.storage().get(), log_probs.storage().get(), labels.storage().get(), losses.storage().get(),
           alphas.storage().get(), scratch.storage().get(), next.storage().get(), out.storage().get()},
          ctc_backward<T>, part, g);
    });
  });
}

}  // namespace

void register_ctc_loss_cuda(Registry& r) {
  r.at("_ctc_loss").cuda(ctc_cuda);
  r.at("_ctc_loss_backward").cuda(ctc_backward_cuda);
}

}  // namespace vt
