"""Where a session happens."""

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model
from app.language import marked

if TYPE_CHECKING:
    from app.practice.therapist import Therapist

KINDS = {"in_person": marked("In person"), "video": marked("By video"), "phone": marked("By phone")}


class Location(Model):
    """A room with an address, a video service with a link, or the phone."""

    __tablename__ = "location"
    __table_args__ = (
        CheckConstraint("kind in ('in_person', 'video', 'phone')", name="kind"),
        CheckConstraint("who_rings in ('client', 'therapist')", name="who_rings"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    who_rings: Mapped[str] = mapped_column(
        String(10), default="client", server_default="client"
    )  # where it is the phone
    zone: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    therapist: Mapped["Therapist"] = relationship(back_populates="locations")

    @property
    def kind_word(self) -> str:
        return _(KINDS[self.kind])

    @property
    def in_person(self) -> bool:
        return self.kind == "in_person"

    @property
    def rings_client(self) -> bool:
        """Whether the therapist rings the client, whose number is needed then; without a number of its own, too."""
        return self.kind == "phone" and (self.who_rings == "therapist" or not self.phone)

    @property
    def way_there(self) -> str:
        """Return what the client needs on the day: the address, the link, or the number if the client rings."""
        phone = "" if self.rings_client else self.phone
        return {"in_person": self.address, "video": self.link, "phone": phone}[self.kind]
