/**
 * What everybody does in the simulated year, drawn beforehand from one seed: who books what and when, what is moved, removed and
 * answered. Wall clock times become Unix times by Intl, not by the product's own rules of zones.
 */
import { type Chance, chanceFrom } from '../crash/chance.ts';

/** The zone of the house. */
export const ZONE = 'Europe/Paris';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** How big the year is. */
export interface Size {
  readonly seed: number;
  /** The first day: `2027-01-04`. */
  readonly from: string;
  readonly days: number;
  readonly organisers: number;
  readonly guests: number;
}

/** A day and an hour on the wall. */
export interface Wall {
  /** `2027-03-30` */
  readonly date: string;
  /** `14:30` */
  readonly time: string;
}

/** An answer to come: when (Unix seconds), by whom, how, and what. */
export interface PlannedAnswer {
  readonly at: number;
  readonly guest: string;
  readonly by: 'thunderbird' | 'gmail' | 'outlook' | 'link';
  readonly partstat: 'ACCEPTED' | 'TENTATIVE' | 'DECLINED';
}

/** A meeting that somebody will book. */
export interface PlannedMeeting {
  readonly subject: string;
  /** The number of who owns it. */
  readonly organiser: number;
  /** Unix seconds of the booking. */
  readonly at: number;
  readonly begin: Wall;
  /** Minutes. */
  readonly duration: number;
  readonly moderators: readonly string[];
  readonly guests: readonly string[];
  /** How many weeks it is booked for; 1 for a single meeting. */
  readonly weeks: number;
  readonly moved: { readonly at: number; readonly begin: Wall } | null;
  /** When others are invited, and one is taken off. */
  readonly people: { readonly at: number; readonly adds: readonly string[]; readonly removes: string } | null;
  /** When one date of a series gets another time, or is cancelled (null), by its number. */
  readonly date: { readonly at: number; readonly number: number; readonly begin: Wall | null } | null;
  /** Unix seconds of its removal, or null. */
  readonly removed: number | null;
  readonly answers: readonly PlannedAnswer[];
}

/** The Unix time in seconds of a wall clock time in the zone of the house; what is drawn here is never in the hour of a switch. */
export function unixAt({ date, time }: Wall): number {
  const asUtc = Date.parse(`${date}T${time}:00Z`) / 1000;
  return asUtc - offsetAt(asUtc - offsetAt(asUtc));
}

/** The same wall clock time some weeks on, Unix seconds. */
export function weekOn({ date, time }: Wall, weeks: number): number {
  return unixAt({ date: dayOn(date, weeks * 7), time });
}

const CLOCK = new Intl.DateTimeFormat('sv', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' });

/** Seconds east of Greenwich. */
function offsetAt(unix: number): number {
  return Date.parse(`${CLOCK.format(unix * 1000).replace(' ', 'T')}Z`) / 1000 - unix;
}

/** A day some days on. */
export function dayOn(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * DAY * 1000).toISOString().slice(0, 10);
}

/** Addresses that a mail server refuses at once begin with the one, those of whom mails come back later with the other. */
const UNKNOWN = 'unknown';
const GONE = 'gone';

/** When the last meeting begins, or the last series; Unix seconds. */
export function lastBegin(plan: readonly PlannedMeeting[]): number {
  return Math.max(...plan.map(({ moved, begin }) => unixAt(moved?.begin ?? begin)));
}

/** Draws the year. */
export function planYear({ seed, from, days, organisers, guests }: Size): PlannedMeeting[] {
  const chance = chanceFrom(seed);
  const planned: PlannedMeeting[] = [];
  for (let organiser = 0; organiser < organisers; organiser += 1) {
    // About one single meeting a month, and a series of some weeks every third month.
    const amount = Math.max(1, Math.round((days / 30) * chance.between(0.7, 1.3)));
    for (let count = 0; count < amount; count += 1) {
      const isSeries = chance.happens(0.2);
      planned.push(draw(chance, { seed, from, days, organisers, guests }, organiser, planned.length, isSeries));
    }
  }
  return planned;
}

function draw(chance: Chance, size: Size, organiser: number, number: number, isSeries: boolean): PlannedMeeting {
  const { from, days, guests } = size;
  const bookedOn = Math.floor(chance.between(0, Math.max(1, days - 9)));
  const at = unixAt({ date: dayOn(from, bookedOn), time: clock(chance, 8, 18) });
  const day = bookedOn + 2 + Math.floor(chance.between(0, Math.min(18, Math.max(1, days - bookedOn - 7))));
  const begin = { date: dayOn(from, day), time: clock(chance, 9, 17) };
  const weeks = isSeries ? 2 + Math.floor(chance.between(0, 7)) : 1;
  const invited = new Set<string>();
  const amount = 2 + Math.floor(chance.between(0, 6));
  while (invited.size < amount) invited.add(guestOf(Math.floor(chance.between(0, guests))));
  const changes = changesOf(chance, { isSeries, weeks, at, begin, invited: [...invited], guests });
  if (chance.happens(0.1)) invited.add(`${UNKNOWN}${number}@ailleurs.test`);
  if (chance.happens(0.1)) invited.add(`${GONE}${number}@ailleurs.test`);
  const moderators = chance.happens(0.3) ? [`moderator${number % 50}@partenaire.test`] : [];
  const start = unixAt(begin);
  const removed =
    changes.date === null && chance.happens(0.1) ? at + chance.between(0.82, 0.95) * (start - DAY - at) : null;
  const meeting = { subject: `Réunion ${number}`, organiser, at, begin, duration: 60, weeks, removed, ...changes };
  const last = (changes.date?.at ?? removed ?? start) - HOUR;
  const answers = answersOf(chance, [...invited], at, last).filter(
    (answer) => answer.guest !== changes.people?.removes || answer.at < changes.people.at - HOUR,
  );
  return { ...meeting, moderators, guests: [...invited], answers };
}

interface Drawn {
  readonly isSeries: boolean;
  readonly weeks: number;
  readonly at: number;
  readonly begin: Wall;
  readonly invited: readonly string[];
  readonly guests: number;
}

/** What is changed of a meeting more than a day before it: its time or its people, or one date of a series. */
function changesOf(
  chance: Chance,
  { isSeries, weeks, at, begin, invited, guests }: Drawn,
): Pick<PlannedMeeting, 'moved' | 'people' | 'date'> {
  const when = at + chance.between(0.3, 0.8) * (unixAt(begin) - DAY - at);
  const none = { moved: null, people: null, date: null };
  if (isSeries) {
    const number = 1 + Math.floor(chance.between(0, weeks - 2));
    if (weeks < 3 || !chance.happens(0.6)) return none;
    const day = dayOn(begin.date, number * 7 + 1);
    return { ...none, date: { at: when, number, begin: chance.happens(0.5) ? { date: day, time: begin.time } : null } };
  }
  if (chance.happens(0.2)) {
    return { ...none, moved: { at: when, begin: { date: dayOn(begin.date, 1), time: clock(chance, 9, 17) } } };
  }
  if (!chance.happens(0.25)) return none;
  const adds = [0, 1].map(() => guestOf(Math.floor(chance.between(0, guests)))).filter((one) => !invited.includes(one));
  return { ...none, people: { at: when, adds: [...new Set(adds)], removes: invited[0] ?? '' } };
}

/** Who answers, and how: two in three. */
function answersOf(chance: Chance, invited: readonly string[], from: number, until: number): PlannedAnswer[] {
  return invited.flatMap((guest) => {
    const by = chance.one(['thunderbird', 'gmail', 'outlook', 'link', 'link'] as const) ?? 'link';
    const partstat = chance.one(['ACCEPTED', 'ACCEPTED', 'TENTATIVE', 'DECLINED'] as const) ?? 'ACCEPTED';
    const at = from + HOUR + chance.between(0, 1) * Math.max(0, until - from - HOUR);
    const isNobody = guest.startsWith(UNKNOWN) || guest.startsWith(GONE);
    return isNobody || chance.happens(0.35) ? [] : [{ at, guest, by, partstat }];
  });
}

function guestOf(number: number): string {
  return `guest${number}@ailleurs.test`;
}

/** A quarter of an hour from one hour on, before another. */
function clock(chance: Chance, from: number, before: number): string {
  const quarters = Math.floor(chance.between(from * 4, before * 4));
  return `${String(Math.floor(quarters / 4)).padStart(2, '0')}:${String((quarters % 4) * 15).padStart(2, '0')}`;
}
