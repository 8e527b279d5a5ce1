"""Sentences and examples for the documentation of ops that do not bring their own words.

A sentence says what comes back, with shapes; an example is an expression, whose value is shown as it is.
"""

SENTENCES: dict[str, str] = {}
EXAMPLES: dict[str, str] = {}


def add(name: str, sentence: str, example: str = "") -> None:
    """Returns None; what the documentation of op `name` says and shows."""
    SENTENCES[name] = sentence
    if example:
        EXAMPLES[name] = example


A = "torch.tensor([[1.0, 2.0], [3.0, 4.0]])"
V = "torch.tensor([1.0, -2.0, 3.0])"

POINTWISE = {
    "abs": "|x|",
    "acos": "arccosine",
    "acosh": "inverse hyperbolic cosine",
    "asin": "arcsine",
    "asinh": "inverse hyperbolic sine",
    "atan": "arctangent",
    "atanh": "inverse hyperbolic tangent",
    "ceil": "smallest whole number not below x",
    "cos": "cosine",
    "cosh": "hyperbolic cosine",
    "deg2rad": "degrees as radians",
    "digamma": "derivative of log|gamma(x)|",
    "erf": "error function",
    "erfc": "1 - erf(x)",
    "erfinv": "inverse of erf",
    "exp": "e ** x",
    "exp2": "2 ** x",
    "expm1": "e ** x - 1, exact near 0",
    "floor": "largest whole number not above x",
    "frac": "part of x behind the point",
    "isfinite": "whether x is neither infinite nor NaN",
    "isinf": "whether x is infinite",
    "isnan": "whether x is NaN",
    "lgamma": "log|gamma(x)|",
    "log": "natural logarithm",
    "log10": "logarithm to base 10",
    "log1p": "log(1 + x), exact near 0",
    "log2": "logarithm to base 2",
    "logical_not": "whether x is zero",
    "neg": "-x",
    "rad2deg": "radians as degrees",
    "reciprocal": "1 / x",
    "relu": "max(x, 0)",
    "round": "nearest whole number, the even one of two",
    "rsqrt": "1 / sqrt(x)",
    "sigmoid": "1 / (1 + e ** -x)",
    "sign": "-1, 0 or 1 as x is",
    "sin": "sine",
    "sinc": "sin(pi x) / (pi x)",
    "sinh": "hyperbolic sine",
    "sqrt": "square root",
    "square": "x * x",
    "tan": "tangent",
    "tanh": "hyperbolic tangent",
    "trunc": "x without what is behind the point",
}
for _name, _text in POINTWISE.items():
    add(
        _name,
        f"The {_text}, of every element; of the shape of input.",
        f"torch.{_name}(torch.tensor([0.25, 0.5, 1.0]))",
    )

BINARY = {
    "add": "input + alpha * other",
    "sub": "input - alpha * other",
    "mul": "input * other",
    "div": 'input / other; rounding_mode "floor" or "trunc" rounds it',
    "pow": "input to the power of exponent",
    "remainder": "input modulo other, of other's sign",
    "fmod": "what is left of input / other, of input's sign",
    "floor_divide": "input / other, rounded down",
    "maximum": "the larger of the two; NaN if one is",
    "minimum": "the smaller of the two; NaN if one is",
    "atan2": "the angle of the point (other, input)",
    "eq": "whether input == other",
    "ne": "whether input != other",
    "lt": "whether input < other",
    "le": "whether input <= other",
    "gt": "whether input > other",
    "ge": "whether input >= other",
    "logical_and": "whether both are nonzero",
    "logical_or": "whether one is nonzero",
    "logical_xor": "whether exactly one is nonzero",
}
for _name, _text in BINARY.items():
    add(
        _name,
        f"{_text[0].upper()}{_text[1:]}, element by element; the shapes broadcast, the dtypes promote.",
        f"torch.{_name}(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 2.0, 2.0]))",
    )

REDUCTIONS = {
    "sum": "sum",
    "mean": "mean",
    "prod": "product",
    "std": "standard deviation, of a sample unless correction=0",
    "var": "variance, of a sample unless correction=0",
    "all": "answer whether all are nonzero",
    "any": "answer whether one is nonzero",
    "amax": "largest element",
    "amin": "smallest element",
    "argmax": "position of the largest element",
    "argmin": "position of the smallest element",
    "nansum": "sum of what is not NaN",
    "count_nonzero": "number of elements that are not zero",
}
for _name, _text in REDUCTIONS.items():
    add(
        _name,
        f"The {_text}, of all elements or along dim, which goes or stays with size 1.",
        f"torch.{_name}({A}, dim=1)",
    )

for _name, _text in {
    "max": "The largest element of all; with dim, the largest along it and where it is: (values, indices).",
    "min": "The smallest element of all; with dim, the smallest along it and where it is: (values, indices).",
    "median": "The lower median of all; with dim, along it and where it is: (values, indices).",
    "mode": "The most frequent value along dim, and where it is: (values, indices).",
    "sort": "The elements along dim in order, and where they were: (values, indices), of the shape of input.",
    "cumsum": "The sums of the elements so far along dim; of the shape of input.",
    "cumprod": "The products of the elements so far along dim; of the shape of input.",
    "softmax": "exp(input) over its sum along dim, of the shape of input: rows that add up to 1.",
    "log_softmax": "The logarithm of softmax, of the shape of input.",
    "logsumexp": "log(sum(exp(input))) along dim.",
    "argsort": "The positions of the elements along dim in order; int64, of the shape of input.",
}.items():
    add(_name, _text, f"torch.{_name}({A}, 1)")

add(
    "topk",
    "The k largest (or smallest) elements along dim, and where they are: (values, indices).",
    f"torch.topk({V}, 2)",
)
add("kthvalue", "The k-th smallest element along dim, and where it is: (values, indices).", f"torch.kthvalue({V}, 2)")
add(
    "matmul",
    "The matrix product (..., n, m) @ (..., m, p) -> (..., n, p); a vector counts as a row or column, and batches "
    "broadcast.",
    f"torch.matmul({A}, {A})",
)
add("mm", "The matrix product of input (n, m) and mat2 (m, p): (n, p).", f"torch.mm({A}, {A})")
add("bmm", "The matrix products of input (b, n, m) and mat2 (b, m, p): (b, n, p).")
add("mv", "The product of the matrix input (n, m) and the vector vec (m): (n).", f"torch.mv({A}, torch.ones(2))")
add("dot", "The sum of the products of two vectors of one size; no dimensions.", f"torch.dot({V}, {V})")
add(
    "outer",
    "The products of all pairs of elements of two vectors (n) and (m): (n, m).",
    f"torch.outer({V}, torch.ones(2))",
)
add("addmm", "beta * input + alpha * (mat1 (n, m) @ mat2 (m, p)); input broadcasts to (n, p).")
add("zeros", "Zeros of that size.", "torch.zeros(2, 3)")
add("ones", "Ones of that size.", "torch.ones(2)")
add("full", "fill_value everywhere, of that size.", "torch.full((2,), 7.0)")
add("empty", "A tensor of that size whose elements are not set.")
add("arange", "The numbers from start up to end, without it, by step: 1-d.", "torch.arange(0, 6, 2)")
add("linspace", "steps numbers from start to end, both included, evenly spaced: 1-d.", "torch.linspace(0, 1, 5)")
add("eye", "The identity matrix (n, m), m being n unless given.", "torch.eye(2)")
add("zeros_like", "Zeros of the shape and dtype of input.", f"torch.zeros_like({V})")
add("ones_like", "Ones of the shape and dtype of input.", f"torch.ones_like({V})")
add("full_like", "fill_value everywhere, of the shape and dtype of input.", f"torch.full_like({V}, 2.0)")
add("empty_like", "A tensor of the shape and dtype of input whose elements are not set.")
add("rand", "Random numbers from 0 to 1, without 1, of that size.")
add("randn", "Random numbers of the standard normal distribution, of that size.")
add("randint", "Random whole numbers from low up to high, without it, of that size.")
add("randperm", "The numbers 0 to n - 1 in random order: (n).")
add("cat", "The tensors joined along a dim in which their sizes may differ.", f"torch.cat([{A}, torch.zeros(1, 2)])")
add("stack", "The tensors, all of one shape, joined along a new dim.", f"torch.stack([{V}, {V}])")
add(
    "chunk",
    "Views of input along dim, about chunks of them, the last perhaps shorter.",
    "torch.chunk(torch.arange(5), 2)",
)
add(
    "reshape",
    "The elements of input in another shape, -1 standing for what is left; a view where that is possible.",
    "torch.reshape(torch.arange(6), (2, -1))",
)
add("view", "A view of input in another shape, -1 standing for what is left; RuntimeError where only a copy would do.")
add("flatten", "input with the dims start_dim to end_dim as one.", "torch.flatten(torch.ones(2, 3)).shape")
add("transpose", "A view of input with two dims exchanged.", f"torch.transpose({A}, 0, 1)")
add("permute", "A view of input with its dims in another order.", "torch.permute(torch.ones(2, 3, 4), (2, 0, 1)).shape")
add("t", "A view of the matrix input, transposed.", f"torch.t({A})")
add(
    "squeeze",
    "A view of input without the dims of size 1, or without those given.",
    "torch.squeeze(torch.ones(2, 1, 3)).shape",
)
add("unsqueeze", "A view of input with a new dim of size 1.", f"torch.unsqueeze({V}, 0)")
add("expand", "A view of input in which dims of size 1 have other sizes, without more memory.")
add(
    "gather",
    "The elements of input at the positions in index along dim; of the shape of index.",
    f"torch.gather({A}, 1, torch.tensor([[1], [0]]))",
)
add("scatter", "input with the elements of src at the positions in index along dim.")
add("scatter_add", "input with the elements of src added at the positions in index along dim.")
add(
    "index_select",
    "The slices of input along dim at the positions in index (n).",
    f"torch.index_select({A}, 0, torch.tensor([1]))",
)
add("masked_fill", "input with value where mask, which broadcasts, is True.", f"torch.masked_fill({V}, {V} < 0, 0.0)")
add("masked_select", "The elements of input where mask is True: 1-d.", f"torch.masked_select({V}, {V} > 0)")
add("where", "input where condition is True, other elsewhere; the shapes broadcast.", f"torch.where({V} > 0, {V}, 0.0)")
add("clamp", "input limited to [min, max].", f"torch.clamp({V}, -1, 2)")
add("tril", "input (..., n, m) with zeros above the diagonal-th diagonal.", f"torch.tril({A})")
add("triu", "input (..., n, m) with zeros below the diagonal-th diagonal.", f"torch.triu({A})")
add("diag", "The diagonal of a matrix, or the matrix with a vector as its diagonal.", f"torch.diag({A})")
add("roll", "input with its elements moved along dims, round the end.", f"torch.roll({V}, 1)")
add("flip", "input with the elements along dims in reverse order.", f"torch.flip({V}, [0])")
add("repeat", "input repeated along every dim, copied.")
add("allclose", "Whether |input - other| <= atol + rtol * |other| everywhere.", f"torch.allclose({V}, {V} + 1e-9)")
add("equal", "Whether both have the same shape and elements.", f"torch.equal({V}, {V})")
add("clone", "A copy of input with memory of its own, part of its history.")
add("detach", "A view of input without its history.")
add("lerp", "input + weight * (end - input).", "torch.lerp(torch.zeros(2), torch.ones(2), 0.25)")
add(
    "dropout",
    "input with elements zeroed with probability p and the others scaled by 1 / (1 - p), while train is True.",
)
add("bernoulli", "0 or 1 at random, 1 with the probabilities in input.")
add("multinomial", "num_samples positions for each row of input (..., n), drawn with these weights; int64.")
add("normal", "Random numbers of normal distributions with these means and standard deviations.")
add(
    "bincount",
    "How often each number occurs in input (n), or the sums of weights.",
    "torch.bincount(torch.tensor([1, 1, 3]))",
)
add("isclose", "Whether |input - other| <= atol + rtol * |other|, element by element.", f"torch.isclose({V}, {V})")
add(
    "nan_to_num",
    "input with numbers in the place of NaN and the infinities.",
    'torch.nan_to_num(torch.tensor([float("nan"), 1.0]))',
)
