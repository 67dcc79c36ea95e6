/** A service for one test file: settings, a database of its own, a clock that stands still, and pages asked by their rows. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Taken, takeMail } from '../../lib/booking/incoming.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { Context } from '../../lib/context.ts';
import { runRow } from '../../lib/http/answer.ts';
import { languageFor, type Visit } from '../../lib/http/language.ts';
import type { Row } from '../../lib/http/route.ts';
import type { Booking } from '../../lib/meetings/booking.ts';
import { refusalPage } from '../../lib/pages/refusal.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { wayOut } from '../../lib/people/identity.ts';
import { isRefusal } from '../../lib/refusal.ts';
import { readSettings } from '../../lib/settings.ts';
import { insertMeeting, type Saved } from '../../lib/store/bookings.ts';
import { formToken } from '../../lib/store/secrets.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { type Language, texts } from '../../lib/text/catalogue.ts';
import { processZone, useZone, type Zone } from '../../lib/text/zones.ts';
import { rowWith } from '../support/doors.ts';
import { atEndOfFile } from '../support/leftovers.ts';

/** Tuesday 24 November 2026, 10:00 in Paris. */
export const NOW = 1_795_510_800;
export const ALICE = 'alice.martin@example.org';
export const BOB = 'bob.durand@example.org';
export const OUTSIDER = 'invite@ailleurs.test';

/** What to ask, besides the handler. */
export interface Asked {
  /** The account that asks; nobody when left out. */
  readonly as?: string;
  /** Its addresses; those of the account's name when left out. */
  readonly addresses?: string;
  readonly query?: string;
  /** The fields of a form; they make it a POST. */
  readonly form?: Readonly<Record<string, string>>;
  /** A form's bytes, in the place of `form`. */
  readonly body?: Uint8Array;
  readonly method?: string;
  /** Seconds after NOW. */
  readonly later?: number;
  /** More variables, such as HTTP_COOKIE. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An answer, with its headers by lower-case name. */
export interface Told {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Set-Cookie of each cookie. */
  readonly cookies: readonly string[];
  readonly body: string;
  /** The body's text without tags, blanks in one. */
  readonly text: string;
}

/** A service. */
export interface Site {
  readonly store: Store;
  readonly log: readonly string[];
  /** Asks a page by the row of a door's table that it answers for, needs and all. */
  ask(handler: Row['handler'], asked?: Asked): Promise<Told>;
  /** Books for alice, unless told otherwise: an hour from `begin` seconds after NOW, with bob and the outsider as guests. */
  meeting(begin: number, facts?: Partial<Booking>, owner?: string): Saved;
  /** Gives it a message that came for an address, so many seconds after NOW. */
  take(raw: string, to: string, later?: number): Promise<Taken>;
  /** The token of its forms, so many seconds after NOW. */
  token(uid: string, later?: number): string;
}

const MAILS: Readonly<Record<string, string>> = { alice: ALICE, bob: BOB, carol: 'carol.petit@example.org' };

/** Makes a service. @param settings lines of jmb_local.cf */
export function site(settings = '', directory: Directory | null = null): Site {
  const root = mkdtempSync(join(tmpdir(), 'jmb-pages-'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(
    join(root, 'etc/jmb_local.cf'),
    `JMB_NAME="Visio"
JMB_SERVER_NAME="meet.example.org"
JMB_SMTP_URL="smtp://127.0.0.1:1"
JMB_JWT_ISS="jmb"
JMB_JWT_SECRET="a secret of the tests, 32 characters and more"
JMB_REDIRECT_CLOSE="https://www.example.org/"
${settings.replaceAll('ROOT', root)}
`,
  );
  const read = readSettings(root, {});
  useZone(read.JMB_ICAL_TZID);
  const store = openStore(join(root, 'jmb.db'));
  atEndOfFile(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const log: string[] = [];
  const contextAt = (now: number, asked: Visit, signsOut = false): Context => {
    let own: Language | undefined;
    let zone: Zone = processZone;
    const language = () => languageFor(asked, { own, house: read.JMB_LANG });
    const event = (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`);
    const clock = fixedClock(now);
    return {
      ...{ settings: read, clock, log: { event }, store, directory, asked, signsOut },
      get language() {
        return language();
      },
      get zone() {
        return zone;
      },
      goBy: (own) => {
        zone = own ?? zone;
      },
      get texts() {
        return texts(language());
      },
      speak: (chosen) => {
        own = chosen;
      },
    };
  };
  return {
    store,
    log,
    take: (raw, to, later = 0) =>
      takeMail(contextAt(NOW + later, { method: 'GET', query: '', env: {} }), {
        raw: Buffer.from(raw),
        sender: 'x@y.test',
        recipients: [to],
      }),
    token: (uid, later = 0) => formToken(store, uid, NOW + later),
    meeting(begin, facts = {}, owner = ALICE) {
      const booking = { subject: 'Jury', begin: NOW + begin, duration: 3600, moderators: [], guests: [BOB, OUTSIDER] };
      return insertMeeting(store, fixedClock(NOW - 86_400), owner, { ...booking, ...facts });
    },
    async ask(handler, { as, addresses, query = '', form, body: bytes, method, later = 0, env = {} } = {}) {
      const body = bytes ?? Buffer.from(new URLSearchParams(form ?? {}).toString());
      const person = as === undefined ? {} : { REMOTE_USER: as, AUTHENTICATE_MAIL: addresses ?? MAILS[as] ?? '' };
      const request = {
        method: method ?? (form === undefined && bytes === undefined ? 'GET' : 'POST'),
        query,
        body,
        env: { SCRIPT_NAME: '/booking.cgi', QUERY_STRING: query, ...person, ...env },
      };
      const context = contextAt(NOW + later, request, wayOut({ env }) !== undefined);
      const result = await runRow(rowWith(handler), request, context);
      const answer = isRefusal(result) ? refusalPage(result, request, context) : result;
      const text = String(answer.body);
      return {
        status: answer.status,
        headers: new Map(answer.headers.map(([name, value]) => [name.toLowerCase(), value])),
        cookies: answer.headers.flatMap(([name, value]) => (name === 'Set-Cookie' ? [value] : [])),
        body: text,
        text: text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '),
      };
    },
  };
}

/** The part of a page between two marks. */
export function between(body: string, from: string, to: string): string {
  const start = body.indexOf(from);
  return start < 0 ? '' : body.slice(start, body.indexOf(to, start) < 0 ? undefined : body.indexOf(to, start));
}
