"""The attacks A01-A70 of the design's reliability paper: each with what is answered and the tests that show it; where we answer
otherwise, or an attack finds nothing to attack, why. A test named here that is not there fails; so does an attack without a row."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
WEB, SERVICES = "core/web/", "core/services/"


@dataclass(frozen=True)
class Row:
    """``answer``: what the attacker gets; ``shown``: file::test, or a file for all its tests; ``why``: where there is no test."""

    answer: str
    shown: tuple[str, ...] = ()
    why: str = ""


def row(answer: str, *shown: str, why: str = "") -> Row:
    return Row(answer, shown, why)


TABLE = {
    "A01": row("same page, same status; the time is measured in bench/p12_signin.py",
               WEB + "test_web_signin.py::test_a_wrong_password_and_an_unknown_name_read_alike",
               WEB + "test_web_lockout.py::test_a_locked_account_an_unknown_name_and_a_stopped_one_read_alike"),
    "A02": row("locked 30 min, growing, by account and address; the owner is not kept out", WEB + "test_web_lockout.py"),
    "A03": row("422 with the rule", WEB + "test_web_password.py::test_a_password_that_is_easy_to_guess_is_refused_with_the_rule"),
    "A04": row("only the change page", WEB + "test_web_password.py::test_with_an_initial_password_only_the_change_page_works"),
    "A05": row("there is no reset to ask for", WEB + "test_doors.py::test_a_stranger_meets_the_sign_in_page_everywhere_else",
               why="a forgotten password is replaced by a link the administrator hands over"),
    "A06": row("another id after signing in", WEB + "test_web_sessions.py::test_a_session_given_before_signing_in_is_not_the_one_after"),
    "A07": row("sign-in page", WEB + "test_web_signin.py::test_signing_out_ends_the_session_on_the_server"),
    "A08": row("every session and token ends", WEB + "test_web_people.py::test_another_role_ends_every_session_and_token",
               WEB + "test_web_password.py::test_a_change_ends_every_other_session_and_renews_this_one",
               WEB + "test_permission_lost.py::test_a_duty_taken_away_is_taken_away_at_once"),
    "A09": row("sign-in page, the form comes back",
               WEB + "test_web_sessions.py::test_in_a_real_campaign_half_an_hour_of_idleness_ends_it",
               WEB + "test_web_signin.py::test_a_form_sent_after_the_session_ended_leads_back_to_that_form"),
    "A10": row("both listed", WEB + "test_web_sessions.py::test_ones_devices_are_listed_and_each_can_be_signed_out"),
    "A11": row("led to /", WEB + "test_web_signin.py::test_nobody_is_sent_elsewhere_after_signing_in"),
    "A12": row("400; only our own proxies are believed", WEB + "test_web_hosts.py::test_another_host_than_ours_is_refused",
               WEB + "test_web_hosts.py::test_where_a_request_came_from_is_believed_of_our_own_proxies_only"),
    "A13": row("400, text kept", WEB + "test_web_records.py::test_a_post_without_token_changes_nothing",
               WEB + "test_web_records.py::test_a_form_whose_token_is_gone_comes_back_filled_in"),
    "A14": row("refused; five tries", WEB + "test_web_second_factor.py"),
    "A15": row("404 like what is missing", WEB + "test_reach.py::test_what_is_foreign_is_answered_like_what_is_missing_and_stays"),
    "A16": row("the whole batch is refused",
               WEB + "test_reach.py::test_several_at_once_are_refused_whole_if_one_is_foreign"),
    "A17": row("unknown words order and filter nothing (pages) or 422 (API)",
               WEB + "test_reach.py::test_order_filter_and_search_tell_nothing_of_what_is_hidden"),
    "A18": row("422, nothing stored", WEB + "test_reach.py::test_fields_nobody_may_type_are_refused_or_left"),
    "A19": row("403 or 405", WEB + "test_doors.py::test_each_door_opens_to_whom_it_is_declared_for"),
    "A20": row("no effect", WEB + "test_doors.py::test_other_methods_and_tricks_open_nothing"),
    "A21": row("nothing of it", WEB + "test_reach.py::test_a_list_holds_what_the_person_reaches_and_nothing_else",
               WEB + "test_web_photos.py::test_a_photo_of_a_record_one_may_not_see_is_not_named"),
    "A22": row("422 with who may reopen; late entries of a closed period are marked, not refused (decisions/0013)",
               WEB + "test_permission_lost.py::test_what_was_checked_is_not_edited_by_a_direct_request",
               SERVICES + "test_closing.py"),
    "A23": row("403", WEB + "test_doors.py::test_the_three_administrators_do_nobodys_business_and_not_each_others"),
    "A24": row("refused", WEB + "test_web_people.py::test_in_a_real_campaign_one_person_is_not_two_of_the_three"),
    "A25": row("403", WEB + "test_permission_lost.py::test_nobody_excuses_their_own_lateness",
               WEB + "test_web_records.py::test_a_defect_goes_from_found_to_closed_by_two_people"),
    "A26": row("stops at the next piece", WEB + "test_permission_lost.py::test_an_import_ends_where_the_permission_ends"),
    "A27": row("shown as typed everywhere", WEB + "test_web_strings.py"),
    "A28": row("413 or 422", WEB + "test_web_nasty.py"),
    "A29": row("read, or 422", WEB + "test_web_nasty.py::test_a_value_that_is_none_is_refused_at_its_field",
               WEB + "test_web_nasty.py::test_a_day_written_otherwise_is_that_day"),
    "A30": row("422", WEB + "test_web_nasty.py::test_a_value_that_is_none_is_refused_at_its_field"),
    "A31": row("found as text, cut to 60 characters",
               WEB + "test_web_nasty.py::test_no_address_and_no_question_is_answered_with_an_error_of_ours"),
    "A32": row("refused, which limit; the child stays small", SERVICES + "test_hostile_files.py", SERVICES + "test_sheets_guard.py"),
    "A33": row("422", SERVICES + "test_hostile_files.py::test_an_attack_is_refused_in_words_that_say_which"),
    "A34": row("422 in plain words", SERVICES + "test_hostile_files.py::test_an_attack_is_refused_in_words_that_say_which"),
    "A35": row("values only, hidden parts reported",
               SERVICES + "test_hostile_files.py::test_a35_a_formula_is_its_value_and_a_live_one_stays_outside",
               SERVICES + "test_sheets_guard.py::test_hidden_rows_and_sheets_are_reported"),
    "A36": row("mapped or named, never shifted",
               SERVICES + "test_hostile_files.py::test_a36_headings_in_another_order_carry_their_columns_with_them",
               SERVICES + "test_sheets_guard.py::test_headings_are_mapped_or_named_never_shifted"),
    "A37": row("nothing stored before a choice",
               SERVICES + "test_hostile_files.py::test_a37_row_4999_of_5000_is_named_and_nothing_is_stored_before_a_choice"),
    "A38": row("0 new", SERVICES + "test_sheets_roundtrip.py::test_csv_in_any_order_and_the_same_file_twice"),
    "A39": row("refused and named", SERVICES + "test_sheets_roundtrip.py::test_rows_of_another_community_are_refused_and_named"),
    "A40": row("written nowhere", SERVICES + "test_hostile_files.py::test_a40_a_member_named_out_of_the_box_is_written_nowhere"),
    "A41": row("a string cell", "core/render/test_any_text.py::test_no_text_of_a_workbook_is_computed",
               "core/render/test_any_text.py::test_no_text_comes_alive_when_an_office_saves_the_workbook_again"),
    "A42": row("made beside the request from 20,000 rows on, for who asked, for a day", WEB + "test_web_exports.py"),
    "A43": row("masked; clear only for the lead, with a reason", WEB + "test_web_clear_export.py"),
    "A44": row("one record, one answer", WEB + "test_api_once.py::test_twenty_at_once_make_one_record",
               WEB + "test_web_intake.py::test_twenty_at_once_make_one"),
    "A45": row("422", WEB + "test_web_api.py::test_the_same_key_gives_the_same_record_and_other_content_is_refused"),
    "A46": row("400", WEB + "test_web_intake.py::test_what_can_not_be_is_refused_by_field"),
    "A47": row("401", WEB + "test_web_signatures.py::test_anything_else_is_refused_and_changes_nothing"),
    "A48": row("429, others unaffected", WEB + "test_web_intake.py::test_a_channel_opens_nothing_else_and_a_flood_slows_nobody"),
    "A49": row("422", WEB + "test_web_intake.py::test_what_can_not_be_is_refused_by_field"),
    "A50": row("404", WEB + "test_web_intake.py::test_nobody_else_learns_how_it_stands"),
    "A51": row("no 5xx, nothing undocumented", WEB + "test_api_fuzz.py"),
    "A52": row("422 with the form kept", SERVICES + "test_photos.py::test_what_is_no_photo_is_refused_whatever_it_is_called",
               SERVICES + "test_photos.py::test_a_photo_with_a_script_in_it_comes_out_without"),
    "A53": row("refused unread",
               SERVICES + "test_photos.py::test_a_few_kilobytes_that_unpack_to_hundreds_of_millions_of_pixels_are_refused_unread"),
    "A54": row("a random name on the disk", SERVICES + "test_photos.py::test_a_name_is_kept_as_text_and_never_becomes_a_path"),
    "A55": row("stripped", SERVICES + "test_photos.py::test_when_and_where_are_kept_and_nothing_else_leaves_with_the_picture"),
    "A56": row("404; a stranger meets the sign-in page",
               WEB + "test_web_photos.py::test_a_photo_is_opened_by_who_may_see_its_record_and_by_nobody_else",
               WEB + "test_web_photos.py::test_a_photo_taken_out_of_its_record_is_no_longer_served"),
    "A57": row("413", WEB + "test_web_photos.py::test_beyond_the_days_measure_the_form_comes_back_with_413"),
    "A58": row("no scanner is built in", why="photos are drawn anew, workbooks only read; nothing uploaded is served as it came"),
    "A59": row("refused when connecting", SERVICES + "test_webhooks.py"),
    "A60": row("nothing to attack", why="no office uploads templates; papers are built by plugins"),
    "A61": row("not loaded, said where", "core/kernel/test_quarantine.py::test_what_cannot_be_loaded_is_kept_out",
               "core/base/test_version.py::test_outside_its_range_it_does_not",
               WEB + "test_doors.py::test_a_route_nobody_declared_does_not_start"),
    "A62": row("there is no such door", WEB + "test_doors.py::test_a_route_nobody_declared_does_not_start"),
    "A63": row("no pickle is stored", "contract/test_attacks.py::test_no_pickle_is_read_from_the_store"),
    "A64": row("the first bad line is named", SERVICES + "test_journal_chain.py"),
    "A65": row("escaped", WEB + "test_web_logs.py::test_nothing_typed_begins_a_line_of_its_own",
               WEB + "test_web_lockout.py::test_what_was_typed_as_a_name_is_one_short_line_in_the_journal"),
    "A66": row("masked", WEB + "test_web_logs.py::test_no_canary_reaches_the_log",
               WEB + "test_canaries.py::test_no_canary_is_anywhere_in_clear"),
    "A67": row("0600; what is personal is sealed, the rest is not",
               SERVICES + "test_backup.py::test_only_its_owner_reads_it_and_nothing_is_left_beside_it",
               SERVICES + "test_backup.py::test_no_personal_word_stands_in_it"),
    "A68": row("refused before anything is touched", SERVICES + "test_backup.py::test_a_newer_one_is_refused",
               SERVICES + "test_backup.py::test_a_flipped_byte_is_found_anywhere"),
    "A69": row("does not start", WEB + "test_web_hosts.py::test_a_key_from_a_manual_does_not_start",
               WEB + "test_web_hosts.py::test_a_real_campaign_is_not_served_for_developers",
               SERVICES + "test_preflight.py::test_a_file_everybody_reads_is_refused_with_the_mend"),
    "A70": row("a step of a release", why="lists of known holes are not to be had where this is built; every version is pinned"),
}  # fmt: skip


@cache
def those_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


def test_every_attack_has_its_row() -> None:
    assert list(TABLE) == [f"A{n:02d}" for n in range(1, 71)]


@pytest.mark.parametrize(("attack", "one"), TABLE.items(), ids=TABLE)
def test_what_shows_it_is_there(attack: str, one: Row) -> None:
    assert one.answer and (one.shown or one.why), attack
    for shown in one.shown:
        file, _, name = shown.partition("::")
        found = those_in(file)
        assert found and (not name or name in found), f"{attack}: {shown} is not there"


def test_no_pickle_is_read_from_the_store() -> None:
    """A63: whoever can write a table runs no code: no column of ours is pickled, and the clock keeps its jobs in memory."""
    from sqlalchemy import PickleType  # noqa: PLC0415

    from core.base.declared import Base  # noqa: PLC0415
    from core.kernel import plugins  # noqa: PLC0415

    plugins.load(strict=True)
    kinds = {type(c.type) for table in Base.metadata.tables.values() for c in table.columns}
    assert kinds and not [k for k in kinds if issubclass(k, PickleType)]
    sources = (TESTS.parent / "core").rglob("*.py")
    assert not [f.name for f in sources if "pickle" in f.read_text(encoding="utf-8") or "JobStore(" in f.read_text()]
