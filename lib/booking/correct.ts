/**
 * What is put right about one person who is invited: the address, and link, answer and count stay; or the link, and all else stays. The
 * invitation goes out again.
 */
import type { Context } from '../context.ts';
import { mayEdit } from '../meetings/access.ts';
import type { Identity } from '../meetings/meeting.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { splitAddresses } from '../text/addresses.ts';
import type { TextKey } from '../text/catalogue.ts';
import { type Owned, ownedMeeting } from './access.ts';
import { addressBook, aliasesOf, asksDirectory } from './checked.ts';
import { accounts, type Ending, logged, sendAll, withinLimit, writeAll } from './messages.ts';
import { tellRoom } from './rooms.ts';
import { addressChanged, linksReplaced } from './series_people.ts';

/** What became of it: how the sending went, or what is wrong with what was typed. */
export type Corrected = { readonly told: Ending } | { readonly mistake: TextKey } | 'unchanged' | Refusal;

/** The longest address that is looked at, in characters, with a name in front of it. */
const LONGEST_TYPED = 500;

/**
 * Puts another address in the place of somebody's. What waits for the old one is withdrawn, and what came back from there forgotten; nothing is
 * told to it, for it may be a stranger's.
 * @param from the address as it stands
 */
export async function correctAddress(
  context: Context,
  identity: Identity,
  owned: Owned,
  from: string,
  typed: string,
): Promise<Corrected> {
  const gone = refusalOf(context, owned, from);
  if (gone !== null) return gone;
  const to = await addressOf(context, identity, typed);
  if (typeof to === 'object') return to;
  if (to === from) return 'unchanged';
  const { log } = context;
  const { id } = owned.meeting;
  const { feeds } = await accounts(context, identity, [to, ...owned.attendees.map(({ email }) => email)]);
  const done = withinLimit(context, identity, () => {
    const before = ownedMeeting(context, identity, id);
    if (isRefusal(before)) return before;
    const wrong = refusalOf(context, before, from) ?? taken(before, to);
    if (wrong !== null) return wrong;
    const letters = addressChanged(context, id, from, to);
    return { meeting: before.meeting, about: writeAll(context, identity, feeds, letters) };
  });
  if (isRefusal(done) || 'mistake' in done) return done;
  const { meeting, about } = done;
  log.event('address-corrected', { ...logged(meeting, identity), from, to });
  await tellRoom(context, meeting.room);
  return { told: await sendAll(context, about) };
}

/**
 * Gives somebody a link in the place of the one they had, which somebody else may have got: it leads nowhere at once. The new one goes to their
 * address alone.
 * @returns how the sending went
 */
export async function giveNewLink(
  context: Context,
  identity: Identity,
  owned: Owned,
  person: string,
): Promise<Ending | Refusal> {
  const { log } = context;
  const { id } = owned.meeting;
  const { feeds } = await accounts(context, identity, [person]);
  const done = withinLimit(context, identity, () => {
    const before = ownedMeeting(context, identity, id);
    const gone = isRefusal(before) ? before : refusalOf(context, before, person);
    if (gone !== null) return gone;
    return writeAll(context, identity, feeds, linksReplaced(context, id, person));
  });
  if (isRefusal(done)) return done;
  log.event('link-replaced', { ...logged(owned.meeting, identity), person });
  return sendAll(context, done);
}

/** The one address that was typed, an alias as its main one; or what is wrong with it. */
async function addressOf(
  context: Context,
  identity: Identity,
  typed: string,
): Promise<string | { readonly mistake: TextKey } | Refusal> {
  const { addresses, bad } = splitAddresses(typed.slice(0, LONGEST_TYPED), 3);
  const [address, ...others] = addresses;
  if (address === undefined || others.length > 0 || bad.length > 0) return { mistake: 'rule.one_address' };
  const { lists, owner } = addressBook(context, identity);
  if (lists.has(address)) return { mistake: 'rule.address_list' };
  const booking = { subject: '', begin: 0, duration: 0, moderators: [], guests: [address] };
  const aliases = asksDirectory(context) ? await aliasesOf(context, booking, []) : new Map<string, string>();
  if (aliases === null) return refuse(503, 'form.directory_silent', 'the directory is silent about an address');
  const main = aliases.get(address) ?? address;
  return owner.includes(main) ? { mistake: 'rule.address_own' } : main;
}

function refusalOf({ clock }: Context, { meeting, attendees }: Owned, from: string): Refusal | null {
  if (!mayEdit(meeting, 'owner', clock.now())) return refuse(403, 'refused.edit_late', `meeting ${meeting.id} is over`);
  if (from !== '' && attendees.some(({ email, role }) => email === from && role !== 'owner')) return null;
  return refuse(409, 'refused.person_gone', `meeting ${meeting.id}: nobody of that address`);
}

function taken({ attendees }: Owned, to: string): { readonly mistake: TextKey } | null {
  return attendees.some(({ email }) => email === to) ? { mistake: 'rule.address_taken' } : null;
}
