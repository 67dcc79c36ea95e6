/** Lists of people, however they are pasted; and who may do what, by their roles. */
import fc from 'fast-check';
import { joinOpen, mayAnswer, nextOpening, stateOf } from '../../../lib/meetings/access.ts';
import { type Attendee, ROLES } from '../../../lib/meetings/meeting.ts';
import { highest, invite, oneSeatEach, RANK } from '../../../lib/meetings/people.ts';
import { isAddress, splitAddresses } from '../../../lib/text/addresses.ts';
import { mailboxText, personName } from '../../../lib/text/people_list.ts';
import { anyText, holds, type Property, same } from './property.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const local = fc.stringMatching(/^[a-z0-9!#$%&*+/=?^_`{|}~-]{1,8}(\.[a-z0-9_+-]{1,6}){0,2}$/);

/** An address in small letters. */
export const anyAddress = fc
  .tuple(local, fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom('org', 'test', 'fr', 'museum'))
  .map(([name, labels, top]) => `${name}@${labels.join('.')}.${top}`)
  .filter(isAddress);

/** A word of a name. */
const word = fc.constantFrom(
  'Hans',
  'Müller',
  'Élodie',
  'd’Arc',
  'Jean-Luc',
  'Ng',
  'Иван',
  '山田',
  'van',
  'Dr.',
  'Ørsted',
  'al',
);
const twoWords = fc.tuple(word, word).map((words) => words.join(' '));
/** A name as people have them, also with a comma, an apostrophe or what they do in brackets. */
const anyName = fc.oneof(
  word,
  twoWords,
  fc.tuple(word, twoWords).map(([last, first]) => `${last}, ${first}`),
  twoWords.map((name) => `${name} (LMU)`),
  twoWords.map((name) => `${name} O'Neil`),
);

interface Named {
  readonly address: string;
  readonly name: string;
}
const named = (names: fc.Arbitrary<string>) => fc.record({ address: anyAddress, name: names });
const some = (names: fc.Arbitrary<string>) => fc.array(named(names), { minLength: 1, maxLength: 12 });

/** A way in which a list is pasted, and the names that people have there. */
interface Way {
  readonly name: string;
  readonly names: fc.Arbitrary<string>;
  readonly pasted: (people: readonly Named[]) => string;
}

const WAYS: readonly Way[] = [
  ...[', ', '; ', '\n', ' ,\r\n ', ';\r\n'].map((by) => ({
    name: `as JMB writes them, parted by ${JSON.stringify(by)}`,
    names: fc.oneof(fc.constant(''), anyName),
    pasted: (people: readonly Named[]) => people.map(({ address, name }) => mailboxText(address, name)).join(by),
  })),
  ...[' ', ', ', ';', '\n', '\r\n', '\t', ' , , ', '\u00a0'].map((by) => ({
    name: `addresses alone, parted by ${JSON.stringify(by)}`,
    names: fc.constant(''),
    pasted: (people: readonly Named[]) => people.map(({ address }) => address).join(by),
  })),
  {
    name: 'from Outlook',
    names: anyName,
    pasted: (people) => people.map(({ address, name }) => `${name} <${address}>`).join('; '),
  },
  {
    name: 'from Gmail',
    names: twoWords,
    pasted: (people) => people.map(({ address, name }) => `${name} <${address}>`).join(', '),
  },
  {
    name: 'from Thunderbird',
    names: anyName,
    pasted: (people) => people.map(({ address, name }) => `"${name}" <${address}>`).join(', '),
  },
  {
    name: 'a person a line, with a comma in the name',
    names: anyName,
    pasted: (people) => people.map(({ address, name }) => `${name} <${address}>`).join('\n'),
  },
  {
    name: 'from our mails',
    names: twoWords,
    pasted: (people) => people.map(({ address, name }) => `${name} (${address})`).join('\n'),
  },
  {
    name: 'from a table, names first, below a heading',
    names: twoWords,
    pasted: (people) => ['Nom\tE-mail', ...people.map(({ address, name }) => `${name}\t${address}`)].join('\r\n'),
  },
  {
    name: 'from a table, addresses first',
    names: twoWords,
    pasted: (people) => people.map(({ address, name }) => `${address}\t${name}`).join('\n'),
  },
  {
    name: 'with mailto and capitals',
    names: fc.constant(''),
    pasted: (people) => people.map(({ address }) => `<mailto:${address.toUpperCase()}>`).join(' '),
  },
];

function expected(people: readonly Named[]): { addresses: string[]; names: [string, string][] } {
  const names = new Map<string, string>();
  for (const { address, name } of people) if (name !== '' && !names.has(address)) names.set(address, personName(name));
  return { addresses: [...new Set(people.map(({ address }) => address))], names: [...names] };
}

const lists: readonly Property[] = WAYS.map(({ name, names, pasted }) =>
  holds(`a list of people is read as it was meant: ${name}`, 1, some(names), (people) => {
    const { addresses, names: found, bad } = splitAddresses(pasted(people));
    same({ addresses, names: [...found], bad }, { ...expected(people), bad: [] }, JSON.stringify(pasted(people)));
  }),
);

const anything = holds(
  'whatever is typed as people: addresses, or pieces named by their place',
  1,
  anyText(200),
  (typed) => {
    const { addresses, names, bad } = splitAddresses(typed);
    for (const address of addresses) if (!isAddress(address)) throw new Error(`${address} is none`);
    for (const { at, end } of bad) {
      if (!(at >= 0 && at < end && end <= typed.length)) throw new Error(`a piece from ${at} to ${end}`);
    }
    const again = splitAddresses(addresses.map((one) => mailboxText(one, names.get(one))).join('\n'));
    same([again.addresses, again.names, again.bad], [addresses, names, []], 'what is shown, read again');
  },
);

const book = fc.record({
  owner: fc.array(anyAddress, { maxLength: 2 }),
  lists: fc
    .array(fc.tuple(anyAddress, fc.array(anyAddress, { maxLength: 3 })), { maxLength: 2 })
    .map((all) => new Map(all)),
  aliases: fc.array(fc.tuple(anyAddress, anyAddress), { maxLength: 3 }).map((all) => new Map(all)),
});
const few = fc.array(anyAddress, { maxLength: 6 });

const inviting = holds(
  'who is invited is so once, and neither as owner nor in both lists',
  1,
  fc.tuple(few, few, book).chain(([moderators, guests, known]) => {
    // Addresses that are in the book, too, or it would hardly ever matter.
    const all = [...known.owner, ...known.lists.keys(), ...known.aliases.keys(), ...known.aliases.values()];
    const more = fc.subarray([...new Set(all)]);
    return fc
      .tuple(more, more)
      .map(([a, b]) => ({ moderators: [...moderators, ...a], guests: [...guests, ...b], known }));
  }),
  ({ moderators, guests, known }) => {
    const found = invite(moderators.join(' '), guests.join('\n'), known, { moderators: 100, guests: 100 });
    const all = [...found.moderators, ...found.guests];
    same(all.length, new Set(all).size, 'the number of people');
    const owner = all.find((address) => known.owner.includes(address));
    if (owner !== undefined) throw new Error(`the owner ${owner} is invited`);
    for (const address of found.names.keys()) if (!all.includes(address)) throw new Error(`${address} has a name only`);
  },
);

const LEADS = fc.record({ owner: fc.nat(7200), guest: fc.nat(7200) });
const TIMES = fc.record({ begin: fc.integer({ min: 1, max: 40_000 }), duration: fc.integer({ min: 60, max: 28_800 }) });

const roles = holds(
  'a higher role may enter whenever a lower one may, whatever the settings are',
  1,
  fc.record({ times: TIMES, leads: LEADS, now: fc.nat(80_000) }),
  ({ times: { begin, duration }, leads, now }) => {
    const meeting = { begin, end: begin + duration };
    const may = ROLES.toSorted((one, other) => RANK[other] - RANK[one]).map((role) =>
      joinOpen(meeting, role, now, leads),
    );
    if (may.some((lower, at) => lower && !may.slice(0, at).every(Boolean))) throw new Error(`may: ${may}`);
    // Who may still answer has not missed it.
    if (mayAnswer(meeting, 'guest', now) !== (stateOf(meeting, now, 0) !== 'over')) throw new Error('answers');
  },
);

const opening = holds(
  'the next way in shows at the time that is said, and none before',
  1,
  fc.record({
    meetings: fc.array(fc.tuple(TIMES, fc.constantFrom(...ROLES)), { maxLength: 5 }),
    leads: LEADS,
    now: fc.nat(60_000),
  }),
  ({ meetings, leads, now }) => {
    const seats = meetings.map(([{ begin, duration }, role]) => ({
      meeting: { begin, end: begin + duration },
      attendee: { role },
    }));
    const shown = (at: number) => seats.map(({ meeting, attendee }) => joinOpen(meeting, attendee.role, at, leads));
    const next = nextOpening(seats, now, leads);
    const until = next ?? now + 200_000;
    const before = shown(now);
    const opens = shown(until - 1).some((open, at) => open && !before[at]);
    if (opens) throw new Error(`one shows before ${next}`);
    if (next !== null && !shown(next).some((open, at) => open && !shown(next - 1)[at]))
      throw new Error(`none at ${next}`);
  },
);

const seat: fc.Arbitrary<Attendee> = fc.record({
  hash: fc.constantFrom('', 'a', 'b', 'c'),
  role: fc.constantFrom(...ROLES),
  email: fc.constantFrom('a@x.org', 'b@x.org', 'c@x.org'),
  connections: fc.nat(9),
  answer: fc.constantFrom('none', 'accepted', 'declined', 'tentative'),
});

const seats = holds(
  'of several seats of one person the highest counts, and nothing is lost',
  1,
  fc.array(seat),
  (all) => {
    const one = oneSeatEach(all);
    same(
      one.map(({ email }) => email),
      [...new Set(all.map(({ email }) => email))],
      'the people',
    );
    const sum = (some: readonly Attendee[]) => some.reduce((total, { connections }) => total + connections, 0);
    same(sum(one), sum(all), 'the connections');
    for (const { email, role, answer } of one) {
      const own = all.filter((other) => other.email === email);
      same(RANK[role], Math.max(...own.map((other) => RANK[other.role])), 'the role');
      same(highest(all, [email])?.role, role, 'the highest');
      if (answer === 'none' && own.some((other) => other.answer !== 'none')) throw new Error('an answer is lost');
    }
    same(oneSeatEach(one), one, 'once more');
  },
);

export const PEOPLE: readonly Property[] = [...lists, anything, inviting, roles, opening, seats];
