"""Where development keys live: one JSON file that nobody but its owner may read."""

import json
import os
import stat
from base64 import b64encode
from pathlib import Path
from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

KEY_BYTES = 32
FIRST_VERSION = 1

Key = Annotated[Base64Bytes, Field(min_length=KEY_BYTES, max_length=KEY_BYTES, repr=False)]


class UnusableKeyFileError(ValueError):
    """The key file is missing, open to others, or not one. The text says which and what to do; never what is inside."""


class KeyFile(BaseModel):
    """What the file holds: 32 bytes each in base64, and the number that sealed data remember it by."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Annotated[int, Field(ge=1, le=65_535)]
    key_encryption_key: Key
    lookup_key: Key


def write_development_key_file(path: Path) -> None:
    """Create the file with fresh random keys, readable by its owner alone, and its folder where there is none.

    Raises:
        FileExistsError: there is one already; what was sealed under it could not be opened without it.
    """
    keys = {name: b64encode(os.urandom(KEY_BYTES)).decode() for name in ("key_encryption_key", "lookup_key")}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"version": FIRST_VERSION, **keys}, file, indent=2)
        file.write("\n")


def read_key_file(path: Path) -> KeyFile:
    """Read it.

    Raises:
        UnusableKeyFileError: it is missing, others than its owner may touch it, or it does not hold two keys of 32 bytes.
    """
    try:
        with path.open(encoding="utf-8") as file:
            _refuse_open_doors(path, os.fstat(file.fileno()).st_mode)
            return KeyFile.model_validate_json(file.read())
    except OSError as error:
        message = f"the key file {path} cannot be read ({error.strerror}); set LANDFALL_KEY_FILE to one that can"
        raise UnusableKeyFileError(message) from None
    except (ValidationError, UnicodeDecodeError):
        message = f"the key file {path} must be JSON with version, key_encryption_key and lookup_key, each key 32 bytes in base64"
        raise UnusableKeyFileError(message) from None


def _refuse_open_doors(path: Path, mode: int) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"the key file {path} is open to others (mode {stat.S_IMODE(mode):04o}); run: chmod 600 {path}"
        raise UnusableKeyFileError(message)
