"""红黑榜: the formula, ties, small numbers and movement, worked out by hand."""

from __future__ import annotations

from core.services.measuring.league import SMALL, Standing, ranked


def one(name: str, met: int, judged: int, late: int, complexes: int = 5) -> Standing:
    return Standing(unit_id=ord(name), name=name, complexes=complexes, met=met, judged=judged, late=late)


def test_the_share_decides_then_what_is_late_a_complex() -> None:
    found = ranked([one("甲", 8, 10, 5), one("乙", 9, 10, 50), one("丙", 4, 5, 4), one("丁", 8, 10, 6, complexes=10)])
    assert [(s.name, s.rank) for s in found] == [("乙", 1), ("丁", 2), ("丙", 3), ("甲", 4)]


def test_equal_ones_share_a_place_and_the_next_is_left_out() -> None:
    found = ranked([one("甲", 8, 10, 5), one("乙", 4, 5, 5), one("丙", 1, 10, 0), one("丁", 9, 10, 0)])
    assert [(s.name, s.rank) for s in found] == [("丁", 1), ("乙", 2), ("甲", 2), ("丙", 4)]


def test_a_community_of_few_complexes_or_without_data_is_shown_and_not_ranked() -> None:
    found = ranked([one("甲", 10, 10, 0, complexes=SMALL - 1), one("乙", 0, 0, 0), one("丙", 1, 10, 9)])
    assert [(s.name, s.rank) for s in found] == [("丙", 1), ("乙", None), ("甲", None)]


def test_the_first_three_are_named_and_of_eight_the_last_three_too() -> None:
    few = ranked([one(name, 9 - n, 10, 0) for n, name in enumerate("甲乙丙丁戊己庚")])
    assert [s.listed for s in few] == ["红榜"] * 3 + [""] * 4
    many = ranked([one(name, 9 - n, 10, 0) for n, name in enumerate("甲乙丙丁戊己庚辛")])
    assert [s.listed for s in many] == ["红榜"] * 3 + [""] * 2 + ["黑榜"] * 3


def test_who_shares_a_place_shares_the_list() -> None:
    found = ranked(
        [one(name, n, 10, 0) for name, n in zip("甲乙丙丁戊己庚辛壬", (9, 8, 7, 7, 5, 2, 2, 2, 1), strict=True)]
    )
    assert [s.listed for s in found] == ["红榜"] * 4 + [""] + ["黑榜"] * 4
