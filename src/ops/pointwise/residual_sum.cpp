#include "ops/pointwise/residual_sum.h"

#include <cstring>
#include <utility>

#include "ops/pointwise/rows.h"

namespace vt::pointwise {

ResidualSum::ResidualSum(cuda::Stream stream, Tensor a_, Tensor b_, const Tensor& out_)
    : WaitingWork(stream, out_.storage()), a(std::move(a_)), b(std::move(b_)), out(out_.data<float>()) {
  read = {a.storage(), b.storage()};
}

void ResidualSum::give() {
  const cuda::StreamGuard on(stream);
  const int64_t offset = out - static_cast<float*>(written->data());
  TensorIter it;
  it.add_output(Tensor(make_intrusive<TensorImpl>(written, DType::float32, a.sizes(), a.strides(), offset)));
  it.add_input(a);
  it.add_input(b);
  it.build(DType::float32);
  char parameters[16] = {};
  const float alpha = 1;
  std::memcpy(parameters, &alpha, sizeof alpha);
  rows::add.cuda("add", it, DType::float32, parameters);
}

std::unique_ptr<ResidualSum> take_residual_sum(const Tensor& sum) {
  if (VT_LIKELY(!cuda::anything_waits()) || sum.dtype() != DType::float32) return nullptr;
  cuda::WaitingList list;
  cuda::WaitingWork* work = list.writing(*sum.storage(), cuda::current_stream(sum.device().index));
  auto* found = dynamic_cast<ResidualSum*>(work);
  if (found == nullptr || found->out != sum.data() || found->a.numel() != sum.numel()) return nullptr;
  std::unique_ptr<cuda::WaitingWork> taken = list.take(*found);
  (void)taken.release();
  return std::unique_ptr<ResidualSum>(found);
}

}  // namespace vt::pointwise
