/** The year goes by: what was planned is done at its hour through the programs, and what everybody was told is written down. */
import Database from 'better-sqlite3';
import { simpleParser } from 'mailparser';
import { invitationIn, type ReadInvitation } from '../support/invitation.ts';
import { writeAnswer } from '../support/mail_programs.ts';
import { type PlannedAnswer, type PlannedMeeting, unixAt, type Wall } from './plan.ts';
import { type Answered, emailOf, type World } from './world.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** How long cron stays away where it has nothing to do, in seconds. */
export const IDLE = 12 * HOUR;

/** How long before the begin reminders go out, in seconds: JMB_MAIL_REMINDER of the world. */
export const LEADS = [1440 * MINUTE, 60 * MINUTE] as const;

/** A mail that somebody got. */
export interface Got {
  readonly to: string;
  readonly messageId: string;
  /** METHOD of its calendar part, empty where it has none. */
  readonly method: string;
  readonly uid: string;
  readonly sequence: number;
  /** DTSTART in Unix seconds, 0 where it has none. */
  readonly begin: number;
  /** The hash in its link to the room, empty where it has none. */
  readonly hash: string;
  readonly subject: string;
  /** Simulated Unix seconds. */
  readonly at: number;
  readonly invitation: ReadInvitation | null;
}

/** What became of a planned meeting, as its organiser knows it. */
export interface Lived {
  readonly plan: PlannedMeeting;
  /** Its ids, one for each of its dates, in their order; empty before it is booked. */
  ids: string[];
  /** When each change was made that guests have to hear of, Unix seconds. */
  readonly told: { readonly at: number; readonly what: 'booked' | 'moved' | 'removed'; readonly begin: number }[];
  /** The last answer of each guest since the last change of its time, and when. */
  readonly answers: Map<string, { partstat: PlannedAnswer['partstat']; at: number }>;
}

/** What entering showed: the token of an owner, or where a guest was led. */
export interface Entered {
  readonly lived: Lived;
  readonly at: number;
  readonly owner: string;
  readonly guest: string;
}

/** All that happened. */
export interface Diary {
  readonly meetings: readonly Lived[];
  readonly mails: Got[];
  readonly entered: Entered[];
  polls: number;
  /** The last run of cron, Unix seconds. */
  ended: number;
  replies: number;
  linkAnswers: number;
}

interface Event {
  readonly at: number;
  readonly does: (now: number) => Promise<void>;
}

/** What happens besides, at which parts of the year. */
export interface Turns {
  readonly upgradeAt: number;
  readonly killAt: number;
}

/** Lives through the plan. `say` is told how far it is. */
export async function live(
  world: World,
  plan: readonly PlannedMeeting[],
  turns: Turns,
  say: (text: string) => void,
): Promise<Diary> {
  const meetings = plan.map((one): Lived => ({ plan: one, ids: [], told: [], answers: new Map() }));
  const diary: Diary = { meetings, mails: [], entered: [], polls: 0, ended: 0, replies: 0, linkAnswers: 0 };
  const events = [
    ...meetings.flatMap((lived) => eventsOf(world, diary, lived)),
    ...pollsOf(world, diary, plan),
    { at: turns.upgradeAt, does: async () => world.upgrade() },
    { at: turns.killAt, does: () => world.kill() },
  ].sort((one, other) => one.at - other.at);
  let done = 0;
  let seen = 0;
  let lastCron = 0;
  const cron = async (at: number): Promise<void> => {
    world.setClock(at);
    await world.cron();
    lastCron = at;
    seen = await readMails(world, diary, seen, at);
  };
  for (const event of events) {
    // Cron comes each minute: here where reminders may be due, and twice a day besides.
    for (const due of dueTimes(meetings, lastCron, event.at)) await cron(due);
    world.setClock(event.at);
    await event.does(event.at);
    seen = await readMails(world, diary, seen, event.at);
    done += 1;
    if (done % 500 === 0) say(`${done} of ${events.length} events, ${new Date(event.at * 1000).toISOString()}`);
  }
  const end = events.at(-1)?.at ?? 0;
  for (const due of dueTimes(meetings, lastCron, end + 2 * IDLE)) await cron(due);
  diary.ended = lastCron;
  return diary;
}

/** The minutes at which cron finds something to do, after one moment and before another. */
function dueTimes(meetings: readonly Lived[], after: number, before: number): number[] {
  if (after === 0) return [before - 1];
  const due = new Set<number>();
  for (const { told, ids, plan } of meetings) {
    const last = told.at(-1);
    if (last === undefined || last.what === 'removed') continue;
    for (const [week] of ids.entries()) {
      const begin = week === 0 ? last.begin : weekOn(plan.begin, week);
      for (const lead of LEADS) if (begin - lead > after && begin - lead < before) due.add(begin - lead);
    }
  }
  for (let at = after + IDLE; at < before; at += IDLE) due.add(at);
  return [...due].sort((one, other) => one - other);
}

/** The same wall clock time some weeks on. */
export function weekOn({ date, time }: Wall, weeks: number): number {
  const day = new Date(Date.parse(`${date}T12:00:00Z`) + weeks * 7 * 86_400_000).toISOString().slice(0, 10);
  return unixAt({ date: day, time });
}

function eventsOf(world: World, diary: Diary, lived: Lived): Event[] {
  const { plan } = lived;
  const { moved, removed } = plan;
  const lastBegin = unixAt(moved?.begin ?? plan.begin);
  return [
    { at: plan.at, does: (now) => book(world, lived, now) },
    ...(moved ? [{ at: moved.at, does: (now: number) => move(world, lived, moved.begin, now) }] : []),
    ...(removed === null ? [] : [{ at: removed, does: (now: number) => remove(world, lived, now) }]),
    ...plan.answers.map((answer) => ({
      at: answer.at,
      does: (now: number) => answerIt(world, diary, lived, answer, now),
    })),
    ...(removed === null ? [{ at: lastBegin + MINUTE, does: (now: number) => enter(world, diary, lived, now) }] : []),
  ];
}

/** An organiser's calendar program asks soon after each booking. */
function pollsOf(world: World, diary: Diary, plan: readonly PlannedMeeting[]): Event[] {
  return plan.map(({ at, organiser }) => ({
    at: at + HOUR / 2,
    does: async () => {
      await feedOf(world, organiser);
      diary.polls += 1;
    },
  }));
}

/** The text of an organiser's feed. */
export async function feedOf(world: World, organiser: number): Promise<string> {
  const page = await world.ask({ program: 'booking', query: 'calendar', as: organiser });
  const id = /ical\.cgi\?id=(\w+)/.exec(page.body)?.[1];
  if (id === undefined) throw new Error(`no feed of organiser ${organiser}: ${page.status}`);
  const feed = await world.ask({ program: 'ical', query: `id=${id}` });
  if (feed.status !== 200) throw new Error(`the feed of organiser ${organiser}: ${feed.status}`);
  return feed.body;
}

async function book(world: World, lived: Lived, now: number): Promise<void> {
  const { plan } = lived;
  const series: Record<string, string> =
    plan.weeks > 1 ? { conf_repeat: 'weekly', conf_every: '1', conf_times: String(plan.weeks) } : {};
  const answer = await send(world, lived, 'new', 'register_new', { ...fieldsOf(plan, plan.begin), ...series });
  expectGone(answer, `${plan.subject} was not booked`);
  lived.ids = idsOf(world, plan.subject);
  lived.told.push({ at: now, what: 'booked', begin: unixAt(plan.begin) });
}

async function move(world: World, lived: Lived, begin: Wall, now: number): Promise<void> {
  const { plan, ids } = lived;
  const answer = await send(world, lived, `edit&id=${ids[0]}`, 'register_edit', {
    ...fieldsOf(plan, begin),
    conf_tsn: ids[0] ?? '',
  });
  expectGone(answer, `${plan.subject} was not moved`);
  lived.told.push({ at: now, what: 'moved', begin: unixAt(begin) });
  lived.answers.clear();
}

async function remove(world: World, lived: Lived, now: number): Promise<void> {
  const { plan, ids } = lived;
  const scope: Record<string, string> = ids.length > 1 ? { conf_scope: 'all' } : {};
  const id = ids[0] ?? '';
  const query = `del&id=${id}`;
  const answer = await send(world, lived, query, query, { conf_tsn: id, ...scope });
  expectGone(answer, `${plan.subject} was not removed`);
  lived.told.push({ at: now, what: 'removed', begin: 0 });
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

function fieldsOf(plan: PlannedMeeting, { date, time }: Wall): Record<string, string> {
  return {
    conf_date: date,
    conf_time: time,
    conf_duration: String(plan.duration),
    conf_object: plan.subject,
    conf_moderators: plan.moderators.join('\n'),
    conf_guests: plan.guests.join('\n'),
  };
}

function expectGone({ status, body }: Answered, what: string): void {
  if (status !== 303)
    throw new Error(
      `${what}: ${status}\n${body
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .slice(0, 1500)}`,
    );
}

function idsOf(world: World, subject: string): string[] {
  const database = new Database(world.database, { readonly: true });
  const ids = database
    .prepare<[string], string>(
      'SELECT CAST(meeting_id AS TEXT) FROM meetings WHERE meeting_object = ? ORDER BY meeting_begin',
    )
    .pluck()
    .all(subject);
  database.close();
  return ids;
}

/** A guest answers the newest invitation that has come, by mail or by its link. */
async function answerIt(
  world: World,
  diary: Diary,
  lived: Lived,
  { guest, by, partstat }: PlannedAnswer,
  now: number,
): Promise<void> {
  const mail = invitationTo(diary, lived, guest);
  const isSeries = lived.ids.length > 1;
  if (mail?.invitation == null || mail.method !== 'REQUEST') return;
  if (by === 'link' || isSeries) {
    const word = { ACCEPTED: 'accept', TENTATIVE: 'tentative', DECLINED: 'decline' }[partstat];
    const scope: Record<string, string> = isSeries ? { conf_scope: 'all' } : {};
    const query = `${word}&id=${mail.hash}`;
    const answer = await world.ask({ program: 'join', query, form: scope });
    if (answer.status >= 400)
      throw new Error(
        `${lived.plan.subject}: ${guest} could not answer: ${answer.status} ${answer.body.slice(0, 800)}`,
      );
    diary.linkAnswers += 1;
  } else {
    const said = { partstat, comment: '', at: now, id: `reply${diary.replies}` };
    const written = writeAnswer(by, mail.invitation, said);
    await world.deliver(written.raw, guest, written.to);
    diary.replies += 1;
  }
  lived.answers.set(guest, { partstat, at: now });
}

/** The newest mail with a calendar that has come to somebody about a meeting. */
function invitationTo(diary: Diary, { plan }: Lived, to: string): Got | undefined {
  const about = new RegExp(`${plan.subject}(?!\\d)`);
  return diary.mails.findLast((one) => one.to === to && one.method !== '' && about.test(one.subject));
}

/** Somebody without an account, and the owner, enter the room that has just opened. */
async function enter(world: World, diary: Diary, lived: Lived, now: number): Promise<void> {
  const guest = lived.plan.guests.find((one) => !one.startsWith('unknown')) ?? '';
  const hash = invitationTo(diary, lived, guest)?.hash;
  const joined = await world.ask({ program: 'join', query: `id=${hash}` });
  const room = /^(?:https:\/\/meet\.example\.org)?\/([a-z0-9]+)/.exec(joined.location)?.[1] ?? '';
  const token = await world.ask({ program: 'token', query: `room=${room}`, as: lived.plan.organiser });
  diary.entered.push({ lived, at: now, owner: token.location, guest: joined.location });
}

/** Reads what has come since, and says how much there is now. */
async function readMails(world: World, diary: Diary, from: number, at: number): Promise<number> {
  const { mails } = world.smtp;
  for (const received of mails.slice(from)) {
    if (!received.accepted) continue;
    const mail = await simpleParser(received.raw);
    const part = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
    const text = (part?.content.toString('utf8') ?? '').replace(/\r\n[ \t]/g, '');
    const value = (name: string): string => new RegExp(`^${name}[:;](.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
    const invitation = invitationIn(mail);
    for (const to of received.to) {
      diary.mails.push({
        to: to.toLowerCase(),
        messageId: mail.messageId ?? '',
        method: value('METHOD'),
        uid: value('UID'),
        sequence: Number(value('SEQUENCE')),
        begin: invitation?.begin ?? 0,
        hash: /join\.cgi\?(?:\w+&(?:amp;)?)?id=(\w+)/.exec(mail.text ?? '')?.[1] ?? '',
        subject: mail.subject ?? '',
        at,
        invitation,
      });
    }
  }
  return mails.length;
}

/** Who is in a meeting, by address. */
export function peopleOf({ plan }: Lived): string[] {
  return [emailOf(plan.organiser), ...plan.moderators, ...plan.guests];
}
