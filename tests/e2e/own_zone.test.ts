/**
 * Three people of three time zones at once, on programs that stay behind a real Apache: each page, each mail, each form by its reader's
 * clock. What the clocks there show is asked of Intl, which JMB does not go by.
 */
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { openStore } from '../../lib/store/store.ts';
import { jmbCommand } from '../support/command.ts';
import { asFields, dayFromNow, hiddenFields } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

const ZONES = { alice: 'America/New_York', bob: 'Asia/Tokyo', carol: '' } as const;
type Name = keyof typeof ZONES;
const NAMES = Object.keys(ZONES) as readonly Name[];
const GUEST = 'invite@ailleurs.test';

/** At three times of the day, of two days, as the three have it. */
const BEGIN = Date.parse(`${dayFromNow(9)}T22:30:00Z`) / 1000;

let jmb: Stage;

beforeAll(async () => {
  jmb = await stage({
    way: 'proxy_fcgi',
    settings: { JMB_MODULE_CHECK_EDITOR: 'editor-slow', JMB_MAIL_REMINDER: '60' },
    // Between two requests of a process there is always another.
    modules: {
      'editor-slow.mjs': `export const editor = () => new Promise((done) => setTimeout(done, 20 * Math.random(), true));\n`,
    },
  });
  for (const as of NAMES) {
    const form = {
      ...(await hiddenFields(await jmb.ask('/booking.cgi?me', { as }))),
      me_zone: ZONES[as],
      conf_reminders: 'on',
    };
    expect((await jmb.ask('/booking.cgi?me', { as, form })).status).toBe(303);
  }
});

afterAll(() => jmb?.stop());

/** The clock on the wall of somebody, by Intl. */
function clockOf(name: Name, unix = BEGIN): { readonly date: string; readonly time: string } {
  const timeZone = ZONES[name] || 'Europe/Paris';
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const [date = '', time = ''] = format.format(unix * 1000).split(' ');
  return { date, time };
}

/** Does something with the database. */
function inDatabase<Result>(work: (store: ReturnType<typeof openStore>) => Result): Result {
  const store = openStore(jmb.db);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

it('pages that are asked for at once say each time by the clock of who asks', async () => {
  const addresses = ['bob.durand@example.org', 'carol.petit@example.org', GUEST];
  const hashes = inDatabase((store) => {
    const people = { moderators: [], guests: addresses };
    const booking = { subject: 'Trois fuseaux', begin: BEGIN, duration: 1800, ...people };
    const { attendees } = insertMeeting(store, systemClock, 'alice.martin@example.org', booking);
    return new Map(attendees.map(({ email, hash }) => [email, hash]));
  });
  const asked = Array.from({ length: 90 }, (_, at) => NAMES[at % 3] ?? 'alice');
  const pages = await Promise.all(
    asked.map(async (as, at) => {
      const email = addresses.find((one) => one.startsWith(as)) ?? '';
      const path = at % 2 === 0 || as === 'alice' ? '/booking.cgi?list' : `/join.cgi?accept&id=${hashes.get(email)}`;
      const told = await jmb.ask(path, { as });
      return told.text();
    }),
  );
  for (const [at, page] of pages.entries()) {
    const own = asked[at] ?? 'alice';
    const { date, time } = clockOf(own);
    expect(page, `${own} ${at}`).toContain(`datetime="${date}T${time}"`);
    for (const zone of Object.values(ZONES)) {
      if (zone !== '') expect(page.includes(zone.replace('_', ' ')), `${own} ${at} ${zone}`).toBe(zone === ZONES[own]);
    }
  }
  // Of who is no account, by the house's.
  const outside = await (await jmb.ask(`/join.cgi?accept&id=${hashes.get(GUEST)}`)).text();
  expect(outside).toContain(`datetime="${clockOf('carol').date}T${clockOf('carol').time}"`);
});

it('forms that come at once mean each their sender’s clock, and the database has Unix seconds as ever', async () => {
  const before = jmb.mails.length;
  const forms = await Promise.all(NAMES.map(async (as) => hiddenFields(await jmb.ask('/booking.cgi?new', { as }))));
  const day = (at: number) => BEGIN + (at + 1) * 86_400;
  const saved = await Promise.all(
    NAMES.map(async (as, at) => {
      const others = NAMES.filter((one) => one !== as);
      const guests = [...addressesOf(others), GUEST].join(', ');
      const form = { ...forms[at], ...asFields({ ...clockOf(as, day(at)), object: `De ${as}`, guests }) };
      return (await jmb.ask('/booking.cgi?register_new', { as, form })).status;
    }),
  );
  expect(saved).toEqual([303, 303, 303]);
  const rows = inDatabase((store) =>
    store.all(`SELECT meeting_object AS subject, meeting_begin AS begin FROM meetings
               WHERE meeting_object LIKE 'De %' ORDER BY meeting_begin`),
  );
  expect(rows).toEqual(NAMES.map((as, at) => ({ subject: `De ${as}`, begin: day(at) })));

  // What pages had no time for, cron sends.
  await jmbCommand(jmb, 'remind');
  const invitations = (await jmb.mailsOnceThereAre(before + 12)).slice(before);
  // One run of cron writes to all of them.
  await jmbCommand(jmb, 'remind', '--now', String(day(0) - 3600));
  const reminders = (await jmb.mailsOnceThereAre(before + 16)).slice(before + 12);
  expect(reminders.map(({ to }) => to[0]).sort()).toEqual([...addressesOf(NAMES), GUEST].sort());
  for (const { to, raw } of [...invitations, ...reminders]) {
    const { text = '', subject = '' } = await simpleParser(raw);
    const reader = NAMES.find((name) => addressesOf([name])[0] === to[0]) ?? 'carol';
    const at = NAMES.findIndex((as) => subject.includes(`De ${as}`));
    const { time } = clockOf(reader, day(at));
    expect(text, `${to} ${subject}`).toMatch(new RegExp(`Heure\\s:\\s${time} – `));
    expect(text).toContain(`(${(ZONES[reader] || 'Europe/Paris').replace('_', ' ')}, UTC`);
  }
});

function addressesOf(names: readonly Name[]): string[] {
  const last = { alice: 'martin', bob: 'durand', carol: 'petit' };
  return names.map((name) => `${name}.${last[name]}@example.org`);
}
