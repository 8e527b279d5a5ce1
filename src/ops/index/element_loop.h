// The loop that gather and the scatters share: one position along a dim per element of the index tensor.
#pragma once

#include "cpu/thread_pool.h"
#include "ops/index/block_loop.h"

namespace vt {

// `pointed` is reached through the index, `dense` steps as the index does. Strides in elements; a 0-dim tensor counts
// as one of a single element.
struct ElementLoop {
  DimVec sizes;            // of the index tensor
  DimVec pointed_strides;  // 0 at dim
  DimVec dense_strides;
  int64_t dim_stride = 0;  // of pointed, along dim
  int64_t lead = 1;        // elements of the dims before dim: these never meet in `pointed`
  std::vector<int64_t> positions;

  // RuntimeError for a position outside the dim of `pointed`.
  ElementLoop(const Tensor& pointed, const Tensor& dense, const Tensor& index, int64_t dim);

  // f(offset in pointed, offset in dense) for every element; in order within one index of the dims before `dim`.
  template <class F>
  void run(const F& f) const {
    const int64_t columns = sizes.back();
    const int64_t rows = static_cast<int64_t>(positions.size()) / std::max<int64_t>(columns, 1);
    if (positions.empty()) return;
    const int64_t rows_per_lead = std::max<int64_t>(1, rows / lead), leads = rows / rows_per_lead;
    const int outer = static_cast<int>(sizes.size()) - 1;
    CopyPlan plan;
    plan.sizes = sizes;
    plan.to_strides = pointed_strides;
    plan.from_strides = dense_strides;
    const int64_t pointed_step = pointed_strides.back(), dense_step = dense_strides.back();
    parallel_for(0, leads, std::max<int64_t>(1, 8192 / (rows_per_lead * columns)), [&](int64_t begin, int64_t end) {
      CopyRows at(plan, outer, begin * rows_per_lead);
      for (int64_t row = begin * rows_per_lead; row < end * rows_per_lead; ++row, at.next()) {
        const int64_t* position = positions.data() + row * columns;
        for (int64_t i = 0; i < columns; ++i) {
          f(at.to() + i * pointed_step + position[i] * dim_stride, at.from() + i * dense_step);
        }
      }
    });
  }
};

// Dtype, number of dims and sizes of an index tensor of gather or scatter; wraps dim. RuntimeError.
void check_element_index(const char* op, const Tensor& self, int64_t& dim, const Tensor& index);

}  // namespace vt
