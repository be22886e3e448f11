"""What people, scanners and broken programs put into fields and addresses."""

NUL = "before\x00after"
EMOJI = "Zoë 👩‍👩‍👧 Ünal 🏳️‍🌈"
RIGHT_TO_LEFT = "ליאורה כהן"
TURNED = "\u202eevil\u202c name\u200f"
SURROGATES = "\ud800"
LINE_BREAK = "Ines\r\nBcc: everybody@example.net"
LONG = "x" * 5000
HUGE = str(10**30)

IDS = ["", "0", "-1", HUGE, "1e3", "one", "1; drop table booking", " ", "1.5", "٣", "\x00", "null", "true"]
DATES = [
    "",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-01-01",
    "2027-02-30",
    "20270501",
    "2027-W18-3",
    "tomorrow",
]
UNUSUAL_DATES = ["20270501", "2027-W18-3"]  # ISO 8601 too
DATES += ["-1", HUGE, "\x00", "2027-5-1", "٢٠٢٧-٠٥-٠١", "1969-12-31", "9001-01-01"]
TIMES = ["", "25:00", "24:00", "12:60", "-1:00", "noon", "1030", "10:30:15", "10:30+02:00", "\x00", HUGE, "١٠:٣٠"]
ZONES = [
    "",
    "Mars/Phobos",
    "europe/london",
    "../../etc/passwd",
    "/etc/localtime",
    "UTC\x00",
    "Europe/",
    "posix",
    LONG,
    "🌍",
]
MOMENTS = [f"{day}T10:00Z" for day in DATES] + DATES + [f"2027-05-05T{time}Z" for time in TIMES]
MOMENTS += ["2027-05-05T10:00", "2027-05-05T10:00+99:00", "2027-05-05T10:00:00.000001Z", "0001-01-01T00:00+14:00"]
MOMENTS += ["9999-12-31T23:59-12:00", "1970-01-01T00:00+01:00", "9000-12-31T23:59-12:00", "2027-03-28T01:30Z"]
TEXTS = [
    NUL,
    EMOJI,
    RIGHT_TO_LEFT,
    TURNED,
    LINE_BREAK,
    LONG,
    "\x1b[31m",
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "' or 1=1 --",
]
TEXTS += ["=cmd|' /C calc'!A0", "%00", "\x7f", "\u2028", "\ufeff", "𝕴𝖓𝖊𝖘", "a\u0300" * 200]
