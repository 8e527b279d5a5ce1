#include "cpu/fft/fft.h"

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "cpu/fft/plan.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu::fft {
namespace {

// Lines longer than this are cut, even if there is one for every lane: their rows would not fit a core's cache.
constexpr int64_t kLongestInLanes = 8192;
// Shorter ones are not worth cutting, even if most lanes have nothing to do.
constexpr int64_t kShortestCut = 256;

template <class T>
class Transform {
 public:
  Transform(const Lines1d& job, const T* in, T* out) : job_(job), lanes_(VT_SIMD_PICK(lanes, T)()) {
    const int64_t n = job.length, half = n / 2 + 1;
    const bool even = n % 2 == 0;
    group_.in = {in, nullptr, 2 * job.in_step, 1, n, job.inverse ? Form::kSwapped : Form::kComplex};
    group_.out = {out, nullptr, 2 * job.out_step, 1, n, group_.in.form};
    group_.scale = static_cast<T>(job.scale);
    group_.length = n;
    group_.half = group_.turns = nullptr;
    core_ = n;
    if (job.kind == Kind::kRealToComplex) {
      group_.in = {in, nullptr, job.in_step, 1, n, Form::kReal};
      if (even) {
        group_.in = {in, nullptr, 2 * job.in_step, job.in_step, n / 2, Form::kRealPairs};
        group_.after = job.whole ? After::kUnfoldWhole : After::kUnfold;
      }
      group_.out.elements = job.whole ? n : half;
      group_.out.form = Form::kComplex;
    } else if (job.kind == Kind::kComplexToReal) {
      group_.in.elements = half;
      group_.in.form = Form::kComplex;
      group_.before = even ? Before::kFold : Before::kMirror;
      group_.out = {out, nullptr, job.out_step, 1, n, Form::kSwappedReal};
      if (even) group_.out = {out, nullptr, 2 * job.out_step, job.out_step, n / 2, Form::kSwappedPairs};
    }
    if (job.kind != Kind::kComplex && even) {
      core_ = n / 2;
      fold_ = plan_of<HalfPlan<T>>(n);
      group_.half = fold_->roots();
    }
    room_ = std::max({core_, group_.in.elements, group_.out.elements});
    order_outer_dims();
  }

  void run() {
    if (lines_ == 0) return;
    if (!is_smooth(core_)) {
      by_chirps(*plan_of<ChirpPlan<T>>(core_));
    } else if (core_ > kLongestInLanes || (core_ >= kShortestCut && 2 * lines_ < lanes_)) {
      by_cutting(*plan_of<CutPlan<T>>(core_));
    } else {
      in_lanes(*plan_of<PassPlan<T>>(core_));
    }
  }

 private:
  // Real numbers from the first to the same one of the next element of each side.
  int64_t in_unit() const { return job_.kind == Kind::kRealToComplex ? 1 : 2; }
  int64_t out_unit() const { return job_.kind == Kind::kComplexToReal ? 1 : 2; }

  void order_outer_dims() {
    for (const OuterDim& dim : job_.outer) {
      lines_ *= dim.size;
      if (dim.size != 1) outer_.push_back({dim.size, dim.in_stride * in_unit(), dim.out_stride * out_unit()});
    }
    // neighbours in memory become neighbours in lanes
    std::ranges::sort(outer_, [](const OuterDim& a, const OuterDim& b) { return a.out_stride > b.out_stride; });
  }

  struct Place {
    int64_t in = 0, out = 0;
  };
  Place place(int64_t line) const {
    Place at;
    for (size_t d = outer_.size(); d-- > 0;) {
      const int64_t index = line % outer_[d].size;
      line /= outer_[d].size;
      at.in += index * outer_[d].in_stride;
      at.out += index * outer_[d].out_stride;
    }
    return at;
  }

  // Of lanes beyond the last line: again the last one, which is loaded and not stored.
  struct Offsets {
    int64_t in[kMaxLanes], out[kMaxLanes];
  };
  template <class F>
  void fill(Offsets& offsets, int64_t begin, int64_t end, const F& at) const {
    for (int l = 0; l < lanes_; ++l) {
      const Place p = at(std::min(begin + l, end - 1));
      offsets.in[l] = p.in;
      offsets.out[l] = p.out;
    }
  }

  // Transforms lines [0, count) of a group, whose places `at` gives, a vector of them at a time.
  template <class F>
  void each_group(const Group<T>& common, int64_t count, int64_t room, const CutPlan<T>* turning, const F& at) const {
    const int64_t groups = (count + lanes_ - 1) / lanes_;
    const int64_t rows = 2 * room;
    const int64_t grain = std::max<int64_t>(1, 16384 / (room * lanes_));
    parallel_for(0, groups, grain, [&](int64_t begin, int64_t end) {
      const Scratch scratch(2 * rows * lanes_ * static_cast<int64_t>(sizeof(T)));
      Offsets offsets;
      Group<T> group = common;
      group.in.offsets = offsets.in;
      group.out.offsets = offsets.out;
      for (int64_t g = begin; g < end; ++g) {
        fill(offsets, g * lanes_, count, at);
        group.lines = static_cast<int>(std::min<int64_t>(lanes_, count - g * lanes_));
        if (turning) group.turns = turning->turns(g);
        VT_SIMD_PICK(transform, T)(group, scratch.as<T>(), rows);
      }
    });
  }

  void in_lanes(const PassPlan<T>& plan) const {
    Group<T> group = group_;
    group.passes = plan.passes();
    each_group(group, lines_, room_, nullptr, [&](int64_t line) { return place(line); });
  }

  // Lines one after the other, each spread over the threads, or one on every thread.
  template <class F>
  void each_line(const F& body) const {
    if (lines_ < get_num_threads()) {
      for (int64_t line = 0; line < lines_; ++line) body(line);
      return;
    }
    parallel_for(0, lines_, 1, [&](int64_t begin, int64_t end) {
      for (int64_t line = begin; line < end; ++line) body(line);
    });
  }

  // Note [Long lines]
  void by_cutting(const CutPlan<T>& plan) const {
    const bool from_array = group_.before == Before::kNothing;
    const bool to_array = group_.after == After::kNothing && group_.out.elements == core_;
    each_line([&](int64_t index) {
      const Scratch middle(2 * core_ * static_cast<int64_t>(sizeof(T)));
      const Scratch line(from_array && to_array ? 0 : 2 * room_ * static_cast<int64_t>(sizeof(T)));
      const Place at = place(index);
      Group<T> whole = group_;
      whole.in.offsets = &at.in;
      whole.out.offsets = &at.out;
      if (!from_array) VT_SIMD_PICK(prepare, T)(whole, line.as<T>());

      const int64_t rows = plan.rows(), columns = plan.columns();
      const Lines<const T> source =
          from_array ? group_.in : Lines<const T>{line.as<T>(), nullptr, 2, 1, core_, Form::kComplex};
      Group<T> step{};
      step.scale = T(1);
      step.in = source;
      step.in.step = columns * source.step;
      step.in.elements = rows;
      step.out = {middle.as<T>(), nullptr, 2 * columns, 1, rows, Form::kComplex};
      step.passes = plan.of_columns();
      const int64_t in_begin = from_array ? at.in : 0;
      each_group(step, columns, rows, &plan, [&](int64_t j) { return Place{in_begin + j * source.step, 2 * j}; });

      const Lines<T> target = to_array ? group_.out : Lines<T>{line.as<T>(), nullptr, 2, 1, core_, Form::kComplex};
      step.in = {middle.as<T>(), nullptr, 2, 1, columns, Form::kComplex};
      step.out = target;
      step.out.step = rows * target.step;
      step.out.elements = columns;
      step.passes = plan.of_rows();
      step.scale = to_array ? group_.scale : T(1);
      const int64_t out_begin = to_array ? at.out : 0;
      each_group(step, rows, columns, nullptr,
                 [&](int64_t k) { return Place{2 * columns * k, out_begin + k * target.step}; });
      if (!to_array) VT_SIMD_PICK(finish, T)(whole, line.as<T>());
    });
  }

  static void multiply(T* line, const T* by, int64_t elements) {
    for (int64_t k = 0; k < 2 * elements; k += 2) {
      const T re = line[k] * by[k] - line[k + 1] * by[k + 1];
      line[k + 1] = line[k] * by[k + 1] + line[k + 1] * by[k];
      line[k] = re;
    }
  }

  // Note [Chirps]
  void by_chirps(const ChirpPlan<T>& plan) const {
    const int64_t padded = plan.padded();
    const int64_t at_once = std::min(lines_, std::max<int64_t>(1, (int64_t(1) << 19) / padded));
    const Scratch memory(at_once * 2 * padded * static_cast<int64_t>(sizeof(T)));
    for (int64_t first = 0; first < lines_; first += at_once) {
      const int64_t count = std::min(at_once, lines_ - first);
      T* all = memory.as<T>();
      auto each = [&](const auto& body) {
        parallel_for(0, count, std::max<int64_t>(1, 8192 / padded), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            const Place at = place(first + i);
            Group<T> whole = group_;
            whole.in.offsets = &at.in;
            whole.out.offsets = &at.out;
            body(whole, all + i * 2 * padded);
          }
        });
      };
      Lines1d convolved{.length = padded, .outer = {{count, padded, padded}}};
      each([&](const Group<T>& whole, T* line) {
        VT_SIMD_PICK(prepare, T)(whole, line);
        multiply(line, plan.chirp(), core_);
        std::fill(line + 2 * core_, line + 2 * padded, T(0));
      });
      transform_lines<T>(convolved, all, all);
      each([&](const Group<T>&, T* line) { multiply(line, plan.filter(), padded); });
      convolved.inverse = true;
      transform_lines<T>(convolved, all, all);
      each([&](const Group<T>& whole, T* line) {
        multiply(line, plan.chirp(), core_);
        VT_SIMD_PICK(finish, T)(whole, line);
      });
    }
  }

  const Lines1d& job_;
  int lanes_;
  int64_t core_;  // elements of the complex transform
  int64_t room_;  // elements that its rows need
  int64_t lines_ = 1;
  Group<T> group_{};
  std::vector<OuterDim> outer_;
  std::shared_ptr<const HalfPlan<T>> fold_;
};

}  // namespace

template <class T>
void transform_lines(const Lines1d& job, const void* in, void* out) {
  VT_ASSERT(job.length > 0);
  Transform<T>(job, static_cast<const T*>(in), static_cast<T*>(out)).run();
}

template void transform_lines<float>(const Lines1d&, const void*, void*);
template void transform_lines<double>(const Lines1d&, const void*, void*);

}  // namespace vt::cpu::fft
