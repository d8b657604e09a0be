"""The secret that turns customers, keys and contents into digests.

Every digest names its purpose, so that the digest of a customer can never be compared with the digest
of a text. Nobody without the key file can test a guess ("is this +44 1632 960123?") against the warehouse.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from vocanalytics.errors import ConfigError, KeyMismatch

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """
    >>> key = Key(bytes(32))
    >>> key.digest("customer", "C-1") == key.digest("submission", "C-1")
    False
    >>> key.digest("identity", "ab", "c") == key.digest("identity", "a", "bc")
    False
    """

    secret: bytes

    def digest(self, purpose: str, *parts: str) -> str:
        """HMAC-SHA-256 of the parts, first 128 bits, as 32 hexadecimal digits."""
        # lengths first, so that ("ab", "c") and ("a", "bc") differ; surrogatepass: feeds hold broken text
        message = "".join([purpose, *(f"|{len(part)}:{part}" for part in parts)])
        return hmac.digest(self.secret, message.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:32]

    def hasher(self) -> hmac.HMAC:
        """For contents too large to hold; see `hashlib.file_digest`."""
        return hmac.new(self.secret, digestmod=hashlib.sha256)

    @property
    def fingerprint(self) -> str:
        return self.digest("fingerprint")

    def require(self, fingerprint: str, where: Path) -> None:
        """Refuse a key other than the one whose fingerprint a warehouse holds."""
        if fingerprint != self.fingerprint:
            raise KeyMismatch(
                f"{where} was made with another key (fingerprint {fingerprint[:8]}, found {self.fingerprint[:8]}). "
                "Point VOC_KEY_FILE at the key it was made with; nothing was read or written."
            )


def load_key(path: Path) -> Key:
    """Read the key file, or make it on the first run, readable by its owner only.

    Raises
    ------
    ConfigError
        The file is too short, or others may read it.
    """
    try:
        if not path.exists():
            _make(path)
        mode = path.stat().st_mode & 0o777
        secret = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: expected a key file this user may read, or a folder to make one in; {error.strerror}. "
            "Nothing was read or written."
        ) from None
    if mode & 0o077:
        raise ConfigError(f"{path} holds the hashing key and has mode {mode:04o}; expected 0600. Run chmod 600 {path}.")
    if len(secret) != _BYTES:
        raise ConfigError(f"{path}: expected a key of {_BYTES} bytes, found {len(secret)}. Restore it from its backup.")
    return Key(secret)


def passing_key() -> Key:
    """A key for digests that are thrown away again."""
    return Key(secrets.token_bytes(_BYTES))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)  # fails if another run was faster; then its key stands
    except FileExistsError:
        pass
    finally:
        partial.unlink()
