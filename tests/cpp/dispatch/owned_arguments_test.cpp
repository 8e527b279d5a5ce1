#include "dispatch/owned_arguments.h"

#include <doctest/doctest.h>

#include <string>

#include "autograd/autograd.h"

using namespace vt;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

}  // namespace

TEST_CASE("owned arguments outlive what the caller had") {
  OwnedArguments owned;
  {
    const Tensor t = empty(DimVec{2}, DType::float32);
    const std::vector<Tensor> list{t, t};
    DimVec ints{1, -2, 3};
    const double doubles[] = {0.5, -1.5};
    const bool bools[] = {true, false, true};
    std::string text = "reflect";
    const complex<double> number{1, -2};
    const Value args[] = {box(t),
                          box(list),
                          box(ints),
                          box(std::span<const double>(doubles)),
                          box(std::span<const bool>(bools)),
                          box(std::string_view(text)),
                          box_list(Tag::Complex, &number, 0),
                          box(int64_t{7}),
                          Value{}};
    owned = OwnedArguments(args);
    ints[0] = 99;
    text = "something else";
  }
  CHECK(owned[0].is_none());
  CHECK(owned[1].is_none());
  CHECK(owned[1].size == 2);
  CHECK(same(Unbox<IntSpan>::get(owned[2]), DimVec{1, -2, 3}));
  CHECK(Unbox<std::span<const double>>::get(owned[3])[1] == -1.5);
  CHECK(Unbox<std::span<const bool>>::get(owned[4])[2]);
  CHECK_FALSE(Unbox<std::span<const bool>>::get(owned[4])[1]);
  CHECK(Unbox<std::string_view>::get(owned[5]) == "reflect");
  CHECK(Unbox<Scalar>::get(owned[6]).to_complex().im == -2);
  CHECK(Unbox<int64_t>::get(owned[7]) == 7);
  CHECK(owned[8].is_none());
}
