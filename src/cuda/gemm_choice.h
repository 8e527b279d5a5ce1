// Which kernel runs a product, one of cuBLASLt's or our own: measured once per problem, and remembered in a file.
//
// Note [Measured products]
// The library's own first choice is not always its fastest kernel for a shape. So the first large product of a shape
// times the first few candidates, and our own kernels that take it (Note [Split products], cuda/small_product.h), on
// the operands themselves and keeps the fastest. What was found goes into a file per GPU, library and driver, which
// later processes read, so that they choose alike from the start. Nothing is measured while a stream is captured or
// where the result's old values are read (beta); the library's first choice is then kept for the life of the process,
// as every choice is, so that a shape gives the same bits all the time. Where results have to be the same in every run
// (core/determinism.h) the library's first choice is taken.
#pragma once

#include "cuda/gemm_plan.h"

namespace vt::cuda {

/// Chooses plan.algorithm and sets plan.supported.
void choose(const lt::Api& api, lt::Handle handle, const GemmArgs& args, const PlanKey& key, size_t workspace_bytes,
            Stream stream, Plan& plan);

}  // namespace vt::cuda
