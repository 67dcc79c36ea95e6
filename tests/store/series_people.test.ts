/** Who is in a series: their links, their answers to its dates, and what becomes of both. */
import { describe, expect, it } from 'vitest';
import { updateMeeting } from '../../lib/store/bookings.ts';
import { goneLink } from '../../lib/store/changes.ts';
import {
  invitationBySeries,
  otherSeats,
  peopleOfSeries,
  recordAnswer,
  sameAnswers,
} from '../../lib/store/invitations.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import {
  addLink,
  changeLink,
  cutTurn,
  linkPeople,
  removeSeries,
  replaceSeriesLink,
} from '../../lib/store/series_changes.ts';
import { ALICE, BOOKING, NOW } from './scratch.ts';
import { weekly } from './weekly.ts';

const BOB = 'bob.durand@example.org';
const GUEST = 'invite@ailleurs.test';

type Weekly = ReturnType<typeof weekly>;

const hashOf = ({ attendees }: { readonly attendees: Weekly['first']['attendees'] }, email = GUEST): string =>
  attendees.find((one) => one.email === email)?.hash ?? '';

const links = ({ read }: Weekly) => read().attendees.map(({ role, email }) => `${role} ${email}`);

describe('a link to a series', () => {
  it('leads to the date of its holder that comes next, then to the last', () => {
    const series = weekly();
    const { store, id, read, first, second, last } = series;
    const hash = hashOf(read());
    const found = (now: number) => invitationBySeries(store, hash, now);
    expect(found(NOW)).toEqual({
      ...{ meeting: first.meeting, attendee: first.attendees[2], series: { id, hash } },
    });
    expect(found(first.meeting.end - 1)?.meeting.id).toBe(first.meeting.id);
    expect(found(first.meeting.end)?.meeting.id).toBe(second.meeting.id);
    expect(found(last.meeting.end)?.meeting.id).toBe(last.meeting.id);
    updateMeeting(store, first.meeting.id, 0, { ...BOOKING, guests: [] }, NOW);
    expect(found(NOW)?.meeting.id).toBe(second.meeting.id);
    expect(invitationBySeries(store, 'other', NOW)).toBeUndefined();
    addLink(store, id, 'none@x.test', 'guest');
    expect(invitationBySeries(store, hashOf(read(), 'none@x.test'), NOW)).toBeUndefined();
  });

  it('is replaced, and the old one says so', () => {
    const { store, id, read } = weekly();
    const before = read();
    replaceSeriesLink(store, before, GUEST, NOW + 60);
    expect(hashOf(read())).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(hashOf(read())).not.toBe(hashOf(before));
    expect(hashOf(read(), BOB)).toBe(hashOf(before, BOB));
    expect(goneLink(store, hashOf(before), NOW + 60)).toEqual({
      ...{ id, subject: BOOKING.subject, begin: before.meeting.begin, end: before.meeting.end, owner: ALICE },
      ...{ at: NOW + 60, deleted: false, again: true },
    });
    expect(goneLink(store, hashOf(before, BOB), NOW + 60)).toBeUndefined();
  });

  it('says that all was cancelled, once it is', () => {
    const { store, id, read, first } = weekly();
    const before = read();
    removeSeries(store, before, NOW);
    expect(goneLink(store, hashOf(before), NOW)).toMatchObject({ id, owner: ALICE, deleted: true, again: false });
    expect(goneLink(store, hashOf(before, BOB), NOW)?.deleted).toBe(true);
    expect(() => read()).toThrow('gone');
    expect(store.all('SELECT 1 FROM series_link UNION ALL SELECT 1 FROM series_meeting')).toEqual([]);
    // What was held stays.
    expect(meetingById(store, first.meeting.id)).toEqual(first.meeting);
  });
});

describe('the people of a series', () => {
  it('are those of its links, and of its dates', () => {
    const { store, id, second } = weekly();
    updateMeeting(store, second.meeting.id, 0, { ...BOOKING, guests: [GUEST, 'once@x.test'] }, NOW);
    addLink(store, id, 'new@x.test', 'guest');
    expect(peopleOfSeries(store, id).sort()).toEqual([ALICE, BOB, GUEST, 'new@x.test', 'once@x.test']);
    expect(peopleOfSeries(store, '77')).toEqual([]);
  });

  it('are put in, out and into other roles; a link of who leaves says so', () => {
    const series = weekly();
    const { store, read, first } = series;
    const before = read();
    const [owner, bob] = first.attendees;
    if (owner === undefined || bob === undefined) throw new Error('nobody is in it');
    const guest = { ...bob, role: 'guest' } as const;
    linkPeople(store, before, [owner, guest, { ...bob, email: 'new@x.test' }], NOW);
    expect(links(series)).toEqual([`owner ${ALICE}`, `guest ${BOB}`, 'moderator new@x.test']);
    expect([hashOf(read(), ALICE), hashOf(read(), BOB)]).toEqual([hashOf(before, ALICE), hashOf(before, BOB)]);
    expect(goneLink(store, hashOf(before), NOW)).toMatchObject({ deleted: false, again: false });
    expect(goneLink(store, hashOf(before, BOB), NOW)).toBeUndefined();
  });

  it('have one link each, also where an address is corrected to that of another', () => {
    const series = weekly();
    const { store, id } = series;
    changeLink(store, id, GUEST, BOB);
    changeLink(store, '77', GUEST, 'x@x.test');
    expect(links(series)).toEqual([`owner ${ALICE}`, `moderator ${BOB}`, `guest ${GUEST}`]);
    changeLink(store, id, GUEST, 'right@x.test');
    expect(links(series)[2]).toBe('guest right@x.test');
  });
});

describe('an answer to one date', () => {
  const invitation = ({ meeting, attendees }: Weekly['first']) => {
    const attendee = attendees.find(({ email }) => email === GUEST);
    if (attendee === undefined) throw new Error('the guest is not in it');
    return { meeting, attendee };
  };

  it('may be given to the others that are to come and like the rest', () => {
    const { store, id, first, second, last } = weekly();
    expect(otherSeats(store, invitation(first), 0, NOW)).toEqual([hashOf(second), hashOf(last)]);
    expect(otherSeats(store, invitation(second), 0, NOW)).toEqual([hashOf(first), hashOf(last)]);
    expect(otherSeats(store, invitation(second), 1, NOW)).toEqual([hashOf(last)]);
    expect(otherSeats(store, invitation(first), 0, second.meeting.end)).toEqual([hashOf(last)]);
    cutTurn(store, id, 1, 'apart');
    expect(otherSeats(store, invitation(first), 0, NOW)).toEqual([hashOf(last)]);
  });

  it('is counted with those to the others that say the same', () => {
    const { store, first, second, last } = weekly();
    const same = (answer: 'none' | 'accepted' | 'declined' | 'tentative', now = NOW) =>
      sameAnswers(store, { ...invitation(first), attendee: { ...invitation(first).attendee, answer } }, now);
    for (const one of [first, second, last]) recordAnswer(store, hashOf(one), 'accepted', NOW);
    recordAnswer(store, hashOf(last, BOB), 'accepted', NOW);
    expect(same('accepted')).toBe(2);
    expect(same('accepted', second.meeting.end)).toBe(1);
    expect(same('declined')).toBe(0);
    recordAnswer(store, hashOf(second), 'none', NOW);
    expect([same('none'), same('tentative'), same('accepted')]).toEqual([0, 0, 1]);
  });
});
