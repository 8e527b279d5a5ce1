#include "core/loan.h"

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "core/error.h"

namespace vt {
namespace {

struct Loans {
  std::mutex mutex;
  std::atomic<int64_t> alive{0};
  std::unordered_map<const StorageImpl*, int64_t> count;
};

Loans& loans() {
  static auto* all = new Loans;  // outlives what is let go of at exit
  return *all;
}

}  // namespace

Loan::Loan(Storage storage) : storage_(std::move(storage)) {
  const std::lock_guard lock(loans().mutex);
  ++loans().count[storage_.get()];
  ++loans().alive;
}

Loan::~Loan() {
  const std::lock_guard lock(loans().mutex);
  const auto found = loans().count.find(storage_.get());
  --loans().alive;
  if (--found->second == 0) loans().count.erase(found);
}

void check_not_lent(const StorageImpl& storage) {
  const std::lock_guard lock(loans().mutex);
  VT_CHECK(!loans().count.contains(&storage), Runtime,
           "Trying to resize storage that is not resizable: a NumPy array or a DLPack consumer uses its memory; "
           "clone() the tensor first");
}

bool is_lent(const StorageImpl& storage) {
  if (loans().alive.load() == 0) return false;
  const std::lock_guard lock(loans().mutex);
  return loans().count.contains(&storage);
}

}  // namespace vt
