/**
 * The fields for guests and moderators: what was typed, what of it cannot be read and where, and who may be meant by half a name;
 * booking.cgi?people=TEXT says that as JSON, to editors only.
 */
import { type Candidate, findPeople } from '../booking/people_found.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { BookingForm } from '../meetings/booking.ts';
import { FIELDS } from '../meetings/fields.ts';
import type { Identity } from '../meetings/meeting.ts';
import { isHalfName } from '../meetings/people.ts';
import { type Params, queryParams, type Request, type Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { splitAddresses, type Unread } from '../text/addresses.ts';
import { mailboxText } from '../text/people_list.ts';

/** The fields that hold people. */
export const PEOPLE_FIELDS = ['guests', 'moderators'] as const;

/** The name of such a field. */
export type PeopleField = (typeof PEOPLE_FIELDS)[number];

/** A name that is not yet anybody's, and who may be meant. */
export interface AskedName {
  readonly field: PeopleField;
  /** As typed. */
  readonly text: string;
  readonly candidates: readonly Candidate[];
  /** Why there may be others; empty where there are none. */
  readonly doubt: string;
}

/** How many names are looked for at once, in number. */
const MOST_ASKED = 8;

/** How many people of a field are looked at, and how many of those that cannot be read are shown where they stand, in number. */
const MOST_READ = 300;
const MOST_MARKED = 5;

/** How much of a line is shown before and behind what cannot be read, in characters. */
const AROUND = 40;

/** Looks for the people whose names stand in a form where addresses should. */
export async function askedIn(context: Context, identity: Identity, typed: BookingForm): Promise<AskedName[]> {
  const { texts } = context;
  const asked: AskedName[] = [];
  for (const field of PEOPLE_FIELDS) {
    const texted = splitAddresses(typed[field], MOST_READ).bad.filter(isHalfName);
    for (const text of new Set(texted.map((piece) => piece.text))) {
      if (asked.length === MOST_ASKED || asked.some((one) => one.text === text)) continue;
      const found = await findPeople(context, identity, text);
      if (isRefusal(found)) return [...asked, { field, text, candidates: [], doubt: texts(found.text) }];
      const doubt = found.silent ? texts('form.people_silent') : '';
      asked.push({ field, text, candidates: found.people, doubt });
      // One that does not answer holds the page for as long as it may take: it is not asked again.
      if (found.silent) return asked;
    }
  }
  return asked;
}

/** The form with the people who were chosen for such names in their places; a name that no longer stands there is passed over. */
export function withChosen(form: Params, typed: BookingForm): BookingForm {
  const chosen = new Map<string, string>();
  for (let at = 0; at < MOST_ASKED; at += 1) {
    const text = form.get(`conf_who_${at}`);
    const person = personIn(form.get(`conf_is_${at}`) ?? '');
    if (text && person) chosen.set(text, person);
  }
  if (chosen.size === 0) return typed;
  const replaced = (text: string): string => {
    const pieces = splitAddresses(text, MOST_READ).bad.filter((piece) => chosen.has(piece.text));
    return pieces.reduceRight((all, piece) => put(all, piece, chosen.get(piece.text) ?? ''), text);
  };
  return { ...typed, guests: replaced(typed.guests), moderators: replaced(typed.moderators) };
}

function put(text: string, { at, end }: Unread, person: string): string {
  return text.slice(0, at) + person + text.slice(end);
}

/** A chosen person in quotes, so that no name before a comma is taken for a part of theirs; null: it is none of those to choose from. */
function personIn(choice: string): string | null {
  const { addresses, names, bad } = splitAddresses(choice, 1);
  const [address] = addresses;
  if (address === undefined || bad.length > 0) return null;
  const name = names.get(address);
  return name === undefined ? address : `"${name}" <${address}>`;
}

/** One field as its template shows it. @param error what is wrong with it, in words; else empty */
export function peopleField(
  { texts, settings }: Pick<Context, 'texts' | 'settings'>,
  field: PeopleField,
  typed: string,
  error: string,
  asked: readonly AskedName[],
): object {
  const max = field === 'guests' ? settings.JMB_MAX_GUESTS : settings.JMB_MAX_MODERATORS;
  return {
    name: FIELDS[field].name,
    label: texts(FIELDS[field].label),
    hint: texts(`form.${field}_hint`, { max }),
    required: field === 'guests',
    rows: field === 'guests' ? 5 : 2,
    typed,
    error,
    marks: error === '' ? [] : marksIn(typed),
    asked: asked.flatMap((one, at) => (one.field === field ? [choiceOf(one, at)] : [])),
  };
}

/** The choice among those who may be meant; one alone is chosen already. */
function choiceOf({ text, candidates, doubt }: AskedName, at: number): object {
  const people = candidates.map(({ name, email, source }) => ({
    ...{ name, email },
    value: mailboxText(email, name),
    before: source === 'before',
    chosen: candidates.length === 1,
  }));
  return { at, text, people, doubt, nobody: people.length === 0 && doubt === '' };
}

/** The lines on which something cannot be read, each with its marks; of a long one what stands around them. */
function marksIn(typed: string): object[] {
  const several = typed.trim().includes('\n');
  const lines = new Map<number, Unread[]>();
  for (const piece of splitAddresses(typed, MOST_READ).bad) {
    const from = typed.lastIndexOf('\n', piece.at - 1) + 1;
    lines.set(from, [...(lines.get(from) ?? []), piece]);
  }
  return [...lines].slice(0, MOST_MARKED).map(([from, all]) => {
    const pieces = all.slice(0, MOST_MARKED);
    const [first, last] = [pieces[0]?.at ?? from, pieces.at(-1)?.end ?? from];
    const close = typed.indexOf('\n', last);
    const until = close < 0 ? typed.length : close;
    let at = Math.max(from, first - AROUND);
    const parts: { before: string; text: string }[] = [];
    for (const piece of pieces) {
      parts.push({ before: shortened(typed.slice(at, piece.at)), text: shortened(typed.slice(piece.at, piece.end)) });
      at = piece.end;
    }
    return {
      line: several && typed.slice(0, from).split('\n').length,
      cut: first - AROUND > from,
      parts,
      after: typed.slice(last, Math.min(until, last + AROUND)) + (last + AROUND < until ? '…' : ''),
    };
  });
}

function shortened(text: string): string {
  return text.length > 2 * AROUND ? `${text.slice(0, AROUND)}…${text.slice(-AROUND)}` : text;
}

/** Answers with `[{"name", "email", "source"}]`, ten at most; with 503 and those invited before where the directory is silent. */
export async function peopleFind(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response | Refusal> {
  const found = await findPeople(context, identity, queryParams(request).get('people') ?? '');
  if (isRefusal(found)) return found;
  return {
    status: found.silent ? 503 : 200,
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Cache-Control', 'private, no-store'],
      ['Referrer-Policy', 'no-referrer'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: JSON.stringify(found.people),
  };
}
