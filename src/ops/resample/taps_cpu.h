#pragma once

#include "ops/resample/taps.h"

namespace vt::resample {

void fill_taps_cpu(const TapAxis& axis, const Tensor& spans, const Tensor& weights);
void gather_taps_cpu(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights, const Tensor& y);
void gather_bytes_cpu(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights, const Tensor& y);
void scatter_taps_cpu(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights, const Tensor& y);

}  // namespace vt::resample
