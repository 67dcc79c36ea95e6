/** What organisers do in the simulated year, each through the pages that they would go through. Times are Unix seconds. */
import Database from 'better-sqlite3';
import { type Diary, heldAt, invitationTo, isBad, type Lived, peopleAt, type Telling } from './diary.ts';
import { type PlannedMeeting, unixAt, type Wall, weekOn } from './plan.ts';
import { type Answered, emailOf } from './programs.ts';
import type { World } from './world.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;

/** The text of an organiser's feed. */
export async function feedOf(world: World, organiser: number): Promise<string> {
  const page = await world.ask({ program: 'booking', query: 'calendar', as: organiser });
  const id = /ical\.cgi\?id=(\w+)/.exec(page.body)?.[1];
  if (id === undefined) throw new Error(`no feed of organiser ${organiser}: ${page.status}`);
  const feed = await world.ask({ program: 'ical', query: `id=${id}` });
  if (feed.status !== 200) throw new Error(`the feed of organiser ${organiser}: ${feed.status}`);
  return feed.body;
}

/** Books it. */
export async function book(world: World, lived: Lived, now: number): Promise<void> {
  const { plan } = lived;
  const series: Record<string, string> =
    plan.weeks > 1 ? { conf_repeat: 'weekly', conf_every: '1', conf_times: String(plan.weeks) } : {};
  const fields = { ...fieldsOf(plan, plan.begin, plan.guests), ...series };
  expectDone(await send(world, lived, 'new', 'register_new', fields), `${plan.subject} was not booked`);
  lived.dates = idsOf(world, plan.subject).map((id, week) => ({
    id,
    times: [{ begin: weekOn(plan.begin, week), from: now, until: FOR_EVER }],
  }));
  for (const email of [emailOf(plan.organiser), ...plan.moderators, ...plan.guests]) {
    lived.people.set(email, { from: now, until: FOR_EVER });
  }
  tell(lived, now, 'REQUEST', unixAt(plan.begin));
}

/** Gives a meeting another time. */
export async function move(world: World, lived: Lived, begin: Wall, now: number): Promise<void> {
  const { plan } = lived;
  await edit(world, lived, 0, fieldsOf(plan, begin, plan.guests));
  hold(lived, 0, unixAt(begin), now);
  tell(lived, now, 'REQUEST', unixAt(begin));
}

/** Invites others, and takes one off: these alone are told, and the link of the latter leads nowhere. */
export async function changePeople(
  world: World,
  diary: Diary,
  lived: Lived,
  { adds, removes }: NonNullable<PlannedMeeting['people']>,
  now: number,
): Promise<void> {
  const { plan } = lived;
  const guests = [...plan.guests.filter((one) => one !== removes), ...adds];
  await edit(world, lived, 0, fieldsOf(plan, plan.begin, guests));
  const left = lived.people.get(removes);
  if (left !== undefined) left.until = now;
  for (const email of adds) lived.people.set(email, { from: now, until: FOR_EVER });
  tell(lived, now, 'REQUEST', unixAt(plan.begin), adds);
  tell(lived, now, 'CANCEL', 0, [removes]);
  await expectDeadLink(world, diary, lived, removes);
}

/** Gives one date of a series another time; it stands apart then. Without a time it is cancelled. */
export async function changeDate(
  world: World,
  lived: Lived,
  { number, begin }: NonNullable<PlannedMeeting['date']>,
  now: number,
): Promise<void> {
  const { plan } = lived;
  if (begin === null) await del(world, lived, number, { conf_scope: 'one' });
  else await edit(world, lived, number, { ...fieldsOf(plan, begin, plan.guests), conf_scope: 'one' });
  hold(lived, number, begin === null ? null : unixAt(begin), now);
  tell(lived, now, 'REQUEST', unixAt(plan.begin));
  if (begin !== null) tell(lived, now, 'REQUEST', unixAt(begin), undefined, number);
}

/** Removes all of it; the links that were given to it lead nowhere then. */
export async function remove(world: World, diary: Diary, lived: Lived, now: number): Promise<void> {
  await del(world, lived, 0, lived.dates.length > 1 ? { conf_scope: 'all' } : {});
  tell(lived, now, 'CANCEL', 0);
  for (const number of lived.dates.keys()) hold(lived, number, null, now);
  lived.removedAt = now;
  const guest = peopleAt(lived, now).find((one) => one !== emailOf(lived.plan.organiser) && !isBad(one));
  await expectDeadLink(world, diary, lived, guest ?? '');
}

/** The link in the last invitation that somebody got says that it is over (410). */
async function expectDeadLink(world: World, diary: Diary, lived: Lived, email: string): Promise<void> {
  const hash = invitationTo(diary, lived, email)?.hash ?? '';
  const { status } = await world.ask({ program: 'join', query: `id=${hash}` });
  if (status !== 410) diary.wrong.push(`${lived.plan.subject}: the dead link of ${email} is answered with ${status}`);
}

/** Notes the time that a date has from now on; null: none. */
function hold({ dates }: Lived, number: number, begin: number | null, now: number): void {
  const date = dates[number];
  const held = date && heldAt(date, now);
  if (held !== undefined) held.until = now;
  if (begin !== null) date?.times.push({ begin, from: now, until: FOR_EVER });
}

/** Notes whom mails are to tell: everybody in it, unless others are given. */
function tell(
  lived: Lived,
  at: number,
  method: Telling['method'],
  begin: number,
  to: readonly string[] = peopleAt(lived, at),
  about: Telling['about'] = 'all',
): void {
  lived.told.push({ at, method, about, begin, to });
}

async function edit(
  world: World,
  lived: Lived,
  number: number,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const id = lived.dates[number]?.id ?? '';
  const answer = await send(world, lived, `edit&id=${id}`, 'register_edit', { ...fields, conf_tsn: id });
  expectDone(answer, `${lived.plan.subject} was not changed`);
}

async function del(
  world: World,
  lived: Lived,
  number: number,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const id = lived.dates[number]?.id ?? '';
  const answer = await send(world, lived, `del&id=${id}`, `del&id=${id}`, { ...fields, conf_tsn: id });
  expectDone(answer, `${lived.plan.subject} was not removed`);
}

/** Opens a form, and sends it filled in. */
async function send(
  world: World,
  { plan }: Lived,
  page: string,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<Answered> {
  const form = await world.ask({ program: 'booking', query: page, as: plan.organiser });
  const hidden = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(form.body)?.[1] ?? '';
  const secrets = { conf_token: hidden('conf_token'), conf_version: hidden('conf_version') };
  return world.ask({ program: 'booking', query: action, as: plan.organiser, form: { ...secrets, ...fields } });
}

function fieldsOf(plan: PlannedMeeting, { date, time }: Wall, guests: readonly string[]): Record<string, string> {
  return {
    conf_date: date,
    conf_time: time,
    conf_duration: String(plan.duration),
    conf_object: plan.subject,
    conf_moderators: plan.moderators.join('\n'),
    conf_guests: guests.join('\n'),
  };
}

function expectDone({ status, body }: Answered, what: string): void {
  if (status === 303) return;
  const text = body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  throw new Error(`${what}: ${status}\n${text.slice(0, 1500)}`);
}

function idsOf(world: World, subject: string): string[] {
  const database = new Database(world.database(), { readonly: true });
  const ids = database
    .prepare<[string], string>(
      'SELECT CAST(meeting_id AS TEXT) FROM meetings WHERE meeting_object = ? ORDER BY meeting_begin',
    )
    .pluck()
    .all(subject);
  database.close();
  return ids;
}
