#include "cpu/kernels/convolution_lines.h"

#include <unistd.h>

#include <algorithm>

#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

// A distance of at least n that is no multiple of 256 bytes or more, so that what lies so far apart is in different
// sets of a cache.
int64_t apart(int64_t n) { return n % 32 == 0 ? n + 16 : n; }

// One dim of the memory that an input is laid out in, for outputs [begin, begin + outputs) of it.
struct LaidAxis {
  int64_t begin, outputs, step, inputs;
  int64_t least;         // of the offsets
  int64_t phases, size;  // a plane of `size` for each phase of the positions

  LaidAxis(const ConvAxis& a, int64_t first, int64_t count)
      : begin(first), outputs(count), step(a.step), inputs(a.inputs), least(std::ranges::min(a.offsets)) {
    const int64_t reach = std::ranges::max(a.offsets) - least;
    phases = std::min(step, reach + 1);
    size = outputs + reach / step;
  }
  // The position in the input of element i of a phase.
  int64_t position(int64_t phase, int64_t i) const { return (begin + i) * step + least + phase; }
};

// The lines of some channels of some images.
class Layout {
 public:
  Layout(const ConvShape& s, int64_t images, int64_t channels, int64_t begin, int64_t outputs)
      : depth_(s.axes[0], 0, s.axes[0].outputs),
        height_(s.axes[1], begin, outputs),
        width_(s.axes[2], 0, s.axes[2].outputs),
        images_(images),
        channels_(channels) {
    plane_ = depth_.size * height_.size * width_.size;
    channel_ = apart(plane_ * depth_.phases * height_.phases * width_.phases);
    columns_ = (depth_.outputs - 1) * slice() + (height_.outputs - 1) * row() + width_.outputs;
  }

  int64_t row() const { return width_.size; }                   // from an output's row to the next one's
  int64_t slice() const { return height_.size * width_.size; }  // and from a plane to the next
  int64_t columns() const { return columns_; }
  int64_t distance() const { return apart(ceil_div(columns_, kLineColumns) * kLineColumns); }  // between rows of sums
  int64_t image() const { return apart(channels_ * channel_); }
  int64_t numbers() const { return images_ * image() + kLineSlack; }

  // Of every channel and tap.
  std::vector<int64_t> offsets(const ConvShape& s) const {
    std::vector<int64_t> all;
    all.reserve(static_cast<size_t>(channels_ * s.taps()));
    for (int64_t c = 0; c < channels_; ++c) {
      for (const int64_t d : s.axes[0].offsets) {
        for (const int64_t h : s.axes[1].offsets) {
          for (const int64_t w : s.axes[2].offsets) all.push_back(c * channel_ + offset(d, h, w));
        }
      }
    }
    return all;
  }
  template <class A>
  ConvLines<A> lines(const A* data, const std::vector<int64_t>& offsets) const {
    return {data, images_, image(), columns_, offsets.data(), static_cast<int64_t>(offsets.size())};
  }

  // `input`: the first channel of the first image; images lie `image_distance` apart.
  template <class T, class A>
  void write(const T* input, int64_t image_distance, A* to) const {
    for (int64_t n = 0; n < images_; ++n) {
      for (int64_t c = 0; c < channels_; ++c) {
        const T* channel = input + n * image_distance + c * depth_.inputs * height_.inputs * width_.inputs;
        for (int64_t d = 0; d < depth_.phases; ++d) {
          for (int64_t h = 0; h < height_.phases; ++h) {
            for (int64_t w = 0; w < width_.phases; ++w) to = write_plane(channel, d, h, w, to);
          }
        }
        to = std::fill_n(to, channel_ - plane_ * depth_.phases * height_.phases * width_.phases, A(0));
      }
      to = std::fill_n(to, image() - channels_ * channel_, A(0));
    }
    std::fill_n(to, kLineSlack, A(0));
  }

  // Calls f(column, first output) for each row of outputs, in an image of the whole shape.
  template <class F>
  void for_rows(const F& f) const {
    for (int64_t d = 0; d < depth_.outputs; ++d) {
      for (int64_t h = 0; h < height_.outputs; ++h) f(d * slice() + h * row(), d, height_.begin + h);
    }
  }

 private:
  int64_t offset(int64_t d, int64_t h, int64_t w) const {
    const int64_t at[] = {d - depth_.least, h - height_.least, w - width_.least};
    const int64_t phase =
        (at[0] % depth_.step * height_.phases + at[1] % height_.step) * width_.phases + at[2] % width_.step;
    return phase * plane_ + at[0] / depth_.step * slice() + at[1] / height_.step * row() + at[2] / width_.step;
  }

  // Returns where the plane ends.
  template <class T, class A>
  A* write_plane(const T* channel, int64_t d, int64_t h, int64_t w, A* to) const {
    for (int64_t z = 0; z < depth_.size; ++z) {
      const int64_t in_z = depth_.position(d, z);
      for (int64_t y = 0; y < height_.size; ++y, to += row()) {
        const int64_t in_y = height_.position(h, y);
        if (in_z < 0 || in_z >= depth_.inputs || in_y < 0 || in_y >= height_.inputs) {
          std::fill_n(to, row(), A(0));
          continue;
        }
        const T* from = channel + (in_z * height_.inputs + in_y) * width_.inputs;
        copy_run(from, width_.inputs, width_.position(w, 0), width_.step, row(), to);
      }
    }
    return to;
  }

  LaidAxis depth_, height_, width_;
  int64_t images_, channels_, plane_, channel_, columns_;
};

// How the work is cut: images at a time, or rows of one image, whose lines and sums stay in L2.
struct Pieces {
  int64_t images, rows;  // of each
  int64_t of_images, of_rows;

  Pieces(const ConvShape& s, int64_t channels, int64_t filters, int64_t bytes) {
    static const int64_t l2 = std::max<int64_t>(sysconf(_SC_LEVEL2_CACHE_SIZE), 1 << 18);
    const auto size = [&](int64_t n) {
      const Layout l(s, 1, channels, 0, n);
      return (l.numbers() + filters * l.distance()) * bytes;
    };
    const int64_t height = s.axes[1].outputs, room = l2 * 3 / 4;
    rows = height;
    while (rows > 4 && size(rows) > room) rows = ceil_div(rows, 2);
    of_rows = ceil_div(height, rows);
    rows = ceil_div(height, of_rows);
    of_rows = ceil_div(height, rows);
    images = of_rows > 1 ? 1 : std::clamp<int64_t>(room / size(height), 1, s.images);
    of_images = ceil_div(s.images, images);
  }
  int64_t count() const { return of_images * of_rows; }
};

struct Piece {
  int64_t image, images, row, rows;
  Piece(const ConvShape& s, const Pieces& p, int64_t i)
      : image(i / p.of_rows * p.images),
        images(std::min(p.images, s.images - image)),
        row(i % p.of_rows * p.rows),
        rows(std::min(p.rows, s.axes[1].outputs - row)) {}
};

}  // namespace

bool prefers_lines(const ConvShape& s) {
  constexpr int64_t kLeastOutputs = 256;  // of an image: patches of several small ones are one product
  if (s.images == 0 || s.outputs() < kLeastOutputs || s.channels == 0 || s.taps() == 0) return false;
  // To part more phases than two costs more than to write the patches, of which there are few.
  if (std::ranges::any_of(s.axes, [](const ConvAxis& a) { return a.step > 2; })) return false;
  const Layout l(s, 1, 1, 0, s.axes[1].outputs);
  return l.columns() * 2 <= s.outputs() * 3 + 32;
}

template <class T>
void convolve_lines(const ConvShape& s, const T* input, const opmath_t<T>* weight, const T* bias,
                    const ConvTarget<T>& output) {
  using A = opmath_t<T>;
  constexpr auto kBytes = static_cast<int64_t>(sizeof(A));
  const auto kernel = VT_SIMD_PICK(conv_line_sums, A);
  const Pieces pieces(s, s.channels, s.filters, kBytes);
  const int64_t image_distance = s.groups * s.channels * s.inputs(), width = s.axes[2].outputs;
  const int64_t group_weight = s.filters * s.depth();
  const Scratch packed(s.groups * group_weight * kBytes);
  parallel_for(0, s.groups, 1, [&](int64_t begin, int64_t end) {
    const auto pack = VT_SIMD_PICK(pack_conv_weight, A);
    for (int64_t g = begin; g < end; ++g) {
      pack(weight + g * group_weight, s.filters, s.depth(), packed.as<A>() + g * group_weight);
    }
  });
  parallel_for(0, s.groups * pieces.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t group = i / pieces.count();
      const Piece piece(s, pieces, i % pieces.count());
      const Layout layout(s, piece.images, s.channels, piece.row, piece.rows);
      const int64_t distance = layout.distance();
      const Scratch line(layout.numbers() * kBytes), sums(piece.images * s.filters * distance * kBytes);
      layout.write(input + piece.image * image_distance + group * s.channels * s.inputs(), image_distance,
                   line.as<A>());
      kernel(layout.lines(line.as<const A>(), layout.offsets(s)), packed.as<A>() + group * group_weight, s.filters,
             sums.as<A>(), distance);
      for (int64_t n = 0; n < piece.images; ++n) {
        for (int64_t f = 0; f < s.filters; ++f) {
          const int64_t channel = group * s.filters + f;
          const A add = bias ? static_cast<A>(bias[channel]) : A(0);
          const A* own = sums.as<A>() + (n * s.filters + f) * distance;
          T* image = output.data + (piece.image + n) * output.image_stride + channel * output.channel_stride;
          layout.for_rows([&](int64_t column, int64_t d, int64_t h) {
            T* to = image + d * output.strides[0] + h * output.strides[1];
            const A* from = own + column;
            if (output.strides[2] == 1) {
              for (int64_t w = 0; w < width; ++w) to[w] = static_cast<T>(from[w] + add);
            } else {
              for (int64_t w = 0; w < width; ++w) to[w * output.strides[2]] = static_cast<T>(from[w] + add);
            }
          });
        }
      }
    }
  });
}

template <class T>
void gradient_by_lines(const ConvShape& s, const T* input, const T* grad, opmath_t<T>* weight_grad) {
  using A = opmath_t<T>;
  constexpr auto kBytes = static_cast<int64_t>(sizeof(A));
  const auto kernel = VT_SIMD_PICK(conv_line_gradient, A);
  const Pieces pieces(s, s.channels, s.filters, kBytes);
  const int64_t image_distance = s.groups * s.channels * s.inputs(), width = s.axes[2].outputs;
  const int64_t size = s.outputs(), plane = s.axes[1].outputs * width, depth = s.depth();
  std::fill_n(weight_grad, s.groups * s.filters * depth, A(0));
  // Every element of the gradient is summed over the pieces by one thread, in order.
  const int64_t blocks = std::clamp<int64_t>(ceil_div(get_num_threads(), s.groups), 1, s.channels);
  parallel_for(0, s.groups * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t group = i / blocks, block = i % blocks;
      const int64_t first = block * s.channels / blocks, channels = (block + 1) * s.channels / blocks - first;
      for (int64_t p = 0; p < pieces.count(); ++p) {
        const Piece piece(s, pieces, p);
        const Layout layout(s, piece.images, channels, piece.row, piece.rows);
        const int64_t distance = layout.distance(), of_image = apart(s.filters * distance);
        const Scratch line(layout.numbers() * kBytes), gradients(piece.images * of_image * kBytes);
        layout.write(input + piece.image * image_distance + (group * s.channels + first) * s.inputs(), image_distance,
                     line.as<A>());
        for (int64_t n = 0; n < piece.images; ++n) {
          for (int64_t f = 0; f < s.filters; ++f) {
            A* own = gradients.as<A>() + n * of_image + f * distance;
            const T* from = grad + ((piece.image + n) * s.groups * s.filters + group * s.filters + f) * size;
            int64_t done = 0;
            layout.for_rows([&](int64_t column, int64_t d, int64_t h) {
              std::fill(own + done, own + column, A(0));
              std::copy_n(from + d * plane + h * width, width, own + column);
              done = column + width;
            });
            std::fill(own + done, own + distance, A(0));
          }
        }
        kernel(layout.lines(line.as<const A>(), layout.offsets(s)), gradients.as<const A>(), s.filters, distance,
               of_image, weight_grad + group * s.filters * depth + first * s.taps(), depth);
      }
    }
  });
}

#define VT_INSTANTIATE(T)                                                                                          \
  template void convolve_lines<T>(const ConvShape&, const T*, const opmath_t<T>*, const T*, const ConvTarget<T>&); \
  template void gradient_by_lines<T>(const ConvShape&, const T*, const T*, opmath_t<T>*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
