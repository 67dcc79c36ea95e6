/** Answers that come from another address of who was invited, which a real directory knows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeMail } from '../../lib/booking/incoming.ts';
import { eventUid } from '../../lib/calendar/event.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import type { Attendee, Meeting } from '../../lib/meetings/meeting.ts';
import { openDirectory } from '../../lib/people/directory.ts';
import { unconfirmedOf } from '../../lib/store/answers.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { openWorld, type World } from '../fuzz/world.ts';
import { keptAnswer } from '../support/kept_answers.ts';
import { PEOPLE, type Slapd, startSlapd } from '../support/slapd.ts';

let slapd: Slapd;
let world: World;
beforeAll(async () => {
  const dan = { uid: 'dan', cn: 'Dan', mail: ['dan@example.org', 'd.petit@example.org'] };
  const twice = { uid: 'dan2', cn: 'Dan', mail: 'dan2@example.org', mailAlternateAddress: 'accueil@example.org' };
  const shared = { uid: 'eve', cn: 'Eve', mail: 'eve@example.org', mailAlternateAddress: 'accueil@example.org' };
  slapd = await startSlapd([...PEOPLE, dan, twice, shared]);
  world = openWorld();
});
afterAll(async () => {
  world?.end();
  await slapd?.stop();
});

let meetings = 0;

/** Invites one person, who answers from an address to another of ours; what became of that. */
async function answering(invited: string, from: string, to?: (meeting: Meeting, one: Attendee) => string) {
  const { store, settings } = world.context;
  meetings += 1;
  const clock = { now: () => world.now(), nanoseconds: () => BigInt(world.now() + meetings) * 1_000_000_000n };
  const booking = { subject: 'Jury', begin: world.now() + 86_400, duration: 3600, moderators: [] };
  const guests = [invited, 'carol.petit@example.org'];
  const { meeting, attendees } = insertMeeting(store, clock, 'owner@example.org', { ...booking, guests });
  const one = attendees.find(({ email }) => email === invited);
  if (one === undefined) throw new Error('nobody is invited');
  const address = to?.(meeting, one) ?? 'salle@example.org';
  const invitation = {
    ...{ uid: eventUid(meeting, settings.JMB_SERVER_NAME), sequence: 0, begin: meeting.begin, end: meeting.end },
    ...{
      summary: '',
      location: '',
      asked: true,
      organiser: { name: '', address },
      attendee: { name: '', address: from },
    },
  };
  const directory = openDirectory({ JMB_LDAPSEARCH: slapd.ldapsearch });
  const { raw } = keptAnswer('thunderbird', invitation, { partstat: 'DECLINED', at: world.now(), id: 'a1' });
  const taken = await takeMail(
    { ...world.context, directory },
    { raw: Buffer.from(raw), sender: from, recipients: [address] },
  );
  const { answer } = attendeesOf(store, meeting.id).find(({ email }) => email === invited) ?? {};
  return { taken, answer, unconfirmed: unconfirmedOf(store, meeting.id).length };
}

const COUNTS = { taken: 'done', answer: 'declined', unconfirmed: 0 };
const DOUBTFUL = { taken: 'done', answer: 'none', unconfirmed: 1 };

test.each([
  ['the main address for an alias', 'bdurand@example.org', 'bob.durand@example.org'],
  ['an alias for the main address', 'bob.durand@example.org', 'BDurand@Example.org'],
  ['one alias for another', 'amartin@example.org', 'alice@example.org'],
  ['the second of two mails for the first', 'dan@example.org', 'd.petit@example.org'],
])('%s counts', async (_, invited, from) => {
  expect(await answering(invited, from)).toEqual(COUNTS);
});

test.each([
  ['somebody else of the house', 'bob.durand@example.org', 'alice.martin@example.org'],
  ['a mailbox of several people', 'eve@example.org', 'accueil@example.org'],
  ['somebody whom the directory does not know', 'bob.durand@example.org', 'bob@ailleurs.test'],
])('%s is shown as unconfirmed', async (_, invited, from) => {
  expect(await answering(invited, from)).toEqual(DOUBTFUL);
});

test('while the directory is away it is given again, unless the address tells whose it is', async () => {
  await slapd.pause();
  try {
    expect(await answering('dan@example.org', 'd.petit@example.org')).toMatchObject({ taken: 'later', answer: 'none' });
    const sure = (meeting: Meeting, one: Attendee) =>
      replyAddressOf(world.context.settings.JMB_MAIL_REPLY, meeting, one);
    expect(await answering('dan@example.org', 'd.petit@example.org', sure)).toEqual(COUNTS);
  } finally {
    await slapd.resume();
  }
});
