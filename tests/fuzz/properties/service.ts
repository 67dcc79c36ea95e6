/** A service in this process, with a clock that stands still and a database of its own, asked through its doors. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../lib/context.ts';
import { answer } from '../../../lib/http/answer.ts';
import { encode } from '../../../lib/http/cgi.ts';
import { languageFor } from '../../../lib/http/language.ts';
import type { Door } from '../../../lib/http/route.ts';
import type { Request } from '../../../lib/message.ts';
import { readSettings } from '../../../lib/settings.ts';
import { insertMeeting } from '../../../lib/store/bookings.ts';
import { formToken } from '../../../lib/store/secrets.ts';
import { openStore, type Store } from '../../../lib/store/store.ts';
import { texts } from '../../../lib/text/catalogue.ts';
import { processZone, useZone } from '../../../lib/text/zones.ts';
import { atEndOfFile } from '../../support/leftovers.ts';

/** Tuesday 24 November 2026, 10:00 in Paris. */
export const NOW = 1_795_510_800;
const ALICE = 'alice.martin@example.org';

/** An answer. */
export interface Told {
  readonly status: number;
  /** The whole of it, as a web server would get it. */
  readonly text: string;
  readonly milliseconds: number;
}

/** A service that alice signs in to. */
export interface Service {
  readonly store: Store;
  /** What was logged since the last request began. */
  readonly log: string[];
  /** What can stand in an address: a meeting's id, secrets of links, a feed's. */
  readonly known: readonly string[];
  readonly token: string;
  ask(door: Door, request: Request): Promise<Told>;
  /** Forgets what was done since it began. */
  rewind(): void;
}

let only: Service | undefined;

/** The service, made when it is first asked for; it goes at the end of the file of tests. */
export function service(): Service {
  only ??= made();
  only.rewind();
  return only;
}

function made(): Service {
  const root = mkdtempSync(join(tmpdir(), 'jmb-fuzz-'));
  const settings = {
    ...readSettings(root, {}),
    ...{ JMB_DB: join(root, 'jmb.db'), JMB_SERVER_NAME: 'meet.example.org', JMB_URL: 'https://meet.example.org' },
    ...{ JMB_JWT_ISS: 'jmb', JMB_JWT_SECRET: 'a secret of the tests, 32 characters and more' },
  };
  useZone(settings.JMB_ICAL_TZID);
  const store = openStore(settings.JMB_DB);
  atEndOfFile(() => {
    only = undefined;
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const clock = { now: () => NOW, nanoseconds: () => BigInt(NOW) * 1_000_000_000n };
  const log: string[] = [];
  const booked = [ALICE, 'bob.durand@example.org'].flatMap((owner, at) => {
    const booking = { subject: 'Jury', begin: NOW + at * 1800 + 600, duration: 3600, moderators: ['m@out.test'] };
    const { meeting, attendees } = insertMeeting(store, clock, owner, {
      ...booking,
      guests: ['g@out.test', ALICE].slice(0, at + 1),
    });
    return [meeting.id, meeting.room, ...attendees.map(({ hash }) => hash)];
  });
  const token = formToken(store, 'alice', NOW);
  const contextOf = (asked: Request): Context => {
    const language = languageFor(asked, { own: undefined, house: 'fr' });
    const event = (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`);
    return {
      settings,
      store,
      clock,
      zone: processZone,
      log: { event },
      directory: null,
      language,
      texts: texts(language),
      asked,
    };
  };
  // All that is asked is done within it, and undone.
  store.database.exec('SAVEPOINT beginning');
  return {
    ...{ store, log, token, known: booked },
    rewind: () => {
      store.database.exec('ROLLBACK TO beginning');
    },
    ask: async (door, request) => {
      log.length = 0;
      const began = performance.now();
      const response = await answer(request, door, { contextOf, settings, close: () => undefined });
      const bytes = encode(response, request.method === 'HEAD');
      return { status: response.status, text: bytes.toString('utf8'), milliseconds: performance.now() - began };
    },
  };
}
