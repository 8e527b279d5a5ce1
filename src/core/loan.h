// Memory whose address somebody else has: a NumPy array, a DLPack consumer.
#pragma once

#include "core/storage.h"

namespace vt {

/// For as long as it lives the storage lives, and keeps the memory that it has: see check_not_lent.
class VT_API Loan {
 public:
  explicit Loan(Storage storage);
  ~Loan();
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;

 private:
  Storage storage_;
};

/// Throws where a Loan of the storage lives; asked before StorageImpl::replace. The loans are a table of their own, as
/// few storages are ever lent.
VT_API void check_not_lent(const StorageImpl& storage);
/// Whether a Loan of the storage lives.
VT_API bool is_lent(const StorageImpl& storage);

}  // namespace vt
