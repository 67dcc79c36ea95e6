/** What `jmb check` asks about Prosody: whether it lets our tokens in, and which of our modules it runs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, whyOf } from '../lib/failure.ts';
import { PROSODY_MAIN, prosodyFiles, tokenFaults, tokenRules, unreadRules } from '../lib/install/token_facts.ts';
import { roomService } from '../lib/jitsi/rooms.ts';
import type { Settings } from '../lib/settings.ts';
import type { Answer } from './check.ts';

/** How a file is read; replaced in tests. */
export type Reader = (path: string) => string;

const read: Reader = (path) => readFileSync(path, 'utf8');

/** Codes of a file that is there, or may be, for others. */
const NOT_OURS = ['EACCES', 'EPERM'];

/** Whether Prosody's file of our domain lets in what we sign; values are compared. */
export function secret(
  settings: Pick<Settings, 'JMB_JWT_SECRET' | 'JMB_JWT_ISS' | 'JMB_JWT_AUD' | 'JMB_SERVER_NAME'>,
  readFile: Reader = read,
): Answer {
  const { JMB_JWT_SECRET, JMB_JWT_ISS, JMB_JWT_AUD, JMB_SERVER_NAME } = settings;
  if (!JMB_JWT_SECRET || !JMB_JWT_ISS) {
    return { verdict: 'wrong', detail: 'JMB_JWT_SECRET or JMB_JWT_ISS is empty: nobody can enter as moderator' };
  }
  const short = Buffer.byteLength(JMB_JWT_SECRET) < 32;
  if (short) {
    const detail = 'JMB_JWT_SECRET is shorter than the 32 octets that HS256 asks for (RFC 7518 section 3.2)';
    const found = lookedUp(settings, readFile);
    return found.verdict === 'wrong' ? found : { verdict: 'warning', detail: `${detail}; ${found.detail}` };
  }
  return lookedUp({ JMB_JWT_SECRET, JMB_JWT_ISS, JMB_JWT_AUD, JMB_SERVER_NAME }, readFile);
}

function lookedUp(
  settings: Pick<Settings, 'JMB_JWT_SECRET' | 'JMB_JWT_ISS' | 'JMB_JWT_AUD' | 'JMB_SERVER_NAME'>,
  readFile: Reader,
): Answer {
  const domain = settings.JMB_SERVER_NAME.toLowerCase();
  const files = [...prosodyFiles(domain), PROSODY_MAIN];
  const file = firstReadable(files, readFile);
  if ('unreadable' in file) return { verdict: 'unknown', detail: file.unreadable };
  // What stands above all hosts holds for each of them.
  const main = firstReadable([PROSODY_MAIN], readFile);
  const rules = tokenRules(['text' in main ? main.text : '', file.text], domain);
  if (rules === null) {
    // Of a Prosody that serves others.
    if (file.path === PROSODY_MAIN) return { verdict: 'unknown', detail: noneHere(files) };
    return { verdict: 'wrong', detail: `${file.path} has no VirtualHost "${domain}"` };
  }
  const ours = { issuer: settings.JMB_JWT_ISS, audience: settings.JMB_JWT_AUD, secret: settings.JMB_JWT_SECRET };
  const faults = tokenFaults(rules, ours);
  if (faults.length > 0) return { verdict: 'wrong', detail: `${file.path}: ${faults.join('; ')}` };
  const unread = unreadRules(rules);
  if (unread.length > 0) {
    return { verdict: 'unknown', detail: `${file.path}: ${unread.join(', ')} not written as plain text` };
  }
  return { verdict: 'ok', detail: `${file.path} has the same, and lets our tokens in` };
}

function firstReadable(
  paths: readonly string[],
  readFile: Reader,
): { path: string; text: string } | { unreadable: string } {
  for (const path of paths) {
    try {
      return { path, text: readFile(path) };
    } catch (error) {
      if (NOT_OURS.includes(codeOf(error))) {
        return { unreadable: `${whyOf(error)}; ask as root: jmb check secret` };
      }
      if (codeOf(error) !== 'ENOENT') return { unreadable: whyOf(error) };
    }
  }
  return { unreadable: noneHere(paths) };
}

function noneHere(paths: readonly string[]): string {
  return `no Prosody of this domain here: neither ${paths.join(' nor ')} has it`;
}

/** Whether Prosody runs our module on both hosts, and the one that lies in our folder. */
export async function rooms(
  settings: Pick<Settings, 'JMB_PROSODY_URL' | 'JMB_PROSODY_SECRET_FILE' | 'JMB_PROSODY_HOST'>,
  root: string,
): Promise<Answer> {
  let service: ReturnType<typeof roomService>;
  try {
    service = roomService(settings);
  } catch (error) {
    const verdict = NOT_OURS.includes(codeOf(error)) ? 'unknown' : 'wrong';
    return { verdict, detail: whyOf(error) };
  }
  if (service === undefined) {
    return { verdict: 'off', detail: 'JMB_PROSODY_SECRET_FILE is not set: no messages, no end, no doors of ours' };
  }
  const file = join(root, 'prosody/mod_jmb.lua');
  const wanted = createHash('sha256').update(readFileSync(file)).digest('hex');
  const { host, rooms } = await service.version();
  const restart = 'systemctl restart prosody loads it, and ends running meetings';
  if (rooms === null)
    return { verdict: 'wrong', detail: `mod_jmb is not loaded on the component of rooms; ${restart}` };
  if (host !== wanted || rooms !== wanted) {
    const where = host === wanted ? 'the component' : rooms === wanted ? 'the host' : 'both';
    return { verdict: 'warning', detail: `Prosody runs another mod_jmb than ${file} on ${where}; ${restart}` };
  }
  return { verdict: 'ok', detail: `Prosody runs ${file} on host and component` };
}
