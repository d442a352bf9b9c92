"""The database file: opened, locked, written in transactions, read in streams; its faults told as StoreError.

One process writes (a lock file beside the database sees to it), any number read. What people say (an acknowledgement, a
silence) is written beside it, in transactions of a moment on tables that the writer only reads. Within the process one
connection, guarded by a lock, serves all writing and the short reads of all threads; each stream of rows has a
connection of its own, so that a slow reader holds nobody up and sees one unchanging state of the database.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.store.store import StoreError

WAIT_S = 10.0  # for the locks of a stranger, such as a database browser

FAULTS = (
    ("SQLITE_BUSY", "is locked by another program: close what has it open (a database browser, a backup), try again"),
    ("SQLITE_LOCKED", "is locked by another program: close what has it open (a database browser, a backup), try again"),
    ("SQLITE_READONLY", "is read-only: give this user the right to write the file and its folder"),
    ("SQLITE_PERM", "may not be read: give this user the right to read and write the file and its folder"),
    ("SQLITE_CANTOPEN", "cannot be opened: look whether the folder exists and this user may write in it"),
    ("SQLITE_FULL", "cannot grow: the disk is full; make room, nothing that was stored before is lost"),
    ("SQLITE_IOERR", "could not be read or written by the operating system: look at the disk and its free space"),
    ("SQLITE_CORRUPT", "is damaged: move it away and restore a backup, or start anew and import the posts again"),
    ("SQLITE_NOTADB", "is not a Trend Monitor database: name another file in the configuration, or move it away"),
)
PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED")


def told_plainly(path: Path, error: sqlite3.Error) -> StoreError | None:
    """What a person can do about `error`; None where the fault is the program's own."""
    name = getattr(error, "sqlite_errorname", None) or ""
    for prefix, advice in FAULTS:
        if name.startswith(prefix):
            return StoreError(f"{path} {advice} ({error})", temporary=prefix in PASSING)
    return None


class DatabaseFile:
    """Connections to one SQLite file, and the rule who may write it when."""

    def __init__(self, path: Path, *, read_only: bool = False, beside: bool = False) -> None:
        """`beside`: write a file that is there, beside the process that holds it."""
        self.path = path
        self.read_only = read_only
        self._guard = threading.RLock()
        self._held = None if read_only or beside else self._hold()
        try:
            self._connection = self._connect(write=not read_only, make=not (read_only or beside))
        except BaseException:
            self._release()
            raise

    def _hold(self) -> FileLock:
        lock = FileLock(f"{self.path}.lock", thread_local=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"{self.path} is being written by another monitor process (it holds {self.path}.lock): "
                "stop that one first; commands that only read work beside it",
                temporary=True,
            ) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(
                f"{self.path} cannot be written ({reason}): give this user the right to write in its folder"
            ) from error
        return lock

    def _release(self) -> None:
        if self._held is not None:
            self._held.release()

    def _connect(self, *, write: bool, make: bool = False) -> sqlite3.Connection:
        if not make and not self.path.exists():
            raise StoreError(f"{self.path} does not exist yet: collect or import something first")
        with self._faults():
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={('rwc' if make else 'rw') if write else 'ro'}",
                uri=True,
                timeout=WAIT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA cache_size = -32000")
                if write:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute("PRAGMA synchronous = FULL")
                    connection.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB: hot pages are moved less often
                else:
                    connection.execute("PRAGMA query_only = ON")
            except BaseException:
                connection.close()
                raise
        return connection

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            plain = told_plainly(self.path, error)
            if plain is None:
                raise
            raise plain from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block or, at any exception, nothing of it."""
        if self.read_only:
            raise StoreError(f"{self.path} was opened for reading only")
        with self._guard, self._faults():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def attached(self, other: Path, name: str) -> Iterator[sqlite3.Connection]:
        """A transaction that sees the tables of another file as `name.table`."""
        with self._guard, self._faults():
            self._connection.execute(f"ATTACH ? AS {name}", (str(other),))
            try:
                with self.writing() as connection:
                    yield connection
            finally:
                self._connection.execute(f"DETACH {name}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The shared connection, for reads that end within the block."""
        with self._guard, self._faults():
            yield self._connection

    @contextmanager
    def streaming(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own, for rows that are read as they are needed."""
        connection = self._connect(write=False)
        try:
            with self._faults():
                yield connection
        finally:
            connection.close()

    def close(self) -> None:
        with self._guard:
            self._connection.close()
            self._release()
