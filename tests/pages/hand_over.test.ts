/** Handing a meeting to a colleague. */
import { beforeEach, describe, expect, it } from 'vitest';
import { assistantsChange, assistantsShow } from '../../lib/pages/assistants.ts';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { meetingEdit } from '../../lib/pages/meeting_form.ts';
import { handAsk, handGive } from '../../lib/pages/meeting_part.ts';
import { roomJoin, tokenEnter } from '../../lib/pages/room_enter.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { openOrders } from '../../lib/store/rooms.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const CAROL = 'carol.petit@example.org';
const DAY = 86_400;

let jmb: Site;

beforeEach(async () => {
  jmb = site('JMB_MAIL_DOMAIN="example.org"');
  for (const as of ['alice', 'bob', 'carol']) await jmb.ask(assistantsShow, { as });
});

const give = (id: string, to: string, as = 'alice') =>
  jmb.ask(handGive, { as, query: 'hand_over', form: { conf_token: jmb.token(as), conf_tsn: id, conf_to: to } });

const people = (id: string) =>
  attendeesOf(jmb.store, id).map(({ role, email, answer }) => `${role} ${email} ${answer}`);

const mails = (id: string) =>
  jmb.store
    .all<{ recipient: string; content: string }>(
      `SELECT outbox_recipient AS recipient, outbox_content AS content FROM outbox
       WHERE outbox_meeting_id = ? AND length(outbox_content) > 0 ORDER BY outbox_id`,
      BigInt(id),
    )
    .map(({ recipient, content }) => ({
      recipient,
      ...(JSON.parse(content) as { subject: string; text: string; from: { name: string }; calendar: { body: string } }),
    }));

describe('a meeting that is handed to somebody in it', () => {
  it('is theirs: links and answers stay, and both are told', async () => {
    const { meeting, attendees } = jmb.meeting(DAY, { guests: [BOB, OUTSIDER] });
    const outsider = attendees.find(({ email }) => email === OUTSIDER);
    recordAnswer(jmb.store, outsider?.hash ?? '', 'accepted', NOW);
    const { status, headers } = await give(meeting.id, 'bob');
    expect(status).toBe(303);
    expect(headers.get('location')?.replace('_going', '_waiting')).toBe(
      `/booking.cgi?list&notice=handed_waiting&of=${meeting.id}#m${meeting.id}`,
    );
    expect(people(meeting.id)).toEqual([
      `owner ${BOB} accepted`,
      `moderator ${ALICE} accepted`,
      `guest ${OUTSIDER} accepted`,
    ]);
    const links = (all: typeof attendees) => all.map(({ email, hash }) => `${email} ${hash}`).sort();
    expect(links(attendeesOf(jmb.store, meeting.id))).toEqual(links(attendees));
    // As the original reads it.
    expect(
      jmb.store.all(
        "SELECT attendee_email AS email FROM attendees WHERE attendee_role = 'owner' AND attendee_meeting_id = ?",
        BigInt(meeting.id),
      ),
    ).toEqual([{ email: BOB }]);

    const [toBob, toAlice, ...others] = mails(meeting.id);
    expect(others).toEqual([]);
    expect(toAlice).toMatchObject({ recipient: ALICE });
    expect(toAlice?.subject).toContain('Votre réunion est confiée');
    expect(toAlice?.text.replace(/\s+/g, ' ')).toContain('son organisateur est désormais Bob Durand');
    expect(toBob).toMatchObject({ recipient: BOB, from: { name: 'Bob Durand (Visio)' } });
    expect(toBob?.text.replace(/\s+/g, ' ')).toContain('Alice Martin vous confie cette réunion');
    expect(toBob?.calendar.body).toContain('SEQUENCE:0');
    expect(toBob?.calendar.body).toContain('DTSTAMP:20261124T090000Z');

    expect((await jmb.ask(meetingEdit, { as: 'bob', query: `edit&id=${meeting.id}` })).status).toBe(200);
    expect((await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meeting.id}` })).status).toBe(403);
    expect((await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${meeting.id}` })).status).toBe(200);
    const feed = await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'alice')}` });
    expect(feed.body.replaceAll('\r\n ', '')).toContain(`ORGANIZER;CN="Bob Durand":mailto:${BOB}`);
  });
});

describe('a meeting that is handed to somebody new', () => {
  it('invites them, and lets both into the room', async () => {
    const { meeting } = jmb.meeting(-600, { guests: [OUTSIDER] });
    expect((await give(meeting.id, ` ${CAROL.toUpperCase()}`)).status).toBe(303);
    expect(people(meeting.id)).toEqual([
      `owner ${CAROL} accepted`,
      `moderator ${ALICE} accepted`,
      `guest ${OUTSIDER} none`,
    ]);
    expect(mails(meeting.id).map(({ recipient }) => recipient)).toEqual([CAROL, ALICE]);
    for (const as of ['alice', 'carol']) {
      expect((await jmb.ask(tokenEnter, { as, query: `room=${meeting.room}` })).status).toBe(302);
    }
    const hash = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === OUTSIDER)?.hash;
    expect((await jmb.ask(roomJoin, { query: `id=${hash}` })).status).toBe(302);
  });

  it('leaves its owner as a guest where it has all its moderators, without the ownership of the room', async () => {
    jmb = site(
      'JMB_MAIL_DOMAIN="example.org"\nJMB_PROSODY_URL="http://127.0.0.1:9/jmb"\nJMB_PROSODY_SECRET_FILE="ROOT/etc/jmb_local.cf"',
    );
    for (const as of ['alice', 'bob', 'carol']) await jmb.ask(assistantsShow, { as });
    const { meeting } = jmb.meeting(-600, { moderators: [BOB, 'm@outside.org'], guests: [OUTSIDER] });
    await give(meeting.id, 'carol');
    expect(people(meeting.id)).toContain(`guest ${ALICE} accepted`);
    const orders = openOrders(jmb.store, NOW).map(({ does, person }) => `${does} ${person}`);
    expect(orders.sort()).toEqual(['revoke alice', `revoke ${ALICE}`].sort());
    const other = jmb.meeting(DAY, { moderators: [BOB, 'm@outside.org'], guests: [OUTSIDER] }).meeting;
    await give(other.id, 'bob');
    expect(people(other.id)).toContain(`moderator ${ALICE} accepted`);
  });
});

describe('what is wrong', () => {
  it.each([
    ['nobody', 'n’a cette adresse'],
    ['x@ailleurs.test', 'n’a cette adresse'],
    ['', 'n’a cette adresse'],
    ['alice', 'déjà la vôtre'],
    [ALICE, 'déjà la vôtre'],
  ])('with %j is said where it was typed', async (to, said) => {
    const { meeting } = jmb.meeting(DAY);
    const { status, body, text } = await give(meeting.id, to);
    expect(status).toBe(400);
    expect(text).toContain(said);
    expect(body).toContain('name="conf_to"');
    expect(people(meeting.id)[0]).toContain(`owner ${ALICE}`);
  });

  it('is a colleague who may not book', async () => {
    const directory: Directory = {
      personOf: async () => null,
      peopleOf: async () => new Map(),
      matches: async (uid) => uid !== 'bob',
      find: async () => [],
    };
    jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap"\nJMB_MODULE_CHECK_EDITOR_LDAP_FILTER="a=b"', directory);
    for (const as of ['alice', 'bob']) await jmb.ask(assistantsShow, { as });
    const { meeting } = jmb.meeting(DAY);
    const { status, text } = await give(meeting.id, 'bob');
    expect(status).toBe(400);
    expect(text).toContain('Bob Durand n’a pas le droit de réserver');
    expect(people(meeting.id)[0]).toContain(`owner ${ALICE}`);
  });

  it('is a meeting that is over, of another, or of who is only stood in for', async () => {
    const over = jmb.meeting(-2 * DAY).meeting;
    expect((await give(over.id, 'bob')).status).toBe(403);
    const { meeting } = jmb.meeting(DAY);
    expect((await give(meeting.id, 'carol', 'bob')).status).toBe(403);
    const letting = { conf_token: jmb.token('alice'), conf_assistant: 'bob' };
    await jmb.ask(assistantsChange, { as: 'alice', form: letting });
    const { status, text } = await give(meeting.id, 'bob', 'bob');
    expect(status).toBe(403);
    expect(text).toContain('Seul l’organisateur');
    expect((await jmb.ask(handAsk, { as: 'bob', query: `hand_over&id=${meeting.id}` })).status).toBe(403);
    expect(meetingById(jmb.store, meeting.id)?.version).toBe(0);
  });
});

it('is reached from the page of the meeting, by its owner', async () => {
  const { meeting } = jmb.meeting(DAY, { moderators: [BOB] });
  const page = (as: string) => jmb.ask(attendeesFollow, { as, query: `attendees&id=${meeting.id}` });
  expect((await page('alice')).body).toContain(`booking.cgi?hand_over&amp;id=${meeting.id}`);
  expect((await page('bob')).body).not.toContain('hand_over');
  const { status, body } = await jmb.ask(handAsk, { as: 'alice', query: `hand_over&id=${meeting.id}` });
  expect(status).toBe(200);
  expect(body).toContain('action="booking.cgi?hand_over"');
});
