#!/usr/bin/env python3
"""Reads calendars from standard input, one a line as JSON, with Debian's python3-icalendar, and says when their events are, in Unix seconds."""
import json
import sys
from dateutil.rrule import rrulestr
from icalendar import Calendar


def values(component, name):
    found = component.get(name, [])
    return [one.dt for part in (found if isinstance(found, list) else [found]) for one in part.dts]


def expanded(text):
    calendar = Calendar.from_ical(text)
    zones = {str(zone["TZID"]): zone.to_tz() for zone in calendar.walk("VTIMEZONE")}
    times = []
    for event in calendar.walk("VEVENT"):
        start = event["DTSTART"]
        zone = zones[start.params["TZID"]]
        begin = start.dt.replace(tzinfo=None)
        rule = event["RRULE"].to_ical().decode()
        if "UNTIL" in event["RRULE"]:
            # dateutil wants it as the clock on the wall has it, where the begin is so.
            until = event["RRULE"]["UNTIL"][0].astimezone(zone).strftime("%Y%m%dT%H%M%S")
            rule = ";".join("UNTIL=" + until if part.startswith("UNTIL=") else part for part in rule.split(";"))
        out = {one.replace(tzinfo=None) for one in values(event, "EXDATE")}
        for when in rrulestr(rule, dtstart=begin):
            if when not in out:
                # Of two, and of none, what was before the clocks were set (RFC 5545 section 3.3.5).
                times.append(int(zone.localize(when, is_dst=when.month > 6).timestamp()))
    return times


json.dump([expanded(text) for text in json.load(sys.stdin)], sys.stdout)
