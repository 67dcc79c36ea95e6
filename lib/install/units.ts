/**
 * The programs as services of their own: their units for systemd, fitted to the settings, and what systemd is told of them.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Draft } from './changes.ts';
import { exists } from './entries.ts';
import { PREFIX } from './ours.ts';
import type { Steps } from './steps.ts';
import type { Tree } from './tree.ts';

/** The folder of the programs' sockets, as apache/jitsi-jmb@.socket has it. */
export const SOCKETS = '/run/jitsi-jmb';

const FOLDER = '/etc/systemd/system';
const UNITS = { socket: 'jitsi-jmb@.socket', service: 'jitsi-jmb@.service' } as const;
/** Where the sockets' unit lies. */
export const UNIT_SOCKET = `${FOLDER}/${UNITS.socket}`;
/** The programs, each an instance of the units. */
export const PROGRAMS = ['booking', 'token', 'join', 'ical'] as const;

/** Files whose change a socket has to be made anew for, and those that a program has to begin anew for. */
export const UNIT_FILES = {
  sockets: /^\/etc\/systemd\/system\/(?:sockets\.target\.wants\/)?jitsi-jmb@\w*\.socket$/,
  programs: /^\/etc\/systemd\/system\/jitsi-jmb@\.service$|^\/opt\/jitsi-jmb\/(?:cgi-bin|lib)\//,
} as const;

/** Homes, as systemd has them (`ProtectHome=`). */
const HOMES = /^\/(?:home|root|run\/user)(?:\/|$)/;

/** Values of settings by name. */
type Values = Readonly<Record<string, unknown>>;

function pathIn(values: Values, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

/** The folders that the programs write into by these settings. */
export function writableFolders(values: Values): readonly string[] {
  const files = ['JMB_DB', 'JMB_LOG'].map((name) => dirname(pathIn(values, name)));
  const folders = [pathIn(values, 'JMB_DATA'), ...files].map((path) => path.replace(/(?<=.)\/+$/, ''));
  return [...new Set(folders)].filter((path) => path.startsWith('/') && !/^\/(?:dev(?:\/|$)|$)/.test(path)).sort();
}

/** A path as a unit's file takes it, with what is to stand before it. */
function word(path: string, before = ''): string {
  const text = before + path.replace(/%/g, '%%').replace(/["\\]/g, '\\$&');
  return /[\s"'\\]/.test(text) ? `"${text}"` : text;
}

/** Plans the units, and that their sockets are there when the machine starts. */
export function planUnits(to: Draft, dist: string, settings: Values): void {
  const writes = writableFolders(settings);
  const inHomes = Object.keys(settings).some((name) => HOMES.test(pathIn(settings, name)));
  const values: Readonly<Record<string, string>> = {
    JMB_PREFIX: PREFIX,
    JMB_MOUNTS: writes.map((path) => word(path)).join(' '),
    // A folder that is not there yet keeps no program from starting.
    JMB_WRITES: writes.map((path) => word(path, '-')).join(' '),
    JMB_HOMES: inHomes ? 'read-only' : 'yes',
  };
  for (const name of Object.values(UNITS)) {
    const text = readFileSync(join(dist, 'apache', name), 'utf8');
    to.file(
      `${FOLDER}/${name}`,
      text.replace(/@(JMB_\w+)@/g, (_, key: string) => values[key] ?? ''),
      'the programs stay',
    );
  }
  for (const program of PROGRAMS) {
    const link = `${FOLDER}/sockets.target.wants/${instance(program, 'socket')}`;
    to.link(link, `${FOLDER}/${UNITS.socket}`, 'the programs stay');
  }
}

function instance(program: string, kind: keyof typeof UNITS): string {
  return UNITS[kind].replace('@', `@${program}`);
}

/** Whether the units stand in a tree. */
export function hasUnits(tree: Tree): boolean {
  return exists(tree, UNIT_SOCKET);
}

const ALL = { sockets: 'jitsi-jmb@*.socket', programs: 'jitsi-jmb@*.service' } as const;

/** What a listening socket was made by: where one of these is another, it has to be made anew. */
const MADE_BY = 'ActiveState,Listen,SocketUser,SocketGroup,SocketMode,Backlog';

/**
 * Has systemd take up new units; whether all is well then. Programs begin anew, and nobody is lost. Sockets that listen go on
 * where nothing that they were made by has changed; else all are made anew, and who comes meanwhile reads 503 of Apache.
 */
export async function startUnits(steps: Steps, how: 'sockets' | 'programs'): Promise<boolean> {
  const tell = async (...words: string[]): Promise<boolean> => (await steps.run('systemctl', words)).status === 0;
  const sockets = PROGRAMS.map((program) => instance(program, 'socket'));
  const asTheyAre = async (): Promise<string> =>
    (await steps.run('systemctl', ['show', `--property=${MADE_BY}`, ...sockets], 'kept')).said;
  // Of what listens, systemd knows the file of before until it is told of the new one.
  const before = await asTheyAre();
  if (!(await tell('daemon-reload'))) return false;
  if (how === 'programs') return tell('try-restart', ALL.programs);
  const listening = before.match(/^ActiveState=active$/gm)?.length ?? 0;
  if (listening === sockets.length && before === (await asTheyAre())) return true;
  await steps.run('systemctl', ['stop', ALL.sockets, ALL.programs], 'kept');
  return tell('start', ...sockets);
}

/** Has systemd forget units whose files have gone, by now perhaps with what they would do at their end. */
export async function stopUnits(steps: Steps, tree: Tree): Promise<void> {
  for (const words of [
    ['stop', ALL.sockets, ALL.programs],
    ['daemon-reload'],
    ['reset-failed', ALL.sockets, ALL.programs],
  ])
    await steps.run('systemctl', words, 'kept');
  tree.removeAll(SOCKETS);
}
