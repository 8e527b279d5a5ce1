// Spectra of a signal's frames, and the signal of such spectra.
#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/waiting_memory.h"
#include "core/warning.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/fft/transforms.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/fft.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using fft::Normalization;
using MaybeInt = std::optional<int64_t>;
using MaybeBool = std::optional<bool>;

// Once for each caller's flag.
void warn_once(std::atomic<bool>& warned, const char* text) {
  if (!warned.exchange(true)) warn(text);
}

// Of both directions: warns of a window that is not there, and refuses one of another device.
void check_window(const Tensor& window, const Tensor& self, std::string_view name) {
  static std::atomic<bool> warned{false};
  if (!window.defined()) {
    warn_once(warned,
              "A window was not provided. A rectangular window will be applied, which is known to cause spectral "
              "leakage. Pass a window such as torch.hann_window, or window=torch.ones(n_fft) for a rectangular one.");
    return;
  }
  VT_CHECK(window.device() == self.device(), Runtime, name,
           " input and window must be on the same device but got self on ", self.device(), " and window on ",
           window.device());
}

// The window in the middle of n elements, with zeros around it.
Tensor centred(const Tensor& window, int64_t n) {
  const int64_t missing = n - window.size(0), left = missing / 2;
  return missing == 0 ? window : ops::constant_pad_nd(window, DimVec{left, missing - left}, Scalar(0));
}

struct Frames {
  int64_t size, hop, window;
};

Tensor stft(const Tensor& self, int64_t n_fft, MaybeInt hop_length, MaybeInt win_length, const Tensor& window,
            bool center, std::string_view pad_mode, bool normalized, MaybeBool onesided, MaybeBool return_complex,
            MaybeBool align_to_window) {
  check_window(window, self, "stft");
  VT_CHECK(!center || !align_to_window, Runtime, "stft only supports align_to_window for center = False.");
  const Frames f{n_fft, hop_length.value_or(n_fft / 4), win_length.value_or(n_fft)};
  const bool complex_window = window.defined() && is_complex(window.dtype());
  const bool as_complex = return_complex.value_or(is_complex(self.dtype()) || complex_window);
  VT_CHECK(as_complex || return_complex, Runtime,
           "stft requires the return_complex parameter be given for real inputs: expected return_complex=True");
  VT_CHECK(is_differentiable(self.dtype()), Runtime,
           "stft: expected a tensor of floating point or complex values, got ", to_string(self));
  VT_CHECK(self.dim() == 1 || self.dim() == 2, Runtime, "stft: expected a 1D or 2D tensor, got ", to_string(self));
  Tensor signal = self.dim() == 1 ? ops::unsqueeze(self, 0) : self;
  if (center) signal = ops::pad(signal, DimVec{n_fft / 2, n_fft / 2}, pad_mode);
  const int64_t length = signal.size(1);
  VT_CHECK(n_fft > 0 && n_fft <= length, Runtime, "stft: expected 0 < n_fft < ", length, ", but got n_fft=", n_fft);
  VT_CHECK(f.hop > 0, Runtime, "stft: expected hop_length > 0, but got hop_length=", f.hop);
  VT_CHECK(f.window > 0 && f.window <= n_fft, Runtime,
           "stft: expected 0 < win_length <= n_fft, but got win_length=", f.window);
  VT_CHECK(!window.defined() || (window.dim() == 1 && window.size(0) == f.window), Runtime,
           "stft: expected a 1D window tensor of size equal to win_length=", f.window, ", but got window with size ",
           window.defined() ? window.sizes() : IntSpan());
  Tensor weights = window;
  if (!window.defined() && f.window < n_fft) weights = ops::filled(DimVec{f.window}, 1, self.dtype(), self.device());
  if (weights.defined()) weights = centred(weights, n_fft);
  if (align_to_window.value_or(false)) {
    // the first window, not the first frame, begins with the signal
    const int64_t missing = n_fft - f.window;
    signal = ops::constant_pad_nd(signal, DimVec{missing / 2, missing - missing / 2}, Scalar(0));
  }

  Tensor frames = ops::unfold(signal, 1, n_fft, f.hop);  // (batch, frames, n_fft)
  if (weights.defined()) frames = frames * weights;
  const int64_t normalization = static_cast<int64_t>(normalized ? Normalization::kByRootN : Normalization::kNone);
  const bool half = onesided.value_or(!is_complex(frames.dtype()));
  VT_CHECK(!half || !is_complex(frames.dtype()), Runtime, "Cannot have onesided output if window or input is complex");
  const Tensor spectra = is_complex(frames.dtype()) ? ops::_fft_c2c(frames, DimVec{2}, normalization, true)
                                                    : ops::_fft_r2c(frames, DimVec{2}, normalization, half);
  Tensor out = ops::transpose(spectra, 1, 2);
  if (self.dim() == 1) out = ops::squeeze(out, 0);
  return as_complex ? out : ops::view_as_real(out);
}

// The frames (batch, frames, n_fft) laid over each other, hop apart, and summed.
Tensor overlapped(const Tensor& frames, int64_t length, int64_t hop) {
  return ops::unfold_backward(frames, DimVec{frames.size(0), length}, 1, frames.size(2), hop);
}

Tensor istft(const Tensor& self, int64_t n_fft, MaybeInt hop_length, MaybeInt win_length, const Tensor& window,
             bool center, bool normalized, MaybeBool onesided, MaybeInt length, bool return_complex) {
  check_window(window, self, "istft");
  const Frames f{n_fft, hop_length.value_or(n_fft / 4), win_length.value_or(n_fft)};
  VT_CHECK(is_complex(self.dtype()), Runtime,
           "istft requires a complex-valued input tensor matching the output from stft with return_complex=True.");
  VT_CHECK(self.numel() > 0, Runtime, "istft: input tensor cannot be empty.");
  VT_CHECK(self.dim() == 2 || self.dim() == 3, Runtime,
           "istft: expected a tensor of spectra (frequencies, frames) or (batch, frequencies, frames), got ",
           to_string(self));
  const int64_t frequencies = self.size(-2), count = self.size(-1);
  const bool half = onesided.value_or(frequencies != n_fft);
  VT_CHECK(frequencies == (half ? n_fft / 2 + 1 : n_fft), Runtime,
           "istft: expected the frequency dimension (2nd to the last) of the input tensor to match ",
           half ? "n_fft / 2 + 1 when onesided=True" : "n_fft when onesided=False", ", but got ", frequencies);
  VT_CHECK(0 < f.hop && f.hop <= f.window, Runtime, "istft: expected 0 < hop_length <= win_length, got ", f.hop,
           " and ", f.window);
  VT_CHECK(0 < f.window && f.window <= n_fft, Runtime, "istft: expected 0 < win_length <= n_fft, got ", f.window);
  VT_CHECK(!window.defined() || (window.dim() == 1 && window.size(0) == f.window), Runtime,
           "istft: Invalid window shape. window has to be 1D and length of `win_length`");
  VT_CHECK(!return_complex || !half, Runtime, "Cannot have onesided output if window or input is complex");
  VT_CHECK(return_complex || !window.defined() || !is_complex(window.dtype()), Runtime,
           "Complex windows are incompatible with return_complex=False");
  const Tensor weights = centred(
      window.defined() ? window : ops::filled(DimVec{f.window}, 1, to_real(self.dtype()), self.device()), n_fft);

  Tensor spectra = ops::transpose(self.dim() == 2 ? ops::unsqueeze(self, 0) : self, 1, 2);
  const int64_t normalization = static_cast<int64_t>(normalized ? Normalization::kByRootN : Normalization::kByN);
  Tensor frames;
  if (return_complex) {
    frames = ops::_fft_c2c(spectra, DimVec{2}, normalization, false);
  } else {
    if (!half) spectra = ops::narrow(spectra, 2, 0, n_fft / 2 + 1);
    frames = ops::_fft_c2r(spectra, DimVec{2}, normalization, n_fft);
  }
  const int64_t whole = n_fft + f.hop * (count - 1);
  Tensor signal = overlapped(frames * weights, whole, f.hop);
  Tensor envelope = overlapped(ops::expand(ops::square(weights), DimVec{1, count, n_fft}), whole, f.hop);

  const int64_t start = center ? n_fft / 2 : 0;
  const int64_t end = length ? start + *length : center ? whole - n_fft / 2 : whole;
  const int64_t there = std::max(std::min(end, whole), start);
  signal = ops::narrow(signal, 1, start, there - start);
  envelope = ops::narrow(envelope, 1, start, there - start);
  if (envelope.numel() > 0) {
    const Tensor lowest = ops::amin(ops::abs(envelope));
    if (has_values(lowest)) {
      VT_CHECK(
          !(read_scalar(lowest).to_double() < 1e-11), Runtime,
          "istft: window overlap add min: expected windows that overlap everywhere, got a sum of their squares of ",
          read_scalar(lowest).to_double());
    }
  }
  signal = signal / envelope;
  if (self.dim() == 2) signal = ops::squeeze(signal, 0);
  if (end > whole) {
    static std::atomic<bool> warned{false};
    warn_once(warned,
              "The length of signal is shorter than the length parameter. Result is being padded with zeros in the "
              "tail. Please check your center and hop_length settings.");
    signal = ops::constant_pad_nd(signal, DimVec{0, end - whole}, Scalar(0));
  }
  return signal;
}

}  // namespace

void register_stft(Registry& r) {
  // clang-format off
  r.def("stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str pad_mode=\"reflect\", bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor")
      .composite(stft)
      .autocast({.cpu = AutocastPolicy::Float32})
      .doc("The transforms of the frames of a signal (length) or a batch of them (B, length), n_fft samples each, "
           "hop_length (n_fft / 4) apart and times `window` (win_length, n_fft unless given): (..., n_fft / 2 + 1, frames), "
           "or (..., n_fft, frames) of complex signals and with onesided=False. center: frames are centred on their places, "
           "which pads the signal by pad_mode. normalized: over the root of n_fft.");
  r.def("istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor")
      .composite(istft)
      .autocast({.cpu = AutocastPolicy::Float32})
      .doc("The signal, or batch of them, of stft's result: frames laid over each other, over the sum of squared windows. "
           "RuntimeError where windows leave a sample out.");
  // clang-format on
}

}  // namespace vt
