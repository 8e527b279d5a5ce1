// Tensors whose storage holds no memory but what a backend keeps in its place.
#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "core/tensor.h"
#include "ops/typed/view.h"

using namespace vt;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

struct Payload {
  int released = 0;
};
void release(void*, void* context, size_t) noexcept { ++static_cast<Payload*>(context)->released; }

}  // namespace

TEST_CASE("a payload stands in for memory: views, versions and autograd work, reading raises") {
  Payload payload;
  {
    const Tensor t = from_memory({nullptr, &payload, release}, 24, DType::float32, DimVec{2, 3}, DimVec{3, 1},
                                 Device{DeviceType::Meta, -1}, false);
    CHECK(t.storage()->memory().context == &payload);
    CHECK_FALSE(t.impl()->has_memory());
    CHECK_THROWS_AS(t.data(), Error);
    CHECK_THROWS_AS(t.data<float>(), Error);

    autograd::set_requires_grad(t, true);
    const Tensor view = ops::transpose(t, 0, 1);
    CHECK(view.requires_grad());
    CHECK(view.storage() == t.storage());
    const uint32_t version = t.impl()->version();
    t.impl()->bump_version();
    CHECK(view.impl()->version() == version + 1);
    CHECK_THROWS_AS(make_view(t, DimVec{7}, DimVec{1}, 0), Error);
    CHECK(payload.released == 0);
  }
  CHECK(payload.released == 1);
}
