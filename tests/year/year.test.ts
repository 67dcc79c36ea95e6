/** Some days of the year that `npm run test:year` lives through, over a change of the clocks, and what its auditor would find. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keptRightly } from './audit_kept.ts';
import { originalRightly, ownerToldRightly, remindedRightly, toldRightly } from './audit_mails.ts';
import { emptyDiary, type Got, type Lived } from './diary.ts';
import { outlast } from './live.ts';
import { dayOn, planYear, unixAt } from './plan.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/tests/year.mjs');

it.runIf(process.env['JMB_FULL'] !== undefined)(
  'some days with four organisers pass without a fault, over the change to summer time',
  () => {
    // Of this seed: a series of which a date moves, people who come and go, a meeting that moves and one that is removed.
    const words = ['--seed', '2953', '--days', '8', '--organisers', '4', '--guests', '30', '--from', '2027-03-26'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8' });
    expect(`${stdout}${status === 0 ? '' : stderr}`).toMatch(/^faults: 0$/m);
    expect(status).toBe(0);
    expect(stdout).toContain('turns: backed up, replaced while asked, copied by Litestream, killed, failed over\n');
    expect(stdout).toMatch(
      /^meetings: [1-9]\d*, mails: [1-9]\d*, put off: [1-9]\d*, refused: [1-9]\d*, replies by mail: [1-9]\d*, answers by link: [1-9]\d*$/m,
    );
  },
  600_000,
);

it('the plan of a year has everything in it, and clocks that go both ways', () => {
  const plan = planYear({ seed: 1, from: '2027-01-04', days: 365, organisers: 200, guests: 5000 });
  expect(plan.length).toBeGreaterThan(2000);
  for (const has of [
    plan.some(({ moved }) => moved !== null),
    plan.some(({ people }) => people !== null),
    plan.some(({ date }) => date?.begin === null),
    plan.some(({ date }) => date?.begin != null),
    plan.some(({ removed }) => removed !== null),
    plan.some(({ weeks }) => weeks > 5),
    plan.some(({ guests }) => guests.some((guest) => guest.startsWith('unknown'))),
    plan.some(({ guests }) => guests.some((guest) => guest.startsWith('gone'))),
  ]) {
    expect(has).toBe(true);
  }
  expect(plan.every(({ at, begin, removed }) => at < unixAt(begin) && (removed ?? at) >= at)).toBe(true);
  expect(unixAt({ date: '2027-03-28', time: '09:00' }) - unixAt({ date: '2027-03-27', time: '09:00' })).toBe(23 * 3600);
  expect(unixAt({ date: '2027-10-31', time: '09:00' }) - unixAt({ date: '2027-10-30', time: '09:00' })).toBe(25 * 3600);
  expect(dayOn('2027-02-28', 1)).toBe('2027-03-01');
});

it('the year ends once no mail waits that was put off in its last minute', async () => {
  const over = 1_808_744_400;
  const tries = [over - 5, over + 170, over + 7_000];
  const runs: number[] = [];
  const diary = emptyDiary([], []);
  const cron = async (at: number) => {
    runs.push(at - over);
    while ((tries[0] ?? at + 1) <= at) tries.shift();
  };
  await outlast({ nextTry: () => tries[0] ?? null, setClock: () => undefined, cron, smtp: { mails: [] } }, diary, over);
  // Each minute: a reminder that falls due before the next try is not late.
  expect([runs, diary.ended]).toEqual([[60, 120, 180], over + 180]);
});

describe('the auditor', () => {
  const begin = unixAt({ date: '2027-03-30', time: '10:00' });
  const booked = begin - 3 * 86_400;
  const people = ['organiser1@example.org', 'guest1@ailleurs.test'];
  const always = { from: booked, until: Number.POSITIVE_INFINITY };
  const lived: Lived = {
    plan: {
      ...{ subject: 'Réunion 1', organiser: 1, at: booked, begin: { date: '2027-03-30', time: '10:00' }, duration: 60 },
      ...{ moderators: [], guests: ['guest1@ailleurs.test'], weeks: 1, moved: null, people: null, date: null },
      ...{ removed: null, answers: [] },
    },
    dates: [{ id: '1', times: [{ begin, ...always }] }],
    people: new Map(people.map((email) => [email, { ...always }])),
    told: [{ at: booked, method: 'REQUEST', about: 'all', begin, to: people }],
    answers: [],
    removedAt: Number.POSITIVE_INFINITY,
  };
  const mail = (to: string, over: Partial<Got>): Got => ({
    ...{ to, messageId: '<1>', method: '', uid: '1@x', sequence: 0, begin: 0, hash: 'h', invitation: null, text: '' },
    ...{ subject: 'Rappel de réunion : Réunion 1 – mardi 30 mars 2027', at: booked },
    ...over,
  });
  const invitations = people.map((to) => mail(to, { method: 'REQUEST', begin, subject: 'Invitation : Réunion 1' }));
  const reminders = people.flatMap((to) => [86_400, 3600].map((lead) => mail(to, { at: begin - lead })));

  it('finds nothing where all is well', () => {
    expect(toldRightly(lived, invitations)).toEqual([]);
    expect(remindedRightly(lived, reminders, begin)).toEqual([]);
  });

  it.each([
    ['one who was not invited', invitations.slice(1)],
    ['one who was invited twice', [...invitations, ...invitations.slice(1)]],
    ['another time', invitations.map((one) => ({ ...one, begin: begin + 3600 }))],
    ['a stranger', [...invitations, mail('eve@ailleurs.test', { method: 'REQUEST' })]],
    ['a mail that came days later', invitations.map((one) => ({ ...one, at: booked + 2 * 86_400 }))],
  ])('finds %s', (_, mails) => {
    expect(toldRightly(lived, mails)).not.toEqual([]);
  });

  it.each([
    ['a reminder that is missing', reminders.slice(1)],
    ['one too many', [...reminders, ...reminders.slice(0, 1)]],
    ['one that came late', reminders.map((one) => ({ ...one, at: one.at + 900 }))],
  ])('finds %s', (_, mails) => {
    expect(remindedRightly(lived, mails, begin)).not.toEqual([]);
  });

  it('expects none for who has declined', () => {
    const answers = [{ email: 'guest1@ailleurs.test', partstat: 'DECLINED' as const, at: booked + 60 }];
    expect(remindedRightly({ ...lived, answers }, reminders.slice(0, 2), begin)).toEqual([]);
    expect(remindedRightly({ ...lived, answers }, reminders, begin)).not.toEqual([]);
  });

  it('expects the owner to hear of each no, and once of each event by which mails came back', () => {
    const gone = 'gone1@ailleurs.test';
    const one: Lived = {
      ...lived,
      people: new Map([...lived.people, [gone, { ...always }]]),
      told: [{ at: booked, method: 'REQUEST', about: 'all', begin, to: [...people, gone] }],
      answers: [{ email: 'guest1@ailleurs.test', partstat: 'DECLINED', at: booked + 60 }],
    };
    const toOwner = (subject: string, at: number, text = ''): Got =>
      mail('organiser1@example.org', { at, subject, text });
    const no = toOwner('Guest 1 décline : Réunion 1', booked + 60);
    const back = [booked, begin - 86_400, begin - 3600].map((at) =>
      toOwner('Courriels non distribués : Réunion 1', at + 185, `${gone} (550 5.1.1 no such user)`),
    );
    const ended = begin + 86_400;
    expect(ownerToldRightly(one, [no, ...back], ended)).toEqual([]);
    expect(ownerToldRightly(one, back, ended)).not.toEqual([]);
    expect(ownerToldRightly(one, [no, ...back.slice(1)], ended)).not.toEqual([]);
    expect(ownerToldRightly(one, [no, ...back, ...back.slice(1)], ended)).not.toEqual([]);
    expect(ownerToldRightly(one, [no, ...back.map((letter) => ({ ...letter, text: '' }))], ended)).not.toEqual([]);
  });

  it('expects what was kept for long enough to be gone, and what was not to be there', () => {
    const seats = people.map((email, n) => ({ begin, email, partstat: n === 0 ? 1 : 0, tentative: null }));
    const day = 86_400;
    const rows = new Map([['1', seats]]);
    expect(keptRightly(lived, rows, begin + 9 * day, 10)).toEqual([]);
    expect(keptRightly(lived, new Map(), begin + 9 * day, 10)).not.toEqual([]);
    expect(keptRightly(lived, rows, begin + 13 * day, 10)).not.toEqual([]);
    expect(keptRightly(lived, new Map(), begin + 13 * day, 10)).toEqual([]);
    expect(keptRightly(lived, new Map([['1', seats.slice(1)]]), begin, 10)).not.toEqual([]);
    expect(keptRightly(lived, new Map([['1', seats.map((one) => ({ ...one, partstat: 2 }))]]), begin, 10)).not.toEqual(
      [],
    );
  });

  it('expects the reminders that the Bash version had planned, by its links', () => {
    const original = { subject: 'Conseil', dues: [begin - 3600], people: [{ email: 'bob@example.org', hash: 'h' }] };
    const reminder = mail('bob@example.org', { at: begin - 3600, subject: 'Rappel de réunion : Conseil' });
    expect(originalRightly(original, [reminder], begin)).toEqual([]);
    expect(originalRightly(original, [], begin - 3601)).toEqual([]);
    expect(originalRightly(original, [], begin)).not.toEqual([]);
    expect(originalRightly(original, [reminder, reminder], begin)).not.toEqual([]);
    expect(originalRightly(original, [{ ...reminder, hash: 'other' }], begin)).not.toEqual([]);
    expect(originalRightly(original, [reminder, { ...reminder, to: 'eve@example.org' }], begin)).not.toEqual([]);
  });
});
