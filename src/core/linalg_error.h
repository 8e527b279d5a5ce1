// The error of a matrix that a factorization, a solver or an iteration cannot finish with.
#pragma once

#include "core/error.h"

namespace vt {

// A RuntimeError to whoever does not look closer; torch.linalg.LinAlgError in Python.
class VT_API LinAlgError : public Error {
 public:
  explicit LinAlgError(std::string reason) : Error(ErrorKind::Runtime, std::move(reason)) {}
};

}  // namespace vt
