from datetime import UTC, datetime, timedelta

import pytest

from analysis.spam import Copy, Sign, spam_burst

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def copies(
    number: int, *, accounts: int | None, every_s: float = 60, followers: int | None = 500, start: datetime = NINE
) -> list[Copy]:
    """By so many accounts in turn; None: their authors are not known."""
    return [
        Copy(
            at=start + timedelta(seconds=every_s * n),
            author=None if accounts is None else ("weibo", str(n % accounts)),
            followers=followers,
        )
        for n in range(number)
    ]


@pytest.mark.parametrize(
    ("found", "sign"),
    [
        (copies(30, accounts=3), Sign.FEW),
        (copies(30, accounts=30, followers=2), Sign.UNKNOWN),
        (copies(30, accounts=None, followers=None), Sign.UNKNOWN),
        (copies(30, accounts=30), None),  # passed on
        (copies(30, accounts=30, followers=None), None),  # the source does not tell followers
        (copies(19, accounts=1), None),  # too few
        (copies(100, accounts=3, every_s=600), None),  # six an hour
        (copies(30, accounts=15), None),  # twice each
    ],
)
def test_what_looks_placed_is_named_and_what_is_passed_on_is_not(found: list[Copy], sign: Sign | None) -> None:
    burst = spam_burst(found)
    assert (burst and burst.sign) == sign


def test_the_densest_hour_is_told() -> None:
    quiet = copies(30, accounts=30, every_s=1_200, start=NINE - timedelta(hours=20))
    burst = spam_burst([*copies(25, accounts=2, every_s=30), *quiet])
    assert burst is not None
    assert (burst.since, burst.until) == (NINE, NINE + timedelta(minutes=12))
    assert (burst.copies, burst.authors) == (25, 2)
