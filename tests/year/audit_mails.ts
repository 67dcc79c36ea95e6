/** The auditor of the simulated year, on what everybody was written: each mail that was due once, at its time, and no other. */
import { answerAt, type Diary, type Got, isBad, type Lived, peopleAt, type Telling } from './diary.ts';
import { LEADS } from './live.ts';
import type { OriginalMeeting } from './original.ts';
import { emailOf } from './programs.ts';

/** How late a mail may be, in seconds: a mail server puts some off, more than once. */
const LATE = 1800;

/** How late a reminder may be, in seconds: put off thrice. */
const SOON = 900;

/** What is wrong with any mail, in words. */
export function mailsRight(diary: Diary): string[] {
  const faults: string[] = [];
  const mails = mailsByMeeting(diary, faults);
  for (const lived of diary.meetings) {
    const own = mails.get(lived.plan.subject) ?? [];
    faults.push(...toldRightly(lived, own), ...remindedRightly(lived, own, diary.ended));
    faults.push(...ownerToldRightly(lived, own, diary.ended), ...othersThan(own));
  }
  for (const one of diary.original) {
    faults.push(...originalRightly(one, mails.get(one.subject) ?? [], diary.ended));
  }
  const got = new Set(diary.mails.map(({ to, messageId }) => `${to} ${messageId}`));
  const lost = diary.delayed.filter(({ to, messageId }) => !got.has(`${to} ${messageId}`));
  return [...faults, ...lost.map(({ to, messageId }) => `put off and never sent: ${to} ${messageId}`)];
}

/** Mails by the meeting in their subject; the same one twice is a fault. */
function mailsByMeeting(diary: Diary, faults: string[]): Map<string, Got[]> {
  const seen = new Set<string>();
  const found = new Map<string, Got[]>();
  for (const mail of diary.mails) {
    const key = `${mail.to} ${mail.messageId}`;
    if (seen.has(key)) faults.push(`twice: ${mail.to} ${mail.subject}`);
    seen.add(key);
    const original = diary.original.find(({ subject }) => mail.subject.includes(subject));
    const subject = original?.subject ?? /Réunion \d+/.exec(mail.subject)?.[0];
    if (subject === undefined) faults.push(`a mail of nothing: ${mail.to} ${mail.subject}`);
    else if (found.has(subject)) found.get(subject)?.push(mail);
    else found.set(subject, [mail]);
  }
  return found;
}

type Kind = 'told' | 'reminder' | 'returned' | 'no' | 'other';

function kindOf({ method, subject }: Got): Kind {
  if (method !== '') return 'told';
  if (subject.startsWith('Rappel de ')) return 'reminder';
  if (subject.startsWith('Courriels non distribués')) return 'returned';
  return / décline\b/.test(subject) ? 'no' : 'other';
}

function othersThan(mails: readonly Got[]): string[] {
  return mails.filter((mail) => kindOf(mail) === 'other').map(({ to, subject }) => `for what: ${to} ${subject}`);
}

/** Whether everybody with a mailbox was told of each change once, and nobody else, each calendar under one UID with a rising SEQUENCE. */
export function toldRightly(lived: Lived, mails: readonly Got[]): string[] {
  const { told, plan, people } = lived;
  const letters = mails.filter((mail) => kindOf(mail) === 'told');
  const faults = [...people.keys()].flatMap((to) => {
    const own = letters.filter((mail) => mail.to === to);
    const wanted = told.filter((one) => one.to.includes(to) && reaches(to, one));
    const pairs = wanted.map((telling) => {
      const at = own.findIndex((mail) => says(mail, telling));
      return { telling, mail: at < 0 ? undefined : own.splice(at, 1)[0] };
    });
    const missing = pairs.filter(({ mail }) => mail === undefined).map(({ telling }) => wordsOf(telling));
    if (missing.length > 0) return [`${plan.subject}: ${to} did not get ${missing.join()}, but ${own.map(wordsOf)}`];
    if (own.length > 0) return [`${plan.subject}: ${to} also got ${own.map(wordsOf).join()}`];
    return pairs.flatMap(({ telling, mail }, n) => {
      const before = pairs.slice(0, n).findLast((one) => one.telling.about === telling.about)?.mail;
      if (before === undefined || mail === undefined) return [];
      if (before.uid !== mail.uid) return [`${plan.subject}: another UID for ${to}`];
      return mail.sequence > before.sequence ? [] : [`${plan.subject}: SEQUENCE does not rise for ${to}`];
    });
  });
  const strangers = mails.filter(({ to }) => !people.has(to));
  return [...faults, ...strangers.map(({ to }) => `${plan.subject}: ${to} was written to`)];
}

/** Whether mails of an event come to an address: who was never reached by an invitation hears of no end. */
function reaches(to: string, { method }: Telling): boolean {
  return !to.startsWith('unknown') && (method === 'REQUEST' || !isBad(to));
}

function says({ method, begin, at }: Got, telling: Telling): boolean {
  const isTime = method !== 'REQUEST' || begin === telling.begin;
  return method === telling.method && isTime && at >= telling.at && at < telling.at + LATE;
}

function wordsOf({ method, begin, at }: Pick<Got, 'method' | 'begin' | 'at'>): string {
  return `${method} for ${begin} at ${at}`;
}

/** A reminder that is due, and to whom. */
interface Due {
  readonly at: number;
  readonly to: readonly string[];
}

/** When reminders were due: what a change took away before its time is not, and who has declined gets none. */
function duesOf(lived: Lived, ended: number): Due[] {
  return lived.dates.flatMap((date) =>
    date.times.flatMap(({ begin, from, until }) =>
      LEADS.map((lead) => begin - lead)
        .filter((at) => at > from && at < until && at <= ended)
        .map((at) => ({ at, to: peopleAt(lived, at).filter((to) => answerAt(lived, date, to, at) !== 'DECLINED') })),
    ),
  );
}

/** Whether each reminder came once, at its time, to all but those who had declined, and no other came. */
export function remindedRightly(lived: Lived, mails: readonly Got[], ended: number): string[] {
  const dues = duesOf(lived, ended);
  return [...lived.people.keys()].flatMap((to) => {
    const wanted = to.startsWith('unknown') ? [] : dues.filter((due) => due.to.includes(to)).map(({ at }) => at);
    const got = mails.filter((mail) => mail.to === to && kindOf(mail) === 'reminder').map(({ at }) => at);
    return compare(`${lived.plan.subject}: ${to} was reminded`, wanted, got, SOON);
  });
}

/** Whether the owner heard of each no, and once of each event by which mails came back. */
export function ownerToldRightly(lived: Lived, mails: readonly Got[], ended: number): string[] {
  const { plan, told, answers } = lived;
  const own = mails.filter(({ to }) => to === emailOf(plan.organiser));
  const said = (kind: Kind): Got[] => own.filter((mail) => kindOf(mail) === kind);
  const waves = [...told.filter(({ method }) => method === 'REQUEST'), ...duesOf(lived, ended)];
  const back = waves.filter(({ to }) => to.some(isBad)).map(({ at }) => at);
  const noes = answers.filter(({ partstat }) => partstat === 'DECLINED').map(({ at }) => at);
  const silent = said('returned').filter(
    ({ text }) => ![...lived.people.keys()].some((to) => isBad(to) && text.includes(to)),
  );
  return [
    ...compare(
      `${plan.subject}: the owner heard of a no`,
      noes,
      said('no').map(({ at }) => at),
      LATE,
    ),
    ...compare(
      `${plan.subject}: the owner heard of mails that came back`,
      back.filter((at) => at < ended - LATE),
      said('returned')
        .map(({ at }) => at)
        .filter((at) => at < ended - LATE),
      LATE,
    ),
    ...silent.map(() => `${plan.subject}: the owner was not told whose mails came back`),
  ];
}

/** Whether each of some moments was followed by one of those that came, within a time in seconds, and no other came. */
function compare(what: string, wanted: readonly number[], got: readonly number[], within: number): string[] {
  const left = [...got];
  const missing = wanted.filter((at) => {
    const found = left.findIndex((came) => came >= at && came < at + within);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
  if (missing.length === 0 && left.length === 0) return [];
  return [`${what} ${got.length} times, not ${wanted.length}; missing ${missing.join()}; beyond ${left.join()}`];
}

/** Whether the meetings of the Bash version were reminded of as it had planned, by the links that it had given. */
export function originalRightly(
  { subject, dues, people }: OriginalMeeting,
  mails: readonly Got[],
  ended: number,
): string[] {
  const due = dues.filter((at) => at <= ended);
  const strangers = mails.filter(
    ({ to, subject: said }) => !said.startsWith('Rappel de ') || !people.some(({ email }) => email === to),
  );
  return [
    ...strangers.map(({ to, subject: said }) => `${subject}: ${to} got ${said}`),
    ...people.flatMap(({ email, hash }) => {
      const own = mails.filter(({ to }) => to === email);
      const links = own
        .filter((mail) => mail.hash !== '' && mail.hash !== hash)
        .map(() => `${subject}: another link for ${email}`);
      return [
        ...links,
        ...compare(
          `${subject}: ${email} was reminded`,
          due,
          own.map(({ at }) => at),
          SOON,
        ),
      ];
    }),
  ];
}
