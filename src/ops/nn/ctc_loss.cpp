// Connectionist temporal classification: the loss of unaligned labels.
#include "ops/nn/ctc_loss.h"

#include <algorithm>
#include <numeric>

#include "cpu/scratch.h"
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/nn/loss.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

namespace ctc {

Targets targets_of(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths, IntSpan target_lengths,
                   int64_t blank) {
  VT_CHECK(log_probs.dim() == 3 && log_probs.numel() > 0, Runtime,
           "ctc_loss: expected log_probs (frames, batch, classes) with elements, got ", to_string(log_probs));
  VT_CHECK(log_probs.dtype() == DType::float32 || log_probs.dtype() == DType::float64, NotImplemented,
           "ctc_loss is not implemented for ", log_probs.dtype(), ", only for float32 and float64");
  VT_CHECK(targets.dtype() == DType::int64 || targets.dtype() == DType::int32, Runtime,
           "ctc_loss: expected targets of int32 or int64, got ", to_string(targets));
  VT_CHECK(targets.dim() == 1 || targets.dim() == 2, Runtime,
           "ctc_loss: expected targets (sum of target_lengths) or (batch, labels), got ", to_string(targets));
  const int64_t batch = log_probs.size(1);
  VT_CHECK(blank >= 0 && blank < log_probs.size(2), Runtime, "blank must be in label range");
  VT_CHECK(static_cast<int64_t>(input_lengths.size()) == batch, Runtime,
           "input_lengths must be of size batch_size, expected ", batch, " of them, got ", input_lengths.size());
  VT_CHECK(static_cast<int64_t>(target_lengths.size()) == batch, Runtime,
           "target_lengths must be of size batch_size, expected ", batch, " of them, got ", target_lengths.size());
  for (const int64_t length : input_lengths) {
    VT_CHECK(length >= 0 && length <= log_probs.size(0), Runtime, "Expected input_lengths to have value at most ",
             log_probs.size(0), " and at least 0, but got value ", length);
  }
  Targets found;
  int64_t total = 0;
  for (const int64_t length : target_lengths) {
    VT_CHECK(length >= 0, Runtime, "Expected target_lengths to have value at least 0, but got value ", length);
    found.longest = std::max(found.longest, length);
    found.first.push_back(total);
    total += length;
  }
  if (targets.dim() == 1) {
    VT_CHECK(targets.numel() == total, Runtime, "ctc_loss: expected ", total,
             " targets, the sum of target_lengths, got ", to_string(targets));
  } else {
    VT_CHECK(targets.size(0) == batch && targets.size(1) >= found.longest, Runtime,
             "ctc_loss: expected targets of batch size ", batch, " and of size at least ", found.longest,
             " at dimension 1, got ", to_string(targets));
    for (int64_t i = 0; i < batch; ++i) found.first[static_cast<size_t>(i)] = i * targets.size(1);
  }
  found.labels = targets;
  return found;
}

}  // namespace ctc

namespace {

using ctc::Targets;

std::array<TensorSpec, 2> ctc_meta(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths,
                                   IntSpan target_lengths, int64_t blank, bool) {
  const Targets found = ctc::targets_of(log_probs, targets, input_lengths, target_lengths, blank);
  const int64_t batch = log_probs.size(1);
  return {
      TensorSpec{DimVec{batch}, log_probs.dtype(), log_probs.device(), {}},
      TensorSpec{DimVec{batch, log_probs.size(0), 2 * found.longest + 1}, log_probs.dtype(), log_probs.device(), {}}};
}

TensorSpec ctc_backward_meta(const Tensor& grad, const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths,
                             IntSpan target_lengths, const Tensor& loss, const Tensor& log_alpha, int64_t blank, bool) {
  const Targets found = ctc::targets_of(log_probs, targets, input_lengths, target_lengths, blank);
  const DimVec batch{log_probs.size(1)}, alphas{batch[0], log_probs.size(0), 2 * found.longest + 1};
  VT_CHECK(same(grad.sizes(), batch) && same(loss.sizes(), batch) && same(log_alpha.sizes(), alphas) &&
               grad.dtype() == log_probs.dtype() && loss.dtype() == grad.dtype() && log_alpha.dtype() == grad.dtype(),
           Runtime, "ctc_loss: expected the gradient, the loss and log_alpha of one call with ", to_string(log_probs),
           ", got ", to_string(grad), ", ", to_string(loss), " and ", to_string(log_alpha));
  return {DimVec(log_probs.sizes()), log_probs.dtype(), log_probs.device(), {}};
}

// Calls body(i, sample) for every sample of the batch, on several threads.
template <class T, class F>
void each_sample(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths, IntSpan target_lengths,
                 int64_t blank, const F& body) {
  const Targets found = ctc::targets_of(log_probs, targets, input_lengths, target_lengths, blank);
  const Tensor labels = ops::as_contiguous(ops::as_dtype(found.labels, DType::int64));
  const int64_t classes = log_probs.size(2);
  parallel_for(0, log_probs.size(1), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const ctc::Sample<T> sample{log_probs.data<T>() + i * log_probs.stride(1),
                                  log_probs.stride(0),
                                  log_probs.stride(2),
                                  labels.data<int64_t>() + found.first[static_cast<size_t>(i)],
                                  input_lengths[static_cast<size_t>(i)],
                                  target_lengths[static_cast<size_t>(i)],
                                  blank};
      for (int64_t k = 0; k < sample.target_length; ++k) {
        VT_CHECK(sample.labels[k] >= 0 && sample.labels[k] < classes, Index, "ctc_loss: target ", sample.labels[k],
                 " is out of bounds for ", classes, " classes.");
      }
      body(i, sample);
    }
  });
}

template <class F>
void visit_float(DType dtype, const F& body) {
  visit_dtype<set_of(DType::float32) | set_of(DType::float64)>(
      dtype, [&](auto tag) { body.template operator()<typename decltype(tag)::type>(); });
}

void ctc_cpu(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths, IntSpan target_lengths,
             int64_t blank, bool, Tensor& loss, Tensor& log_alpha) {
  const int64_t row = log_alpha.size(2), all = log_alpha.size(1) * row;
  visit_float(log_probs.dtype(), [&]<class T>() {
    each_sample<T>(log_probs, targets, input_lengths, target_lengths, blank, [&](int64_t i, const ctc::Sample<T>& s) {
      T* alpha = log_alpha.data<T>() + i * all;
      std::fill_n(alpha, all, T(-INFINITY));
      for (int64_t t = 0; t < s.frames; ++t) {
        T* now = alpha + t * row;
        for (int64_t p = 0; p < s.positions(); ++p) now[p] = ctc::next_alpha(s, t, p, now - row);
      }
      loss.data<T>()[i] = ctc::loss_of(s, alpha + (s.frames - 1) * row);
    });
  });
}

// The gradient of frame t and class c is p(c) - the probability, given the target, that a path is at c in frame t; the
// first part is what a log_softmax before the loss takes, as in PyTorch.
void ctc_backward_cpu(const Tensor& grad, const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths,
                      IntSpan target_lengths, const Tensor& loss, const Tensor& log_alpha, int64_t blank,
                      bool zero_infinity, Tensor& out) {
  fill_data(out, 0.0);
  const Tensor losses = ops::as_contiguous(loss), alphas = ops::as_contiguous(log_alpha);
  const int64_t row = alphas.size(2), classes = log_probs.size(2);
  visit_float(log_probs.dtype(), [&]<class T>() {
    each_sample<T>(log_probs, targets, input_lengths, target_lengths, blank, [&](int64_t i, const ctc::Sample<T>& s) {
      const T given = grad.data<T>()[i * grad.stride(0)], nll = losses.data<T>()[i];
      if (zero_infinity && nll == T(INFINITY)) return;
      const T* alpha = alphas.data<T>() + i * alphas.size(1) * row;
      const cpu::Scratch memory(2 * row * static_cast<int64_t>(sizeof(T)));
      T *after = memory.as<T>(), *now = after + row;
      for (int64_t t = s.frames - 1; t >= 0; --t, std::swap(after, now)) {
        T* to = out.data<T>() + (t * log_probs.size(1) + i) * classes;
        for (int64_t c = 0; c < classes; ++c) {
          // without a path there is no probability given the target
          const T outside = nll == T(INFINITY) ? T(NAN) : T(0);
          to[c] = (std::exp(s.log_probs[t * s.frame_stride + c * s.class_stride]) + outside) * given;
        }
        for (int64_t p = 0; p < s.positions(); ++p) {
          now[p] = ctc::next_beta(s, t, p, after);
          to[s.class_at(p)] -= std::exp(alpha[t * row + p] + now[p] - s.log_prob(t, p) + nll) * given;
        }
      }
    });
  });
}

void ctc_derivative(GradContext& ctx) {
  if (!ctx.grad(0).defined()) return;
  ctx.set(0, ops::_ctc_loss_backward(ctx.grad(0), ctx.saved(0), ctx.saved(1), ctx.arg<IntSpan>(2), ctx.arg<IntSpan>(3),
                                     ctx.saved_result(0), ctx.saved_result(1), ctx.arg<int64_t>(4), ctx.arg<bool>(5)));
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths, IntSpan target_lengths,
                int64_t blank, int64_t reduction, bool zero_infinity) {
  const bool batched = log_probs.dim() == 3;
  const Tensor batch = batched ? log_probs : ops::unsqueeze(log_probs, 1);
  Tensor loss = std::get<0>(ops::_ctc_loss(batch, targets, input_lengths, target_lengths, blank, zero_infinity));
  if (zero_infinity) loss = ops::where(loss == Scalar(INFINITY), wrapped_number(0.0), loss);
  if (reduction == ops::kMean) {
    const Tensor lengths = empty(DimVec{loss.numel()}, DType::float64);
    for (size_t i = 0; i < target_lengths.size(); ++i) {
      lengths.data<double>()[i] = static_cast<double>(std::max<int64_t>(target_lengths[i], 1));
    }
    return ops::mean(loss / ops::as_like(lengths, loss));
  }
  const Tensor result = ops::reduced(loss, reduction);
  return batched || reduction != ops::kNoReduction ? result : ops::squeeze(result, 0);
}

DimVec lengths_in(const Tensor& lengths, std::string_view name) {
  VT_CHECK(!is_floating(lengths.dtype()) && !is_complex(lengths.dtype()), Runtime, name, " must be integral");
  const Tensor host = ops::as_contiguous(ops::as_dtype(ops::as_device(lengths, kCPU), DType::int64));
  return DimVec(IntSpan(host.data<int64_t>(), static_cast<size_t>(host.numel())));
}

Tensor ctc_loss_of_tensors(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                           const Tensor& target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  return ctc_loss(log_probs, targets, lengths_in(input_lengths, "input_lengths"),
                  lengths_in(target_lengths, "target_lengths"), blank, reduction, zero_infinity);
}

}  // namespace

void register_ctc_loss(Registry& r) {
  // clang-format off
  r.def("_ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, bool zero_infinity=False) -> (Tensor, Tensor)")
      .meta(ctc_meta)
      .cpu(ctc_cpu)
      .backward(keep::args(0, 1) | Keep::result(0) | Keep::result(1), ctc_derivative)
      .internal()
      .doc("The losses of a batch (B) and log_alpha (B, T, 2 S + 1), which the derivative needs.");
  r.def("_ctc_loss_backward(Tensor grad, Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, Tensor neg_log_likelihood, Tensor log_alpha, int blank, bool zero_infinity=False) -> Tensor")
      .meta(ctc_backward_meta)
      .cpu(ctc_backward_cpu)
      .internal();
  r.def("ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor")
      .composite(ctc_loss)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kFunction)
      .doc("-log of the probability that frames of log_probs (T, B, C) or (T, C) read as their targets, with repeats merged "
           "and blanks left out. targets: (B, S), or those of all samples one after the other. zero_infinity: 0 for targets that no path reads as. "
           "reduction 0: one loss a sample, 1: the mean of losses over target lengths, 2: the sum. float32 and float64.");
  r.def("ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int blank=0, int reduction=1, bool zero_infinity=False) -> Tensor")
      .composite(ctc_loss_of_tensors)
      .value_dependent()
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kFunction);
  // clang-format on
}

}  // namespace vt
