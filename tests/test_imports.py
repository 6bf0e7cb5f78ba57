"""The directions of imports that docs and design promise, read from the sources."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = {"scrapy", "sqlalchemy", "alembic", "twisted"}

# What may import what inside the engine: a package and the packages that it may see besides itself.
ENGINE = {
    "text": set(),
    "page": {"text", "query", "items"},
    "query": {"text"},
    "store": {"text", "page", "query", "items", "refusals"},
    "alerts": {"text", "page", "query", "items", "store"},
    "web": {"text", "store", "alerts", "monitor"},
    "monitor": {"text", "page", "items", "store"},
    "delivery": {"store", "alerts", "addresses"},
}


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts)


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, wherever in it they stand and if only for types."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def imports_package(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for name in imports(path))


@pytest.mark.parametrize("path", modules("crawler"), ids=str)
def test_the_engine_imports_neither_spiders_nor_pipelines(path: Path) -> None:
    assert not imports_package(path, "spiders")
    assert not imports_package(path, "pipelines")


@pytest.mark.parametrize("path", [*modules("spiders"), *modules("pipelines")], ids=str)
def test_spiders_and_pipelines_import_the_engine_only(path: Path) -> None:
    other = "pipelines" if path.is_relative_to(ROOT / "spiders") else "spiders"
    assert not imports_package(path, other)


@pytest.mark.parametrize(
    "path", [path for name in ("text", "page", "query") for path in modules(f"crawler/{name}")], ids=str
)
def test_text_and_page_are_pure(path: Path) -> None:
    assert not PURE & {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("package", ENGINE)
def test_directions_inside_the_engine(package: str) -> None:
    allowed = ENGINE[package] | {package}
    for path in modules(f"crawler/{package}"):
        seen = {name.split(".")[1] for name in imports(path) if name.startswith("crawler.")}
        assert seen <= allowed, f"{path.relative_to(ROOT)} imports {sorted(seen - allowed)}"


def test_no_circle() -> None:
    graph = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): imports(path)
        for folder in ("crawler", "spiders", "pipelines")
        for path in modules(folder)
    }
    graph = {
        name: {other for other in seen if other in graph and other != name} for name, seen in graph.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join((*way, name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*way, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_nothing_in_production_reads_seeds() -> None:
    for path in [*modules("crawler"), *modules("spiders"), *modules("pipelines")]:
        tools = ("crawler/replica", "crawler/onboarding")
        if any(path.is_relative_to(ROOT / tool) for tool in tools):
            continue
        assert '"seeds' not in path.read_text("utf-8"), path
