// Pooling on the CPU. What is worked out at once, a group, is a row of outputs where windows are regular and elements
// lie alone, else the lanes of a position: one position of their windows after the other, in memory's order.
#include "ops/pool/windows_cpu.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/ceil_div.h"
#include "cpu/kernels/pooling.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"
#include "ops/copy/kernels.h"

namespace vt::pool {

namespace v2 = cpu::v2;
namespace v3 = cpu::v3;
namespace v4 = cpu::v4;

namespace {

constexpr int64_t kLaneBlock = 128;  // lanes that one thread takes at a time

int64_t grain(int64_t work) { return 1 + 16384 / (work + 1); }

template <class T>
constexpr T lowest() {
  if constexpr (is_floating(dtype_of<T>)) return T(-std::numeric_limits<float>::infinity());
  else return std::numeric_limits<T>::lowest();
}

bool by_rows(const Windows& w) { return w.lanes == 1 && !w.axes[2].adaptive; }

// The lanes [first, first + count) of a plane.
struct Lanes {
  int64_t plane, first, count;
};

// Planes in blocks of their lanes.
struct Blocks {
  int64_t lanes, size, count, total;

  explicit Blocks(const Windows& w)
      : lanes(w.lanes),
        size(std::min(w.lanes, kLaneBlock)),
        count(ceil_div(w.lanes, kLaneBlock)),
        total(w.planes * count) {}
  Lanes at(int64_t i) const {
    const int64_t first = i % count * size;
    return {i / count, first, std::min(size, lanes - first)};
  }
};

// Outputs (d, h, x), or with by_rows all those of the row; `offset` of the first in memory, `count` elements.
struct Group {
  int64_t d, h, x, offset, count;
};

int64_t longest_group(const Windows& w) { return by_rows(w) ? w.axes[2].outputs : std::min(w.lanes, kLaneBlock); }

template <class F>
void for_groups(const Windows& w, const Lanes& lanes, int64_t d, int64_t h, const F& f) {
  const int64_t outputs = w.axes[2].outputs, row = lanes.plane * w.outputs() + (d * w.axes[1].outputs + h) * outputs;
  if (by_rows(w)) return f(Group{d, h, 0, row, outputs});
  for (int64_t x = 0; x < outputs; ++x) f(Group{d, h, x, (row + x) * w.lanes + lanes.first, lanes.count});
}

// Calls f(position of the window, offset, step, begin, count): elements [begin, begin + count) of the group meet there
// the inputs at offset, offset + step, ... of the plane, where an input is `pitch` elements.
template <class F>
void for_positions(const Windows& w, const Group& g, int64_t pitch, const F& f) {
  const auto& [depth, height, width] = w.axes;
  const bool rows = by_rows(w);
  int64_t at_d = depth.skipped(g.d);
  for (int64_t i = depth.begin(g.d); i < depth.end(g.d); i += depth.dilation, ++at_d) {
    int64_t at_h = height.skipped(g.h);
    for (int64_t j = height.begin(g.h); j < height.end(g.h); j += height.dilation, ++at_h) {
      const int64_t line = (i * height.inputs + j) * width.inputs, first = (at_d * height.size + at_h) * width.size;
      if (!rows) {
        int64_t at = first + width.skipped(g.x);
        for (int64_t k = width.begin(g.x); k < width.end(g.x); k += width.dilation, ++at)
          f(at, (line + k) * pitch, int64_t{1}, int64_t{0}, g.count);
        continue;
      }
      for (int64_t at = 0; at < width.size; ++at) {
        const int64_t shift = at * width.dilation - width.padding, room = width.inputs - 1 - shift;
        const int64_t begin = shift >= 0 ? 0 : ceil_div(-shift, width.stride);
        const int64_t end = room < 0 ? 0 : std::min(room / width.stride + 1, width.outputs);
        if (begin < end) f(first + at, line + begin * width.stride + shift, width.stride, begin, end - begin);
      }
    }
  }
}

// How far in its plane each position of a regular window, or of the longest adaptive one, is from the window's origin.
std::vector<int64_t> position_offsets(const Windows& w) {
  const auto& [depth, height, width] = w.axes;
  std::vector<int64_t> offsets;
  offsets.reserve(static_cast<size_t>(w.positions()));
  for (int64_t i = 0; i < depth.size; ++i) {
    for (int64_t j = 0; j < height.size; ++j) {
      for (int64_t k = 0; k < width.size; ++k)
        offsets.push_back((i * depth.dilation * height.inputs + j * height.dilation) * width.inputs +
                          k * width.dilation);
    }
  }
  return offsets;
}

// Where in the plane the windows of a group's elements begin: the first, and how far apart.
struct Origins {
  int64_t first, step;
  Origins(const Windows& w, const Group& g)
      : first((w.axes[0].origin(g.d) * w.axes[1].inputs + w.axes[1].origin(g.h)) * w.axes[2].inputs +
              w.axes[2].origin(g.x)),
        step(by_rows(w) ? w.axes[2].stride : 0) {}
};

// Calls f(lanes, d, h, scratch) for every row of outputs; scratch has `bytes` for each element of a group, and a few
// more.
template <class F>
void for_output_rows(const Windows& w, size_t bytes, const F& f) {
  const Blocks blocks(w);
  const int64_t height = w.axes[1].outputs, rows = w.axes[0].outputs * height;
  const int64_t work = w.axes[2].outputs * w.positions() * blocks.size;
  parallel_for(0, blocks.total * rows, grain(work), [&](int64_t begin, int64_t end) {
    const cpu::Scratch scratch((longest_group(w) + 1) * static_cast<int64_t>(bytes));
    for (int64_t i = begin; i < end; ++i) f(blocks.at(i / rows), i % rows / height, i % height, scratch);
  });
}

// Calls f(lanes, sums, pitch) for the gradients of every plane's inputs, zeros at first: element c of the lanes of an
// input is sums[input * pitch + c].
template <class T, class F>
void for_input_planes(const Windows& w, const Tensor& out, const F& f) {
  using A = opmath_t<T>;
  constexpr bool kInPlace = std::is_same_v<T, A>;
  const auto narrow = VT_SIMD_PICK(narrow_row, T);
  const Blocks blocks(w);
  const int64_t inputs = w.inputs();
  parallel_for(0, blocks.total, grain((inputs + w.outputs()) * blocks.size), [&](int64_t begin, int64_t end) {
    const cpu::Scratch scratch(kInPlace ? 0 : inputs * blocks.size * static_cast<int64_t>(sizeof(A)));
    for (int64_t i = begin; i < end; ++i) {
      const Lanes lanes = blocks.at(i);
      T* to = out.data<T>() + lanes.plane * inputs * w.lanes + lanes.first;
      A* sums = scratch.as<A>();
      int64_t pitch = lanes.count;
      if constexpr (kInPlace) {
        sums = to;
        pitch = w.lanes;
      }
      // runs of elements beside each other
      const bool whole = lanes.count == w.lanes;
      const int64_t runs = whole ? 1 : inputs, run = whole ? inputs * lanes.count : lanes.count;
      for (int64_t r = 0; r < runs; ++r) std::fill_n(sums + r * pitch, run, A(0));
      f(lanes, sums, pitch);
      if constexpr (!kInPlace) {
        for (int64_t r = 0; r < runs; ++r) narrow(sums + r * pitch, run, to + r * w.lanes);
      }
    }
  });
}

// What the sums of a group are divided by: scale, times lengths[i] if there are lengths.
template <class A>
class Lengths {
 public:
  Lengths(const Windows& w, const Divisor& divisor) : w_(w), divisor_(divisor) {
    if (!by_rows(w) || divisor.fixed != 0) return;
    for (int64_t x = 0; x < w.axes[2].outputs; ++x) row_.push_back(static_cast<A>(divisor.length(w.axes[2], x)));
  }
  const A* row() const { return row_.empty() ? nullptr : row_.data(); }
  A scale(const Group& g) const {
    if (divisor_.fixed != 0) return static_cast<A>(divisor_.fixed);
    const int64_t rows = divisor_.length(w_.axes[0], g.d) * divisor_.length(w_.axes[1], g.h);
    return static_cast<A>(row_.empty() ? rows * divisor_.length(w_.axes[2], g.x) : rows);
  }
  // Of the first output alone.
  A of_first() const { return scale(Group{0, 0, 0, 0, 1}) * (row_.empty() ? A(1) : row_.front()); }

 private:
  const Windows& w_;
  const Divisor& divisor_;
  std::vector<A> row_;
};

template <class T, class Index>
void max_rows(const Windows& w, const T* input, T* out, Index* indices) {
  using A = opmath_t<T>;
  constexpr bool kPlaces = std::is_same_v<Index, int64_t>;
  const auto merge = VT_SIMD_PICK(take_greater, T);
  const auto narrow = VT_SIMD_PICK(narrow_row, T);
  const std::vector<int64_t> offsets = kPlaces ? position_offsets(w) : std::vector<int64_t>();
  const auto& [depth, height, width] = w.axes;
  const auto max_group = [&](const T* plane, const Group& g, A* best, int32_t* found) {
    const int64_t first = (depth.skipped(g.d) * height.size + height.skipped(g.h)) * width.size;
    std::fill_n(best, g.count, static_cast<A>(lowest<T>()));
    for (int64_t i = 0; i < g.count; ++i) found[i] = static_cast<int32_t>(first + width.skipped(by_rows(w) ? i : g.x));
    for_positions(w, g, w.lanes, [&](int64_t at, int64_t offset, int64_t step, int64_t begin, int64_t count) {
      if (count > 1) return merge(plane + offset, step, count, static_cast<int32_t>(at), best + begin, found + begin);
      const A v = static_cast<A>(plane[offset]);
      if (!(v > best[begin] || v != v)) return;
      best[begin] = v;
      found[begin] = static_cast<int32_t>(at);
    });
    narrow(best, g.count, out + g.offset);
    const Origins origins(w, g);
    for (int64_t i = 0; i < g.count; ++i) {
      if constexpr (kPlaces) indices[g.offset + i] = origins.first + i * origins.step + offsets[found[i]];
      else indices[g.offset + i] = static_cast<Index>(found[i]);
    }
  };
  for_output_rows(w, sizeof(A) + sizeof(int32_t), [&](const Lanes& lanes, int64_t d, int64_t h, const auto& scratch) {
    auto* found = scratch.template as<int32_t>();
    A* best = reinterpret_cast<A*>(found + (longest_group(w) + 1) / 2 * 2);  // aligned for double
    const T* plane = input + lanes.plane * w.inputs() * w.lanes + lanes.first;
    for_groups(w, lanes, d, h, [&](const Group& g) { max_group(plane, g, best, found); });
  });
}

// The lanes of a position together, by where their maxima were found in its window.
template <class T>
void add_found_lanes(const Windows& w, const Lanes& lanes, const T* grad, const uint8_t* indices, opmath_t<T>* sums,
                     int64_t pitch) {
  const auto add = VT_SIMD_PICK(add_where_found, T);
  for (int64_t row = 0; row < w.axes[0].outputs * w.axes[1].outputs; ++row) {
    for_groups(w, lanes, row / w.axes[1].outputs, row % w.axes[1].outputs, [&](const Group& g) {
      for_positions(w, g, pitch, [&](int64_t at, int64_t offset, int64_t, int64_t, int64_t count) {
        add(grad + g.offset, indices + g.offset, static_cast<uint8_t>(at), count, sums + offset);
      });
    });
  }
}

template <class T, class Index>
void add_found(const Windows& w, const Lanes& lanes, const std::vector<int64_t>& offsets, const T* grad,
               const Index* indices, opmath_t<T>* sums, int64_t pitch) {
  const int64_t inputs = w.inputs();
  for (int64_t row = 0; row < w.axes[0].outputs * w.axes[1].outputs; ++row) {
    for_groups(w, lanes, row / w.axes[1].outputs, row % w.axes[1].outputs, [&](const Group& g) {
      const Origins origins(w, g);
      for (int64_t i = 0; i < g.count; ++i) {
        int64_t place;
        if constexpr (std::is_same_v<Index, int64_t>) {
          place = indices[g.offset + i];
        } else {
          const size_t at = indices[g.offset + i];
          place = at < offsets.size() ? origins.first + i * origins.step + offsets[at] : -1;
        }
        const int64_t lane = by_rows(w) ? 0 : i;
        if (place >= 0 && place < inputs) sums[place * pitch + lane] += static_cast<opmath_t<T>>(grad[g.offset + i]);
      }
    });
  }
}

// Rows of few outputs leave vectors empty. With the planes as lanes they are full, and cost a transposing copy of each
// tensor; the results are the same.
constexpr int64_t kShortRow = 8;

bool has_short_rows(const Windows& w) {
  return w.lanes == 1 && w.planes >= kLaneBlock && w.axes[2].outputs <= kShortRow && w.outputs() > 1;
}

Windows with_planes_as_lanes(Windows w) {
  w.lanes = w.planes;
  w.planes = 1;
  return w;
}

// A dense tensor of so many planes with its planes innermost: a view.
Tensor turned(const Tensor& t, int64_t planes) {
  const int64_t n = t.numel() / planes;
  return make_view(t, DimVec{n, planes}, DimVec{1, n}, t.storage_offset());
}

Tensor turned_copy(const Tensor& t, int64_t planes) {
  const Tensor view = turned(t, planes), copy = empty(view.sizes(), t.dtype());
  copy_data(copy, view);
  return copy;
}

// What f writes where the planes of `t` are lanes.
template <class F>
void write_turned(const Tensor& t, int64_t planes, const F& f) {
  const Tensor view = turned(t, planes), memory = empty(view.sizes(), t.dtype());
  f(memory);
  copy_data(view, memory);
}

// The only output of a plane is the mean of a run.
template <class T>
void average_whole_planes(const Windows& w, const Divisor& divisor, const T* input, T* out) {
  using A = opmath_t<T>;
  const auto means = VT_SIMD_PICK(write_run_means, T);
  const int64_t n = w.inputs();
  const A scale = Lengths<A>(w, divisor).of_first();
  parallel_for(0, w.planes, grain(n),
               [&](int64_t begin, int64_t end) { means(input + begin * n, n, scale, end - begin, out + begin); });
}

template <class T>
void spread_whole_planes(const Windows& w, const Divisor& divisor, const T* grad, T* out) {
  using A = opmath_t<T>;
  const int64_t n = w.inputs();
  const A scale = Lengths<A>(w, divisor).of_first();
  parallel_for(0, w.planes, grain(n), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::fill_n(out + i * n, n, static_cast<T>(static_cast<A>(grad[i]) / scale));
  });
}

}  // namespace

void max_windows_cpu(const Windows& w, const Tensor& input, const Tensor& out, const Tensor& indices) {
  VT_CHECK(w.positions() <= std::numeric_limits<int32_t>::max(), NotImplemented,
           "max pooling takes windows of fewer than 2^31 positions, got ", w.positions());
  if (has_short_rows(w)) {
    const Tensor x = turned_copy(input, w.planes);
    return write_turned(out, w.planes, [&](const Tensor& values) {
      write_turned(indices, w.planes,
                   [&](const Tensor& places) { max_windows_cpu(with_planes_as_lanes(w), x, values, places); });
    });
  }
  visit_dtype<kIntegralSet | kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    if (indices.dtype() == DType::uint8) max_rows(w, input.data<T>(), out.data<T>(), indices.data<uint8_t>());
    else max_rows(w, input.data<T>(), out.data<T>(), indices.data<int64_t>());
  });
}

void max_windows_backward_cpu(const Windows& w, const Tensor& grad, const Tensor& indices, const Tensor& out) {
  if (has_short_rows(w)) {
    const Tensor g = turned_copy(grad, w.planes), at = turned_copy(indices, w.planes);
    return write_turned(out, w.planes,
                        [&](const Tensor& sums) { max_windows_backward_cpu(with_planes_as_lanes(w), g, at, sums); });
  }
  const bool places = indices.dtype() == DType::int64;
  const std::vector<int64_t> offsets = places ? std::vector<int64_t>() : position_offsets(w);
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    const T* from = grad.data<T>();
    for_input_planes<T>(w, out, [&](const Lanes& lanes, opmath_t<T>* sums, int64_t pitch) {
      if (places) add_found(w, lanes, offsets, from, indices.data<int64_t>(), sums, pitch);
      else if (w.lanes == 1) add_found(w, lanes, offsets, from, indices.data<uint8_t>(), sums, pitch);
      else add_found_lanes(w, lanes, from, indices.data<uint8_t>(), sums, pitch);
    });
  });
}

void average_windows_cpu(const Windows& w, const Divisor& divisor, const Tensor& input, const Tensor& out) {
  if (w.lanes == 1 && w.cover_planes()) {
    return visit_dtype<kFloatingSet>(
        input.dtype(), [&]<class T>(TypeTag<T>) { average_whole_planes(w, divisor, input.data<T>(), out.data<T>()); });
  }
  if (has_short_rows(w)) {
    const Tensor x = turned_copy(input, w.planes);
    return write_turned(out, w.planes,
                        [&](const Tensor& means) { average_windows_cpu(with_planes_as_lanes(w), divisor, x, means); });
  }
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const auto add = VT_SIMD_PICK(add_row, T);
    const auto write = VT_SIMD_PICK(write_means, T);
    const Lengths<A> lengths(w, divisor);
    for_output_rows(w, sizeof(A), [&](const Lanes& lanes, int64_t d, int64_t h, const cpu::Scratch& scratch) {
      A* sums = scratch.as<A>();
      const T* plane = input.data<T>() + lanes.plane * w.inputs() * w.lanes + lanes.first;
      for_groups(w, lanes, d, h, [&](const Group& g) {
        std::fill_n(sums, g.count, A(0));
        for_positions(w, g, w.lanes, [&](int64_t, int64_t offset, int64_t step, int64_t begin, int64_t count) {
          if (count > 1) add(plane + offset, step, count, sums + begin);
          else sums[begin] += static_cast<A>(plane[offset]);
        });
        write(sums, lengths.row(), lengths.scale(g), g.count, out.data<T>() + g.offset);
      });
    });
  });
}

void average_windows_backward_cpu(const Windows& w, const Divisor& divisor, const Tensor& grad, const Tensor& out) {
  if (w.lanes == 1 && w.cover_planes()) {
    return visit_dtype<kFloatingSet>(
        grad.dtype(), [&]<class T>(TypeTag<T>) { spread_whole_planes(w, divisor, grad.data<T>(), out.data<T>()); });
  }
  if (has_short_rows(w)) {
    const Tensor g = turned_copy(grad, w.planes);
    return write_turned(out, w.planes, [&](const Tensor& sums) {
      average_windows_backward_cpu(with_planes_as_lanes(w), divisor, g, sums);
    });
  }
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const auto write = VT_SIMD_PICK(write_shares, T);
    const auto add = VT_SIMD_PICK(add_shares, A);
    const Lengths<A> lengths(w, divisor);
    const int64_t height = w.axes[1].outputs, rows = w.axes[0].outputs * height;
    for_input_planes<T>(w, out, [&](const Lanes& lanes, A* sums, int64_t pitch) {
      const cpu::Scratch scratch(longest_group(w) * static_cast<int64_t>(sizeof(A)));
      A* shares = scratch.as<A>();
      for (int64_t row = 0; row < rows; ++row) {
        for_groups(w, lanes, row / height, row % height, [&](const Group& g) {
          write(grad.data<T>() + g.offset, lengths.row(), lengths.scale(g), g.count, shares);
          for_positions(w, g, pitch, [&](int64_t, int64_t offset, int64_t step, int64_t begin, int64_t count) {
            if (count > 1) add(shares + begin, count, step, sums + offset);
            else sums[offset] += shares[begin];
          });
        });
      }
    });
  });
}

}  // namespace vt::pool
