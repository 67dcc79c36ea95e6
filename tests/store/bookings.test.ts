import { describe, expect, it } from 'vitest';
import type { Attendee } from '../../lib/meetings/meeting.ts';
import { slotsOf } from '../../lib/store/agenda.ts';
import { insertMeeting, removeMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { countConnection, invitationByHash, ownerOf, recordAnswer } from '../../lib/store/invitations.ts';
import {
  attendeesOf,
  invitationsIn,
  invitationsOf,
  type Listed,
  meetingById,
  meetingByRoom,
} from '../../lib/store/meetings.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import type { Store } from '../../lib/store/store.ts';
import { ALICE, BOOKING, clockAt, NOW, open, sqlite3, upstreamCopy } from './scratch.ts';

const book = (store: Store, more = {}) => insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, ...more });
const who = (attendees: readonly Attendee[]) => attendees.map(({ role, email }) => `${role} ${email}`);

describe('booking', () => {
  it('keeps what was booked, with a room, an id above 2^53 and a secret for each', () => {
    const { meeting, attendees } = book(open());
    expect(meeting).toMatchObject({
      id: '1795446000000000000',
      subject: BOOKING.subject,
      begin: BOOKING.begin,
      end: BOOKING.begin + 3600,
      duration: 3600,
      created: NOW,
      modified: NOW,
      sequence: 0,
      version: 0,
    });
    expect(meeting.room).toMatch(/^[a-z]{16}$/);
    expect(who(attendees)).toEqual([
      `owner ${ALICE}`,
      'moderator bob.durand@example.org',
      'guest invite@ailleurs.test',
    ]);
    expect(attendees.map((one) => one.answer)).toEqual(['accepted', 'none', 'none']);
    for (const { hash } of attendees) expect(hash).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(new Set(attendees.map((one) => one.hash)).size).toBe(3);
  });

  it.each(["';DROP TABLE meetings;--", 'Ünï © 🎉 "quoted"\nand a line', '&eacute;&amp;', '\u0000nul', ''])(
    'gives back the subject %j as it was',
    (subject) => {
      const store = open();
      const { meeting } = book(store, { subject });
      expect(meetingById(store, meeting.id)?.subject).toBe(subject);
    },
  );

  it('takes the next id when two come in the same nanosecond', () => {
    const store = open();
    expect([book(store), book(store), book(store)].map(({ meeting }) => meeting.id)).toEqual([
      '1795446000000000000',
      '1795446000000000001',
      '1795446000000000002',
    ]);
  });

  it('is undone whole when something fails in the transaction around it', () => {
    const store = open();
    expect(() =>
      store.transaction(() => {
        book(store);
        throw new Error('no mails');
      }),
    ).toThrow('no mails');
    expect(invitationsOf(store, [ALICE], { endAfter: 0 })).toEqual([]);
    expect(sqlite3(store.file, 'SELECT count(*) FROM meeting_extra; SELECT count(*) FROM agenda')).toBe('0\n0');
  });
});

describe('changing', () => {
  it('keeps secret and count of those who stay, asks anew and raises the sequence when the time changes', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    const guest = attendees[2]?.hash ?? '';
    recordAnswer(store, guest, 'accepted', NOW);
    countConnection(store, guest);
    const saved = updateMeeting(store, meeting.id, 0, { ...BOOKING, begin: BOOKING.begin + 7200 }, NOW + 9);
    expect(saved).toMatchObject({
      outcome: 'saved',
      meeting: { begin: BOOKING.begin + 7200, end: BOOKING.begin + 10_800, sequence: 1, version: 1, modified: NOW + 9 },
    });
    expect(invitationByHash(store, guest)?.attendee).toEqual({
      hash: guest,
      role: 'guest',
      email: 'invite@ailleurs.test',
      connections: 1,
      answer: 'none',
      answeredAt: NOW,
    });
  });

  it('raises only the version when somebody is added or gets another role', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    const people = { moderators: ['invite@ailleurs.test'], guests: ['bob.durand@example.org', 'new@example.org'] };
    const saved = updateMeeting(store, meeting.id, 0, { ...BOOKING, ...people }, NOW + 9);
    expect(saved).toMatchObject({ meeting: { sequence: 0, version: 1, modified: NOW + 9 } });
    expect(who(attendeesOf(store, meeting.id))).toEqual([
      `owner ${ALICE}`,
      'moderator invite@ailleurs.test',
      'guest bob.durand@example.org',
      'guest new@example.org',
    ]);
    expect(invitationByHash(store, attendees[2]?.hash ?? '')?.attendee.role).toBe('moderator');
  });

  it('raises the sequence when somebody is removed: a CANCEL has to be newer, and a later invitation newer again', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    expect(updateMeeting(store, meeting.id, 0, { ...BOOKING, moderators: [] }, NOW)).toMatchObject({
      meeting: { sequence: 1, version: 1 },
    });
    expect(invitationByHash(store, attendees[1]?.hash ?? '')).toBeUndefined();
    expect(invitationsOf(store, ['bob.durand@example.org'], { endAfter: 0 })).toEqual([]);
  });

  it('moves nothing when nothing changes', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    expect(updateMeeting(store, meeting.id, 0, BOOKING, NOW + 9)).toEqual({ outcome: 'saved', meeting, attendees });
  });

  it('tells the second of two who save the same form, and the one who saves what is deleted', () => {
    const store = open();
    const { id } = book(store).meeting;
    expect(updateMeeting(store, id, 0, { ...BOOKING, subject: 'First' }, NOW).outcome).toBe('saved');
    expect(updateMeeting(store, id, 0, { ...BOOKING, subject: 'Second' }, NOW)).toEqual({ outcome: 'conflict' });
    expect(meetingById(store, id)?.subject).toBe('First');
    removeMeeting(store, id, NOW);
    expect(updateMeeting(store, id, 1, BOOKING, NOW)).toEqual({ outcome: 'gone' });
    expect(updateMeeting(store, "1' OR 1=1", 1, BOOKING, NOW)).toEqual({ outcome: 'gone' });
  });

  it('never takes the owner for a guest, nor lets the time of the change go back', () => {
    const store = open();
    const { id } = book(store).meeting;
    updateMeeting(store, id, 0, { ...BOOKING, guests: [ALICE] }, NOW - 3600);
    expect(who(attendeesOf(store, id))).toEqual([`owner ${ALICE}`, 'moderator bob.durand@example.org']);
    expect(meetingById(store, id)?.modified).toBe(NOW);
  });

  it('works on a meeting of the original: its entities stay unless the subject is changed', () => {
    const store = open(upstreamCopy());
    const id = '1707386400123456789';
    const old = meetingById(store, id);
    if (!old) throw new Error('gone');
    const same = { subject: old.subject, begin: old.begin, duration: old.duration, moderators: [] };
    expect(
      updateMeeting(store, id, 0, { ...same, guests: ['bob.durand@example.org', 'x@example.org'] }, NOW),
    ).toMatchObject({
      meeting: { subject: 'Réunion sans objet', sequence: 0, version: 1 },
    });
    expect(sqlite3(store.file, `SELECT meeting_object FROM meetings WHERE meeting_id = ${id}`)).toBe(
      'R&eacute;union sans objet',
    );
  });
});

describe('deleting', () => {
  it('takes people and reminders along, once', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    planReminderRows(store, 'mail', meeting.id, [NOW + 10]);
    expect(removeMeeting(store, meeting.id, NOW)).toBe(true);
    expect(removeMeeting(store, meeting.id, NOW)).toBe(false);
    expect(removeMeeting(store, 'abc', NOW)).toBe(false);
    expect(attendeesOf(store, meeting.id)).toEqual([]);
    expect(invitationByHash(store, attendees[0]?.hash ?? '')).toBeUndefined();
    expect(sqlite3(store.file, 'SELECT count(*) FROM mail_reminder')).toBe('0');
  });
});

/** What a person's list shows of what is to come. */
function listOf(store: Store, ...addresses: string[]): Listed[] {
  return invitationsIn(store, slotsOf(store, addresses, { endAfter: NOW }));
}

describe('finding', () => {
  it('shows each meeting once, in the highest role of a person with several addresses', () => {
    const store = open();
    const { meeting } = book(store, { guests: ['invite@ailleurs.test', 'alice@example.org'] });
    const [listed, ...more] = listOf(store, 'alice@example.org', ALICE);
    const kept = invitationsOf(store, ['alice@example.org', ALICE], { endAfter: NOW });
    expect(kept).toEqual([{ meeting, attendee: listed?.attendee, owner: ALICE }]);
    expect(more).toEqual([]);
    expect(listed).toMatchObject({
      meeting,
      attendee: { role: 'owner', email: ALICE },
      owner: ALICE,
      invited: 3,
      accepted: 0,
    });
  });

  it('counts nobody twice where an old row gives a second seat, nor an owner among the people', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    const invited = attendees.length - 1;
    const seat = store.database.prepare('INSERT INTO attendees VALUES (NULL, ?, ?, ?, ?, 0, ?)');
    const guest = attendees[2]?.email ?? '';
    seat.run(BigInt(meeting.id), 'second0000000000', 'moderator', guest.toUpperCase(), 1);
    seat.run(BigInt(meeting.id), 'second0000000001', 'guest', ALICE, 2);
    const [listed] = listOf(store, ALICE);
    expect(listed).toMatchObject({ owner: ALICE, invited, accepted: 1, declined: 0, tentative: 0 });
  });

  it('counts who accepted, and orders by begin', () => {
    const store = open();
    const late = book(store);
    const early = book(store, { begin: BOOKING.begin - 3600 });
    recordAnswer(store, late.attendees[1]?.hash ?? '', 'accepted', NOW);
    recordAnswer(store, late.attendees[2]?.hash ?? '', 'declined', NOW);
    expect(listOf(store, ALICE).map((one) => [one.meeting.id, one.accepted, one.invited])).toEqual([
      [early.meeting.id, 0, 2],
      [late.meeting.id, 1, 2],
    ]);
  });

  it('takes only what ends later', () => {
    const store = open();
    const { meeting } = book(store);
    expect(invitationsOf(store, [ALICE], { endAfter: meeting.end - 1 })).toHaveLength(1);
    expect(invitationsOf(store, [ALICE], { endAfter: meeting.end })).toHaveLength(0);
    expect(invitationsOf(store, [], { endAfter: 0 })).toEqual([]);
  });

  it('finds by id, room and secret, and nothing for anything else', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    expect(meetingById(store, meeting.id)).toEqual(meeting);
    expect(meetingByRoom(store, meeting.room)).toEqual(meeting);
    expect(ownerOf(store, meeting.id)).toBe(ALICE);
    expect(invitationByHash(store, attendees[1]?.hash ?? '')).toEqual({ meeting, attendee: attendees[1] });
    for (const id of ['', 'abc', '-1', '1e3', '0x10', `${meeting.id}0`, '9'.repeat(19), '9'.repeat(400)]) {
      expect(meetingById(store, id)).toBeUndefined();
      expect(attendeesOf(store, id)).toEqual([]);
      expect(ownerOf(store, id)).toBeUndefined();
    }
    expect(meetingByRoom(store, '')).toBeUndefined();
    expect(invitationByHash(store, '')).toBeUndefined();
    expect(recordAnswer(store, 'nobody', 'accepted', NOW)).toBe(false);
    expect(recordAnswer(store, attendees[1]?.hash ?? '', 'accepted', NOW)).toBe(true);
  });
});

it('gives the same rows however often a statement is asked', () => {
  const store = open();
  const { meeting } = book(store);
  const all = () =>
    store.all("SELECT attendee_id AS seat, attendee_email AS email, NULL AS none, x'00ff' AS raw FROM attendees");
  const one = () => store.get('SELECT meeting_begin AS begin, meeting_object AS subject FROM meetings');
  const first = [all(), one(), meetingById(store, meeting.id)];
  expect(first[1]).toEqual({ begin: BOOKING.begin, subject: BOOKING.subject });
  expect(store.get('SELECT 1 FROM meetings WHERE meeting_id = 1')).toBeUndefined();
  for (let time = 0; time < 3; time += 1) {
    expect([all(), one(), meetingById(store, meeting.id)]).toStrictEqual(first);
    expect(store.get('SELECT 1 FROM meetings WHERE meeting_id = 1')).toBeUndefined();
  }
});
