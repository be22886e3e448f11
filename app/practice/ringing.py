"""Who rings whom when a session is by phone, in a sentence for each of them; without a number it ends before that."""

from flask_babel import gettext as _


def told_to_client(rings_client: bool, therapist: str, number: str) -> str:
    """*Mara Lindt rings you on +49 30 901820.* or *You ring Mara Lindt on +44 20 7946 0123.*"""
    if rings_client and number:
        return _("%(therapist)s rings you on %(number)s.", therapist=therapist, number=number)
    if rings_client:
        return _("%(therapist)s rings you.", therapist=therapist)
    if number:
        return _("You ring %(therapist)s on %(number)s.", therapist=therapist, number=number)
    return _("You ring %(therapist)s.", therapist=therapist)


def told_to_therapist(rings_client: bool, client: str, number: str) -> str:
    """*You ring Ines Keller on +49 30 901820.* or *Ines Keller rings you on +44 20 7946 0123.*"""
    who = f"You ring {client}" if rings_client else f"{client} rings you"
    return f"{who} on {number}." if number else f"{who}."


def in_a_calendar(rings_client: bool, number: str) -> str:
    """The same for the client's calendar, which others may share: it names nobody."""
    if not number:
        return ""
    return _("You will be rung on %(number)s", number=number) if rings_client else _("Ring %(number)s", number=number)
