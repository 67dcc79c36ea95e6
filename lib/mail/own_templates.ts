/** The administrator's templates of mails, `etc/mail/*.hbs`, which take the place of ours; Handlebars' compiler is loaded only where there are some. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { codeOf, messageOf } from '../failure.ts';
import type { Role } from '../meetings/meeting.ts';
import type { Language } from '../text/catalogue.ts';
import type { MessageKind } from './messages.ts';

/** A part of a mail that a template writes. */
export type Part = 'txt' | 'html';

/** Which mail a template is for. */
export interface Occasion {
  readonly kind: MessageKind;
  readonly role: Role;
  readonly language: Language;
}

/** What is wrong with a template. */
export interface Fault {
  readonly file: string;
  /** From 1; null where it is about the whole file. */
  readonly line: number | null;
  readonly reason: string;
}

/** The templates of a folder. */
export interface OwnTemplates {
  /** A part by the template that fits best; null where there is none, or it is broken, which is told once. */
  write(part: Part, occasion: Occasion, view: object): string | null;
  /** The files that no mail and no other template uses. */
  readonly unused: readonly string[];
  /** How many files there are. */
  readonly count: number;
}

/** No templates. */
export const NONE: OwnTemplates = { write: () => null, unused: [], count: 0 };

/** The largest template, in bytes, and how many are read. */
const LARGEST = 256 * 1024;
const MOST = 200;

const NAME = /^(.+)\.(txt|html)\.hbs$/;

/** Names of templates that are for a mail, less the language: other names are those of partials. */
const FOR_MAILS = /^(?:message|(?:new|edit|del|removed|reminder|ask)(?:_(?:owner|moderator|guest))?)(?:\.(?:fr|en))?$/;

/**
 * Reads the templates of a folder of settings. What cannot be read, or is no Handlebars, is told and passed over.
 * @param etc the folder of the settings, which holds `mail/`
 * @param tell is told each fault once
 */
export function ownTemplates(etc: string, tell: (fault: Fault) => void): OwnTemplates {
  const folder = join(etc, 'mail');
  const said = new Set<string>();
  const fault = (one: Fault): null => {
    const key = JSON.stringify(one);
    if (!said.has(key)) tell(one);
    said.add(key);
    return null;
  };
  const names = namesIn(folder, fault);
  if (names.length === 0) return NONE;
  const sources = new Map<string, string>();
  for (const name of names) {
    const source = sourceOf(join(folder, name), fault);
    if (source !== null) sources.set(name, source);
  }
  const delegates = compiled(folder, sources);
  return {
    count: names.length,
    unused: unusedOf(sources).map((name) => join(folder, name)),
    write(part, occasion, view) {
      const name = candidates(occasion)
        .map((one) => `${one}.${part}.hbs`)
        .find((one) => delegates[part].has(one));
      const delegate = name === undefined ? undefined : delegates[part].get(name);
      if (delegate === undefined) return null;
      try {
        const text = delegate(view, { partials: partialsOf(delegates[part]) });
        // A mail without HTML is plain; one without text would be nothing.
        return part === 'txt' && text.trim() === '' ? null : text.trim() === '' ? '' : text;
      } catch (error) {
        return fault(error instanceof BrokenTemplate ? error.fault : faultOf(join(folder, name ?? ''), error));
      }
    },
  };
}

/** The names that a template for a mail may have, the best first. */
function candidates({ kind, role, language }: Occasion): string[] {
  return [`${kind}_${role}`, kind, 'message'].flatMap((name) => [`${name}.${language}`, name]);
}

function namesIn(folder: string, fault: (one: Fault) => null): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
      .slice(0, MOST);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') fault({ file: folder, line: null, reason: messageOf(error) });
    return [];
  }
}

function sourceOf(file: string, fault: (one: Fault) => null): string | null {
  try {
    const { size } = statSync(file);
    if (size > LARGEST) return fault({ file, line: null, reason: `is larger than ${LARGEST} bytes` });
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fault({ file, line: null, reason: messageOf(error) });
  }
}

type Delegate = (view: object, options?: Handlebars.RuntimeOptions) => string;

/** Carries a fault out of a partial, whose file the template around it does not know. */
class BrokenTemplate extends Error {
  constructor(readonly fault: Fault) {
    super(fault.reason);
  }
}

/** Every file as a function that throws BrokenTemplate with its own name; compiled when first called. */
function compiled(folder: string, sources: ReadonlyMap<string, string>): Record<Part, Map<string, Delegate>> {
  const made: Record<Part, Map<string, Delegate>> = { txt: new Map(), html: new Map() };
  const handlebars = Handlebars.create();
  // Its own would write to standard output, which is the page.
  handlebars.registerHelper('log', () => undefined);
  for (const [name, source] of sources) {
    const part: Part = name.endsWith('.txt.hbs') ? 'txt' : 'html';
    const options = { strict: true, knownHelpersOnly: true, noEscape: part === 'txt' };
    let delegate: Delegate | undefined;
    made[part].set(name, (view, given) => {
      try {
        delegate ??= handlebars.compile(handlebars.parse(source), options) as Delegate;
        return delegate(view, given);
      } catch (error) {
        throw error instanceof BrokenTemplate ? error : new BrokenTemplate(faultOf(join(folder, name), error));
      }
    });
  }
  return made;
}

/** The files of a part by the names that `{{> name}}` has for them. */
function partialsOf(delegates: ReadonlyMap<string, Delegate>): Record<string, Delegate> {
  return Object.fromEntries([...delegates].map(([name, delegate]) => [NAME.exec(name)?.[1] ?? name, delegate]));
}

/** Handlebars names the line in its message: `Parse error on line 3: …`, `… - 3:5`. */
function faultOf(file: string, error: unknown): Fault {
  const message = messageOf(error);
  const line = /on line (\d+)/.exec(message)?.[1] ?? / - (\d+):\d+$/.exec(message)?.[1];
  const reason = message.replace(/^Parse error on line \d+:\s*/, '').replace(/ - \d+:\d+$/, '');
  return { file, line: line === undefined ? null : Number(line), reason: reason.replace(/\s+/g, ' ').slice(0, 300) };
}

function unusedOf(sources: ReadonlyMap<string, string>): string[] {
  const called = new Set<string>();
  for (const [name, source] of sources) {
    const part = NAME.exec(name)?.[2] ?? '';
    for (const [, partial] of source.matchAll(/\{\{~?#?>\s*"?([\w.-]+)/g)) called.add(`${partial}.${part}.hbs`);
  }
  return [...sources.keys()].filter((name) => !FOR_MAILS.test(NAME.exec(name)?.[1] ?? '') && !called.has(name));
}
