/** Databases to try things on: each in a folder of its own, gone when the test file is done. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Booking } from '../../lib/meetings/booking.ts';
import type { BookingClock } from '../../lib/store/bookings.ts';
import { openStore, type Store, type StoreOptions } from '../../lib/store/store.ts';
import { atEndOfFile } from '../support/leftovers.ts';

/** A database that the original wrote. */
const UPSTREAM = fileURLToPath(new URL('../support/upstream.db', import.meta.url));

/** A path in a new folder. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-store-'));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** A copy of the original's database. */
export function upstreamCopy(): string {
  const file = scratch('jmb.db');
  copyFileSync(UPSTREAM, file);
  return file;
}

/** A new database that is up to date: a copy of it is there in a tenth of the time that all migrations take. */
const EMPTY = emptyDatabase();

function emptyDatabase(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-store-'));
  const file = join(folder, 'jmb.db');
  openStore(file).close();
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}

function emptyCopy(): string {
  const file = scratch('jmb.db');
  writeFileSync(file, EMPTY);
  return file;
}

/** An open database, by default new and empty. */
export function open(file: string = emptyCopy(), options?: StoreOptions): Store {
  const store = openStore(file, options);
  atEndOfFile(() => {
    if (store.database.open) store.close();
  });
  return store;
}

/** Runs SQL the way the original does: by the sqlite3 command. */
export function sqlite3(file: string, sql: string): string {
  return execFileSync('sqlite3', ['-cmd', '.timeout 5000', file, sql], { encoding: 'utf8' }).trim();
}

/** A clock that stands still. */
export function clockAt(now: number): BookingClock {
  return { now: () => now, nanoseconds: () => BigInt(now) * 1_000_000_000n };
}

/** When the tests take place: Unix seconds, in November 2026. */
export const NOW = 1_795_446_000;

/** A booking of an hour, a day from NOW, with one moderator and one guest. */
export const BOOKING: Booking = {
  subject: "Soutenance d'Élodie",
  begin: NOW + 86_400,
  duration: 3600,
  moderators: ['bob.durand@example.org'],
  guests: ['invite@ailleurs.test'],
};

/** Who books. */
export const ALICE = 'alice.martin@example.org';
