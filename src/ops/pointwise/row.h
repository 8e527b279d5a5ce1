// A pointwise op at run time: what its row in a .def table became.
#pragma once

#include <limits>

#include "core/backend_table.h"
#include "dispatch/registry.h"
#include "iter/cpu_loop.h"
#include "ops/pointwise/dtype_rule.h"

namespace vt::pointwise {

// One kernel per CPU compute type; null outside the row's domain.
struct LoopSet {
  LoopKernel kernels[kComputeTypes];
};

// Runs the row's kernel for dtype `compute` (the promoted dtype itself) over operands of any dtype.
using CudaLaunch = void (*)(const char* name, const TensorIter& it, DType compute, const char* params);

struct Row;

// What a row may choose by, see VT_ROW_OF: the dtype of the call's first tensor, or uint64 if that is computed in, and
// the row's number, if that leaves the result's dtype to the tensor.
struct Choice {
  DType dtype;
  double number = std::numeric_limits<double>::quiet_NaN();
  bool number_is(double n) const { return number == n; }
};

struct Row {
  DTypeRule rule;
  int8_t mask = -1;              // input that is a bool mask: not promoted, read as bool
  const LoopSet* loops[3] = {};  // by SimdLevel
  CudaLaunch cuda = nullptr;
  // Columns of a VT_COLUMN: what it refuses beyond its rule, what its loop computes in if that is not the compute dtype
  // of `common`, the row whose loop a call runs if that is not this one, and how it waits on CUDA.
  void (*check)(const Call& call, DType common) = nullptr;
  DType (*loop_dtype)(const Call& call, const Row& row, DType common) = nullptr;
  const Row& (*choose)(const Choice& call) = nullptr;
  bool (*wait)(const Call& call, const Row& row, const Tensor& out) = nullptr;  // Note [Waiting work]
  // Filled by add_row: positions of tensor and number arguments, from the schema.
  int8_t inputs = 0, numbers = 0;
  int8_t input_at[5] = {}, number_at[5] = {};
  uint8_t checked_numbers = 0;  // by bit: a Scalar, which has to fit the dtype; a float is cast
};

// The loop of each backend, over an iterator with elements.
extern BackendTable<void(const Call& call, const Row& row, const TensorIter& it, DType compute)> run_loop;
void register_row_loops();

// Runs a row as functional, in-place or out= call; `row` need not be call.op's own (pow runs square).
void run_row(Call& call, const Row& row);
// The forward derivative of every real row: it works element by element, so its derivative is that.
bool row_jvp(JvpContext& ctx);
// The boxed kernel of an op whose data() is a Row.
void row_kernel(Call& call);

// Declares an op made of a row, with its in-place and out= forms, and fills in the rest of the row.
OpBuilder add_row(Registry& r, const char* schema, Row& row);

// A number argument as kernels take it: an absent one is -1, a str is 0 for "none" and 1 for "tanh".
Scalar number_of(const Value& v);

}  // namespace vt::pointwise
