// Random ops: filling in place, factories, sampling, dropout.
#pragma once

#include "dispatch/registry.h"
#include "ops/random/distribution.h"

namespace vt {
void register_random(Registry& r);
void register_dropout_cuda(Registry& r);
void register_sampling_cuda(Registry& r);
void register_variates_cuda(Registry& r);
}  // namespace vt

namespace vt::random {

// The parts of register_random, one per file.
void register_inplace(Registry& r);
void register_factories(Registry& r);
void register_sampling(Registry& r);
void register_variates(Registry& r);
void register_dropout(Registry& r);
void register_rrelu(Registry& r);

// The in-place fills as the factories call them: arguments checked, self returned.
Tensor uniform_(const Tensor& self, double from, double to, Generator* generator);
Tensor normal_(const Tensor& self, double mean, double std, Generator* generator);
Tensor exponential_(const Tensor& self, double rate, Generator* generator);
Tensor random_from_(const Tensor& self, int64_t from, std::optional<int64_t> to, Generator* generator);
Tensor bernoulli_float_(const Tensor& self, double p, Generator* generator);
Tensor bernoulli_tensor_(const Tensor& self, const Tensor& p, Generator* generator);

// Derivatives of what only overwrites its argument or takes it as a parameter: zeros.
void set_zero_gradient(GradContext& ctx, int arg);
void zero_gradient(GradContext& ctx);  // of the first argument

// A generator's state as a uint8 CPU tensor: 5056 bytes for a CPU generator, 16 for a CUDA one. Locks the generator.
VT_API Tensor generator_state(const Generator& generator);
// TypeError unless `state` is a uint8 CPU tensor, RuntimeError unless it is contiguous and a state of this kind.
VT_API void set_generator_state(Generator& generator, const Tensor& state);

}  // namespace vt::random
