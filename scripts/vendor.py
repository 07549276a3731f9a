"""Fetch what others wrote for the browser, keep only what we need, and write down what it is.

    python scripts/vendor.py          fetch, extract, rewrite static/vendor/MANIFEST and the icon sprite
    python scripts/vendor.py --check  compare the committed files with the manifest; needs no network

Nothing is ever loaded from a CDN: `npm pack` at pinned versions is the only way in.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import icons

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MANIFEST = VENDOR / "MANIFEST"
FONT = "be-vietnam-pro"


@dataclass(frozen=True)
class Package:
    """An npm package at one version, and which of its files go where under static/vendor."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "leaflet",
        "1.9.4",
        "BSD-2-Clause",
        {
            "dist/leaflet.js": "leaflet/leaflet.js",
            "dist/leaflet.css": "leaflet/leaflet.css",
            "dist/images/layers.png": "leaflet/images/layers.png",
            "dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
            "dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
            "dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
            "dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
            "LICENSE": "leaflet/LICENSE",
        },
    ),
    Package(
        "@fontsource/be-vietnam-pro",
        "5.3.0",
        "OFL-1.1",
        {
            f"files/{FONT}-{subset}-{weight}-normal.woff2": f"fonts/{FONT}-{subset}-{weight}.woff2"
            for subset in ("latin", "vietnamese")
            for weight in ("400", "600")
        }
        | {"LICENSE": "fonts/LICENSE"},
    ),
    Package(  # the same letters whole, for what we draw ourselves: cards and posters
        "@expo-google-fonts/be-vietnam-pro",
        "0.4.1",
        "OFL-1.1",
        {
            f"{style}/BeVietnamPro_{style}.ttf": f"fonts/{FONT}-{style[:3]}.ttf"
            for style in ("400Regular", "600SemiBold")
        },
    ),
    Package("idb", "8.0.4", "ISC", {"build/index.js": "idb/idb.js", "LICENSE": "idb/LICENSE"}),
)
ICONS = Package("@tabler/icons", "3.51.0", "MIT", {"LICENSE": "tabler-icons/LICENSE"})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    problems = differences() if parser.parse_args().check else fetch_all()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def fetch_all() -> list[str]:
    """Fetch every package anew; returns no problems, or raises when npm does."""
    entries: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in (*PACKAGES, ICONS):
            unpacked = _unpack(package, Path(folder))
            for source, target in package.files.items():
                content = (unpacked / source).read_bytes()
                if target.endswith(".js"):
                    content = _without_source_map(content)
                _write(VENDOR / target, content)
                entries[f"vendor/{target}"] = _entry(package, content)
            if package is ICONS:
                icons.write(unpacked / "icons" / "outline")
                entries["icons.svg"] = _entry(package, icons.SPRITE.read_bytes())
    MANIFEST.write_text(json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return []


def differences() -> list[str]:
    """What the committed files and the manifest disagree about, one sentence each."""
    entries = json.loads(MANIFEST.read_text(encoding="utf-8"))
    present = {f"vendor/{path.relative_to(VENDOR).as_posix()}" for path in VENDOR.rglob("*") if path.is_file()}
    present = present - {"vendor/MANIFEST"} | {"icons.svg"}
    found = [f"static/{name} is not in the manifest" for name in sorted(present - entries.keys())]
    for name, entry in sorted(entries.items()):
        path = ROOT / "static" / name
        if not path.exists():
            found.append(f"static/{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            found.append(f"static/{name} differs from the manifest")
    return found + icons.problems()


def _unpack(package: Package, folder: Path) -> Path:
    spec = f"{package.name}@{package.version}"
    packed = subprocess.run(
        ["npm", "pack", spec, "--json", "--silent"], cwd=folder, check=True, capture_output=True, text=True
    )
    archive: Path = folder / json.loads(packed.stdout)[0]["filename"].replace("@", "").replace("/", "-")
    target = folder / archive.name.removesuffix(".tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def _without_source_map(content: bytes) -> bytes:
    """The source map stays in the package; a reference to it would only make a 404."""
    return b"\n".join(line for line in content.split(b"\n") if not line.startswith(b"//# sourceMappingURL"))


def _entry(package: Package, content: bytes) -> dict[str, str]:
    digest = hashlib.sha256(content).hexdigest()
    return {"licence": package.licence, "package": package.name, "sha256": digest, "version": package.version}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
