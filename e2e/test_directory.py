"""A worried person looks for somebody who has time."""

from playwright.sync_api import expect

from e2e.test_accessibility import Found
from e2e.variants import with_and_without_scripts
from tests.waiting import wait_until
from tests.world import in_days


@with_and_without_scripts
def test_somebody_with_time_is_found_and_booked(mara, ines, scripts):
    ines.at("/")
    _wait_until_known(ines)
    ines.page.get_by_label("Where").focus()
    ines.page.get_by_label("Where").select_option("By phone")
    if scripts:  # at once, without leaving the page or the field
        expect(ines.page).to_have_url("/?kind=phone")
        expect(ines.page.get_by_label("Where")).to_be_focused()
    ines.page.get_by_label("Free on").fill(f"{in_days(4):%Y-%m-%d}")
    ines.presses("Show therapists")
    ines.sees("Free:")
    expect(ines.page.get_by_role("link", name="Remove filter: By phone")).to_be_visible()
    if scripts:
        expect(ines.page.locator("#announcer")).to_have_text("1 therapist")
    ines.follows("Mara Lindt")
    chosen = ines.page.get_by_role("link", name="Phone call", exact=True)
    expect(chosen).to_have_attribute("aria-current", "true")
    ines.chooses(in_days(4, "08:00"))


@with_and_without_scripts
def test_what_nobody_offers_can_be_asked_differently(mara, ines, scripts):
    ines.at("/?type=group&kind=video")
    ines.sees("Nobody has free time that fits all of this.")
    ines.follows("Any kind of session")
    ines.sees("Mara Lindt")
    expect(ines.page.get_by_label("Kind of session")).to_have_value("")
    expect(ines.page.get_by_label("Where")).to_have_value("video")
    ines.follows("Remove filter: By video")
    expect(ines.page.get_by_label("Where")).to_have_value("")


def test_no_answer_of_the_directory_shuts_anybody_out(mara, ines):
    found = Found()
    for wishes in ("", "?kind=video&type=individual&language=English&sort=soonest", "?kind=video&type=group"):
        found.on_page_of(ines.at(f"/{wishes}"))
    assert found.violations == []


def test_back_brings_the_earlier_wishes(mara, ines):
    ines.at("/")
    ines.page.get_by_label("Where").select_option("By video")
    expect(ines.page).to_have_url("/?kind=video")
    ines.page.get_by_label("Order").select_option("Next free first")
    expect(ines.page).to_have_url("/?kind=video&sort=soonest")
    ines.page.go_back()
    expect(ines.page).to_have_url("/?kind=video")
    expect(ines.page.get_by_label("Where")).to_have_value("video")
    expect(ines.page.get_by_label("Order")).to_have_value("")


def _wait_until_known(ines) -> None:
    """The directory hears of a therapist who has just joined within moments."""

    def is_known() -> bool:
        ines.page.reload()
        return ines.page.get_by_text("Next free:").count() > 0

    wait_until(is_known, every=0.2)
