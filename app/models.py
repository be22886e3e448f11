"""Every table, so that one import makes the mappers and the metadata complete."""

from app.booking.booking import Booking
from app.booking.kept_answer import KeptAnswer
from app.booking.offer import Alternative, Offer
from app.booking.personal_link import PersonalLink
from app.booking.sick_day import SickDay
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.connections.watch_channel import WatchChannel
from app.calendars.deciding.acceptance import AcceptanceCheck
from app.calendars.deciding.settled_clash import SettledClash
from app.calendars.feed_address import FeedAddress
from app.calendars.writing.entry import CalendarEntry
from app.jobs.lease import Lease
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.client import Client
from app.practice.location import Location
from app.practice.push_subscription import PushSubscription
from app.practice.session_type import SessionType
from app.practice.therapist import BlockedSender, Therapist
from app.practice.user import SignIn, SignInAttempt, User
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.hold import Hold
from app.scheduling.open_day import OpenDay
from app.scheduling.time_off import TimeOff
from app.scheduling.working_time import WorkingTime

__all__ = [
    "AcceptanceCheck",
    "Activity",
    "Alternative",
    "BlockedSender",
    "Booking",
    "BusyTime",
    "CalendarConnection",
    "CalendarEntry",
    "Client",
    "ExtraTime",
    "FeedAddress",
    "Hold",
    "KeptAnswer",
    "Lease",
    "Location",
    "Message",
    "Offer",
    "OpenDay",
    "OutsideCalendar",
    "PersonalLink",
    "PushSubscription",
    "SessionType",
    "SettledClash",
    "SickDay",
    "SignIn",
    "SignInAttempt",
    "Therapist",
    "TimeOff",
    "User",
    "WatchChannel",
    "WorkingTime",
]
