"""The documents: the code in README runs, and every link inside the checkout leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
SOURCE_SUFFIXES = {".h", ".cuh", ".cu", ".cpp", ".def", ".py", ".ts"}
FOLDERS = ("", "src", "include", "python/vibetensor")  # that files are named from


def test_readme_example_learns(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert float(capsys.readouterr().out) < 0.5


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    text = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(), flags=re.DOTALL)
    broken = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document):
    named = re.findall(r"`([\w-]+/[\w./-]+\.(?:h|cuh|cu|cpp|def|py|json|md|ts))`", document.read_text())
    missing = [
        name
        for name in named
        if not any((ROOT / folder / name).exists() for folder in FOLDERS)
        and not name.startswith(("build/", "js/dist/"))
    ]
    assert missing == []


def test_notes_that_are_named_exist():
    """Note [Title] in a document or a comment leads to a line that begins one."""
    sources = [
        p for d in ("src", "include", "python", "plugins", "js/src", "tests/cpp") for p in (ROOT / d).rglob("*.*")
    ]
    texts = {p: p.read_text(errors="ignore") for p in sources if p.suffix in SOURCE_SUFFIXES}
    titles = set(re.findall(r"^\W*Note \[([^\]]+)\]\s*$", "\n".join(texts.values()), re.MULTILINE))
    for path, text in [*texts.items(), *((d, d.read_text()) for d in DOCUMENTS)]:
        joined = re.sub(r"\n\s*(?://|#)?\s*", " ", text)
        missing = set(re.findall(r"Note \[([^\]]+)\]", joined)) - titles
        assert not missing, f"{path}: {missing}"
    assert len(titles) > 50


def test_every_document_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text()
    missing = [
        path.name for path in (ROOT / "docs").glob("*.md") if path.name != "README.md" and path.name not in index
    ]
    assert missing == []
