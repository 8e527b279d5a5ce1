#include "cpu/kernels/attention.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "cpu/thread_pool.h"

using namespace vt;

namespace {

uint32_t g_random = 99;
float next_random() {
  g_random = g_random * 1664525u + 1013904223u;
  return static_cast<float>(g_random >> 8) / (1 << 23) - 1.0f;
}

// (batch, rows, heads, dim) in memory, as a projection leaves it, seen as (batch, heads, rows, dim).
template <class T>
struct Heads {
  std::vector<T> data;
  int64_t heads, rows, dim;
  Heads(int64_t batch, int64_t heads_, int64_t rows_, int64_t dim_)
      : data(static_cast<size_t>(batch * heads_ * rows_ * dim_)), heads(heads_), rows(rows_), dim(dim_) {
    for (T& x : data) x = T(next_random());
  }
  cpu::AttentionMatrix<const T> in() const { return {data.data(), rows * heads * dim, dim, heads * dim}; }
  cpu::AttentionMatrix<T> out() { return {data.data(), rows * heads * dim, dim, heads * dim}; }
  double at(int64_t b, int64_t h, int64_t r, int64_t d) const {
    return static_cast<double>(data[static_cast<size_t>(((b * rows + r) * heads + h) * dim + d)]);
  }
};

template <class T>
void check(int64_t batch, int64_t heads, int64_t shared_heads, int64_t queries, int64_t keys, int64_t dim,
           int64_t value_dim, bool causal, double tolerance) {
  const cpu::AttentionShape s{batch, heads, shared_heads, queries, keys, dim, value_dim, 0.37, causal};
  const int64_t group = heads / shared_heads;
  const Heads<T> q(batch, heads, queries, dim), k(batch, shared_heads, keys, dim),
      v(batch, shared_heads, keys, value_dim), g(batch, heads, queries, value_dim);
  Heads<T> out(batch, heads, queries, value_dim), dq(batch, heads, queries, dim), dk(batch, shared_heads, keys, dim),
      dv(batch, shared_heads, keys, value_dim);
  std::vector<opmath_t<T>> lse(static_cast<size_t>(batch * heads * queries));
  cpu::attention<T>(s, q.in(), k.in(), v.in(), out.out(), lse.data());
  cpu::attention_backward<T>(s, g.in(), q.in(), k.in(), v.in(), out.in(), lse.data(), dq.out(), dk.out(), dv.out());
  double worst = 0;
  auto compare = [&](double got, double expected) {
    const double error = std::fabs(got - expected) / (1 + std::fabs(expected));
    if (!(error <= worst)) worst = error;
  };
  std::vector<double> edk, edv;  // of all heads that share one of keys and values
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t h = 0; h < heads; ++h) {
      const int64_t kv = h / group;
      if (h % group == 0) {
        edk.assign(static_cast<size_t>(keys * dim), 0);
        edv.assign(static_cast<size_t>(keys * value_dim), 0);
      }
      for (int64_t i = 0; i < queries; ++i) {
        const int64_t visible = causal ? std::min(keys, i + 1) : keys;
        std::vector<double> p(static_cast<size_t>(visible)), dp(p.size());
        double sum = 0, dot = 0;
        for (int64_t j = 0; j < visible; ++j) {
          double score = 0;
          for (int64_t d = 0; d < dim; ++d) score += q.at(b, h, i, d) * k.at(b, kv, j, d);
          sum += p[j] = std::exp(0.37 * score);
        }
        for (double& x : p) x /= sum;
        for (int64_t d = 0; d < value_dim; ++d) {
          double o = 0;
          for (int64_t j = 0; j < visible; ++j) o += p[j] * v.at(b, kv, j, d);
          compare(out.at(b, h, i, d), o);
        }
        for (int64_t j = 0; j < visible; ++j) {
          for (int64_t d = 0; d < value_dim; ++d) {
            dp[j] += g.at(b, h, i, d) * v.at(b, kv, j, d);
            edv[j * value_dim + d] += p[j] * g.at(b, h, i, d);
          }
          dot += p[j] * dp[j];
        }
        for (int64_t d = 0; d < dim; ++d) {
          double edq = 0;
          for (int64_t j = 0; j < visible; ++j) {
            const double ds = 0.37 * p[j] * (dp[j] - dot);
            edq += ds * k.at(b, kv, j, d);
            edk[j * dim + d] += ds * q.at(b, h, i, d);
          }
          compare(dq.at(b, h, i, d), edq);
        }
      }
      for (int64_t j = 0; j < keys && (h + 1) % group == 0; ++j) {
        for (int64_t d = 0; d < dim; ++d) compare(dk.at(b, kv, j, d), edk[j * dim + d]);
        for (int64_t d = 0; d < value_dim; ++d) compare(dv.at(b, kv, j, d), edv[j * value_dim + d]);
      }
    }
  }
  CAPTURE(queries);
  CAPTURE(keys);
  CAPTURE(causal);
  CHECK(worst <= tolerance);
}

template <class T>
void check_type(double tolerance) {
  for (bool causal : {false, true}) {
    check<T>(2, 3, 3, 64, 64, 32, 32, causal, tolerance);
    check<T>(1, 2, 2, 130, 130, 16, 24, causal, tolerance);
    check<T>(1, 1, 1, 5, 70, 8, 8, causal, tolerance);
    check<T>(1, 2, 2, 70, 5, 8, 3, causal, tolerance);
    check<T>(2, 1, 1, 1, 1, 1, 1, causal, tolerance);
    check<T>(1, 1, 1, 0, 4, 4, 4, causal, tolerance);
    check<T>(1, 1, 1, 4, 0, 4, 4, causal, tolerance);
    check<T>(2, 6, 2, 70, 130, 8, 8, causal, tolerance);  // three heads of queries to one of keys
    check<T>(2, 4, 1, 130, 5, 8, 3, causal, tolerance);
    check<T>(1, 4, 2, 0, 4, 4, 4, causal, tolerance);
  }
}

}  // namespace

TEST_CASE("float") { check_type<float>(5e-6); }
TEST_CASE("double") { check_type<double>(1e-12); }
TEST_CASE("float16") { check_type<float16>(4e-3); }
TEST_CASE("bfloat16") { check_type<bfloat16>(3e-2); }

TEST_CASE("every SIMD level agrees") {
  if (std::getenv("VIBETENSOR_SIMD")) return;
  for (const char* level : {"v2", "v3"}) {
    const std::string command =
        std::string("VIBETENSOR_SIMD=") + level + " /proc/" + std::to_string(getpid()) + "/exe > /dev/null";
    CHECK(std::system(command.c_str()) == 0);
  }
}
