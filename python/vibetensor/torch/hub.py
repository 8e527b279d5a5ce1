"""Models of a repository on this machine, and files that were downloaded before. Nothing is downloaded from here."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlparse

from vibetensor.torch._not_there import Refused, module_getattr

__all__ = ["get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"]

ENTRY_FILE = "hubconf.py"
NO_DOWNLOADS = "nothing is downloaded; fetch the file with another tool"

download_url_to_file = Refused("torch.hub.download_url_to_file", NO_DOWNLOADS)
_download_url_to_file = download_url_to_file

_hub_dir: str | None = None


def _get_torch_home() -> str:
    """The folder of downloaded files: $TORCH_HOME, else torch below $XDG_CACHE_HOME, else ~/.cache/torch."""
    cache = os.getenv("XDG_CACHE_HOME", "~/.cache")
    return os.path.expanduser(os.getenv("TORCH_HOME", os.path.join(cache, "torch")))


def get_dir() -> str:
    """The folder of repositories and of files, as set_dir() set it or else `hub` below torch's home."""
    return os.path.join(_get_torch_home(), "hub") if _hub_dir is None else _hub_dir


def set_dir(d: str | os.PathLike[str]) -> None:
    """Returns None; makes `d` the folder of repositories and of files."""
    global _hub_dir
    _hub_dir = os.path.expanduser(d)


def ask_for_trust(repo: str) -> None:
    """Raises unless the user says that a repository's code may run."""
    answer = input(f"The repository {repo} may not be trusted. Do you trust it, and shall its code run (y/N)?").lower()
    if answer in ("n", "no", ""):
        raise Exception("Untrusted repository.")
    if answer not in ("y", "yes"):
        raise ValueError(f"Unrecognized response {answer}.")


def repository(name: str, source: str, trust_repo: Any, force_reload: bool) -> Path:
    """The folder of a repository: a path for the source "local", else where PyTorch's hub has put it before.

    What it has put there it trusts, unless trust_repo is False.
    """
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    if source == "local":
        return Path(name)
    if force_reload:
        raise NotImplementedError(
            "torch.hub: force_reload is not there yet: nothing is downloaded; clone the repository and give its folder with "
            "source='local'"
        )
    project, _, branch = name.partition(":")
    owner, _, repo = project.partition("/")
    branches = [branch] if branch else ["main", "master"]
    folders = [Path(get_dir()) / f"{owner}_{repo}_{ref.replace('/', '_')}" for ref in branches]
    for folder in folders:
        if folder.is_dir():
            if trust_repo is False:
                ask_for_trust(project)
            return folder
    raise NotImplementedError(
        f"torch.hub: {name!r} is not in {get_dir()}, and nothing is downloaded; clone the repository and give its folder "
        "with source='local'"
    )


@contextmanager
def first_on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def entries(folder: Path) -> ModuleType:
    """The module hubconf.py of a repository, run."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("hubconf", folder / ENTRY_FILE)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"torch.hub: no {ENTRY_FILE} in {folder}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    missing = [name for name in getattr(module, "dependencies", ()) if not importable(name)]
    if missing:
        raise RuntimeError(f"Missing dependencies: {', '.join(missing)}")
    return module


def importable(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def entry(module: ModuleType, name: str) -> Any:
    if not isinstance(name, str):
        raise ValueError("Invalid input: model should be a string of function name")
    found = getattr(module, name, None)
    if not callable(found):
        raise RuntimeError(f"Cannot find callable {name} in hubconf")
    return found


def list(
    github: str,
    force_reload: bool = False,
    skip_validation: bool = False,
    trust_repo: Any = "check",
    verbose: bool = True,
    *,
    source: str = "github",
) -> list[str]:  # type: ignore[valid-type]
    """The names of the entry points of a repository: its `hubconf.py`'s functions without a leading underscore."""
    folder = repository(github, source, trust_repo, force_reload)
    with first_on_path(folder):
        module = entries(folder)
    return [name for name in dir(module) if callable(getattr(module, name)) and not name.startswith("_")]


def help(
    github: str,
    model: str,
    force_reload: bool = False,
    skip_validation: bool = False,
    trust_repo: Any = "check",
    *,
    source: str = "github",
) -> str | None:
    """The docstring of the entry point `model`."""
    folder = repository(github, source, trust_repo, force_reload)
    with first_on_path(folder):
        return entry(entries(folder), model).__doc__


def load(
    repo_or_dir: str,
    model: str,
    *args: Any,
    source: str = "github",
    trust_repo: Any = "check",
    force_reload: bool = False,
    verbose: bool = True,
    skip_validation: bool = False,
    **kwargs: Any,
) -> Any:
    """What the entry point `model` of a repository's hubconf.py makes of the other arguments.

    repo_or_dir: a folder with source="local"; "owner/name:branch" only where it was downloaded before, which
    `verbose` and `skip_validation` are about. With trust_repo=False it asks first, as PyTorch does of any repository.
    NotImplementedError for force_reload, which would download it again.
    """
    folder = repository(repo_or_dir, source, trust_repo, force_reload)
    with first_on_path(folder):
        return entry(entries(folder), model)(*args, **kwargs)


HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")  # in names of files


def check_file(path: Path) -> None:
    """Raises RuntimeError unless the SHA-256 of a file begins as its name says: `name-0123abcd.pth`."""
    from hashlib import sha256

    said = HASH_REGEX.search(path.name)
    found = sha256(path.read_bytes()).hexdigest()
    if said is not None and not found.startswith(said[1]):
        raise RuntimeError(f'invalid hash value (expected "{said[1]}", got "{found}")')


def load_state_dict_from_url(
    url: str,
    model_dir: str | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> Any:
    """What torch.load gives of the file of that URL, downloaded before to `model_dir` or `checkpoints` below get_dir().

    NotImplementedError, with the place to put it, where the file is not there.
    """
    from vibetensor.torch.serialization import load as load_file

    folder = Path(model_dir or os.path.join(get_dir(), "checkpoints"))
    path = folder / (file_name or os.path.basename(urlparse(url).path))
    if not path.is_file():
        raise NotImplementedError(
            f"torch.hub: nothing is downloaded; fetch {url} with another tool and put it at {path}"
        )
    if check_hash:
        check_file(path)
    return load_file(path, map_location=map_location, weights_only=weights_only)


class PlainProgress:
    """A count of what is done on stderr, where tqdm is not installed; takes tqdm's commonest arguments."""

    def __init__(
        self, iterable: Any = None, desc: str = "", total: int | None = None, disable: bool = False, **look: Any
    ):
        self.iterable, self.total, self.disable = iterable, total, disable
        self.head = f"{desc}: " if desc else ""
        self.n = 0

    def __iter__(self) -> Iterator[Any]:
        for value in self.iterable:
            yield value
            self.update()
        self.close()

    def update(self, n: int = 1) -> None:
        """Returns None; counts `n` more."""
        self.n += n
        if not self.disable:
            sys.stderr.write(f"\r{self.head}{self.n}" + (f"/{self.total}" if self.total else ""))
            sys.stderr.flush()

    def set_description(self, desc: str) -> None:
        """Returns None; changes what stands before the count."""
        self.head = f"{desc}: " if desc else ""

    def close(self) -> None:
        """Returns None; ends the line."""
        if not self.disable:
            sys.stderr.write("\n")

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


absent = module_getattr(__name__)


def __getattr__(name: str) -> Any:
    if name != "tqdm":
        return absent(name)
    try:
        from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return PlainProgress
    return tqdm
