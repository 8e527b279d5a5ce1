#include "cpu/kernels/recurrent_step.h"

namespace vt::cpu::VT_ISA {
namespace {

// No pointer of a step meets another, which the compiler need not find out element by element.
template <class Step>
VT_ALWAYS_INLINE void for_elements(const Step& step, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const Step s = step;
#pragma GCC ivdep
    for (int64_t j = 0; j < s.hidden; ++j) s.element(row, j);
  }
}

}  // namespace

template <class T>
void lstm_rows(const LstmStep<T>& step, int64_t begin, int64_t end) {
  for_elements(step, begin, end);
}
template <class T>
void lstm_backward_rows(const LstmStepBackward<T>& step, int64_t begin, int64_t end) {
  for_elements(step, begin, end);
}
template <class T>
void gru_rows(const GruStep<T>& step, int64_t begin, int64_t end) {
  for_elements(step, begin, end);
}
template <class T>
void gru_backward_rows(const GruStepBackward<T>& step, int64_t begin, int64_t end) {
  for_elements(step, begin, end);
}

#define VT_INSTANTIATE(T)                                                            \
  template void lstm_rows<T>(const LstmStep<T>&, int64_t, int64_t);                  \
  template void lstm_backward_rows<T>(const LstmStepBackward<T>&, int64_t, int64_t); \
  template void gru_rows<T>(const GruStep<T>&, int64_t, int64_t);                    \
  template void gru_backward_rows<T>(const GruStepBackward<T>&, int64_t, int64_t);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
