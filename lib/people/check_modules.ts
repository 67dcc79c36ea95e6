/**
 * Who gets a token for a room, by the check modules in the order of the settings (the first refusal ends it, the first consent
 * settles it), and who may book.
 */
import type { Context } from '../context.ts';
import { roomName } from '../jitsi/room_name.ts';
import type { Identity, Meeting, Role } from '../meetings/meeting.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { TextKey } from '../text/catalogue.ts';
import { needDirectory } from './directory.ts';
import { loadModule, moduleFailure } from './modules.ts';

/** What a check module is asked. */
export interface Question {
  /** The room's name, lower case. */
  readonly room: string;
  readonly identity: Identity;
  /** Unix seconds. */
  readonly now: number;
  /** The booked meeting of the room, or null when the room is not booked. */
  readonly meeting: Meeting | null;
  /** What the user is in this meeting, or null when nothing. */
  readonly role: Role | null;
}

/** What a check module says; `pass` leaves it to the next. */
export type Verdict =
  | { readonly verdict: 'allow' | 'pass' }
  | {
      readonly verdict: 'refuse';
      /** For the log, in English; of an administrator's module also for the user. */
      readonly reason: string;
      /** What the user reads instead of the reason: of built-in modules. */
      readonly text?: TextKey;
    };

/** A check module. It may ask the directory, the store and the settings of the context, and write to its log. */
export type CheckModule = (question: Question, context: Context) => Verdict | Promise<Verdict>;

const BUILT_IN: Readonly<Record<string, CheckModule>> = {
  'ldap-filter': checkLdapFilter,
  booking: checkBooking,
  'private-room': checkPrivateRoom,
  'editor_role-ldap': checkLdapFilter,
};

/** Names of the check modules that come with the program. */
export const CHECK_MODULES: readonly string[] = Object.keys(BUILT_IN);

/**
 * Asks the modules, and writes down which one decided.
 * @returns the name of the module that allowed, or a refusal with 403
 * @throws Unavailable when a module, the directory or the database fails: nobody gets in by a failure
 */
export async function decide(question: Question, context: Context): Promise<{ module: string } | Refusal> {
  const { room, identity } = question;
  const who = `${identity.uid} in ${room}`;
  for (const module of context.settings.JMB_MODULE_CHECK_MODERATOR) {
    const result = await verdictOf(module, question, context);
    if (result.verdict === 'refuse') {
      const log = `${module} refuses ${who}: ${result.reason}`;
      if (result.text !== undefined) return refuse(403, result.text, log);
      return refuse(403, 'refused.by_module', log, { reason: result.reason });
    }
    if (result.verdict === 'allow') {
      context.log.event('allowed', { module, uid: identity.uid, room });
      return { module };
    }
  }
  return refuse(403, 'refused.nobody_allows', `no module allows ${who}`);
}

async function verdictOf(name: string, question: Question, context: Context): Promise<Verdict> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn !== undefined) return builtIn(question, context);
  const call = await loadModule(context.settings, name, 'check');
  return checked(name, await call(question, context));
}

/** What an administrator's module gave back; anything unclear is a failure of the module, never a consent. */
function checked(name: string, result: unknown): Verdict {
  const { verdict, reason } = (result ?? {}) as Partial<Record<string, unknown>>;
  if (verdict === 'allow' || verdict === 'pass') return { verdict };
  if (verdict === 'refuse') return { verdict, reason: typeof reason === 'string' && reason !== '' ? reason : name };
  throw moduleFailure(name, "gives no verdict of 'allow', 'refuse' or 'pass'");
}

/** Check module `booking`: a booked room is for its owner and moderators, until its end; others are passed on. */
function checkBooking({ meeting, role, now }: Question): Verdict {
  if (meeting === null) return { verdict: 'pass' };
  if (role !== 'owner' && role !== 'moderator') {
    return { verdict: 'refuse', reason: `${role ?? 'a stranger'}, not a moderator`, text: 'refused.not_moderator' };
  }
  if (now >= meeting.end) return { verdict: 'refuse', reason: 'the meeting is over', text: 'refused.meeting_over' };
  return { verdict: 'allow' };
}

/** Check module `ldap-filter`: refuses whom the administrator’s filter does not match, and leaves the others to the next module. */
async function checkLdapFilter(
  { identity }: Question,
  { settings, directory }: Pick<Context, 'settings' | 'directory'>,
): Promise<Verdict> {
  const filter = settings.JMB_MODULE_CHECK_EDITOR_LDAP_FILTER;
  if (await needDirectory(directory, 'ldap-filter').matches(identity.uid, filter)) return { verdict: 'pass' };
  return { verdict: 'refuse', reason: `does not match ${filter}`, text: 'refused.not_editor' };
}

/** Check module `private-room`: a room that is not booked is for the user whose account has its name. */
function checkPrivateRoom({ meeting, room, identity }: Question): Verdict {
  if (meeting !== null) return { verdict: 'pass' };
  const name = roomName(room);
  if (name === undefined || name !== roomName(identity.uid)) {
    return { verdict: 'refuse', reason: 'not booked, and not this user’s own room', text: 'refused.not_your_room' };
  }
  return { verdict: 'allow' };
}

/** The module that comes with the program: whom the administrator's LDAP filter matches. */
export const EDITOR_MODULE = 'editor_role-ldap';

/**
 * Whether someone may book. No module: everyone who signed in.
 * @throws Unavailable when the directory or an administrator's module fails
 */
export async function isEditor(context: Pick<Context, 'settings' | 'directory'>, identity: Identity): Promise<boolean> {
  const { settings } = context;
  const module = settings.JMB_MODULE_CHECK_EDITOR;
  if (module === '') return true;
  if (module === EDITOR_MODULE) {
    const directory = needDirectory(context.directory, module);
    return directory.matches(identity.uid, settings.JMB_MODULE_CHECK_EDITOR_LDAP_FILTER);
  }
  const call = await loadModule(settings, module, 'editor');
  const result = await call(identity, context);
  if (typeof result !== 'boolean') throw moduleFailure(module, 'gives neither true nor false');
  return result;
}
