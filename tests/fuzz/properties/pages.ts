/** The doors: whatever is asked is answered, and what is typed comes back, or is what is booked. */
import fc from 'fast-check';
import { door as booking } from '../../../cgi-bin/booking.ts';
import { door as ical } from '../../../cgi-bin/ical.ts';
import { door as join } from '../../../cgi-bin/join.ts';
import { door as token } from '../../../cgi-bin/token.ts';
import { type BookingForm, type BookingRules, checkBooking } from '../../../lib/meetings/booking.ts';
import { bookingOf, eachField, FIELDS, formOf } from '../../../lib/meetings/fields.ts';
import type { Request } from '../../../lib/message.ts';
import { attendeesOf, meetingById } from '../../../lib/store/meetings.ts';
import { texts } from '../../../lib/text/catalogue.ts';
import { mailboxText } from '../../../lib/text/people_list.ts';
import { zoneOf } from '../../../lib/text/zones.ts';
import { anyAddress } from './people.ts';
import { anyText, holds, type Property, same } from './property.ts';
import { NOW, type Service, service, type Told } from './service.ts';

const DOORS = { booking, ical, join, token };
const ACTIONS = Object.values(DOORS).flatMap(({ routes }) => Object.keys(routes).map((key) => key.replace(/=$/, '')));
const NAMES = [
  ...[
    'id',
    'for',
    'from',
    'room',
    'lang',
    'notice',
    'of',
    'people',
    'conf_tsn',
    'conf_token',
    'conf_version',
    'conf_for',
  ],
  ...[
    'conf_minutes',
    'conf_tell',
    'conf_scope',
    'conf_repeat',
    'conf_every',
    'conf_times',
    'conf_until',
    'conf_skip',
    'conf_email',
  ],
  ...Object.values(FIELDS).map(({ name }) => name),
];
const ALICE = { REMOTE_USER: 'alice', AUTHENTICATE_MAIL: 'alice.martin@example.org' };

/** A value of a parameter: what is known (by its number, as it is made later), or anything. */
const value = fc.oneof(
  fc.nat(9),
  fc.constantFrom('1', '0', 'yes', 'no', 'all', 'weekly', '30', '2026-11-25', '14:00', 'g@out.test', 'fr'),
  anyText(60),
);
const params = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), anyText(8)), value), { maxLength: 10 });
const asked = fc.record({
  program: fc.constantFrom('booking', 'ical', 'join', 'token'),
  method: fc.constantFrom('GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', ''),
  action: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...ACTIONS) }, { weight: 1, arbitrary: anyText(20) }),
  query: params,
  form: fc.oneof({ weight: 4, arbitrary: params }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) }),
  isRaw: fc.boolean(),
  hasToken: fc.boolean(),
  env: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.dictionary(
        fc.constantFrom(
          'HTTP_ACCEPT_LANGUAGE',
          'HTTP_COOKIE',
          'SCRIPT_NAME',
          'CONTENT_LENGTH',
          'CONTENT_TYPE',
          'HTTP_IF_NONE_MATCH',
          'REMOTE_USER',
          'AUTHENTICATE_MAIL',
          'AUTHENTICATE_CN',
          'HTTP_SEC_FETCH_SITE',
          'HTTP_HOST',
        ),
        anyText(60),
      ),
    },
  ),
});

type Asked = typeof asked extends fc.Arbitrary<infer One> ? One : never;

function requestOf({ method, action, query, form, isRaw, hasToken, env, program }: Asked, jmb: Service): Request {
  const written = (all: readonly (readonly [string, string | number])[]): string => {
    const pairs = all.map(([name, one]) => [name, typeof one === 'number' ? (jmb.known[one] ?? '') : one]);
    return new URLSearchParams(pairs as [string, string][]).toString();
  };
  const own: [string, string][] = hasToken ? [['conf_token', jmb.token]] : [];
  const body = form instanceof Uint8Array ? form : Buffer.from(written([...own, ...form]));
  const text = [action, isRaw ? query.map(([name, one]) => `${name}=${one}`).join('&') : written(query)]
    .filter(Boolean)
    .join('&');
  const kept = method === 'POST' ? body : new Uint8Array();
  const length =
    kept.length > 0 ? { CONTENT_LENGTH: String(kept.length), CONTENT_TYPE: 'application/x-www-form-urlencoded' } : {};
  return {
    ...{ method, query: text, body: kept },
    env: { SCRIPT_NAME: `/${program}.cgi`, QUERY_STRING: text, ...ALICE, ...length, ...env },
  };
}

/** What is kept of meetings and their people. */
function kept({ store }: Service): string {
  const rows = store.all(
    'SELECT CAST(meeting_id AS TEXT) AS id, meeting_object, meeting_begin, meeting_duration FROM meetings',
  );
  const people = store.all(
    'SELECT attendee_meeting_hash, attendee_role, attendee_email, attendee_partstat FROM attendees',
  );
  return JSON.stringify([rows, people]);
}

/** Meetings without one owner, and people without a meeting. */
function halves({ store }: Service): unknown[] {
  return store.all(`
    SELECT 'meeting' AS what, CAST(meeting_id AS TEXT) AS id FROM meetings
    WHERE (SELECT count(*) FROM attendees WHERE attendee_meeting_id = meeting_id AND attendee_role = 'owner') <> 1
    UNION ALL SELECT 'attendee', attendee_email FROM attendees
    WHERE NOT EXISTS (SELECT 1 FROM meetings WHERE meeting_id = attendee_meeting_id)`);
}

/** Longer than this no answer takes, in milliseconds: a machine that has other things to do is no fault. */
const LONGEST = 5_000;

/** What must be so of every answer. */
function look({ status, text, milliseconds }: Told, jmb: Service): void {
  if (status < 200 || status >= 500) throw new Error(`status ${status}: ${jmb.log.join('\n')}`);
  if (/^\s+at .+:\d+:\d+|\b(Type|Range|Syntax|Reference|Sqlite)Error\b|\[object |\bundefined\b/m.test(text)) {
    throw new Error(`an answer shows what it should not: ${text.slice(0, 3000)}`);
  }
  if (milliseconds > LONGEST) throw new Error(`it took ${Math.round(milliseconds)} ms`);
  same(halves(jmb), [], 'what is half written');
}

const anything = holds(
  'whatever a door is asked is answered, and what is refused changes nothing',
  3,
  asked,
  async (one) => {
    const jmb = service();
    const before = kept(jmb);
    const request = requestOf(one, jmb);
    const told = await jmb.ask(DOORS[one.program as keyof typeof DOORS], request);
    // Where cron has never run, the service says itself that it is not well.
    if (told.status !== 503 || !/^health\b/.test(request.query)) look(told, jmb);
    const changes = kept(jmb) !== before;
    if (changes && (told.status >= 400 || request.method !== 'POST')) {
      throw new Error(`${request.method} ${request.query} was answered by ${told.status} and changed something`);
    }
  },
);

const day = fc
  .integer({ min: -1, max: 700 })
  .map((days) => new Date((NOW + days * 86_400) * 1000).toISOString().slice(0, 10));
const two = (number: number): string => String(number).padStart(2, '0');
const clock = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
const person = fc
  .tuple(anyAddress, fc.constantFrom('', '', 'Hans Müller', "Zoë O'Neil", 'Durand, Bob'))
  .map(([address, name]) => mailboxText(address, name));
const people = (most: number) => fc.array(person, { maxLength: most }).map((all) => all.join('\n'));
const odd = (good: fc.Arbitrary<string>, length: number) =>
  fc
    .oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: anyText(length) })
    .map((text) => Buffer.from(text).toString());
const form: fc.Arbitrary<BookingForm> = fc.record({
  date: odd(day, 12),
  time: odd(clock, 8),
  duration: odd(fc.constantFrom('30', '60', '90', '480'), 5),
  subject: odd(anyText(80), 300),
  moderators: odd(people(2), 60),
  guests: odd(
    people(4).map((text) => text || 'guest@out.test'),
    100,
  ),
  agenda: odd(anyText(200), 400),
  language: fc.constantFrom('', 'fr', 'en'),
});

/** A form as a browser sends it: lines end in CRLF (HTML, section 4.10.21.8). */
function posted(jmb: Service, typed: BookingForm, more: Record<string, string> = {}): Request {
  const fields = Object.entries(FIELDS).map(([field, { name }]) => [
    name,
    typed[field as keyof BookingForm].replace(/\r\n|\r|\n/g, '\r\n'),
  ]);
  const body = Buffer.from(
    new URLSearchParams({ conf_token: jmb.token, ...Object.fromEntries(fields), ...more }).toString(),
  );
  const query = more['conf_tsn'] === undefined ? 'register_new' : 'register_edit';
  const type = { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(body.length) };
  return { method: 'POST', query, body, env: { SCRIPT_NAME: '/booking.cgi', QUERY_STRING: query, ...ALICE, ...type } };
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#x27': "'",
  '#39': "'",
  '#x60': '`',
  '#x3D': '=',
};
const unescaped = (text: string): string =>
  text.replace(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);

/** What a browser would send of a page's fields, untouched. */
function fieldsIn(page: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', text = ''] of page.matchAll(/<textarea[^>]*?name="([^"]*)"[^>]*>([\s\S]*?)<\/textarea>/g)) {
    // The first line's end behind the tag is none (HTML, section 13.2.6.4.7).
    found.set(name, unescaped(text.replace(/^\n/, '')));
  }
  for (const [tag] of page.matchAll(/<input[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined && !/type="(checkbox|radio|submit)"/.test(tag))
      found.set(name, unescaped(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? ''));
  }
  for (const [, name = '', options = ''] of page.matchAll(/<select[^>]*?name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
    found.set(name, unescaped(/<option value="([^"]*)"[^>]*selected/.exec(options)?.[1] ?? ''));
  }
  return found;
}

const forms = holds(
  'a form is booked as it says, and booked again the same when it is saved untouched; or it comes back as it was typed',
  20,
  form,
  async (typed) => {
    const jmb = service();
    const before = kept(jmb);
    const told = await jmb.ask(booking, posted(jmb, typed));
    look(told, jmb);
    if (told.status >= 400) {
      same(kept(jmb), before, 'what is kept');
      const shown = fieldsIn(told.text);
      for (const field of ['subject', 'guests', 'moderators', 'agenda'] as const) {
        // A field of one line has none.
        const plain = (text: string): string =>
          text.replace(/\r\n?/g, '\n').replace(field === 'subject' ? /\n/g : /^\n/, '');
        same(plain(shown.get(FIELDS[field].name) ?? ''), plain(typed[field]), field);
      }
      return;
    }
    same(told.status, 303, 'the status');
    const id = jmb.store.get<{ id: string }>('SELECT CAST(max(meeting_id) AS TEXT) AS id FROM meetings')?.id ?? '';
    const saved = () => {
      const meeting = meetingById(jmb.store, id);
      if (meeting === undefined) throw new Error('nothing is booked');
      return bookingOf(meeting, attendeesOf(jmb.store, id));
    };
    const first = saved();
    const query = `edit&id=${id}`;
    const page = await jmb.ask(booking, {
      method: 'GET',
      query,
      body: new Uint8Array(),
      env: { SCRIPT_NAME: '/booking.cgi', QUERY_STRING: query, ...ALICE },
    });
    look(page, jmb);
    const fields = fieldsIn(page.text);
    const again = eachField((field) => fields.get(FIELDS[field].name) ?? '');
    const done = await jmb.ask(
      booking,
      posted(jmb, again, { conf_tsn: id, conf_version: fields.get('conf_version') ?? '' }),
    );
    look(done, jmb);
    same(done.status, 303, 'the status of saving it again');
    same(saved(), first, 'what is booked');
  },
);

const zone = zoneOf('Europe/Paris');
const rules = fc.record({
  minMinutes: fc.nat(60),
  maxMinutes: fc.integer({ min: 60, max: 600 }),
  maxModerators: fc.nat(3),
  maxGuests: fc.nat(8),
});
const checked = holds(
  'a valid booking is itself when it is typed as its form has it',
  1,
  fc.tuple(form, rules),
  ([typed, bounds]) => {
    if (zone === null) throw new Error('no zone');
    const all: BookingRules = {
      ...bounds,
      ...{ now: NOW, zone, filledIn: [], owner: ['alice.martin@example.org'], lists: new Map(), aliases: new Map() },
      defaultSubject: () => texts('fr')('calendar.no_subject'),
    };
    const one = checkBooking(typed, all);
    if ('mistakes' in one) {
      if (Object.values(one.mistakes).flat().length === 0) throw new Error('refused without a reason');
      return;
    }
    const { begin, duration, guests, moderators } = one.booking;
    if (begin < NOW - 60 || duration < bounds.minMinutes * 60 || duration > bounds.maxMinutes * 60)
      throw new Error('out of bounds');
    if (guests.length < 1 || guests.length > bounds.maxGuests || moderators.length > bounds.maxModerators)
      throw new Error('how many');
    const again = checkBooking(formOf(one.booking, zone), all);
    same(again, one, 'the booking, typed again');
  },
);

export const PAGES: readonly Property[] = [anything, forms, checked];
