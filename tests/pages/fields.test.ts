/** Whatever is done with a booking goes by the table of fields, so that none can be forgotten. */
import { expect, it } from 'vitest';
import type { Booking } from '../../lib/meetings/booking.ts';
import { bookingOf, FIELD_NAMES, FIELDS, type Field, formOf } from '../../lib/meetings/fields.ts';
import { meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingExtend } from '../../lib/pages/meeting_running.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { processZone } from '../../lib/text/zones.ts';
import { BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

const BOOKING: Booking = {
  subject: 'Jury & co',
  begin: NOW + DAY,
  duration: 3600,
  guests: [BOB, OUTSIDER],
  moderators: ['mod@outside.org'],
  agenda: 'Budget & staff\n\n  1. Rooms',
  language: 'en',
};

/** For each field another booking, which differs from BOOKING in that one. */
const OTHERS: Readonly<Record<Field, Partial<Booking>>> = {
  subject: { subject: 'Another' },
  date: { begin: NOW + 2 * DAY },
  time: { begin: NOW + DAY + 900 },
  duration: { duration: 5400 },
  guests: { guests: [BOB] },
  moderators: { moderators: [] },
  // The same lines in another order are another agenda.
  agenda: { agenda: '  1. Rooms\n\nBudget & staff' },
  language: { language: 'fr' },
};

function posted(jmb: Site, booking: Booking): Record<string, string> {
  const typed = formOf(booking, processZone);
  const fields = FIELD_NAMES.map((field) => [FIELDS[field].name, typed[field]]);
  return { conf_token: jmb.token('alice'), ...Object.fromEntries(fields) };
}

const saved = (jmb: Site): Booking[] =>
  jmb.store
    .all<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings ORDER BY meeting_id')
    .flatMap(({ id }) => {
      const meeting = meetingById(jmb.store, id);
      return meeting === undefined ? [] : [bookingOf(meeting, attendeesOf(jmb.store, id))];
    });

const escaped = (text: string): string => text.replaceAll('&', '&amp;');

it.each(FIELD_NAMES)('%s stands in the form, and is kept in it where something else is wrong', async (field) => {
  const jmb = site();
  const { name } = FIELDS[field];
  expect((await jmb.ask(meetingNew, { as: 'alice' })).body).toContain(`name="${name}"`);
  const wrong = field === 'subject' ? { conf_duration: '0' } : { conf_object: 'x'.repeat(201) };
  const { status, body } = await jmb.ask(meetingBook, { as: 'alice', form: { ...posted(jmb, BOOKING), ...wrong } });
  expect(status).toBe(400);
  const control = between(body, `id="${name}"`, ['duration', 'language'].includes(field) ? '</select>' : '</div>');
  for (const line of formOf(BOOKING, processZone)[field].split('\n')) expect(control).toContain(escaped(line));
  if (control.includes('<option'))
    expect(control).toContain(`<option value="${formOf(BOOKING, processZone)[field]}" selected>`);
  expect(saved(jmb)).toEqual([]);
});

it.each(FIELD_NAMES)('%s makes two bookings of what would be one', async (field) => {
  const jmb = site();
  const other = { ...BOOKING, ...OTHERS[field] };
  for (const booking of [BOOKING, BOOKING, other, other]) {
    expect((await jmb.ask(meetingBook, { as: 'alice', form: posted(jmb, booking) })).status).toBe(303);
  }
  expect(saved(jmb)).toEqual([BOOKING, other]);
});

it.each(FIELD_NAMES)('%s is shown as somebody else has saved it meanwhile', async (field) => {
  const jmb = site();
  const { meeting } = jmb.meeting(DAY, BOOKING);
  const theirs = { ...BOOKING, ...OTHERS[field] };
  const change = (booking: Booking) => {
    const form = { ...posted(jmb, booking), conf_tsn: meeting.id, conf_version: '0' };
    return jmb.ask(meetingChange, { as: 'alice', form });
  };
  await change(theirs);
  const { status, body } = await change({ ...BOOKING, subject: 'Mine' });
  expect(status).toBe(409);
  const facts = between(body, 'id="conflict"', '</dl>');
  for (const line of FIELDS[field].shown(theirs, { language: 'fr', zone: processZone }))
    expect(facts).toContain(escaped(line));
});

it('every field survives an extension, the duration apart', async () => {
  const jmb = site();
  const { meeting } = jmb.meeting(-600, { ...BOOKING, begin: NOW - 600 });
  const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id, conf_minutes: '30' };
  expect((await jmb.ask(meetingExtend, { as: 'alice', form })).status).toBe(303);
  expect(saved(jmb)).toEqual([{ ...BOOKING, begin: NOW - 600, duration: 5400 }]);
});
