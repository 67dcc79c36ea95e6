/** Who is invited: from what was typed to two lists of addresses. Pure. */
import { splitAddresses } from '../text/addresses.ts';

/** What the two fields came to. */
export interface Invited {
  readonly moderators: readonly string[];
  readonly guests: readonly string[];
  /** Pieces that are no address, by the field they stand in. */
  readonly badModerators: readonly string[];
  readonly badGuests: readonly string[];
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
  return {
    moderators: [...asModerators],
    guests: asGuests,
    badModerators: typedModerators.bad,
    badGuests: typedGuests.bad,
    moreModerators: typedModerators.more === true,
    moreGuests: typedGuests.more === true,
  };
}
