/**
 * What `jmb check` asks about the security releases of Node: whether one would come by apt, or who else has to bring it. No network is asked:
 * apt's lists, the dates of Node's lines, and how old a Node is that apt does not know say enough.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import LINES from '../lib/install/node_lines.json';
import type { Answer } from './check.ts';

/** What is known of the Node that runs the programs. */
export interface NodeFacts {
  /** `24.21.0` */
  readonly version: string;
  readonly path: string;
  /** The Debian package that it is of, with what `apt-cache policy` says of that; null: of none. */
  readonly packaged: { readonly name: string; readonly policy: string } | null;
  /** Unix seconds. */
  readonly now: number;
}

/** How old a Node may be that nobody renews, in days: each quarter some security release comes, and a release of JMB after it. */
const OLD = 120;

const DAY = 86_400;

/** Whether a security release would come. */
export function updates(facts: NodeFacts): Answer {
  return facts.packaged === null ? byHand(facts) : byApt(facts, facts.packaged);
}

function byHand({ version, path, now }: NodeFacts): Answer {
  const what = `apt does not renew Node ${version}, ${path}`;
  const line = LINES.find((one) => one.line === Number(version.split('.')[0]));
  const remedy = 'install.sh of a newer release of JMB brings a newer one';
  if (line === undefined) return { verdict: 'unknown', detail: `${what}, and its line is not known here` };
  if (now > unixOf(line.ends) + DAY)
    return {
      verdict: 'warning',
      detail: `${what}, whose line has had no security release since ${line.ends}; ${remedy}`,
    };
  if (isNewer(line.version, version))
    return { verdict: 'warning', detail: `${what}, and there is a ${line.version}: install.sh again` };
  const days = Math.floor((now - unixOf(line.released)) / DAY);
  if (version === line.version && days > OLD)
    return { verdict: 'warning', detail: `${what}, which is ${days} days old; ${remedy}` };
  return { verdict: 'ok', detail: `${what}; it comes with JMB, and its line has security releases until ${line.ends}` };
}

function byApt({ version, path }: NodeFacts, { name, policy }: { name: string; policy: string }): Answer {
  const installed = /^ *Installed: (.*)$/m.exec(policy)?.[1];
  const candidate = /^ *Candidate: (.*)$/m.exec(policy)?.[1];
  if (installed === undefined || candidate === undefined)
    return { verdict: 'unknown', detail: `apt-cache policy ${name} says nothing of Node ${version}, ${path}` };
  if (installed !== candidate)
    return {
      verdict: 'warning',
      detail: `apt has ${name} ${candidate}, and ${installed} is installed: apt-get install ${name}`,
    };
  const sources = sourcesOf(policy).filter((source) => !source.includes('/var/lib/dpkg/status'));
  if (sources.length === 0)
    return {
      verdict: 'warning',
      detail: `no source of apt has ${name} ${installed} any more, so no security release of it comes: apt-cache policy ${name}`,
    };
  if (sources.every((source) => source.includes('/universe ')) && !policy.includes('esm.ubuntu.com/apps'))
    return {
      verdict: 'warning',
      detail: `${name} ${installed} is of Ubuntu’s universe, whose security releases apt has by Ubuntu Pro alone: pro enable esm-apps`,
    };
  return { verdict: 'ok', detail: `${name} ${installed} by apt` };
}

/** Where apt has the installed version from: the lines below the one with the stars, deeper than those of versions. */
function sourcesOf(policy: string): readonly string[] {
  const lines = policy.split('\n');
  const from = lines.findIndex((line) => line.startsWith(' *** ')) + 1;
  const rest = from === 0 ? [] : lines.slice(from);
  const end = rest.findIndex((line) => !/^ {7}/.test(line));
  return end === -1 ? rest : rest.slice(0, end);
}

function unixOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}

/** Whether one version of a line comes after another. */
function isNewer(one: string, other: string): boolean {
  const [, minor = 0, patch = 0] = one.split('.').map(Number);
  const [, than = 0, thanPatch = 0] = other.split('.').map(Number);
  return minor > than || (minor === than && patch > thanPatch);
}

/** Looks at the Node that a program of the tree names in its first line; null where there is none to be looked at. */
export function nodeFacts(root: string, now: number): NodeFacts | null {
  const command = /^#!(\S+)/.exec(readFileSync(join(root, 'cgi-bin/join.cgi'), 'utf8'))?.[1] ?? '';
  const asked = spawnSync(command, ['-p', 'process.versions.node + " " + process.execPath'], { encoding: 'utf8' });
  const [version = '', path = ''] = asked.status === 0 ? asked.stdout.trim().split(' ') : [];
  if (version === '') return null;
  const env = { ...process.env, LC_ALL: 'C' };
  const owner = spawnSync('dpkg-query', ['-S', realpathSync(path)], { encoding: 'utf8', env });
  const name = owner.status === 0 ? /^([^:,\s]+)/.exec(owner.stdout)?.[1] : undefined;
  if (name === undefined) return { version, path, packaged: null, now };
  const policy = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env }).stdout ?? '';
  return { version, path, packaged: { name, policy }, now };
}
