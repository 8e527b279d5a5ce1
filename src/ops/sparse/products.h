// The loops of products with a CSR matrix, on plain memory.
#pragma once

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::sparse {

// Where entries are: row r has those from begins[r] to begins[r + 1], columns below `width`.
struct CsrPattern {
  const int64_t* begins;   // (rows + 1)
  const int64_t* columns;  // (entries)
  int64_t entries;
  int64_t width;
};

template <class T>
struct CsrProduct {
  CsrPattern pattern;
  const T* values;  // (entries)
  const T* dense;   // (width, n)
  T* out;           // (rows, n)
  int64_t n;
};
template <class T>
struct CsrDots {
  CsrPattern pattern;
  const T* left;   // (rows, n)
  const T* right;  // (width, n)
  T* out;          // (entries)
  int64_t n;
};

// Rows [begin, end). The first row whose indices leave their range, -1 if there is none.
VT_SIMD_DECLARE_TEMPLATE(int64_t, csr_product, (const CsrProduct<T>& p, int64_t begin, int64_t end))
VT_SIMD_DECLARE_TEMPLATE(int64_t, csr_dots, (const CsrDots<T>& p, int64_t begin, int64_t end))

}  // namespace vt::sparse
