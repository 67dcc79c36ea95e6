/** The flat files of the oldest versions: one file of shell assignments a meeting, one file a feed. Read, never executed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import { assignmentsOf } from '../settings/shell.ts';
import { importFeed, importMeeting, type OldMeeting } from '../store/import.ts';
import type { Store } from '../store/store.ts';
import { splitAddresses } from '../text/addresses.ts';

/** What was taken over, and what could not be, each with its reason. */
export interface Imported {
  readonly meetings: number;
  readonly feeds: number;
  readonly bad: readonly string[];
}

/** Takes over `booking/`, `booking_archive/` and `ical/by-user/` of a data folder; what is there already stays. */
export function importFlatFiles(store: Store, data: string): Imported {
  const bad: string[] = [];
  let meetings = 0;
  let feeds = 0;
  for (const folder of ['booking', 'booking_archive']) {
    for (const name of names(join(data, folder))) {
      try {
        if (importMeeting(store, oldMeeting(name, readFileSync(join(data, folder, name), 'utf8')))) meetings += 1;
      } catch (error) {
        bad.push(`${folder}/${name}: ${messageOf(error)}`);
      }
    }
  }
  for (const uid of names(join(data, 'ical/by-user'))) {
    // Bare, or as the value of a shell variable.
    const text = readFileSync(join(data, 'ical/by-user', uid), 'utf8').trim();
    const hash = /^(?:\w+=)?(["']?)([A-Za-z0-9]{8,64})\1$/.exec(text)?.[2];
    if (hash === undefined) bad.push(`ical/by-user/${uid}: no address of a feed`);
    else if (importFeed(store, uid, hash)) feeds += 1;
  }
  return { meetings, feeds, bad };
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** One file, whose name is the meeting's id. */
export function oldMeeting(name: string, source: string): OldMeeting {
  const found = assignmentsOf(name, source);
  const value = (key: string): string => found.get(key)?.value ?? '';
  const whole = (key: string): number => {
    if (!/^\d{1,12}$/.test(value(key))) throw new Error(`${key} is no number`);
    return Number(value(key));
  };
  if (!/^\d{1,19}$/.test(name)) throw new Error('its name is no id');
  const begin = whole('begin');
  const end = found.has('end') ? whole('end') : begin + whole('duration');
  if (value('name') === '' || end < begin) throw new Error('it has no room, or ends before it begins');
  const owner = value('mail_owner').trim().toLowerCase();
  if (owner === '') throw new Error('it has no mail_owner');
  const guests = splitAddresses(value('guests')).addresses.filter((guest) => guest !== owner);
  return {
    id: BigInt(name),
    room: value('name'),
    subject: value('object'),
    owner,
    begin,
    end,
    guests: [...new Set(guests)],
  };
}
