"""Reads the text of a program and says where it uses which names of torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from vibetensor.torch._not_there import torch_names

TENSOR = "Tensor"  # what the name of a tensor's method starts with
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LACKS = {"ImportError", "ModuleNotFoundError", "AttributeError", "NotImplementedError", "Exception", "BaseException"}


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TENSOR_TYPES = ("torch.Tensor", "torch.nn.Parameter", "torch.nn.parameter.Parameter")  # as annotations name them
# methods and attributes of tensors that give something else
NO_TENSORS = words("""
    aminmax backward chunk cummax cummin data_ptr device dim dim_order dsplit dtype eig element_size equal frexp get_device
    grad grad_fn has_names hsplit is_coalesced is_complex is_conj is_contiguous is_cpu is_cuda is_floating_point
    is_inference is_leaf is_meta is_neg is_nonzero is_pinned is_same_size is_set_to is_shared is_signed is_sparse item
    itemsize kthvalue layout lu max median min mode name names nbytes ndim ndimension nelement numel numpy output_nr qr
    register_hook requires_grad retain_grad shape size slogdet sort split split_with_sizes storage storage_offset
    storage_type stride svd tensor_split tolist topk type unbind unique untyped_storage vsplit
""")
# functions of torch that give a tensor, as programs call them
TENSOR_MAKERS = words("""
    abs add arange argmax argmin as_tensor asarray bernoulli bmm cat clamp cos cumprod cumsum div dstack einsum empty
    empty_like exp eye flatten flip from_numpy full full_like gather hstack index_select linspace log log_softmax logspace
    masked_select matmul mean mm mul multinomial normal ones ones_like outer permute pow prod rand rand_like randint
    randint_like randn randn_like randperm relu repeat_interleave reshape roll rsqrt sigmoid sin softmax sqrt square squeeze
    stack sub sum take tan tanh tensor transpose tril triu unsqueeze vstack zeros zeros_like
""")


@dataclass(frozen=True)
class Use:
    """A name of torch and where it stands; guarded: an error there is caught by the program."""

    name: str
    line: int
    column: int
    guarded: bool


@dataclass
class Scope:
    """The names of a module, a class, a function: what of torch they mean, None for anything else."""

    above: Scope | None = None
    names: dict[str, str | None] = field(default_factory=dict)
    tensors: set[str] = field(default_factory=set)
    makers: set[str] = field(default_factory=set)  # functions whose annotation says that they give a tensor
    stars: list[str] = field(default_factory=list)
    is_class: bool = False
    itself: str | None = None  # of a method: its first argument

    def find(self, name: str) -> str | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            for module in scope.stars:
                if name in torch_names(module):
                    return f"{module}.{name}"
            scope = scope.above
        return None

    def owner_of(self, name: str) -> Scope | None:
        """The scope that a name is looked up in, None if nothing here has it."""
        scope: Scope | None = self
        while scope is not None and (name not in scope.names or (scope.is_class and scope is not self)):
            scope = scope.above
        return scope

    def is_tensor(self, name: str) -> bool:
        owner = self.owner_of(name)
        return owner is not None and name in owner.tensors

    def is_maker(self, name: str) -> bool:
        owner = self.owner_of(name)
        return owner is not None and name in owner.makers

    def class_of(self, name: str) -> Scope | None:
        """The class whose method has `name` as its first argument."""
        owner = self.owner_of(name)
        return owner.above if owner is not None and owner.itself == name else None


def uses(source: str | bytes) -> list[Use]:
    """The uses of torch in `source`, in the order of the text; SyntaxError if it is no Python."""
    reader = Reader()
    tree = ast.parse(source)
    reader.lazy_annotations = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(a.name == "annotations" for a in node.names)
        for node in tree.body
    )
    reader.block(tree, Scope())
    return reader.found


def is_torch(module: str | None) -> bool:
    return module is not None and (module == "torch" or module.startswith("torch."))


def statements(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the scopes inside it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


class Reader(ast.NodeVisitor):
    """Walks the tree scope by scope; the names of a scope are collected before what it does is read."""

    def __init__(self) -> None:
        self.found: list[Use] = []
        self.scope = Scope()
        self.guards = 0
        self.lazy_annotations = False

    def use(self, name: str, node: ast.AST) -> None:
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0) + 1
        self.found.append(Use(name, line, column, self.guards > 0))

    # ---- scopes

    def block(self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        outer, self.scope = self.scope, scope
        for statement in statements(node.body):
            self.bind(statement)
        for statement in statements(node.body):
            self.note_annotation(statement)
        for part in node.body:
            self.visit(part)
        self.scope = outer

    def note_annotation(self, node: ast.AST) -> None:
        """Notes what annotations of the scope say of its functions, and of a class's fields."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if self.says_tensor(node.returns) and not isinstance(node, ast.AsyncFunctionDef):
                is_property = any(last_name(d) in ("property", "cached_property") for d in node.decorator_list)
                (self.scope.tensors if is_property else self.scope.makers).add(node.name)
            if self.scope.is_class and node.args.args:
                itself = node.args.args[0].arg
                for inner in ast.walk(node):
                    target = inner.target if isinstance(inner, ast.AnnAssign) else None
                    if isinstance(target, ast.Attribute) and last_name(target.value) == itself:
                        self.note_field(target.attr, inner.annotation)  # type: ignore[attr-defined]
        elif isinstance(node, ast.AnnAssign) and self.scope.is_class and isinstance(node.target, ast.Name):
            self.note_field(node.target.id, node.annotation)

    def note_field(self, name: str, annotation: ast.expr) -> None:
        if self.says_tensor(annotation):
            self.scope.tensors.add(name)

    def bind(self, node: ast.AST) -> None:
        names = self.scope.names
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                bound, meant = (alias.asname, alias.name) if alias.asname else (first, first)
                names[bound] = meant if is_torch(meant) else names.get(bound)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                ours = is_torch(node.module) and node.level == 0
                if alias.name == "*":
                    self.scope.stars += [str(node.module)] if ours else []
                elif ours:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                else:
                    names.setdefault(alias.asname or alias.name, None)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.setdefault(node.name, None)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.setdefault(node.id, None)  # an import of the same name elsewhere in the scope stays
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.setdefault(node.name, None)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.visit(part)
        inner = self.inner(node.args)
        if not self.lazy_annotations:
            for annotation in [*(a.annotation for a in arguments(node.args)), node.returns]:
                if annotation is not None:
                    self.visit(annotation)
        guards, self.guards = self.guards, 0  # called elsewhere
        self.block(node, inner)
        self.guards = guards

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def inner(self, args: ast.arguments) -> Scope:
        inner = Scope(self.scope)
        for argument in arguments(args):
            inner.names[argument.arg] = None
            if self.says_tensor(argument.annotation) and argument not in (args.vararg, args.kwarg):
                inner.tensors.add(argument.arg)
        if self.scope.is_class and (args.posonlyargs or args.args):
            inner.itself = (args.posonlyargs + args.args)[0].arg
        return inner

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.visit(part)
        outer = self.scope
        self.scope = self.inner(node.args)
        self.visit(node.body)
        self.scope = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.visit(part)
        self.block(node, Scope(self.scope, is_class=True))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        outer = self.scope
        self.scope = Scope(outer)
        for generator in node.generators:
            for target in ast.walk(generator.target):
                if isinstance(target, ast.Name):
                    self.scope.names[target.id] = None
        self.generic_visit(node)
        self.scope = outer

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    # ---- what is guarded, and what never runs

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(catches(handler) for handler in node.handlers)
        self.guards += caught
        for part in node.body:
            self.visit(part)
        self.guards -= caught
        for rest in [*node.handlers, *node.orelse, *node.finalbody]:
            self.visit(rest)

    visit_TryStar = visit_Try

    def visit_If(self, node: ast.If) -> None:
        if last_name(node.test) == "TYPE_CHECKING":
            for part in node.orelse:
                self.visit(part)
            return
        asked = any(isinstance(n, ast.Call) and last_name(n.func) == "hasattr" for n in ast.walk(node.test))
        self.visit(node.test)
        self.guards += asked
        for part in node.body:
            self.visit(part)
        self.guards -= asked
        for part in node.orelse:
            self.visit(part)

    # ---- uses

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if is_torch(alias.name):
                self.use(alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if is_torch(node.module) and node.level == 0:
            for alias in node.names:
                self.use(str(node.module) if alias.name == "*" else f"{node.module}.{alias.name}", node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.scope.tensors.discard(node.id)
            return
        meant = self.scope.find(node.id)
        if meant is not None:
            self.use(meant, node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        meant = self.resolve(node)
        if meant is not None:
            if isinstance(node.ctx, ast.Load):
                self.use(meant, node)
            return
        if self.gives_tensor(node.value) and node.attr in torch_names(TENSOR):
            self.use(f"{TENSOR}.{node.attr}", node)
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) == 2:
            owner, name = self.resolve(node.args[0]), node.args[1]
            if owner is not None and isinstance(name, ast.Constant) and isinstance(name.value, str):
                self.use(f"{owner}.{name.value}", node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)
        self.assign(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not self.lazy_annotations:
            self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
        self.visit(node.target)
        if node.value is not None:
            self.assign([node.target], node.value)
        if isinstance(node.target, ast.Name) and self.says_tensor(node.annotation):
            self.scope.tensors.add(node.target.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if not isinstance(node.target, ast.Name):  # a tensor stays one
            self.visit(node.target)

    def assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        """Notes what a name means from here on: a name of torch, a tensor, or something else."""
        meant, tensor = self.resolve(value), self.gives_tensor(value)
        for target in targets:
            if isinstance(target, ast.Name):
                if meant is not None or not isinstance(value, ast.Constant):  # `torch = None` where it is missing
                    self.scope.names[target.id] = meant
                if tensor:
                    self.scope.tensors.add(target.id)

    # ---- what an expression is

    def resolve(self, node: ast.expr) -> str | None:
        """The name of torch that an expression spells, None if it is none."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        meant = self.scope.find(node.id)
        return None if meant is None else ".".join([meant, *reversed(attributes)])

    def says_tensor(self, annotation: ast.expr | None) -> bool:
        """Whether an annotation is that of a tensor: Tensor, "Tensor", Tensor | None, Optional[Tensor]."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                return self.says_tensor(ast.parse(annotation.value, mode="eval").body)
            except SyntaxError:
                return False
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            parts = [annotation.left, annotation.right]
            return any(map(self.says_tensor, parts)) and all(self.says_tensor(p) or is_none(p) for p in parts)
        if isinstance(annotation, ast.Subscript):
            inner = annotation.slice
            if last_name(annotation.value) == "Annotated" and isinstance(inner, ast.Tuple):
                inner = inner.elts[0]
            return last_name(annotation.value) in ("Optional", "Annotated", "Final", "ClassVar") and self.says_tensor(
                inner
            )
        return annotation is not None and self.resolve(annotation) in TENSOR_TYPES

    def members(self, node: ast.expr, kind: str) -> set[str]:
        """The tensors or makers of tensors among the members of an expression, if it is a method's self."""
        owner = self.scope.class_of(node.id) if isinstance(node, ast.Name) else None
        found: set[str] = getattr(owner, kind) if owner is not None else set()
        return found

    def gives_tensor(self, node: ast.expr) -> bool:
        """Whether the text shows that an expression is a tensor."""
        if isinstance(node, ast.Name):
            return self.scope.is_tensor(node.id)
        if isinstance(node, ast.Call):
            if (self.resolve(node.func) or "").removeprefix("torch.") in TENSOR_MAKERS:
                return not any(keyword.arg == "out" for keyword in node.keywords)
            if isinstance(node.func, ast.Name):
                return self.scope.is_maker(node.func.id)
            return isinstance(node.func, ast.Attribute) and (
                self.gives_tensor(node.func) or node.func.attr in self.members(node.func.value, "makers")
            )
        if isinstance(node, ast.Attribute):
            if node.attr in self.members(node.value, "tensors"):
                return True
            named = node.attr in torch_names(TENSOR) and node.attr not in NO_TENSORS
            return named and self.gives_tensor(node.value)
        if isinstance(node, ast.BinOp):
            return self.gives_tensor(node.left) or self.gives_tensor(node.right)
        if isinstance(node, ast.UnaryOp):
            return not isinstance(node.op, ast.Not) and self.gives_tensor(node.operand)
        return isinstance(node, ast.Subscript) and self.gives_tensor(node.value)


def arguments(args: ast.arguments) -> list[ast.arg]:
    named = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return named + [a for a in (args.vararg, args.kwarg) if a is not None]


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def last_name(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def catches(handler: ast.ExceptHandler) -> bool:
    """Whether an except clause takes the error of a name that is not there."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(kind) in LACKS for kind in kinds)
