"""Apache Kafka's jars, fetched once from Maven Central and believed only as long as each is the one that was pinned.

    python -m landfall.pinned_jars

fetches and verifies. Exit 0: they are there; 1: they are not the pinned ones; 75: Maven Central does not answer.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PINS = Path(__file__).parent.parent / "deploy" / "kafka"
FETCH_SECONDS = 300
TEMPORARY_FAILURE = 75

# By its full name: Maven looks a short one up, and does not say why when nobody answers.
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"

# What Maven says when the repository, and not what we ask of it, is at fault.
SILENCE = re.compile(r"Could not transfer|Unknown host|Connection (refused|reset|timed out)|Connect to .* failed|Temporary failure|PKIX")


class WrongJarError(RuntimeError):
    """The jars are not those that were pinned; the text names the first that differs."""


class RefusedError(RuntimeError):
    """Maven was there and would not; the text is its own."""


class NoAnswerError(RuntimeError):
    """Maven Central, or Maven itself, is not there; the text says which."""


def version() -> str:
    """The pinned version of Apache Kafka."""
    found = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>([^<]+)", (PINS / "pom.xml").read_text())
    if found is None:
        message = "deploy/kafka/pom.xml names no kafka_2.13"
        raise WrongJarError(message)
    return found[1]


def cache() -> Path:
    """Where the jars are kept between runs."""
    return Path(os.environ.get("LANDFALL_KAFKA_JARS", Path.home() / ".cache" / "landfall" / f"kafka-{version()}"))


def fetch(folder: Path | None = None) -> Path:
    """The folder with the jars, fetched if need be, verified always.

    Raises:
        WrongJarError: a jar is missing, superfluous, or not the pinned one.
        NoAnswerError: they are not there and cannot be fetched now.
        RefusedError: Maven refuses deploy/kafka/pom.xml.
    """
    folder = folder or cache()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
            # Named only once it is whole: an interrupted fetch leaves nothing behind.
            jars = Path(fresh) / "jars"
            _copy(jars)
            verify(jars)
            if not folder.exists():
                jars.rename(folder)
    verify(folder)
    return folder


def _copy(folder: Path) -> None:
    goal = [f"{PLUGIN}:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    command = ["mvn", "-q", "-B", "-f", str(PINS / "pom.xml"), *goal]
    try:
        made = subprocess.run(command, timeout=FETCH_SECONDS, capture_output=True, check=False, text=True)  # noqa: S603 - our own pins
    except FileNotFoundError as error:
        message = "Maven is not installed; deploy/system-packages.txt lists what is needed"
        raise NoAnswerError(message) from error
    except subprocess.TimeoutExpired as error:
        message = f"Maven Central gave no jars within {FETCH_SECONDS} s"
        raise NoAnswerError(message) from error
    if made.returncode and SILENCE.search(made.stdout + made.stderr):
        message = f"Maven Central does not answer: {(made.stdout + made.stderr).strip()[:500]}"
        raise NoAnswerError(message)
    if made.returncode:
        message = f"Maven refuses deploy/kafka/pom.xml: {(made.stdout + made.stderr).strip()[:2000]}"
        raise RefusedError(message)


def verify(folder: Path) -> None:
    """Compare each jar with its pinned checksum, both ways.

    Raises:
        WrongJarError: they differ.
    """
    pinned = {name: checksum for checksum, name in (line.split() for line in (PINS / "jars.sha256").read_text().splitlines())}
    found = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.glob("*.jar")}
    for name in sorted(pinned.keys() | found.keys()):
        if pinned.get(name) != found.get(name):
            message = f"{folder / name} is missing, superfluous or changed (deploy/kafka/jars.sha256); remove the folder to fetch it anew"
            raise WrongJarError(message)


def main() -> int:
    """Fetch and verify; see above for the exit status."""
    try:
        folder = fetch()
    except (NoAnswerError, RefusedError, WrongJarError) as error:
        sys.stderr.write(f"{error}\n")
        return TEMPORARY_FAILURE if isinstance(error, NoAnswerError) else 1
    sys.stdout.write(f"Apache Kafka {version()}: {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
