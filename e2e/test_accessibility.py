"""Every page of a journey, by day and by night, as axe-core judges it."""

from pathlib import Path

from e2e.steps import Person
from tests.world import in_days

AXE = (Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js").read_text()
# Colours that are on their way from day to night are none yet.
RUN = """async () => {
  const moving = () => document.getAnimations().filter((each) => each.playState === "running");
  while (moving().length) await Promise.allSettled(moving().map((each) => each.finished));
  return (await axe.run(document, {resultTypes: ["violations"]})).violations;
}"""

TEN, OTHER, THIRD = in_days(3, "10:00"), in_days(4, "10:00"), in_days(5, "10:00")


def test_no_page_shuts_anybody_out(mara, ines):
    found = Found()
    found.on_page_of(ines.at("/sign-in"))
    found.on_page_of(ines.at("/"))
    ines.looks_at_times(mara)
    found.on_page_of(ines)
    ines.chooses(TEN)
    found.on_page_of(ines)
    ines.requests(mara, TEN)
    mara.looks_at_today()
    found.on_page_of(ines, mara)
    mara.opens(ines)
    found.on_page_of(mara)
    mara.starts_an_offer(ines)
    mara.adds(1, OTHER)
    mara.adds(2, THIRD)
    found.on_page_of(mara)
    mara.sends_the_offer(ines)
    ines.opens(ines.is_mailed("Your booking needs your answer"))
    found.on_page_of(ines, mara)
    ines.accepts(OTHER)
    ines.sees_title("Your time is agreed")
    mara.opens(ines)
    found.on_page_of(ines, mara)
    mara.presses("Edit location")
    found.on_page_of(mara)
    found.on_page_of(mara.at("/sessions"))
    found.on_page_of(mara.at("/settings"))
    for view in ("", "&view=week", "&view=day", "&view=list&state=confirmed"):
        found.on_page_of(mara.at(f"/calendar?date={OTHER:%Y-%m-%d}{view}"))
    found.on_page_of(mara.at(f"/calendar/time?start={THIRD:%Y-%m-%d}T12:00"))
    assert found.violations == []


def test_a_sick_day_shuts_nobody_out(mara, ines, jonas):
    found = Found()
    for client, time in ((ines, TEN), (jonas, in_days(3, "12:00"))):
        client.requests(mara, time)
    found.on_page_of(mara.at("/sick-days/new"))
    mara.plans_a_sick_day(TEN, words="I have a fever.")
    found.on_page_of(mara)
    mara.sends_all_offers()
    found.on_page_of(mara)
    mara.presses("Take all offers back")
    mara.sees("The time is open again")
    found.on_page_of(mara)
    assert found.violations == []


class Found:
    """What axe-core found on the pages it was shown."""

    def __init__(self) -> None:
        self.violations: list[str] = []

    def on_page_of(self, *people: Person) -> None:
        for person in people:
            person.page.evaluate(AXE)
            for scheme in ("light", "dark"):
                person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                self.violations += [
                    f"{scheme} {person.page.url}: {each['help']}: {[node['html'][:150] for node in each['nodes'][:3]]}"
                    for each in person.page.evaluate(RUN)
                ]
