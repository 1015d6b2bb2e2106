import pytest

from recenter.errors import InputError
from recenter.importers.fields import iso_utc, language_of, role_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1700000000.9, "2023-11-14T22:13:20Z"),
        ("2024-02-29T23:30:00+02:00", "2024-02-29T21:30:00Z"),
        ("2024-02-29T23:30:00.123456Z", "2024-02-29T23:30:00Z"),
        ("2024-02-29 23:30:00", "2024-02-29T23:30:00Z"),
        ("", None),
        (None, None),
    ],
)
def test_times_become_iso_8601_in_utc(value: str | float | None, expected: str | None) -> None:
    assert iso_utc(value, field="at") == expected


@pytest.mark.parametrize(
    "value", ["yesterday", 1e300, float("nan"), -1e18, "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_time_is_refused_with_its_field(value: str | float) -> None:
    with pytest.raises(InputError, match="not a time") as caught:
        iso_utc(value, field="created")
    assert caught.value.field == "created"


def test_roles_of_all_sources_are_known_and_others_refused() -> None:
    assert role_of("Human", field="from") == "user"
    assert role_of("developer", field="role") == "system"
    with pytest.raises(InputError, match="not a known speaker") as caught:
        role_of("Ann Miller", field="role")
    assert "Ann" not in str(caught.value)


def test_languages_become_codes_where_known() -> None:
    assert language_of("English") == "en"
    assert language_of("Klingon") == "Klingon"
    assert language_of("") is None
