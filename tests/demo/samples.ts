/** The demo's sample meetings: what they are, and when, seen from the moment of a start. */
import type { Answer, Role } from '../../lib/meetings/meeting.ts';
import { localParts, startOfDay, unixOf } from '../../lib/text/dates.ts';
import { processZone } from '../../lib/text/zones.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Somebody invited to a sample meeting, and what they have said to it. */
export interface SampleGuest {
  readonly email: string;
  readonly role: Exclude<Role, 'owner'>;
  readonly answer: Answer;
}

/** A sample meeting. */
export interface Sample {
  /** Its name in the demo's memory. */
  readonly name: string;
  readonly subject: string;
  readonly owner: string;
  /** Seconds. */
  readonly duration: number;
  readonly guests: readonly SampleGuest[];
  readonly agenda?: string;
  /** When it begins, in Unix seconds, for a demo that starts now. */
  begin(now: number): number;
  /** Whether a meeting with this begin (Unix seconds) still shows what the sample is there for. */
  fits(begin: number, now: number): boolean;
}

const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const CAROL = 'carol.petit@example.org';

function guest(email: string, answer: Answer = 'none'): SampleGuest {
  return { email, role: 'guest', answer };
}

function moderator(email: string, answer: Answer = 'none'): SampleGuest {
  return { email, role: 'moderator', answer };
}

/** The last full quarter of an hour. */
function quarter(time: number): number {
  return time - (time % (15 * MINUTE));
}

/** A time of day by the clocks of the service, so many days of work from today; of those only. */
function workday(now: number, days: number, hour: number, minute = 0): number {
  const step = days < 0 ? -1 : 1;
  let date = now;
  for (let left = Math.abs(days); left > 0; ) {
    date = startOfDay(processZone, date, step) + 12 * HOUR;
    if (![0, 6].includes(new Date(date * 1000).getDay())) left -= 1;
  }
  return unixOf(processZone, { ...localParts(processZone, date), hour, minute }) ?? date;
}

/** In two hours, where that is within the hours of work; else on the morning of the next day of work. */
function later(now: number): number {
  const begin = quarter(now + 2 * HOUR);
  const { hour } = localParts(processZone, begin);
  const isWork = ![0, 6].includes(new Date(begin * 1000).getDay()) && hour >= 8 && hour < 18;
  return isWork ? begin : workday(now, 1, 9);
}

const toCome = (begin: number, now: number): boolean => begin > now;

/** The meetings: over, running, about to begin, to come; alice is the owner where nothing else is said. */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'over',
    subject: 'Conseil de laboratoire',
    owner: ALICE,
    duration: 90 * MINUTE,
    guests: [moderator(BOB, 'accepted'), guest(CAROL, 'accepted'), guest('jeanne.leroy@example.com', 'declined')],
    begin: (now) => workday(now, -1, 10),
    fits: () => true,
  },
  {
    name: 'running',
    subject: 'Réunion d’équipe',
    owner: ALICE,
    duration: 90 * MINUTE,
    guests: [guest(BOB, 'accepted'), guest(CAROL), guest('paul.noel@example.net', 'accepted')],
    begin: (now) => quarter(now - 20 * MINUTE),
    fits: (begin, now) => begin <= now && now < begin + HOUR,
  },
  {
    name: 'soon',
    subject: 'Point d’étape du projet Océan',
    owner: ALICE,
    duration: 30 * MINUTE,
    guests: [moderator('ines.moreau@example.com', 'accepted'), guest(BOB)],
    // The last reminder goes out ten minutes before the begin: soon after the start there is one to read.
    begin: (now) => Math.ceil(now / MINUTE) * MINUTE + 11 * MINUTE,
    fits: (begin, now) => now + 2 * MINUTE < begin && begin <= now + 15 * MINUTE,
  },
  {
    name: 'to_come',
    subject: 'Soutenance d’Élodie Garnier',
    owner: ALICE,
    duration: 3 * HOUR,
    guests: [
      moderator(BOB, 'accepted'),
      moderator('h.lindqvist@example.net'),
      guest(CAROL, 'accepted'),
      guest('elodie.garnier@example.com', 'accepted'),
      guest('famille.garnier@example.net'),
    ],
    agenda: '14 h : exposé (45 min)\n15 h : questions du jury\n16 h 30 : délibération à huis clos',
    begin: (now) => workday(now, 3, 14),
    fits: toCome,
  },
  {
    name: 'alice_guest',
    subject: 'Atelier visioconférence : questions et réponses',
    owner: BOB,
    duration: HOUR,
    guests: [guest(ALICE), guest(CAROL), guest('jeanne.leroy@example.com')],
    begin: (now) => workday(now, 1, 10, 30),
    fits: toCome,
  },
  {
    name: 'alice_moderator',
    subject: 'Comité de suivi',
    owner: BOB,
    duration: HOUR,
    guests: [moderator(ALICE, 'accepted'), guest('paul.noel@example.net', 'accepted')],
    begin: later,
    fits: toCome,
  },
];
