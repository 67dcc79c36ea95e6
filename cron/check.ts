/** `jmb check`: asks everything that JMB leans on whether it holds, one line each. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { whyOf } from '../lib/failure.ts';
import { Unavailable } from '../lib/refusal.ts';
import { roleBy } from '../lib/role.ts';
import { unknownSettings } from '../lib/settings.ts';
import { checkIntegrity, lastRun, newestBooking } from '../lib/store/maintenance.ts';
import { mailsIn } from '../lib/store/outbox.ts';
import { directory } from './check_directory.ts';
import { front, probeGuard } from './check_front.ts';
import { inbox, mail, templates } from './check_mail.ts';
import { CRON_FILE, cronRuns, foundFile, keptFor, node } from './check_programs.ts';
import { rooms, secret } from './check_prosody.ts';
import { accountName, rights } from './check_rights.ts';
import { services } from './check_services.ts';
import { nodeFacts, updates } from './check_updates.ts';
import type { CommandContext } from './environment.ts';

/** A verdict and its reason; `unknown` where JMB may not look, `off` where the part is not set up. */
export interface Answer {
  readonly verdict: 'ok' | 'warning' | 'unknown' | 'wrong' | 'off';
  readonly detail: string;
}

/** What one question found. */
interface Finding extends Answer {
  readonly about: string;
}

type Question = (context: CommandContext) => Promise<Finding> | Finding;

/** The name of a finding when its question breaks: a bundle keeps no names of functions. */
const questions: readonly (readonly [string, Question])[] = [
  ['settings', settings],
  ['node', runtime],
  ['updates', nodeUpdates],
  ['database', database],
  ['rights', fileRights],
  ['directory', directories],
  ['mail', mailServer],
  ['inbox', mailbox],
  ['templates', mailTemplates],
  ['clock', clock],
  ['cron', cron],
  ['services', programs],
  ['keeping', keeping],
  ['secret', tokenSecret],
  ['rooms', roomModule],
  ['front', publicFront],
  ['guard', guard],
  ['replica', secondHost],
];

/** What is asked on a host that is not the active one of two: its database, if it has one, is an old one. */
const ELSEWHERE = ['settings', 'node', 'updates', 'services', 'directory', 'templates', 'secret', 'rooms', 'replica'];

/**
 * Asks them all, or those that are named; one that breaks is a finding, not the end. The exit status is 1 when anything
 * is wrong: what is unknown is not.
 * @throws Error for a name that no question has
 */
export function check(
  names: readonly string[],
  options: { json?: boolean },
): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const stranger = names.find((name) => !questions.some(([about]) => about === name));
    if (stranger !== undefined) {
      throw new Error(`check asks about ${questions.map(([about]) => about).join(', ')}, not "${stranger}"`);
    }
    const wanted = questions.filter(
      ([about]) =>
        names.includes(about) || (names.length === 0 && (ELSEWHERE.includes(about) || roleBy(context) === 'active')),
    );
    const findings: Finding[] = [];
    for (const [about, question] of readable(context) ? wanted : questions.slice(0, 1)) {
      const finding = await askSafely(about, question, context, (name) => findings.some((one) => one.about === name));
      findings.push(finding);
      if (!options.json)
        process.stdout.write(`${finding.verdict.padEnd(8)} ${finding.about.padEnd(10)} ${finding.detail}\n`);
    }
    if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    return findings.some((finding) => finding.verdict === 'wrong') ? 1 : 0;
  };
}

/** Whether there are settings to ask by: not one file that nobody can read, nor an unknown time zone, which would be each question's answer. */
function readable(context: CommandContext): boolean {
  try {
    return context.settings !== undefined;
  } catch {
    return false;
  }
}

async function askSafely(
  about: string,
  question: Question,
  context: CommandContext,
  hasAsked: (about: string) => boolean,
): Promise<Finding> {
  try {
    return await question(context);
  } catch (error) {
    if (error instanceof Unavailable && error.what === 'addon' && hasAsked('node')) {
      return { about, verdict: 'unknown', detail: 'needs the database: see node' };
    }
    return { about, verdict: 'wrong', detail: whyOf(error) };
  }
}

/** Asked first: what follows asks by them. */
function settings(context: CommandContext): Finding {
  const { settings } = context;
  const about = 'settings';
  const { faults } = settings;
  if (faults.length > 0) return { about, verdict: 'wrong', detail: faults.map(({ message }) => message).join('; ') };
  if (!settings.JMB_SERVER_NAME) return { about, verdict: 'wrong', detail: 'JMB_SERVER_NAME is not set' };
  const unknown = unknownSettings(settings);
  if (unknown.length > 0)
    return { about, verdict: 'warning', detail: `not known, so without effect: ${unknown.join(' ')}` };
  return { about, verdict: 'ok', detail: `${settings.etc}: ${settings.JMB_SERVER_NAME}, ${settings.JMB_ICAL_TZID}` };
}

/** Without its addon nothing that follows can look into the database. */
function runtime({ root }: CommandContext): Finding {
  return { about: 'node', ...node(root) };
}

/** Debian renews its Node; one of our own waits for somebody to do it. */
function nodeUpdates({ root, clock }: CommandContext): Finding {
  const facts = nodeFacts(root, clock.now());
  if (facts === null)
    return { about: 'updates', verdict: 'unknown', detail: 'the Node of the programs does not run: see node' };
  return { about: 'updates', ...updates(facts) };
}

function database(context: CommandContext): Finding {
  const about = 'database';
  const fault = checkIntegrity(context.store);
  return fault === null
    ? { about, verdict: 'ok', detail: context.settings.JMB_DB }
    : { about, verdict: 'wrong', detail: `${context.settings.JMB_DB}: ${fault}; restore the last jmb backup` };
}

function fileRights({ settings, root }: CommandContext): Finding {
  return { about: 'rights', ...rights(settings, root) };
}

async function directories({ settings }: CommandContext): Promise<Finding> {
  return { about: 'directory', ...(await directory(settings.JMB_LDAPSEARCH)) };
}

/** Without cron nobody is reminded, and no mail that waits goes out. */
function cron({ settings, store, clock, root }: CommandContext): Finding {
  const runs = { last: lastRun(store, 'remind')?.at, now: clock.now(), mayRest: settings.JMB_ACTIVE_COMMAND !== '' };
  const user = accountName(statSync(settings.JMB_DB).uid);
  return { about: 'cron', ...cronRuns(foundFile(CRON_FILE), { command: join(root, 'bin/jmb'), user }, runs) };
}

/** What an administrator promises people by it. */
function keeping({ settings, store }: CommandContext): Finding {
  const { JMB_KEEP_DAYS: days, JMB_SHOW_ARCHIVES: shown } = settings;
  return { about: 'keeping', ...keptFor(days, shown, lastRun(store, 'forget')?.at) };
}

/** Programs that stay, and what keeps one from answering. */
function programs({ settings: { JMB_DATA, JMB_DB, JMB_LOG } }: CommandContext): Finding {
  return { about: 'services', ...services({ JMB_DATA, JMB_DB, JMB_LOG }) };
}

async function mailServer({ settings, store, clock }: CommandContext): Promise<Finding> {
  return { about: 'mail', ...(await mail(settings, mailsIn(store, 'waiting', 1000), clock.now())) };
}

async function mailbox({ settings }: CommandContext): Promise<Finding> {
  return { about: 'inbox', ...(await inbox(settings)) };
}

function mailTemplates({ settings, clock }: CommandContext): Finding {
  return { about: 'templates', ...templates(settings, clock.now()) };
}

/** A clock that fell back stands behind the newest booking; one that nobody keeps is only a warning. */
async function clock(context: CommandContext): Promise<Finding> {
  const about = 'clock';
  const now = context.clock.now();
  const newest = newestBooking(context.store);
  if (newest !== null && newest > now + 60) {
    return {
      about,
      verdict: 'wrong',
      detail: `the newest booking was made ${newest - now} s from now: the clock went back`,
    };
  }
  const { spawnSync } = await import('node:child_process');
  const asked = spawnSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], { encoding: 'utf8' });
  if (asked.status === 0 && asked.stdout.trim() === 'no') {
    return { about, verdict: 'warning', detail: 'not kept by NTP: tokens are checked against Prosody’s clock' };
  }
  return { about, verdict: 'ok', detail: new Date(now * 1000).toISOString() };
}

/** Prosody refuses every token that another secret signed. */
function tokenSecret({ settings }: CommandContext): Finding {
  return { about: 'secret', ...secret(settings) };
}

async function roomModule({ settings, root }: CommandContext): Promise<Finding> {
  return { about: 'rooms', ...(await rooms(settings, root)) };
}

async function publicFront({ settings }: CommandContext): Promise<Finding> {
  return { about: 'front', ...(await front(settings.JMB_URL)) };
}

/** Without a guard, the whole world books in anybody's name. */
async function guard(context: CommandContext): Promise<Finding> {
  const findings = await probeGuard(context.settings.JMB_URL);
  return { about: 'guard', ...findings };
}

/** The replica, and whether this host is what the other takes it for. */
async function secondHost(context: CommandContext): Promise<Finding> {
  return { about: 'replica', ...(await import('./replica.ts')).replicaAnswer(context) };
}
