/**
 * The people of a booking as they are typed, and their seats in a meeting: old rows give some several, and only one counts.
 * Pure.
 */
import { splitAddresses, type Unread } from '../text/addresses.ts';
import { type Answer, type Attendee, ROLES, type Role } from './meeting.ts';
import { wordsOf } from './search.ts';

/** What the two fields came to. */
export interface Invited {
  readonly moderators: readonly string[];
  readonly guests: readonly string[];
  /** Pieces that are no address, by the field they stand in. */
  readonly badModerators: readonly Unread[];
  readonly badGuests: readonly Unread[];
  /** The names that stood beside addresses, by the address that is invited. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether more was typed than is looked at. */
  readonly moreModerators: boolean;
  readonly moreGuests: boolean;
}

/** How many pieces of the two fields are looked at. */
export interface Most {
  readonly moderators: number;
  readonly guests: number;
}

/** What is known of addresses beside what was typed. */
export interface AddressBook {
  /** Every address of the owner, lower case: the owner does not invite himself. */
  readonly owner: readonly string[];
  /** A mailing list's members, by its address. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Main addresses by alias. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** Whether what is no address may be somebody's name, or a part of it. */
export function isHalfName({ text }: Unread): boolean {
  return !text.includes('@') && wordsOf(text).length > 0;
}

/** Replaces lists by members and aliases by main addresses, drops the owner and doubles; who is in both is a moderator. */
export function invite(moderators: string, guests: string, book: AddressBook, most: Most): Invited {
  const typedModerators = splitAddresses(moderators, most.moderators);
  const typedGuests = splitAddresses(guests, most.guests);
  const owner = new Set(book.owner);
  const resolve = (addresses: readonly string[]): Set<string> => {
    const members = addresses.flatMap((address) => book.lists.get(address) ?? [address]);
    const others = members.filter((address) => !owner.has(address));
    const main = others.map((address) => book.aliases.get(address) ?? address);
    return new Set(main.filter((address) => !owner.has(address)));
  };
  const asModerators = resolve(typedModerators.addresses);
  const asGuests = [...resolve(typedGuests.addresses)].filter((address) => !asModerators.has(address));
  const names = new Map<string, string>();
  for (const [address, name] of [...typedModerators.names, ...typedGuests.names]) {
    const main = book.aliases.get(address) ?? address;
    // A list's name is nobody's.
    if (!book.lists.has(address) && !names.has(main)) names.set(main, name);
  }
  return {
    moderators: [...asModerators],
    guests: asGuests,
    badModerators: typedModerators.bad,
    badGuests: typedGuests.bad,
    names: new Map([...names].filter(([address]) => asModerators.has(address) || asGuests.includes(address))),
    moreModerators: typedModerators.more === true,
    moreGuests: typedGuests.more === true,
  };
}

/** The order of roles: a higher one may do what a lower one may. */
export const RANK: Readonly<Record<Role, number>> = { owner: 2, moderator: 1, guest: 0 };

/** The role that a row names; what is none of ours gives no rights, and so is a guest's. */
export function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'guest';
}

/**
 * One seat for each address, in the highest of its roles and by the secret of that one; the connections of all of them,
 * and the answer that was given in any, a yes before a no.
 */
export function oneSeatEach(seats: readonly Attendee[]): Attendee[] {
  const people = new Map<string, Attendee>();
  for (const seat of seats) {
    const known = people.get(seat.email);
    people.set(seat.email, known === undefined ? seat : together(known, seat));
  }
  return [...people.values()];
}

/** The seat of the highest role that any of the addresses has, or null. */
export function highest(attendees: readonly Attendee[], addresses: readonly string[]): Attendee | null {
  let best: Attendee | null = null;
  for (const attendee of attendees) {
    if (!addresses.includes(attendee.email)) continue;
    if (best === null || RANK[attendee.role] > RANK[best.role]) best = attendee;
  }
  return best;
}

/** The addresses of those who are one thing in a meeting, in the order of their invitations. */
export function addressesIn(attendees: readonly Attendee[], role: Role): string[] {
  return attendees.filter((attendee) => attendee.role === role).map(({ email }) => email);
}

function together(one: Attendee, other: Attendee): Attendee {
  const [high, low] = RANK[other.role] > RANK[one.role] ? [other, one] : [one, other];
  return {
    ...high,
    hash: high.hash || low.hash,
    connections: one.connections + other.connections,
    answer: answerOf([one.answer, other.answer]),
  };
}

function answerOf(answers: readonly Answer[]): Answer {
  if (answers.includes('accepted')) return 'accepted';
  if (answers.includes('tentative')) return 'tentative';
  return answers.includes('declined') ? 'declined' : 'none';
}
