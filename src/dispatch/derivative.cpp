#include "dispatch/derivative.h"

#include "dispatch/op.h"

namespace vt {

Tensor JvpContext::tangent(int arg, int element) const {
  size_t at = 0;
  for (int i = 0; i < static_cast<int>(args_.size()); ++i) {
    const Value& v = args_[static_cast<size_t>(i)];
    if (v.tag == Tag::Tensor) {
      if (i == arg) return tangents_[at];
      ++at;
    } else if (v.tag == Tag::TensorList) {
      const TensorSpan list = v.as_tensor_list();
      for (int j = 0; j < static_cast<int>(list.size()); ++j) {
        if (i == arg && j == element) return list[j].defined() ? tangents_[at] : Tensor();
        at += list[j].defined();
      }
    }
  }
  return {};
}

void JvpContext::set(int result, Tensor tangent) {
  if (static_cast<int>(out_.size()) <= result) out_.resize(result + 1);
  out_[result] = std::move(tangent);
}

}  // namespace vt
