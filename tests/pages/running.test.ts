/** A meeting that runs gets people and time, from its own page. */
import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingExtend } from '../../lib/pages/meeting_running.ts';
import { meetingChange, meetingInvite } from '../../lib/pages/meeting_save.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { type Asked, BOB, between, OUTSIDER, type Site, site } from './site.ts';

const CAROL = 'carol.petit@example.org';
const HOUR = 3600;

const add = (jmb: Site, id: string, guests: string, asked: Partial<Asked> = {}) =>
  jmb.ask(meetingInvite, {
    as: 'alice',
    query: 'invite',
    form: { conf_token: jmb.token('alice'), conf_tsn: id, conf_guests: guests },
    ...asked,
  });

const people = (jmb: Site, id: string) => attendeesOf(jmb.store, id).map(({ role, email }) => `${role} ${email}`);
const follow = (jmb: Site, id: string, as = 'alice') => jmb.ask(attendeesFollow, { as, query: `attendees&id=${id}` });

describe('adding people', () => {
  it('mails them alone, at once, and lets them in; the others keep links and answers', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(-600);
    const { status, headers } = await add(jmb, meeting.id, `${CAROL}; ${BOB.toUpperCase()}`);
    expect(status).toBe(303);
    // There is no mail server here, which a page may not have heard of in its time.
    expect(headers.get('location')?.replace('_going', '_waiting')).toBe(
      `/booking.cgi?attendees&id=${meeting.id}&notice=changed_waiting`,
    );
    expect(people(jmb, meeting.id).at(-1)).toBe(`guest ${CAROL}`);
    expect(attendeesOf(jmb.store, meeting.id).slice(0, -1)).toEqual(attendees);
    expect(outboxOf(jmb.store, meeting.id).map(({ kind, recipient }) => `${kind} ${recipient}`)).toEqual([
      `new ${CAROL}`,
    ]);
    expect(meetingById(jmb.store, meeting.id)).toMatchObject({ begin: meeting.begin, end: meeting.end, sequence: 0 });
    const hash = attendeesOf(jmb.store, meeting.id).at(-1)?.hash;
    expect((await jmb.ask(roomJoin, { query: `id=${hash}` })).headers.get('location')).toBe(`/${meeting.room}`);
    // The same once more changes nothing, and nobody is written to twice.
    const again = await add(jmb, meeting.id, CAROL);
    expect(again.headers.get('location')).toContain('notice=unchanged');
    expect(outboxOf(jmb.store, meeting.id)).toHaveLength(1);
  });

  it('shows what is wrong in the form of the meeting, with all that it has', async () => {
    const jmb = site('JMB_MAX_GUESTS="3"');
    const { meeting } = jmb.meeting(-600);
    for (const [typed, said] of [
      ['personne', 'personne'],
      [`${CAROL} d@example.org`, '3 au plus'],
    ] as const) {
      const { status, body } = await add(jmb, meeting.id, typed);
      expect(status).toBe(400);
      expect(body).toContain('action="booking.cgi?register_edit"');
      expect(between(body, 'id="mistakes"', '</section>')).toContain(said);
      const guests = between(body, '<textarea id="conf_guests"', '</textarea>');
      for (const one of [BOB, OUTSIDER, typed]) expect(guests).toContain(one);
    }
    expect(people(jmb, meeting.id)).toHaveLength(3);
  });

  it('goes together with what somebody else saves meanwhile', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-600);
    await Promise.all(['a@example.org', 'b@example.org', CAROL].map((one) => add(jmb, meeting.id, one)));
    expect(people(jmb, meeting.id).slice(3).sort()).toEqual(
      ['a@example.org', 'b@example.org', CAROL].map((one) => `guest ${one}`),
    );
  });

  it('is refused once the meeting is over', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-2 * HOUR);
    expect((await add(jmb, meeting.id, CAROL)).status).toBe(403);
    expect(people(jmb, meeting.id)).toHaveLength(3);
  });
});

describe('the page of a meeting that runs', () => {
  it('has the way in, people and time for its organiser, and the way in for moderators', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-600, { moderators: [CAROL] });
    const { body } = await follow(jmb, meeting.id);
    expect(body).toContain('action="booking.cgi?invite"');
    expect(body).toContain('action="booking.cgi?extend"');
    const moderator = await follow(jmb, meeting.id, 'carol');
    expect(moderator.body).not.toContain('action="booking.cgi?invite"');
    expect(moderator.body).not.toContain('action="booking.cgi?extend"');
    expect(moderator.body).toContain('href="join.cgi?id=');
    expect((await jmb.ask(meetingList, { as: 'alice' })).body).toContain(
      `booking.cgi?attendees&amp;id=${meeting.id}#invite`,
    );
    const later = jmb.meeting(HOUR * 5).meeting;
    expect((await follow(jmb, later.id)).body).not.toContain('booking.cgi?invite');
  });

  it('is where an extension comes back to', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-600);
    const form = {
      conf_token: jmb.token('alice'),
      conf_tsn: meeting.id,
      conf_end: String(meeting.end),
      conf_minutes: '15',
    };
    const { headers } = await jmb.ask(meetingExtend, { as: 'alice', form: { ...form, from: 'attendees' } });
    expect(headers.get('location')).toBe(`/booking.cgi?attendees&id=${meeting.id}&notice=extended`);
    expect(meetingById(jmb.store, meeting.id)?.end).toBe(meeting.end + 900);
  });
});

it('its begin stays where it is, whatever a form says', async () => {
  const jmb = site();
  const { meeting } = jmb.meeting(-600);
  const form = {
    conf_token: jmb.token('alice'),
    conf_tsn: meeting.id,
    conf_version: '0',
    conf_date: '2026-12-01',
    conf_time: '10:00',
    conf_duration: '60',
    conf_guests: BOB,
  };
  const { status, text } = await jmb.ask(meetingChange, { as: 'alice', form });
  expect(status).toBe(403);
  expect(text).toContain('a déjà commencé');
  expect(meetingById(jmb.store, meeting.id)).toEqual(meeting);
});
