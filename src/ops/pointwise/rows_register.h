// Declares the rows of the .def files that follow: include this, then the table, then call VT_ADD_ROWS(registry).
// One unit per table.
//
// A row's derivative is compiled as a member of a struct that has `grad`, the row's numbers, and exactly the tensors
// that the row keeps: naming another one does not compile.
#pragma once

#include "ops/pointwise/columns.h"
#include "ops/pointwise/gradients.h"
#include "ops/pointwise/row_forms.h"
#include "ops/pointwise/rows.h"
#include "ops/pointwise/waiting_rows.h"

namespace vt {
// Reads a number, an absent number or a gelu name as kernels do.
struct RowNumber {};
template <>
struct Unbox<RowNumber> {
  static Scalar get(const Value& v) { return pointwise::number_of(v); }
};
}  // namespace vt

namespace vt::pointwise {

namespace keeps {
struct Base {
  static constexpr bool kDifferentiable = true;
  Tensor grad;
};
#define VT_KEEPS(name, bits, members, loads) \
  struct name : Base {                       \
    static constexpr Keep kKeep = bits;      \
    members;                                 \
    void load(const GradContext& c) {        \
      grad = c.grad();                       \
      loads;                                 \
    }                                        \
  };
VT_KEEPS(Nothing, keep::none, , )
VT_KEEPS(X, keep::args(0), Tensor x, x = c.saved(0, 0))
VT_KEEPS(Y, keep::args(1), Tensor y, y = c.saved(1, 0))
VT_KEEPS(Mask, keep::args(0), Tensor mask, mask = c.saved(0, 0))
VT_KEEPS(Result, keep::result, Tensor result, result = c.saved_result(0))
#define VT_TWO(a, b) \
  a;                 \
  b
VT_KEEPS(XY, keep::args(0, 1), VT_TWO(Tensor x, Tensor y),
         VT_TWO(x = kept_operand(c.saved(0, 0), grad), y = kept_operand(c.saved(1, 0), grad)))
VT_KEEPS(YZ, keep::args(1, 2), VT_TWO(Tensor y, Tensor z), VT_TWO(y = c.saved(1, 0), z = c.saved(2, 0)))
// Each only for the other's gradient; y also for its own in the last two.
VT_KEEPS(Crossed, keep::args(0, 1).read_by(0, 0b10).read_by(1, 0b01), VT_TWO(Tensor x, Tensor y),
         VT_TWO(if (c.needs(1)) x = c.saved(0, 0), if (c.needs(0)) y = c.saved(1, 0)))
VT_KEEPS(CrossedYZ, keep::args(1, 2).read_by(1, 0b100).read_by(2, 0b010), VT_TWO(Tensor y, Tensor z),
         VT_TWO(if (c.needs(2)) y = c.saved(1, 0), if (c.needs(1)) z = c.saved(2, 0)))
VT_KEEPS(Quotient, keep::args(0, 1).read_by(0, 0b10), VT_TWO(Tensor x, Tensor y),
         VT_TWO(if (c.needs(1)) x = c.saved(0, 0), y = c.saved(1, 0)))
VT_KEEPS(QuotientYZ, keep::args(1, 2).read_by(1, 0b100).read_by(2, 0b110), VT_TWO(Tensor y, Tensor z),
         VT_TWO(if (c.needs(2)) y = c.saved(1, 0), if (c.needs(1) || c.needs(2)) z = c.saved(2, 0)))
VT_KEEPS(XResult, keep::args(0) | keep::result, VT_TWO(Tensor x, Tensor result),
         VT_TWO(x = c.saved(0, 0), result = c.saved_result(0)))
#define VT_THREE(a, b, c_) \
  a;                       \
  b;                       \
  c_
VT_KEEPS(XYZ, keep::args(0, 1, 2), VT_THREE(Tensor x, Tensor y, Tensor z),
         VT_THREE(x = kept_operand(c.saved(0, 0), grad), y = kept_operand(c.saved(1, 0), grad),
                  z = kept_operand(c.saved(2, 0), grad)))
VT_KEEPS(XYResult, keep::args(0, 1) | keep::result, VT_THREE(Tensor x, Tensor y, Tensor result),
         VT_THREE(x = kept_operand(c.saved(0, 0), grad), y = kept_operand(c.saved(1, 0), grad),
                  result = c.saved_result(0)))
struct NoGradient : Base {
  static constexpr bool kDifferentiable = false;
  static constexpr Keep kKeep = keep::none;
  void load(const GradContext&) {}
};
#undef VT_KEEPS
#undef VT_TWO
#undef VT_THREE
}  // namespace keeps

// G: the row's struct. Argument i gets G::gradient_i where it is wanted.
template <class G, class Numbers, int Inputs>
void run_derivative(GradContext& context) {
  G g;
  g.load(context);
  if constexpr (!std::is_empty_v<Numbers>) {
    auto* numbers = reinterpret_cast<Scalar*>(static_cast<Numbers*>(&g));
    for (size_t i = 0; i < sizeof(Numbers) / sizeof(Scalar); ++i)
      numbers[i] = context.arg<RowNumber>(Inputs + static_cast<int>(i));
  }
  if constexpr (requires { g.gradient_0(); }) {
    if (context.needs(0)) context.set(0, g.gradient_0());
  }
  if constexpr (requires { g.gradient_1(); }) {
    if (context.needs(1)) context.set(1, g.gradient_1());
  }
  if constexpr (requires { g.gradient_2(); }) {
    if (context.needs(2)) context.set(2, g.gradient_2());
  }
}

template <class G, class Numbers, int Inputs>
void add_table_row(Registry& r, std::string_view id, std::string_view schema, Row& row) {
  const std::string text = row_schema(id, schema);
  OpBuilder op = add_row(r, text.c_str(), row);
  if constexpr (G::kDifferentiable) {
    op.backward(G::kKeep, &run_derivative<G, Numbers, Inputs>).jvp(row_jvp);
  } else {
    op.not_differentiable();
  }
}

}  // namespace vt::pointwise

#define VT_SCALARS(...) __VA_OPT__(Scalar __VA_ARGS__;)

#define VT_ROW(id, schema, numbers, rule_, keeps_, inputs, mask, ...)                                \
  namespace vt::pointwise {                                                                          \
  namespace v2 {                                                                                     \
  extern const LoopSet id##_loops;                                                                   \
  }                                                                                                  \
  namespace v3 {                                                                                     \
  extern const LoopSet id##_loops;                                                                   \
  }                                                                                                  \
  namespace v4 {                                                                                     \
  extern const LoopSet id##_loops;                                                                   \
  }                                                                                                  \
  namespace cuda {                                                                                   \
  void id##_launch(const char*, const TensorIter&, DType, const char*);                              \
  }                                                                                                  \
  namespace rows {                                                                                   \
  Row id{rule::rule_, mask, {&v2::id##_loops, &v3::id##_loops, &v4::id##_loops}, cuda::id##_launch}; \
  }                                                                                                  \
  namespace {                                                                                        \
  struct id##_numbers {                                                                              \
    VT_SCALARS numbers                                                                               \
  };                                                                                                 \
  struct id##_derivative : keeps::keeps_, id##_numbers {                                             \
    __VA_ARGS__                                                                                      \
  };                                                                                                 \
  template <>                                                                                        \
  void add_numbered<__COUNTER__ - kFirstRow>(Registry & r) {                                         \
    add_table_row<id##_derivative, id##_numbers, inputs>(r, #id, schema, rows::id);                  \
  }                                                                                                  \
  }                                                                                                  \
  }

namespace vt::pointwise {
namespace {
// Row number N of this unit's table; each row specialises it.
template <int N>
void add_numbered(Registry& r);
template <int... N>
void add_rows(Registry& r, std::integer_sequence<int, N...>) {
  (add_numbered<N>(r), ...);
}
constexpr int kFirstRow = __COUNTER__ + 1;
}  // namespace
}  // namespace vt::pointwise

#define VT_UNARY(id, rule_, body, keeps_, d_x) VT_UNARY_WITH(id, "", (), rule_, body, keeps_, d_x)
#define VT_UNARY_WITH(id, schema, numbers, rule_, body, keeps_, d_x) \
  VT_ROW(id, schema, numbers, rule_, keeps_, 1, -1, Tensor gradient_0() const { return d_x; })
#define VT_BINARY(id, schema, numbers, rule_, body, keeps_, d_x, d_y) \
  VT_ROW(                                                             \
      id, schema, numbers, rule_, keeps_, 2, -1,                      \
      Tensor gradient_0() const { return d_x; } Tensor gradient_1() const { return d_y; })
#define VT_TERNARY(id, schema, numbers, rule_, body, keeps_, d_x, d_y, d_z)                                            \
  VT_ROW(                                                                                                              \
      id, schema, numbers, rule_, keeps_, 3, -1, Tensor gradient_0() const { return d_x; } Tensor gradient_1() const { \
        return d_y;                                                                                                    \
      } Tensor gradient_2() const { return d_z; })
#define VT_SELECT(id, schema, numbers, rule_, body, keeps_, d_y, d_z) \
  VT_ROW(                                                             \
      id, schema, numbers, rule_, keeps_, 3, 0,                       \
      Tensor gradient_1() const { return d_y; } Tensor gradient_2() const { return d_z; })

// Below a row: a column of Row that few have.
#define VT_COLUMN(id, column, ...)                        \
  namespace vt::pointwise {                               \
  namespace {                                             \
  template <>                                             \
  void add_numbered<__COUNTER__ - kFirstRow>(Registry&) { \
    rows::id.column = __VA_ARGS__;                        \
  }                                                       \
  }                                                       \
  }
// For the column `choose`: an expression on `call`, a Choice, that is the row whose loop a call runs.
#define VT_ROW_OF(...) [](const Choice& call) -> const Row& { return __VA_ARGS__; }

// After the table: all its rows, in order.
#define VT_ADD_ROWS(registry) \
  ::vt::pointwise::add_rows(registry, std::make_integer_sequence<int, __COUNTER__ - ::vt::pointwise::kFirstRow>{})
