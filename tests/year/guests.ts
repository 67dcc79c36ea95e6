/** What guests do in the simulated year: they answer by mail or by link, and enter. Times are Unix seconds. */
import { writeAnswer } from '../support/mail_programs.ts';
import { type Diary, heldAt, invitationTo, isBad, type Lived, peopleAt } from './diary.ts';
import type { PlannedAnswer } from './plan.ts';
import type { World } from './world.ts';

const WORDS = { ACCEPTED: 'accept', TENTATIVE: 'tentative', DECLINED: 'decline' };

/** A guest answers the newest invitation that has come, by mail or by its link. */
export async function answerIt(
  world: World,
  diary: Diary,
  lived: Lived,
  { guest, by, partstat }: PlannedAnswer,
  now: number,
): Promise<void> {
  const mail = invitationTo(diary, lived, guest);
  const isSeries = lived.dates.length > 1;
  if (mail?.invitation == null || mail.method !== 'REQUEST') return;
  if (by === 'link' || isSeries) {
    const form: Record<string, string> = isSeries ? { conf_scope: 'all' } : {};
    const answer = await world.ask({ program: 'join', query: `${WORDS[partstat]}&id=${mail.hash}`, form });
    if (answer.status >= 400) {
      const why = `${answer.status} ${answer.body.slice(0, 800)}`;
      throw new Error(`${lived.plan.subject}: ${guest} could not answer: ${why}`);
    }
    diary.linkAnswers += 1;
  } else {
    const said = { partstat, comment: '', at: now, id: `reply${diary.replies}` };
    const written = writeAnswer(by, mail.invitation, said);
    await world.deliver(written.raw, guest, written.to);
    diary.replies += 1;
  }
  lived.answers.push({ email: guest, partstat, at: now });
}

/** The owner, somebody without an account and a moderator from outside enter the room that has just opened. */
export async function enter(world: World, diary: Diary, lived: Lived, now: number): Promise<void> {
  const { organiser, moderators } = lived.plan;
  const people = peopleAt(lived, now);
  const [first] = lived.dates;
  const begin = first && heldAt(first, now)?.begin;
  const joinedBy = async (email: string): Promise<string> => {
    const hash = invitationTo(diary, lived, email, begin)?.hash;
    return (await world.ask({ program: 'join', query: `id=${hash}` })).location;
  };
  const guest = await joinedBy(people.find((one) => one.startsWith('guest') && !isBad(one)) ?? '');
  const room = /^(?:https:\/\/meet\.example\.org)?\/([a-z0-9]+)/.exec(guest)?.[1] ?? '';
  const token = await world.ask({ program: 'token', query: `room=${room}`, as: organiser });
  const moderator = moderators[0] === undefined ? null : await joinedBy(moderators[0]);
  diary.entered.push({ lived, at: now, owner: token.location, guest, moderator });
}
