/**
 * The auditor: compares what the plan and what was done lead one to expect with mails, database, feeds and tokens. It knows none of the
 * product's rules but those that its documents promise.
 */
import ICAL from 'ical.js';
import { jwtVerify } from 'jose';
import { forgottenRightly, keptRightly, rowsOf } from './audit_kept.ts';
import { mailsRight } from './audit_mails.ts';
import { feedOf } from './deeds.ts';
import { type Diary, type Entered, heldAt, type Lived } from './diary.ts';
import { emailOf } from './programs.ts';
import { SECRET, type World } from './world.ts';

/** What is wrong, in words. */
export async function audit(world: World, diary: Diary, keepDays: number): Promise<string[]> {
  const database = world.database();
  const faults = [...diary.wrong, ...mailsRight(diary)];
  for (const lived of diary.meetings) {
    if (lived.told.length === 0) faults.push(`${lived.plan.subject} was never booked`);
    else faults.push(...keptRightly(lived, rowsOf(database, lived), diary.ended, keepDays));
  }
  for (const entered of diary.entered) faults.push(...(await letInRightly(entered)));
  faults.push(...forgottenRightly(database, diary, keepDays));
  faults.push(...(await feedsRight(world, diary)), ...logRight(world));
  return [...new Set(faults)];
}

/** Whether the owner and a moderator from outside were let in with a token of this room for this time, and the guest without one into the same room. */
async function letInRightly({ lived, owner, guest, moderator, at }: Entered): Promise<string[]> {
  const { subject } = lived.plan;
  const room = /^(?:https:\/\/meet\.example\.org)?\/([a-z0-9]+)(?:[?#]|$)/.exec(guest)?.[1];
  if (room === undefined || guest.includes('jwt=')) return [`${subject}: a guest was led to ${guest || 'nowhere'}`];
  const led = [owner, ...(moderator === null ? [] : [moderator])];
  const said = await Promise.all(led.map((location) => tokenRight(location, room, at)));
  return said.flatMap((why) => (why === null ? [] : [`${subject}: ${why}`]));
}

/** What is wrong with where somebody was led who moderates; null: nothing. */
async function tokenRight(location: string, room: string, at: number): Promise<string | null> {
  const [, into, token = ''] = /^(?:https:\/\/meet\.example\.org)?\/([a-z0-9]+)\?jwt=([\w.-]+)/.exec(location) ?? [];
  if (into !== room) return `led to ${location.replace(/jwt=.*/, 'jwt=…') || 'nowhere'} with a token`;
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), { currentDate: new Date(at * 1000) });
    const claims = JSON.stringify(payload);
    const isRight = payload['room'] === room && claims.includes('"moderator":"true"') && (payload.exp ?? 0) > at;
    return isRight ? null : `a token of ${claims}`;
  } catch (error) {
    return `a token: ${error}`;
  }
}

/** When each of its dates begins as it stands: Unix seconds. */
function beginsOf({ dates }: Lived, at: number): number[] {
  return dates.flatMap((date) => heldAt(date, at)?.begin ?? []);
}

/** What begins within so many seconds may have begun when a feed is read: the clock goes on. */
const SOON = 900;

/** Whether each organiser's feed has what is to come, at its times, and nothing that is not kept. */
async function feedsRight(world: World, diary: Diary): Promise<string[]> {
  const faults: string[] = [];
  const organisers = [...new Set(diary.meetings.map(({ plan }) => plan.organiser))];
  for (const organiser of organisers) {
    const own = diary.meetings.filter(({ plan }) => plan.organiser === organiser);
    const wanted = own.flatMap((lived) =>
      beginsOf(lived, diary.ended).map((begin) => `${lived.plan.subject} ${begin}`),
    );
    const shown = datesIn(await feedOf(world, organiser));
    const future = wanted.filter((one) => Number(one.split(' ').at(-1)) > diary.clock + SOON);
    const missing = future.filter((one) => !shown.has(one));
    const alien = [...shown].filter((one) => !wanted.includes(one));
    if (missing.length > 0) faults.push(`feed of ${emailOf(organiser)}: ${missing.join('; ')} is missing`);
    if (alien.length > 0) faults.push(`feed of ${emailOf(organiser)}: ${alien.join('; ')} should not be`);
  }
  return faults;
}

/** The dates of a feed, those of series one by one: `Réunion 3 1806230700`. */
function datesIn(feed: string): Set<string> {
  const dates = new Set<string>();
  const calendar = new ICAL.Component(ICAL.parse(feed));
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  for (const component of calendar.getAllSubcomponents('vevent')) {
    if (component.getFirstPropertyValue('status') === 'CANCELLED') continue;
    const event = new ICAL.Event(component);
    const dated = /Réunion \d+/.exec(event.summary)?.[0] ?? event.summary;
    if (!event.isRecurring()) {
      dates.add(`${dated} ${event.startDate.toUnixTime()}`);
      continue;
    }
    const turns = event.iterator();
    for (let next = turns.next(); next; next = turns.next()) dates.add(`${dated} ${next.toUnixTime()}`);
  }
  return dates;
}

/** What the log says that it should not: a bug, or something that failed. */
function logRight(world: World): string[] {
  const lines = world.log().split('\n');
  return lines
    .filter((line) => /\] (?:bug|failed|uncaught|unhandled|environment) /.test(line))
    .map((line) => `log: ${line}`);
}
