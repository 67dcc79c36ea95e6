/** Answers that come by mail, each taken whole: whose they are, and which of one person's counts. */
import { afterEach, expect, test } from 'vitest';
import { answer } from '../../lib/booking/answer.ts';
import { takeMail } from '../../lib/booking/incoming.ts';
import { NO_WORDS } from '../../lib/meetings/answers.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { openWorld, type Person, type World } from '../fuzz/world.ts';
import { type Said, writeAnswer } from '../support/mail_programs.ts';

const worlds: World[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.end();
});

/** A world, and one of its guests. */
function scene() {
  const world = openWorld();
  worlds.push(world);
  const [zoe] = world.people.filter(({ invitation }) => invitation.attendee.address === 'zoe@example.net');
  if (zoe === undefined) throw new Error('Zoë is not invited');
  const give = (raw: string, to: string) =>
    takeMail(world.context, { raw: Buffer.from(raw), sender: 'x@y.test', recipients: [to] });
  return { world, zoe, give };
}

/** An answer of Gmail's; `at` in seconds from now. */
function written(world: World, { invitation }: Person, partstat: Said['partstat'], at: number, change = {}) {
  const said = { partstat, comment: '', at: world.now() + at, id: `m${partstat}` };
  return writeAnswer('gmail', { ...invitation, ...change }, said).raw;
}

test.each([
  ['in one second', 0],
  ['by a clock that is ahead', 86_400 * 365],
])('answers %s count as they come, and none of them once more', async (_, ahead) => {
  const { world, zoe, give } = scene();
  const send = (raw: string) => give(raw, zoe.invitation.organiser.address);
  const yes = written(world, zoe, 'ACCEPTED', ahead);
  const no = written(world, zoe, 'DECLINED', ahead);
  const maybe = written(world, zoe, 'TENTATIVE', ahead);
  for (const [raw, then] of [
    [yes, 'accepted'],
    [no, 'declined'],
    [yes, 'declined'],
    [maybe, 'tentative'],
    [no, 'tentative'],
  ] as const) {
    await send(raw);
    expect(world.answerOf(zoe)).toBe(then);
  }
  // What is said by a right clock afterwards is news all the same.
  world.goOn();
  await send(written(world, zoe, 'ACCEPTED', 0));
  expect(world.answerOf(zoe)).toBe('accepted');
  await send(yes);
  await send(no);
  expect(world.answerOf(zoe)).toBe('accepted');
});

test('SEQUENCE goes before DTSTAMP, and one that no invitation had is none', async () => {
  const { world, zoe, give } = scene();
  const send = (raw: string) => give(raw, zoe.invitation.organiser.address);
  await send(written(world, zoe, 'ACCEPTED', -100, { sequence: 99 }));
  await send(written(world, zoe, 'DECLINED', -50, { sequence: zoe.invitation.sequence - 1 }));
  expect(world.answerOf(zoe)).toBe('accepted');
  await send(written(world, zoe, 'TENTATIVE', -99));
  expect(world.answerOf(zoe)).toBe('tentative');
});

test('an answer that was given before one on the page comes too late', async () => {
  const { world, zoe, give } = scene();
  const invitation = invitationByHash(world.context.store, zoe.hash);
  if (invitation === undefined) throw new Error('nobody has that link');
  answer(world.context, invitation, 'declined', NO_WORDS, 'page');
  await give(written(world, zoe, 'ACCEPTED', -3600), zoe.invitation.organiser.address);
  expect(world.answerOf(zoe)).toBe('declined');
  // A clock may be a little behind.
  await give(written(world, zoe, 'ACCEPTED', -60), zoe.invitation.organiser.address);
  expect(world.answerOf(zoe)).toBe('accepted');
});
