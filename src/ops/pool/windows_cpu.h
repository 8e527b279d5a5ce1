#pragma once

#include "ops/pool/windows.h"

namespace vt::pool {

void max_windows_cpu(const Windows& w, const Tensor& input, const Tensor& out, const Tensor& indices);
void max_windows_backward_cpu(const Windows& w, const Tensor& grad, const Tensor& indices, const Tensor& out);
void average_windows_cpu(const Windows& w, const Divisor& divisor, const Tensor& input, const Tensor& out);
void average_windows_backward_cpu(const Windows& w, const Divisor& divisor, const Tensor& grad, const Tensor& out);

}  // namespace vt::pool
