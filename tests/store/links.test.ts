/** Links that are replaced, addresses that are corrected, owners that change; and what links say that lead nowhere any more. */
import { describe, expect, it } from 'vitest';
import { noteReply, owe, saidOf, untold, wasTaken } from '../../lib/store/answers.ts';
import { insertMeeting, removeMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import {
  changeAddress,
  changeOwner,
  forgetLinks,
  forgetLinksBefore,
  goneLink,
  replaceLink,
} from '../../lib/store/changes.ts';
import { invitationByHash, ownerOf, recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { namedIn } from '../../lib/store/people.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const BOB = 'bob.durand@example.org';
const GUEST = 'invite@ailleurs.test';
const KEPT = 30 * 86_400;

function booked() {
  const store = open();
  const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, {
    ...BOOKING,
    names: new Map([[GUEST, 'Hans']]),
  });
  const { id } = meeting;
  const hashes = () => new Map(attendeesOf(store, id).map(({ email, hash }) => [email, hash]));
  const roles = () => attendeesOf(store, id).map(({ role, email, answer }) => `${role} ${email} ${answer}`);
  return { store, id, meeting, attendees, hashes, roles };
}

describe('a link that is replaced', () => {
  it('takes along what was answered with the old one, which is gone', () => {
    const { store, id, hashes } = booked();
    const before = hashes();
    const old = before.get(GUEST) ?? '';
    const mark = { sequence: 0, stamp: NOW, message: 'm' };
    recordAnswer(store, old, 'accepted', NOW, { comment: 'Yes', proposal: null, way: 'page' });
    owe(store, old, NOW);
    const seat = invitationByHash(store, old)?.attendee;
    if (seat) noteReply(store, seat, mark, NOW);
    replaceLink(store, id, GUEST, NOW + 60);
    const hash = hashes().get(GUEST) ?? '';
    expect(hash).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(hash).not.toBe(old);
    expect([hashes().get(BOB), hashes().get(ALICE)]).toEqual([before.get(BOB), before.get(ALICE)]);
    expect(invitationByHash(store, old)).toBeUndefined();
    const attendee = invitationByHash(store, hash)?.attendee;
    expect(attendee).toMatchObject({ email: GUEST, answer: 'accepted', answeredAt: NOW, name: 'Hans' });
    expect(saidOf(store, id).get(hash)?.comment).toBe('Yes');
    expect(untold(store, NOW, 9)).toEqual([{ hash, meetingId: id }]);
    expect(attendee && wasTaken(store, attendee, mark)).toBe(true);
    expect(meetingById(store, id)).toMatchObject({ version: 1, sequence: 0, modified: NOW + 60 });
    expect(goneLink(store, old, NOW + 60)).toMatchObject({ id, deleted: false, again: true, at: NOW + 60 });
  });

  it('is never the owner’s, and none of a meeting that is not there', () => {
    const { store, id, hashes } = booked();
    const before = hashes();
    replaceLink(store, id, ALICE, NOW - 60);
    expect(hashes()).toEqual(before);
    // The time of a change does not go back.
    expect(meetingById(store, id)?.modified).toBe(NOW);
    for (const wrong of ['77', 'abc']) expect(() => replaceLink(store, wrong, GUEST, NOW)).toThrow(`meeting ${wrong} `);
  });
});

describe('an address that is corrected', () => {
  it('keeps the link, and is another version', () => {
    const { store, id, hashes } = booked();
    const hash = hashes().get(GUEST);
    changeAddress(store, id, GUEST, 'right@ailleurs.test', NOW + 60);
    expect(hashes().get('right@ailleurs.test')).toBe(hash);
    expect(hashes().get(GUEST)).toBeUndefined();
    expect(meetingById(store, id)).toMatchObject({ version: 1, sequence: 0, modified: NOW + 60 });
  });

  it('is never the owner’s, and none of a meeting that is not there', () => {
    const { store, id } = booked();
    changeAddress(store, id, ALICE, 'x@x.test', NOW - 60);
    expect(ownerOf(store, id)).toBe(ALICE);
    expect(meetingById(store, id)?.modified).toBe(NOW);
    for (const wrong of ['77', 'abc']) {
      expect(() => changeAddress(store, wrong, GUEST, 'x@x.test', NOW)).toThrow(`meeting ${wrong} `);
    }
  });
});

describe('another owner', () => {
  it('is one of its people, who keeps the link, and the old one becomes what was said', () => {
    const { store, id, hashes, roles } = booked();
    const hash = hashes().get(BOB);
    changeOwner(store, id, ALICE, BOB, 'moderator', NOW + 60);
    expect(roles()).toEqual([`owner ${BOB} accepted`, `moderator ${ALICE} accepted`, `guest ${GUEST} none`]);
    expect(hashes().get(BOB)).toBe(hash);
    expect(meetingById(store, id)).toMatchObject({ version: 1, sequence: 0, modified: NOW + 60 });
  });

  it('may be somebody new, with a link of their own; the time of the change does not go back', () => {
    const { store, id, hashes, roles } = booked();
    changeOwner(store, id, ALICE, 'new@x.test', 'guest', NOW - 60);
    expect(roles()).toEqual([
      'owner new@x.test accepted',
      `moderator ${BOB} none`,
      `guest ${ALICE} accepted`,
      `guest ${GUEST} none`,
    ]);
    expect(hashes().get('new@x.test')).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(meetingById(store, id)?.modified).toBe(NOW);
    for (const wrong of ['77', 'abc']) {
      expect(() => changeOwner(store, wrong, ALICE, BOB, 'guest', NOW)).toThrow(`meeting ${wrong} `);
    }
  });
});

describe('links of what is gone', () => {
  it('say what it was, whose, and that it was cancelled, for thirty days', () => {
    const { store, id, meeting, hashes } = booked();
    const hash = hashes().get(BOB) ?? '';
    expect(goneLink(store, hash, NOW)).toBeUndefined();
    removeMeeting(store, id, NOW);
    const { subject, begin, end } = meeting;
    const said = { id, subject, begin, end, owner: ALICE, at: NOW, deleted: true, again: false };
    expect(goneLink(store, hash, NOW)).toEqual(said);
    expect(goneLink(store, hash, NOW + KEPT - 1)).toEqual(said);
    expect(goneLink(store, hash, NOW + KEPT)).toBeUndefined();
    expect(goneLink(store, 'other', NOW)).toBeUndefined();
  });

  it('say that their holder was removed, or is invited again', () => {
    const { store, id, hashes } = booked();
    const [hash = '', other = ''] = [hashes().get(BOB), hashes().get(GUEST)];
    updateMeeting(store, id, 0, { ...BOOKING, moderators: [] }, NOW);
    expect(goneLink(store, hash, NOW)).toMatchObject({ deleted: false, again: false });
    expect(goneLink(store, other, NOW)).toBeUndefined();
    updateMeeting(store, id, 1, BOOKING, NOW);
    expect(goneLink(store, hash, NOW)).toMatchObject({ deleted: false, again: true });
  });

  it('are forgotten by their time', () => {
    const { store, id, hashes } = booked();
    const hash = hashes().get(BOB) ?? '';
    removeMeeting(store, id, NOW);
    forgetLinks(store, NOW + KEPT - 1);
    forgetLinksBefore(store, NOW - 1);
    expect(goneLink(store, hash, NOW)).toBeDefined();
    forgetLinksBefore(store, NOW);
    expect(goneLink(store, hash, NOW)).toBeUndefined();
    const again = booked();
    removeMeeting(again.store, again.id, NOW);
    forgetLinks(again.store, NOW + KEPT);
    expect(again.store.all('SELECT 1 FROM gone_link')).toEqual([]);
  });
});

it('names that organisers gave are told by meeting, the owner’s own apart', () => {
  const { store, id } = booked();
  expect(namedIn(store, [id, '77'])).toEqual(new Map([[id, [{ email: GUEST, name: 'Hans' }]]]));
  updateMeeting(store, id, 0, { ...BOOKING, names: new Map([[BOB, 'Bob']]) }, NOW);
  expect(namedIn(store, [id]).get(id)).toEqual([
    { email: BOB, name: 'Bob' },
    { email: GUEST, name: 'Hans' },
  ]);
  expect(namedIn(open(), [id])).toEqual(new Map());
});
