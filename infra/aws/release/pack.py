"""Packs programs and files so that the same ones make the same archives: fixed times, modes and order.

Usage: pack.py FOLDER PROGRAMS FUNCTION,... FILE...

Into FOLDER: a zip of each function, of PROGRAMS/FUNCTION/bootstrap; and hotdesk-box.tar.gz with the agent
and each FILE, by its path from infra on.
"""

import gzip
import os
import sys
import tarfile
import zipfile
from pathlib import Path

# The first that a zip can say.
BEGINNING = (1980, 1, 1, 0, 0, 0)


def function(to, bootstrap):
    """A zip as Lambda takes it."""
    entry = zipfile.ZipInfo("bootstrap", BEGINNING)
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr(entry, bootstrap.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def box(to, files):
    """A tar of files by their names in it."""
    with (
        open(to, "wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, file in sorted(files.items()):
            entry = tarfile.TarInfo(f"hotdesk-box/{name}")
            entry.size = file.stat().st_size
            entry.mode = 0o755 if os.access(file, os.X_OK) else 0o644
            with file.open("rb") as content:
                archive.addfile(entry, content)


def main(folder, programs, functions, *files):
    folder, programs = Path(folder), Path(programs)
    for name in functions.split(","):
        function(folder / f"{name}.zip", programs / name / "bootstrap")
    of_box = {str(Path(file).relative_to("infra")): Path(file) for file in files}
    box(folder / "hotdesk-box.tar.gz", of_box | {"hotdesk-agent": programs / "hotdesk-agent" / "bootstrap"})


if __name__ == "__main__":
    main(*sys.argv[1:])
