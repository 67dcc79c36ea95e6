/** Feeds and mails as they come out of the built programs behind a real Apache, read by programs that are not ours. */
import { simpleParser } from 'mailparser';
import { afterEach, describe, expect, it } from 'vitest';
import { asFields, book, hiddenFields, type Typed } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';
import { type ReadCalendar, readWithIcalJs, readWithPython } from './calendar_readers.ts';

let jmb: Stage | undefined;
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
});

/** What both readers understood; they must agree. */
function read(text: string): ReadCalendar {
  const seen = readWithIcalJs(text);
  expect(readWithPython(text)).toEqual(seen);
  return seen;
}

/** The address of a user's own feed, from the list. */
async function feedOf(running: Stage, user: string): Promise<string> {
  const page = await (await running.ask('/booking.cgi?list', { as: user })).text();
  return `/ical.cgi?id=${/ical\.cgi\?id=(\w{16})/.exec(page)?.[1]}`;
}

/** Saves the form of a meeting with something else in it. */
async function change(running: Stage, id: string, typed: Typed): Promise<Response> {
  const fields = await hiddenFields(await running.ask(`/booking.cgi?edit&id=${id}`, { as: 'alice' }));
  return running.ask('/booking.cgi?register_edit', { as: 'alice', form: { ...fields, ...asFields(typed) } });
}

/** The calendar in the mail that came last to someone. */
async function mailed(running: Stage, to: string): Promise<ReadCalendar> {
  const mail = running.mails.findLast((one) => one.to.includes(to));
  const parsed = await simpleParser(mail?.raw ?? '');
  return read(parsed.attachments.find((part) => part.contentType === 'text/calendar')?.content.toString() ?? '');
}

describe('a meeting from booking to deletion', () => {
  it('says the same in the feed and in the mails, and moves only when it is moved', async () => {
    jmb = await stage();
    const object = 'Soutenance d’Élodie ; jury "restreint", A\\B 🎓';
    const typed = { object, moderators: 'dana@outside.example', guests: 'bob.durand@example.org gil@outside.example' };
    expect((await book(jmb, 'alice', typed)).status).toBe(303);
    await jmb.mailsOnceThereAre(4);
    await jmb.ask('/booking.cgi?list', { as: 'bob' });

    for (const [user, address] of [
      ['alice', 'alice.martin@example.org'],
      ['bob', 'bob.durand@example.org'],
    ] as const) {
      const answer = await jmb.ask(await feedOf(jmb, user));
      expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
      const [inFeed] = read(await answer.text()).events;
      const { method, events } = await mailed(jmb, address);
      expect(method).toBe('REQUEST');
      expect(inFeed?.summary).toBe(object);
      // Outlook may bin what its own reader organises, so the organiser's copy names the service.
      const theirs = { attendees: [], alarms: [], organiser: [] };
      expect({ ...inFeed, ...theirs }).toEqual({ ...events[0], ...theirs });
      const mailedBy = events[0]?.organiser.map(({ email, name }) => [email, name]);
      expect(mailedBy).toEqual([
        [user === 'alice' ? 'noreply@example.org' : 'alice.martin@example.org', 'Alice Martin'],
      ]);
      expect(inFeed?.organiser.map(({ email, name }) => [email, name])).toEqual([
        ['alice.martin@example.org', 'Alice Martin'],
      ]);
      expect(inFeed?.attendees.map((one) => one.email)).toEqual(
        user === 'alice' ? ['dana@outside.example', 'bob.durand@example.org', 'gil@outside.example'] : [],
      );
    }

    const feed = await feedOf(jmb, 'alice');
    const first = await jmb.ask(feed);
    const etag = first.headers.get('etag') ?? '';
    const [before] = read(await first.text()).events;
    const id = before?.uid?.split('@')[0] ?? '';
    expect((await jmb.ask(feed, { headers: { 'if-none-match': etag } })).status).toBe(304);

    const changed = { ...typed, time: '11:15' };
    expect((await change(jmb, id, changed)).status).toBe(303);
    await jmb.mailsOnceThereAre(8);
    const second = await jmb.ask(feed, { headers: { 'if-none-match': etag } });
    expect(second.status).toBe(200);
    const [after] = read(await second.text()).events;
    expect(after).toMatchObject({ uid: before?.uid, sequence: (before?.sequence ?? 0) + 1, created: before?.created });
    expect(after?.begin).toBe((before?.begin ?? 0) + 75 * 60);
    expect(after?.modified).toBeGreaterThanOrEqual(before?.modified ?? 0);
    expect((await mailed(jmb, 'gil@outside.example')).events[0]).toMatchObject({
      uid: after?.uid,
      sequence: after?.sequence,
      begin: after?.begin,
      stamp: after?.stamp,
    });

    const removal = await hiddenFields(await jmb.ask(`/booking.cgi?del&id=${id}`, { as: 'alice' }));
    expect((await jmb.ask('/booking.cgi?del', { as: 'alice', form: removal })).status).toBe(303);
    await jmb.mailsOnceThereAre(12);
    for (const address of ['alice.martin@example.org', 'dana@outside.example', 'gil@outside.example']) {
      const { method, events } = await mailed(jmb, address);
      expect(method).toBe('CANCEL');
      expect(events[0]).toMatchObject({ uid: after?.uid, status: 'CANCELLED', sequence: (after?.sequence ?? 0) + 1 });
    }
    expect(read(await (await jmb.ask(feed)).text()).events).toEqual([]);
  });
});

describe('times through form, database, feed and mail', () => {
  it.each([
    ['Europe/Paris', '2027-03-27', '12:00', '2027-03-28', '12:00', 23],
    ['Europe/Paris', '2027-10-30', '12:00', '2027-10-31', '12:00', 25],
    ['America/New_York', '2027-03-13', '09:30', '2027-03-14', '09:30', 23],
    ['America/New_York', '2027-11-06', '09:30', '2027-11-07', '09:30', 25],
    ['Asia/Kolkata', '2027-03-27', '12:15', '2027-03-28', '12:15', 24],
  ] as const)('in %s from %s %s to %s %s there are %i hours', async (zone, day, time, next, nextTime, hours) => {
    jmb = await stage({ settings: { JMB_ICAL_TZID: zone } });
    await book(jmb, 'alice', { date: day, time });
    await book(jmb, 'alice', { date: next, time: nextTime });
    await jmb.mailsOnceThereAre(4);
    const { events } = read(await (await jmb.ask(await feedOf(jmb, 'alice'))).text());
    const [one, two] = events.map((event) => event.begin ?? 0);
    expect(((two ?? 0) - (one ?? 0)) / 3600).toBe(hours);
    const wall = (unix = 0) => new Date(unix * 1000).toLocaleString('sv-SE', { timeZone: zone });
    expect([wall(one), wall(two)]).toEqual([`${day} ${time}:00`, `${next} ${nextTime}:00`]);
    expect((await mailed(jmb, 'bob.durand@example.org')).events[0]?.begin).toBe(two);
    const letter = await simpleParser(jmb.mails[0]?.raw ?? '');
    expect(letter.text).toContain(`${time} –`);
    expect(letter.text).toContain(zone.replace(/_/g, ' '));
  });
});

it('an unknown feed is not an empty calendar', async () => {
  jmb = await stage();
  for (const hash of ['AbCdEfGhIjKlMnOp', 'x', '%00']) {
    const answer = await jmb.ask(`/ical.cgi?${hash}`);
    expect([400, 404]).toContain(answer.status);
    expect(await answer.text()).not.toContain('VCALENDAR');
  }
});
