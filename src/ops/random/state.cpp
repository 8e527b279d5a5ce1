#include <cstring>

#include "ops/copy/read_at_once.h"
#include "ops/random/distribution.h"
#include "ops/random/random.h"

namespace vt::random {

Tensor generator_state(const Generator& generator) {
  std::vector<uint8_t> bytes;
  {
    std::lock_guard lock(generator.mutex());
    bytes = generator.state();
  }
  const auto n = static_cast<int64_t>(bytes.size());
  const Tensor result = empty(IntSpan(&n, 1), DType::uint8);
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

void set_generator_state(Generator& generator, const Tensor& state) {
  VT_CHECK(is_read_at_once(state) && state.dtype() == DType::uint8, Type, "RNG state must be a torch.ByteTensor, got ",
           state);
  VT_CHECK(state.is_contiguous(), Runtime, "RNG state must be contiguous, got ", state);
  std::lock_guard lock(generator.mutex());
  generator.set_state({static_cast<const uint8_t*>(state.data()), static_cast<size_t>(state.numel())});
}

}  // namespace vt::random

void vt::register_random(Registry& r) {
  random::register_distributions();
  random::register_inplace(r);
  random::register_factories(r);
  random::register_sampling(r);
  random::register_variates(r);
  random::register_dropout(r);
  random::register_rrelu(r);
}
