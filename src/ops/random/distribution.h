// A distribution with its parameters, and drawing from it into dense memory.
#pragma once

#include "core/backend_table.h"
#include "core/generator.h"
#include "core/tensor.h"

namespace vt::random {

struct Distribution {
  enum class Kind : uint8_t {
    Uniform,      // [a, b)
    Normal,       // mean a, standard deviation b
    LogNormal,    // exp of that
    Exponential,  // rate a
    Cauchy,       // median a, scale b
    Geometric,    // success probability a
    Bernoulli,    // probability a
    Integers,     // [base, base + range)
    Int64Range,   // all of int64
    Random,       // [0, largest integer of the dtype]
  };
  Kind kind;
  double a = 0;
  double b = 0;
  uint64_t range = 0;
  int64_t base = 0;
};

// Writes self from the generator (null: the device's default) and returns it. Parameters are valid and self is not
// empty; whether self may be written is checked.
VT_API Tensor draw(const Tensor& self, Generator* generator, const Distribution& distribution);
// Zeros and ones with a probability per element; p is of a floating dtype and broadcasts to self.
VT_API Tensor draw_bernoulli(const Tensor& self, const Tensor& p, Generator* generator);

// The kernels: `dense` is the memory of `self` in its order, the generator one of its device or null.
extern BackendTable<void(const Tensor& dense, const Tensor& self, Generator* generator, const Distribution& d)>
    fill_drawn;
extern BackendTable<void(const Tensor& dense, const Tensor& p, Generator* generator)> fill_bernoulli;
void draw_cuda(const Tensor& dense, const Tensor& self, Generator* generator, const Distribution& distribution);
// Zeros and ones with a probability per element; p dense in the same order. A probability outside [0, 1] is reported as
// RuntimeError at the next synchronisation.
void bernoulli_cuda(const Tensor& dense, const Tensor& p, Generator* generator);

void register_distributions();

}  // namespace vt::random
