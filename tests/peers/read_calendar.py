#!/usr/bin/env python3
"""Reads a calendar from standard input with Debian's python3-icalendar and says as JSON what it understood."""
import json
import sys
from icalendar import Calendar


def text(value):
    return None if value is None else str(value)


def moment(component, name):
    value = component.get(name)
    if value is None:
        return None
    when = value.dt
    if when.utcoffset() is None:
        raise ValueError(name + " without a zone")
    return int(when.timestamp())


def person(value):
    sent_by = value.params.get("SENT-BY")
    return {
        **({} if sent_by is None else {"sentBy": text(sent_by)}),
        "email": str(value).removeprefix("mailto:"),
        "name": text(value.params.get("CN")),
        "partstat": text(value.params.get("PARTSTAT")),
        "role": text(value.params.get("ROLE")),
        "rsvp": text(value.params.get("RSVP")),
    }


def persons(component, name):
    values = component.get(name, [])
    return [person(value) for value in (values if isinstance(values, list) else [values])]


def alarm(component):
    return {
        "action": text(component.get("ACTION")),
        "seconds": int(component.get("TRIGGER").dt.total_seconds()),
        "text": text(component.get("DESCRIPTION")),
    }


def event(component):
    return {
        "uid": text(component.get("UID")),
        "sequence": int(component.get("SEQUENCE")),
        "status": text(component.get("STATUS")),
        "begin": moment(component, "DTSTART"),
        "end": moment(component, "DTEND"),
        "stamp": moment(component, "DTSTAMP"),
        "created": moment(component, "CREATED"),
        "modified": moment(component, "LAST-MODIFIED"),
        "summary": text(component.get("SUMMARY")),
        "description": text(component.get("DESCRIPTION")),
        "location": text(component.get("LOCATION")),
        "url": text(component.get("URL")),
        "conference": text(component.get("CONFERENCE")),
        "transp": text(component.get("TRANSP")),
        "organiser": [person for person in persons(component, "ORGANIZER")],
        "attendees": persons(component, "ATTENDEE"),
        "alarms": [alarm(part) for part in component.subcomponents if part.name == "VALARM"],
        "errors": [list(map(str, error)) for error in component.errors],
    }


calendar = Calendar.from_ical(sys.stdin.buffer.read())
json.dump(
    {
        "version": text(calendar.get("VERSION")),
        "product": text(calendar.get("PRODID")),
        "method": text(calendar.get("METHOD")),
        "name": text(calendar.get("X-WR-CALNAME")),
        "description": text(calendar.get("X-WR-CALDESC")),
        "zone": text(calendar.get("X-WR-TIMEZONE")),
        "refresh": None if calendar.get("REFRESH-INTERVAL") is None else calendar.get("REFRESH-INTERVAL").to_ical().decode(),
        "events": [event(part) for part in calendar.walk("VEVENT")],
    },
    sys.stdout,
)
