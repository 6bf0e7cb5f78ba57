"""Files that take their place when they are complete."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, cast

from crawler.stopping import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` at the end; on any error nothing has changed there.

    Nor has anything where SIGTERM comes, which leaves the block by SystemExit. What is no regular file (a
    pipe, a device) is written as it is. For the main thread. Raises ``OSError``.
    """
    if path.exists() and not path.is_file():  # asked before links are followed: /dev/stdout leads to no name
        with path.open("wb") as file:
            yield file
        return
    path = path.resolve()
    with (
        in_order(),
        NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as temporary,
    ):
        try:
            yield cast("BinaryIO", temporary)
            temporary.flush()
            os.fsync(temporary.fileno())
            # A temporary file is readable by its owner only.
            Path(temporary.name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            Path(temporary.name).replace(path)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)  # there is no other way to read it
    os.umask(mask)
    return mask
