/** join.cgi?id=HASH before the room opens, while it is open and after the end, and the event behind it. */
import { describe, expect, it } from 'vitest';
import { invitationEvent } from '../../lib/pages/calendar_read.ts';
import { answerGive } from '../../lib/pages/invitation_answer.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { rememberName } from '../../lib/store/people.ts';
import { readWithIcalJs, readWithPython } from '../peers/calendar_readers.ts';
import { ALICE, BOB, OUTSIDER, site } from './site.ts';

const HOUR = 3600;
const DAY = 86_400;
const OUTSIDE = 'mod@ailleurs.test';
const INSIDE = 'mod@example.org';
const door = { SCRIPT_NAME: '/cgi-bin/join.cgi' };
const english = { ...door, HTTP_ACCEPT_LANGUAGE: 'en' };

/** A meeting of an hour with one of each who may come. */
function scene(begin: number, settings = '') {
  const jmb = site(settings);
  rememberName(jmb.store, [ALICE], 'Alice Martin-Dupont');
  const { meeting, attendees } = jmb.meeting(begin, { moderators: [OUTSIDE, INSIDE] });
  const hash = (email: string) => attendees.find((one) => one.email === email)?.hash ?? '';
  const join = (email: string, more: object = {}) =>
    jmb.ask(roomJoin, { query: `id=${hash(email)}`, env: door, ...more });
  const connections = () => attendeesOf(jmb.store, meeting.id).map((one) => one.connections);
  return { jmb, meeting, hash, join, connections };
}

describe('before the room opens', () => {
  it.each([ALICE, OUTSIDE, INSIDE, OUTSIDER])('%s finds a page that leads in at the opening', async (email) => {
    const { meeting, hash, join, connections } = scene(3 * DAY);
    const told = await join(email);
    expect(told.status).toBe(200);
    expect(told.headers.get('refresh')).toBe(`${3 * DAY - HOUR}; url=/cgi-bin/join.cgi?id=${hash(email)}`);
    expect(told.headers.get('cache-control')).toBe('no-store');
    expect(told.body).not.toMatch(new RegExp(`jwt|${meeting.room}`));
    expect(told.text).toContain('La salle n’est pas encore ouverte');
    expect(told.text).toContain('Jury vendredi 27 novembre 2026, de 10:00 à 11:00 (1 h)');
    expect(told.text).toContain(', Europe/Paris');
    expect(told.text).toContain('Alice Martin-Dupont alice.martin@example.org');
    expect(told.text).toContain('Ouverture dans 2 j 23 h');
    expect(told.text).toContain('La salle ouvre le vendredi 27 novembre 2026 à 09:00.');
    expect(told.body).toContain(`href="join.cgi?event&amp;id=${hash(email)}"`);
    await join(email, { method: 'HEAD' });
    expect(connections()).toEqual([0, 0, 0, 0, 0]);
  });

  it('says it in English too', async () => {
    const { text } = await scene(3 * DAY).join(BOB, { env: english });
    expect(text).toContain('The room isn’t open yet');
    expect(text).toContain('Opens in 2 d 23 h');
    expect(text).toContain('The room opens on Friday 27 November 2026 at 09:00.');
  });

  it('lets in to the second', async () => {
    const { meeting, join, connections } = scene(3 * HOUR);
    const early = await join(OUTSIDER, { later: 2 * HOUR - 1 });
    expect(early.headers.get('refresh')).toMatch(/^1; url=/);
    expect(early.text).toContain('0 min 01 s');
    expect(connections()).toEqual([0, 0, 0, 0, 0]);
    const open = await join(OUTSIDER, { later: 2 * HOUR });
    expect([open.status, open.headers.get('location')]).toEqual([302, `/${meeting.room}`]);
    expect(open.headers.has('refresh')).toBe(false);
    expect((await join(ALICE, { later: 2 * HOUR })).headers.get('location')).toMatch(/token\.cgi/);
  });

  it('asks again on the way where browsers cannot wait so long', async () => {
    expect((await scene(300 * DAY).join(BOB)).headers.get('refresh')).toMatch(/^1728000; url=/);
  });

  it('has no wait where rooms are open at any time', async () => {
    expect((await scene(300 * DAY, 'JMB_ROOM_OPENS=""').join(OUTSIDER)).status).toBe(302);
  });

  it('takes the answer, and offers to change it elsewhere than where it was given', async () => {
    const { jmb, hash, join } = scene(DAY);
    const asked = await join(BOB);
    for (const word of ['accept', 'decline'])
      expect(asked.body).toContain(`formaction="join.cgi?${word}&amp;id=${hash(BOB)}"`);
    await jmb.ask(answerGive, { query: `accept&id=${hash(BOB)}`, form: {}, env: door });
    const given = await join(BOB);
    expect(given.text).toContain('Vous avez accepté');
    expect(given.body).not.toContain('<form');
    expect(given.body).toContain(`href="join.cgi?answer&amp;id=${hash(BOB)}"`);
    // Nobody asks the owner.
    expect((await join(ALICE)).body).not.toMatch(/accept|decline/);
  });

  it('writes out the day on which it ends where that is another', async () => {
    const { jmb, join } = scene(DAY);
    const { attendees } = jmb.meeting(13 * HOUR + 1800, { duration: 2 * HOUR });
    const { text } = await jmb.ask(roomJoin, { query: `id=${attendees[1]?.hash}`, env: door });
    expect(text).toContain('mardi 24 novembre 2026, de 23:30 au mercredi 25 novembre 2026 à 01:30');
    expect((await join(BOB)).text).not.toContain('00 au ');
  });

  it('shows what others typed as text', async () => {
    const { jmb } = scene(DAY);
    const { attendees } = jmb.meeting(DAY, { subject: '<script>alert(1)</script>' });
    const { body } = await jmb.ask(roomJoin, { query: `id=${attendees[1]?.hash}`, env: door });
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body.match(/<script/g)).toHaveLength(1);
  });

  it('runs one script of ours, and no other page any', async () => {
    const { jmb, hash, join } = scene(DAY);
    const { headers, body } = await join(BOB);
    expect(body).toMatch(/<script src="\/jmb\/script\.js\?v=[0-9a-f]{12}" defer><\/script>/);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'",
    );
    const other = await jmb.ask(roomJoin, { query: 'id=nobody', env: door });
    expect(other.body).not.toContain('<script');
    expect(other.headers.get('content-security-policy')).not.toContain('script-src');
    expect(hash(BOB)).not.toBe('');
  });
});

describe('after the end', () => {
  it.each([ALICE, OUTSIDE, OUTSIDER])('%s reads what it was, whose, and when it ended', async (email) => {
    const { meeting, join, connections } = scene(HOUR);
    const told = await join(email, { later: 2 * HOUR });
    expect(told.status).toBe(200);
    expect(told.text).toContain('Cette réunion est terminée');
    expect(told.text).toContain('Jury');
    expect(told.text).toContain('Alice Martin-Dupont');
    expect(told.text).toContain('Elle s’est terminée le mardi 24 novembre 2026 à 12:00.');
    expect(told.text).not.toContain('refusé');
    expect(told.headers.has('refresh')).toBe(false);
    expect(told.body).not.toContain(meeting.room);
    const inEnglish = await join(email, { later: 30 * DAY, env: english });
    expect(inEnglish.text).toContain('It ended at 12:00 on Tuesday 24 November 2026.');
    expect(connections()).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('the event', () => {
  it('is that of the invitation, as a file of its own', async () => {
    const { jmb, meeting, hash, connections } = scene(DAY);
    const { status, headers, body } = await jmb.ask(invitationEvent, { query: `event&id=${hash(BOB)}`, env: door });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    const lines = body.replace(/\r\n /g, '').split('\r\n');
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
    expect(lines).toContain(`UID:${meeting.id}@meet.example.org`);
    expect(lines).toContain('DTSTART:20261125T090000Z');
    expect(lines).toContain(`URL:https://meet.example.org/join.cgi?id=${hash(BOB)}`);
    expect(lines.join('\n')).toContain('ORGANIZER;CN="Alice Martin-Dupont":mailto:alice.martin@example.org');
    expect(body).not.toContain('X-WR-CALNAME');
    expect(body).not.toContain('METHOD');
    const seen = readWithIcalJs(body);
    expect(readWithPython(body)).toEqual(seen);
    expect(seen.events.map(({ uid, errors }) => ({ uid, errors }))).toEqual([
      { uid: `${meeting.id}@meet.example.org`, errors: [] },
    ]);
    expect(seen.events[0]?.alarms.map(({ seconds }) => seconds)).toEqual([-3600, -600]);
    expect(connections()).toEqual([0, 0, 0, 0, 0]);
  });

  it('takes no time of whoever has declined, and reminds of nothing', async () => {
    const { jmb, hash } = scene(DAY);
    await jmb.ask(answerGive, { query: `decline&id=${hash(BOB)}`, form: {}, env: door });
    const { body } = await jmb.ask(invitationEvent, { query: `event&id=${hash(BOB)}`, env: door });
    expect(body).toContain('TRANSP:TRANSPARENT');
    expect(body).not.toContain('VALARM');
    expect(body).toContain('DTSTAMP:20261124T090000Z');
  });
});
