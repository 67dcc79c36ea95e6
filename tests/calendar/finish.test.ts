import { describe, expect, it } from 'vitest';
import { escapeText, finish, fold } from '../../lib/calendar/icalendar.ts';

const octets = (line: string) => Buffer.byteLength(line);

describe('folding', () => {
  it('leaves a line of 75 octets alone and folds one of 76', () => {
    expect(fold('x'.repeat(75))).toBe('x'.repeat(75));
    expect(fold('x'.repeat(76))).toBe(`${'x'.repeat(75)}\r\n x`);
  });

  it.each(['é', '€', '🎓', 'aé€🎓', '👩‍👩‍👧'])('counts octets and never cuts a character: %s', (piece) => {
    for (let shift = 0; shift < 5; shift++) {
      const line = `SUMMARY:${'x'.repeat(shift)}${piece.repeat(80)}`;
      const folded = fold(line);
      for (const part of folded.split('\r\n')) {
        expect(octets(part)).toBeLessThanOrEqual(75);
        expect(part).not.toContain('\ufffd');
        expect(Buffer.from(part).toString()).toBe(part);
      }
      expect(folded.replace(/\r\n /g, '')).toBe(line);
    }
  });

  it('keeps blanks that stand where a line is folded', () => {
    const line = `SUMMARY:${'x'.repeat(67)}   end`;
    expect(fold(line).replace(/\r\n /g, '')).toBe(line);
  });
});

describe('the finishing step', () => {
  const finished = (line: string, properties: string[] = []) =>
    finish(`BEGIN:VCALENDAR\r\n${line}\r\nEND:VCALENDAR\r\n`, { properties }, []).split('\r\n').slice(1, -2);

  it('writes enumerated parameters without quotes, and touches no other', () => {
    expect(
      finished('ATTENDEE;RSVP=TRUE;ROLE="CHAIR";PARTSTAT="NEEDS-ACTION";CN=";PARTSTAT=x":mailto:a@example.org')
        .join('')
        .replace(/\r\n /g, ''),
    ).toContain('ATTENDEE;RSVP=TRUE;ROLE=CHAIR;PARTSTAT=NEEDS-ACTION;CN=";PARTSTAT=x":');
  });

  it('writes mailto in lower case, also behind a name with a colon', () => {
    expect(finished('ORGANIZER;CN="Dr: A":MAILTO:a@example.org')).toEqual([
      'ORGANIZER;CN="Dr: A":mailto:a@example.org',
    ]);
  });

  it('escapes what would say more than an address in it', () => {
    const odd = "who?cc=x&body=#a%3f/{^`|}!$'*+~-.b@example.org";
    const line = finished(`ATTENDEE;CN="a":mailto:${odd}`).join('').replaceAll(' ', '');
    const address = new URL(line.slice(line.indexOf('mailto:')));
    expect([address.search, address.hash]).toEqual(['', '']);
    expect(decodeURIComponent(address.pathname)).toBe(odd);
    expect(finished("ATTENDEE:mailto:o'neil+a_b@example.org")).toEqual(["ATTENDEE:mailto:o'neil+a_b@example.org"]);
  });

  it('gives an alarm at the begin a duration', () => {
    expect(finished('TRIGGER:PT')).toEqual(['TRIGGER:PT0S']);
    expect(finished('X-TRIGGER:-PT')).toEqual(['X-TRIGGER:-PT']);
    expect(finished('TRIGGER:-PT')).toEqual(['TRIGGER:PT0S']);
    expect(finished('TRIGGER:-PT10M')).toEqual(['TRIGGER:-PT10M']);
  });

  it('writes the address of who acts for the organiser, and says of a place that is no link only the place', () => {
    expect(finished('ORGANIZER;SENT-BY="MAILTO:b?c@example.org":mailto:a@example.org')).toEqual([
      'ORGANIZER;SENT-BY="mailto:b%3Fc@example.org":mailto:a@example.org',
    ]);
    expect(finished('LOCATION:Room 4')).toEqual(['LOCATION:Room 4']);
  });

  it('puts the calendar’s own properties where the fixed hint to poll stood', () => {
    expect(finished('X-PUBLISHED-TTL:PT1H', ['A:1', 'B:2'])).toEqual(['A:1', 'B:2']);
    expect(finished('X-PUBLISHED-TTL:PT1H')).toEqual([]);
  });

  it('undoes the folding of the package, which counts characters', () => {
    const text = `SUMMARY:${'é'.repeat(67)}\r\n\t${'é'.repeat(20)}`;
    const lines = finished(text);
    expect(lines.join('').replace(/ /g, '')).toBe(`SUMMARY:${'é'.repeat(87)}`);
    expect(lines.every((line) => octets(line) <= 75)).toBe(true);
  });

  it('escapes texts by RFC 5545', () => {
    expect(escapeText('a\\b;c,d\ne\r\nf')).toBe('a\\\\b\\;c\\,d\\ne\\nf');
  });
});
