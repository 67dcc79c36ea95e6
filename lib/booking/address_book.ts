/** What is known of the addresses in a form beside what was typed: mailing lists, and aliases that the directory knows. */
import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import type { Booking } from '../meetings/booking.ts';
import type { Identity } from '../meetings/meeting.ts';
import type { AddressBook } from '../meetings/people.ts';
import type { Directory, Person } from '../people/directory.ts';
import { Unavailable } from '../refusal.ts';
import { parseLists } from '../text/addresses.ts';

/**
 * What is known without asking anybody. A file of lists that cannot be read keeps nobody from booking: a list is then
 * invited by its own address, and the log says so.
 */
export function addressBook(context: Context, owner: Identity): AddressBook {
  return { owner: owner.addresses, lists: listsOf(context), aliases: new Map() };
}

/** Whether aliases are to be replaced by what the directory says. */
export function asksDirectory({ settings, directory }: Context): boolean {
  return settings.JMB_FIX_MAIL_ALIASES && directory !== null;
}

/**
 * The main addresses of the people of a booking, by alias; null when the directory is silent.
 * @param present the addresses of those who are in the meeting already
 */
export async function aliasesOf(
  context: Context,
  { moderators, guests }: Booking,
  present: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  const aliases = new Map<string, string>();
  if (context.directory === null) return aliases;
  const people = await askedFor(context, context.directory, [...moderators, ...guests, ...present]);
  if (people === null) return null;
  // Who is in the meeting already stays there by the address they were invited by, with secret and answer.
  const held = new Map(present.map((address) => [people.get(address)?.email ?? address, address]));
  for (const [address, { email }] of people) if (email !== null) aliases.set(address, held.get(email) ?? email);
  return aliases;
}

async function askedFor(
  { log }: Context,
  directory: Directory,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Person> | null> {
  try {
    return await directory.peopleOf(addresses);
  } catch (error) {
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    log.event('directory-silent', { for: 'aliases', reason: error.detail });
    return null;
  }
}

function listsOf({ settings, log }: Context): ReadonlyMap<string, readonly string[]> {
  const file = settings.JMB_LISTS_SUBSCRIBERS;
  if (file === '') return new Map();
  try {
    return parseLists(readFileSync(file, 'utf8'));
  } catch (error) {
    log.event('lists-unreadable', { file, reason: messageOf(error) });
    return new Map();
  }
}
