/** The year goes by: what was planned is done at its hour through the programs, and what everybody was told is written down. */
import { type Agenda, type Entry, emptyAgenda } from './agenda.ts';
import { keptRightly, rowsOf } from './audit_kept.ts';
import { book, changeDate, changePeople, feedOf, move, remove } from './deeds.ts';
import { type Diary, emptyDiary, heldAt, type Lived } from './diary.ts';
import { answerIt, enter } from './guests.ts';
import type { OriginalMeeting } from './original.ts';
import { lastBegin, type PlannedMeeting, unixAt, weekOn } from './plan.ts';
import { readMails } from './post.ts';
import type { World } from './world.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** How long cron stays away where it has nothing to do, in seconds. */
const IDLE = 24 * HOUR;

/** How long before the begin reminders go out, in seconds: JMB_MAIL_REMINDER of the world. */
export const LEADS = [1440 * MINUTE, 60 * MINUTE] as const;

/** When organisers are told of mails that came back, in seconds after the last of them. */
const TOLD = 125;

/** What the year is made of. */
export interface Year {
  readonly plan: readonly PlannedMeeting[];
  readonly original: readonly OriginalMeeting[];
  /** When cron first runs, Unix seconds. */
  readonly beginning: number;
  /** What happens besides. */
  readonly turns: readonly Entry[];
  /** JMB_KEEP_DAYS of the world. */
  readonly keepDays: number;
}

/** Lives through it. `say` is told how far it is. */
export async function live(world: World, year: Year, say: (text: string) => void): Promise<Diary> {
  const { plan, original, beginning, turns, keepDays } = year;
  const diary = emptyDiary(plan, original);
  const agenda = emptyAgenda();
  const cron = cronOf(world, diary, agenda);
  const planned = [
    ...diary.meetings.flatMap((lived) => entriesOf(world, diary, lived, cron)),
    ...looksOf(world, diary, keepDays),
    ...pollsOf(world, diary, plan),
    ...turns,
  ];
  const end = lastBegin(plan) + IDLE;
  for (const entry of planned) agenda.add(entry);
  for (const at of [beginning, ...original.flatMap(({ dues }) => dues)]) cron(at);
  let refused = 0;
  let done = 0;
  for (let entry = agenda.next(); entry !== undefined && entry.at <= end; entry = agenda.next()) {
    const { at } = entry;
    world.setClock(at);
    diary.clock = at;
    await entry.does(at);
    const reports = await readMails(diary, world.smtp.mails.splice(0), at);
    for (const { raw, to } of reports) agenda.add({ at: at + MINUTE, does: () => world.deliver(raw, '', to) });
    if (reports.length > 0) cron(at + MINUTE + TOLD);
    if (world.refusals > refused) cron(at + TOLD);
    refused = world.refusals;
    const next = world.nextTry();
    if (next !== null) cron(Math.max(next, at + MINUTE));
    done += 1;
    if (done % 1000 === 0) say(`${done} done, ${new Date(at * 1000).toISOString()}`);
  }
  await outlast(world, diary, end);
  return diary;
}

/** What mails are waited for when all is over. */
type Waiting = Pick<World, 'nextTry' | 'setClock' | 'cron'> & { readonly smtp: Pick<World['smtp'], 'mails'> };

/**
 * Has cron run each minute until no mail waits, for an hour at most: what was put off in the last minute is to come, too, and what
 * falls due meanwhile in its time. `over` is in Unix seconds.
 */
export async function outlast(world: Waiting, diary: Diary, over: number): Promise<void> {
  for (let at = over + MINUTE; at <= over + HOUR; at += MINUTE) {
    if ((world.nextTry() ?? Number.POSITIVE_INFINITY) > over + HOUR) return;
    world.setClock(at);
    diary.clock = at;
    await world.cron(at);
    diary.ended = at;
    await readMails(diary, world.smtp.mails.splice(0), at);
  }
}

/** Has cron run at a moment, in Unix seconds. */
type Cron = (at: number) => void;

/** Cron comes each minute; here when it finds something to do, and a day after the last time. */
function cronOf(world: World, diary: Diary, agenda: Agenda): Cron {
  const waiting = new Set<number>();
  const cron: Cron = (at) => {
    if (waiting.has(at)) return;
    waiting.add(at);
    agenda.add({
      at,
      does: async () => {
        waiting.delete(at);
        await world.cron(at);
        diary.ended = at;
        agenda.add({ at: at + IDLE, does: async (now) => (now - diary.ended >= IDLE ? cron(now) : undefined) });
      },
    });
  };
  return cron;
}

function entriesOf(world: World, diary: Diary, lived: Lived, cron: Cron): Entry[] {
  const { plan } = lived;
  const { moved, people, date, removed } = plan;
  const change = (at: number, does: (now: number) => Promise<void>): Entry => ({
    at,
    does: async (now) => {
      await does(now);
      for (const due of duesOf(lived, now)) cron(due);
    },
  });
  return [
    change(plan.at, (now) => book(world, lived, now)),
    ...(moved ? [change(moved.at, (now) => move(world, lived, moved.begin, now))] : []),
    ...(people ? [change(people.at, (now) => changePeople(world, diary, lived, people, now))] : []),
    ...(date ? [change(date.at, (now) => changeDate(world, lived, date, now))] : []),
    ...(removed === null ? [] : [change(removed, (now) => remove(world, diary, lived, now))]),
    ...plan.answers.map((answer) => ({
      at: answer.at,
      does: (now: number) => answerIt(world, diary, lived, answer, now),
    })),
    ...(removed === null
      ? [{ at: unixAt(moved?.begin ?? plan.begin) + MINUTE, does: (now: number) => enter(world, diary, lived, now) }]
      : []),
  ];
}

/** When reminders are to come, after a moment, as it stands then. */
function duesOf({ dates }: Lived, now: number): number[] {
  const begins = dates.flatMap((date) => heldAt(date, now)?.begin ?? []);
  return begins.flatMap((begin) => LEADS.map((lead) => begin - lead)).filter((due) => due > now);
}

/** What is kept of each meeting is looked at when it begins, and of a series again at its last date: later it is forgotten. */
function looksOf(world: World, diary: Diary, keepDays: number): Entry[] {
  return diary.meetings.flatMap((lived) => {
    const { moved, begin, weeks, removed } = lived.plan;
    const first = removed ?? unixAt(moved?.begin ?? begin);
    const does = async (now: number): Promise<void> => {
      diary.wrong.push(...keptRightly(lived, rowsOf(world.database(), lived), now, keepDays));
    };
    return [first, ...(weeks > 1 ? [weekOn(begin, weeks - 1)] : [])].map((at) => ({ at: at + 2 * MINUTE, does }));
  });
}

/** An organiser's calendar program asks soon after each booking. */
function pollsOf(world: World, diary: Diary, plan: readonly PlannedMeeting[]): Entry[] {
  return plan.map(({ at, organiser }) => ({
    at: at + HOUR / 2,
    does: async () => {
      await feedOf(world, organiser);
      diary.polls += 1;
    },
  }));
}
