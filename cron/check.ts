/** `jmb check`: asks everything that JMB leans on whether it holds, one line each. */
import { existsSync, readFileSync } from 'node:fs';
import { unknownSettings } from '../lib/settings.ts';
import { checkIntegrity, newestBooking } from '../lib/store/upkeep.ts';
import { probeGuard } from './guard.ts';
import type { CommandContext } from './surroundings.ts';

/** What one question found; `off` when the part is not set up. */
interface Finding {
  readonly about: string;
  readonly verdict: 'ok' | 'warning' | 'wrong' | 'off';
  readonly detail: string;
}

type Question = (context: CommandContext) => Promise<Finding> | Finding;

/** The name of a finding when its question breaks: a bundle keeps no names of functions. */
const questions: readonly (readonly [string, Question])[] = [
  ['settings', settings],
  ['database', database],
  ['directory', directory],
  ['mail', mailServer],
  ['clock', clock],
  ['secret', secret],
  ['guard', guard],
];

/** Asks them all; one that breaks is a finding, not the end. The exit status is 1 when anything is wrong. */
export function check(options: { json?: boolean }): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const findings: Finding[] = [];
    for (const [about, question] of readable(context) ? questions : questions.slice(0, 1)) {
      const finding = await askSafely(about, question, context);
      findings.push(finding);
      if (!options.json)
        process.stdout.write(`${finding.verdict.padEnd(8)} ${finding.about.padEnd(10)} ${finding.detail}\n`);
    }
    if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    return findings.some((finding) => finding.verdict === 'wrong') ? 1 : 0;
  };
}

/** Whether there are settings to ask by; without, each question would give the same answer. */
function readable(context: CommandContext): boolean {
  try {
    return context.settings !== undefined;
  } catch {
    return false;
  }
}

async function askSafely(about: string, question: Question, context: CommandContext): Promise<Finding> {
  try {
    return await question(context);
  } catch (error) {
    return { about, verdict: 'wrong', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Asked first: what follows asks by them. */
function settings(context: CommandContext): Finding {
  const { settings } = context;
  const about = 'settings';
  if (!settings.JMB_SERVER_NAME) return { about, verdict: 'wrong', detail: 'JMB_SERVER_NAME is not set' };
  if (!zoneExists(settings.JMB_ICAL_TZID)) {
    return { about, verdict: 'wrong', detail: `JMB_ICAL_TZID: no time zone ${settings.JMB_ICAL_TZID}` };
  }
  const unknown = unknownSettings(settings);
  if (unknown.length > 0)
    return { about, verdict: 'warning', detail: `not known, so without effect: ${unknown.join(' ')}` };
  return { about, verdict: 'ok', detail: `${settings.etc}: ${settings.JMB_SERVER_NAME}, ${settings.JMB_ICAL_TZID}` };
}

function zoneExists(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function database(context: CommandContext): Finding {
  const about = 'database';
  const fault = checkIntegrity(context.store);
  return fault === null
    ? { about, verdict: 'ok', detail: context.settings.JMB_DB }
    : { about, verdict: 'wrong', detail: `${context.settings.JMB_DB}: ${fault}; restore the last jmb backup` };
}

async function directory(context: CommandContext): Promise<Finding> {
  const about = 'directory';
  if (!context.directory) return { about, verdict: 'off', detail: 'JMB_LDAPSEARCH is not set' };
  const began = performance.now();
  await context.directory.personOf('jmb-check');
  return { about, verdict: 'ok', detail: `answers in ${Math.round(performance.now() - began)} ms` };
}

async function mailServer(context: CommandContext): Promise<Finding> {
  const { whyNotReady } = await import('../lib/mail/post.ts');
  const about = 'mail';
  const url = context.settings.JMB_SMTP_URL;
  const { hostname, port } = new URL(url);
  const server = `${hostname}:${port || '25'}`;
  const reason = await whyNotReady(url, 5000);
  if (reason === null) return { about, verdict: 'ok', detail: `${server} answers` };
  return { about, verdict: 'wrong', detail: `${server}: ${reason}; mails wait in the outbox` };
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
function secret(context: CommandContext): Finding {
  const about = 'secret';
  const { JMB_JWT_SECRET, JMB_JWT_ISS, JMB_SERVER_NAME } = context.settings;
  if (!JMB_JWT_SECRET || !JMB_JWT_ISS) {
    return { about, verdict: 'wrong', detail: 'JMB_JWT_SECRET or JMB_JWT_ISS is empty: nobody can enter as moderator' };
  }
  const prosody = ['conf.avail', 'conf.d']
    .map((folder) => `/etc/prosody/${folder}/${JMB_SERVER_NAME}.cfg.lua`)
    .find((file) => existsSync(file));
  if (prosody !== undefined && !readFileSync(prosody, 'utf8').includes(JMB_JWT_SECRET.replace(/(["\\])/g, '\\$1'))) {
    return { about, verdict: 'wrong', detail: `not the app_secret of ${prosody}; install.sh --upgrade copies it anew` };
  }
  if (Buffer.byteLength(JMB_JWT_SECRET) < 32) {
    return {
      about,
      verdict: 'warning',
      detail: 'shorter than the 32 octets that HS256 asks for (RFC 7518 section 3.2)',
    };
  }
  return { about, verdict: 'ok', detail: prosody ? `the same as in ${prosody}` : 'set' };
}

/** Without a guard, the whole world books in anybody's name. */
async function guard(context: CommandContext): Promise<Finding> {
  const findings = await probeGuard(context.settings.JMB_URL);
  return { about: 'guard', ...findings };
}
