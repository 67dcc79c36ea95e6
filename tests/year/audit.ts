/**
 * The auditor: compares what the plan and what was done lead one to expect with mails, database, feeds and tokens. It knows none of the
 * product's rules but those that its documents promise.
 */
import Database from 'better-sqlite3';
import ICAL from 'ical.js';
import { jwtVerify } from 'jose';
import { type Diary, feedOf, type Got, IDLE, LEADS, type Lived, peopleOf, weekOn } from './live.ts';
import { emailOf, SECRET, type World } from './world.ts';

/** How late a mail may be that the request itself had no time for, in seconds. */
const LATE = IDLE + 600;

/** How late a reminder may be, in seconds: cron is run at its minute. */
const SOON = 300;

/** What is wrong, in words. */
export async function audit(world: World, diary: Diary): Promise<string[]> {
  const faults: string[] = [];
  const mails = mailsByMeeting(diary, faults);
  const rows = rowsOf(world);
  for (const lived of diary.meetings) {
    if (lived.told.length === 0) continue;
    const own = mails.get(lived.plan.subject) ?? [];
    faults.push(...keptRightly(lived, rows), ...toldRightly(lived, own), ...remindedRightly(lived, own, diary.ended));
  }
  for (const entered of diary.entered) faults.push(...(await letInRightly(entered)));
  faults.push(...(await feedsRight(world, diary)), ...logRight(world));
  return faults;
}

/** Mails by the meeting in their subject, each once: a retry comes with the same Message-ID, and is no fault. */
function mailsByMeeting(diary: Diary, faults: string[]): Map<string, Got[]> {
  const seen = new Set<string>();
  const found = new Map<string, Got[]>();
  for (const mail of diary.mails) {
    const key = `${mail.to} ${mail.messageId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const subject = /Réunion \d+/.exec(mail.subject)?.[0];
    if (subject === undefined) faults.push(`a mail of nothing: ${mail.to} ${mail.subject}`);
    else found.set(subject, [...(found.get(subject) ?? []), mail]);
  }
  return found;
}

interface Row {
  readonly begin: number;
  readonly email: string;
  readonly partstat: number;
  readonly tentative: number | null;
}

/** Seats of meetings by meeting id. */
function rowsOf(world: World): Map<string, Row[]> {
  const database = new Database(world.database, { readonly: true });
  const rows = database
    .prepare<[], Row & { readonly id: string }>(
      `SELECT CAST(meeting_id AS TEXT) AS id, meeting_begin AS begin, attendee_email AS email,
         coalesce(attendee_partstat, 0) AS partstat, given_tentative AS tentative
       FROM meetings JOIN attendees ON attendee_meeting_id = meeting_id
       LEFT JOIN answer_given ON given_hash = attendee_meeting_hash`,
    )
    .all();
  database.close();
  const found = new Map<string, Row[]>();
  for (const row of rows) found.set(row.id, [...(found.get(row.id) ?? []), row]);
  return found;
}

/** When each of its dates begins as it stands: Unix seconds, at one time on the wall whatever clocks do. */
function beginsOf({ told, plan, ids }: Lived): number[] {
  const last = told.at(-1);
  if (last === undefined || last.what === 'removed') return [];
  return ids.map((_, week) => (week === 0 ? last.begin : weekOn(plan.begin, week)));
}

/** Whether what is kept is what was booked, with everybody's last answer. */
function keptRightly(lived: Lived, rows: ReadonlyMap<string, readonly Row[]>): string[] {
  const { ids, plan } = lived;
  const begins = beginsOf(lived);
  if (begins.length === 0) return ids.filter((id) => rows.has(id)).map((id) => `${plan.subject}: ${id} is still there`);
  if (ids.length !== plan.weeks) return [`${plan.subject}: ${ids.length} dates of ${plan.weeks}`];
  const people = peopleOf(lived).sort().join();
  return ids.flatMap((id, at) => {
    const seats = rows.get(id) ?? [];
    if (seats[0]?.begin !== begins[at]) return [`${plan.subject}: begins at ${seats[0]?.begin}, not ${begins[at]}`];
    const found = seats.map(({ email }) => email).sort();
    if (found.join() !== people) return [`${plan.subject}: ${found.join()} instead of ${people}`];
    return seats
      .filter(({ email }) => email !== emailOf(plan.organiser) && answerOf(lived, email) !== wordOf(seats, email))
      .map(({ email }) => `${plan.subject}: ${email} ${wordOf(seats, email)}, not ${answerOf(lived, email)}`);
  });
}

function answerOf({ answers }: Lived, email: string): string {
  return answers.get(email)?.partstat ?? 'NEEDS-ACTION';
}

function wordOf(seats: readonly Row[], email: string): string {
  const seat = seats.find((one) => one.email === email);
  if (seat?.partstat === 0 && seat.tentative === 1) return 'TENTATIVE';
  return ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED'][seat?.partstat ?? 0] ?? '';
}

/** Whether everybody with a mailbox was told of each change once, and of no other, under one UID with a rising SEQUENCE. */
export function toldRightly(lived: Lived, mails: readonly Got[]): string[] {
  const { told, plan } = lived;
  const faults: string[] = [];
  for (const to of peopleOf(lived)) {
    const own = mails.filter((mail) => mail.to === to && mail.method !== '');
    const expected = to.startsWith('unknown')
      ? []
      : told.map(({ what }) => (what === 'removed' ? 'CANCEL' : 'REQUEST'));
    const got = own.map(({ method }) => method);
    if (got.join() !== expected.join()) faults.push(`${plan.subject}: ${to} got ${got.join()}, not ${expected.join()}`);
    else if (own.some(({ at }, n) => at < (told[n]?.at ?? 0) || at > (told[n]?.at ?? 0) + LATE)) {
      faults.push(`${plan.subject}: ${to} was told too late`);
    } else if (own.some(({ begin, method }, n) => method === 'REQUEST' && begin !== told[n]?.begin)) {
      faults.push(`${plan.subject}: ${to} was told another time`);
    } else if (own.some(({ sequence }, n) => n > 0 && sequence <= (own[n - 1]?.sequence ?? 0))) {
      faults.push(`${plan.subject}: SEQUENCE does not rise for ${to}`);
    } else if (new Set(own.map(({ uid }) => uid)).size > 1) faults.push(`${plan.subject}: several UIDs for ${to}`);
  }
  const strangers = mails.filter(({ to }) => !peopleOf(lived).includes(to));
  return [...faults, ...strangers.map(({ to }) => `${plan.subject}: ${to} was written to`)];
}

/** Whether each reminder came once, at its time, to all but those who had declined, and no other came. */
export function remindedRightly(lived: Lived, mails: readonly Got[], ended: number): string[] {
  const { plan, told } = lived;
  const due = duesOf(lived).filter((at) => at <= ended);
  return peopleOf(lived).flatMap((to) => {
    if (to.startsWith('unknown')) return [];
    const got = mails.filter((mail) => mail.to === to && mail.subject.startsWith('Rappel')).map(({ at }) => at);
    const declined = (at: number): boolean => {
      const answer = lived.answers.get(to);
      return answer?.partstat === 'DECLINED' && answer.at < at;
    };
    const wanted = due.filter((at) => !declined(at));
    const missing = wanted.filter((at) => !got.some((came) => came >= at && came < at + SOON));
    if (missing.length === 0 && got.length === wanted.length) return [];
    const last = told.at(-1)?.what;
    return [
      `${plan.subject} (${last}): ${to} was reminded ${got.length} times, not ${wanted.length}; missing ${missing.join()}`,
    ];
  });
}

/** When reminders were due: what a change took away before its time is not. */
function duesOf({ told, plan, ids }: Lived): number[] {
  return told.flatMap(({ what, at, begin }, n) => {
    if (what === 'removed') return [];
    const until = told[n + 1]?.at ?? Number.POSITIVE_INFINITY;
    const begins = ids.map((_, week) => (week === 0 ? begin : weekOn(plan.begin, week)));
    return begins.flatMap((one) => LEADS.map((lead) => one - lead)).filter((due) => due > at && due < until);
  });
}

/** Whether the owner was let in with a token of this room for this time, and the guest without one into the same room. */
async function letInRightly({ lived, owner, guest, at }: Diary['entered'][number]): Promise<string[]> {
  const { subject } = lived.plan;
  const [, room = '', token = ''] = /^(?:https:\/\/meet\.example\.org)?\/([a-z0-9]+)\?jwt=([\w.-]+)/.exec(owner) ?? [];
  if (room === '') return [`${subject}: the owner was led to ${owner.replace(/jwt=.*/, 'jwt=…') || 'nowhere'}`];
  if (!new RegExp(`^(?:https://meet\\.example\\.org)?/${room}(?:[?#]|$)`).test(guest) || guest.includes('jwt=')) {
    return [`${subject}: a guest was led to ${guest || 'nowhere'}`];
  }
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET), { currentDate: new Date(at * 1000) });
    const said = JSON.stringify(payload);
    const isRight = payload['room'] === room && said.includes('"moderator":"true"') && (payload.exp ?? 0) > at;
    return isRight ? [] : [`${subject}: a token of ${said}`];
  } catch (error) {
    return [`${subject}: the owner's token: ${error}`];
  }
}

/** Whether each organiser's feed has what is to come, at its times, and nothing that is not kept. */
async function feedsRight(world: World, diary: Diary): Promise<string[]> {
  const faults: string[] = [];
  const organisers = [...new Set(diary.meetings.map(({ plan }) => plan.organiser))];
  for (const organiser of organisers) {
    const own = diary.meetings.filter(({ plan }) => plan.organiser === organiser);
    const wanted = own.flatMap((lived) => beginsOf(lived).map((begin) => `${lived.plan.subject} ${begin}`));
    const shown = datesIn(await feedOf(world, organiser));
    const future = wanted.filter((one) => Number(one.split(' ').at(-1)) > diary.ended);
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
