"""Which names a piece of Python takes from outside and which it makes."""

from __future__ import annotations

import ast


class Names(ast.NodeVisitor):
    """Reads statements in the order in which they run.

    `used` has the names that are needed before this code makes them, with their first line;
    `made` those it leaves at the top level. What a function's body needs is needed later, when
    it is called, and is not counted.
    """

    def __init__(self) -> None:
        self.used: dict[str, int] = {}
        self.made: set[str] = set()
        self._local: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        """A load is a need unless made before; a store makes."""
        if not isinstance(node.ctx, ast.Load):
            self._make(node.id)
        elif node.id not in self.made and not any(node.id in scope for scope in self._local):
            self.used.setdefault(node.id, node.lineno)

    def visit_Assign(self, node: ast.Assign) -> None:
        """The value comes first."""
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The value comes first, and the annotation is evaluated too."""
        for part in (node.value, node.annotation):
            if part is not None:
                self.visit(part)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """The target is read before it is written."""
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.visit(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target))
        self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """The value comes first; the name outlives a comprehension around it."""
        self.visit(node.value)
        self.made.add(node.target.id)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """What is walked over comes first."""
        self.visit(node.iter)
        self.visit(node.target)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators, defaults and annotations run now, the body does not."""
        arguments = node.args
        for part in (*node.decorator_list, *arguments.defaults, *arguments.kw_defaults):
            if part is not None:
                self.visit(part)
        self._make(node.name)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                self.made.update(inner.names)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Only the defaults run now."""
        for part in (*node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """The body runs now, and its names stay inside."""
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self._local.append(set())
        for statement in node.body:
            self.visit(statement)
        self._local.pop()
        self._make(node.name)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import makes the name that stands for it."""
        for alias in node.names:
            self._make(alias.asname or alias.name.partition(".")[0])

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """An exception's name is made for the block."""
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self._make(node.name)
        for statement in node.body:
            self.visit(statement)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        """A pattern makes its names."""
        if node.name:
            self._make(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs  # noqa: N815

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        """The rest of a mapping has a name too."""
        self.generic_visit(node)
        if node.rest:
            self._make(node.rest)

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        """Its loops come before its element, and their names stay inside."""
        self._local.append(set())
        for loop in node.generators:
            self.visit(loop.iter)
            self.visit(loop.target)
            for condition in loop.ifs:
                self.visit(condition)
        values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for value in values:
            self.visit(value)
        self._local.pop()

    visit_SetComp = visit_ListComp  # noqa: N815
    visit_GeneratorExp = visit_ListComp  # noqa: N815
    visit_DictComp = visit_ListComp  # noqa: N815

    def _make(self, name: str) -> None:
        (self._local[-1] if self._local else self.made).add(name)
