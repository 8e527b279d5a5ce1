// What a kernel gets of a tensor that may be absent: null for an undefined one.
#pragma once

#include "core/tensor.h"

namespace vt {

template <class T>
T* data_or_null(const Tensor& t) {
  return t.defined() ? t.data<T>() : nullptr;
}
inline const StorageImpl* storage_or_null(const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; }

}  // namespace vt
