/**
 * The services that read changed files: which, how they are told, what they say of the files themselves, and our module in a
 * running Prosody.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RoomService, roomService } from '../jitsi/rooms.ts';
import { readSettings } from '../settings.ts';
import { exists } from './entries.ts';
import { lookAtProsody } from './found.ts';
import { PREFIX } from './ours.ts';
import { conferenceOf } from './prosody.ts';
import { type Hands, isInstalled, isStaged, type Steps, say } from './steps.ts';
import { PROSODY_MAIN } from './token_facts.ts';
import { HostError, type Tree } from './tree.ts';
import { hasUnits, startUnits, stopUnits, UNIT_FILES } from './units.ts';

/** Says that Apache was not there, or not in service, before JMB: it goes out of service with it. */
export const APACHE_IDLE = '/var/lib/jitsi-jmb/apache-was-idle';

/**
 * A service, and whether a reload is enough: Prosody loads neither modules nor hosts on a reload, Jicofo and the bridge have
 * none. `module`: Prosody's shell loads ours anew (room_module.ts), and meetings go on. `sockets` and `programs` are our own
 * units (units.ts); a plain CGI begins anew by itself.
 */
export interface Told {
  readonly service: string;
  /** `unit`: a service of ours, which starts anew with its new file, or ends where that has gone. */
  readonly how: 'restart' | 'reload-or-restart' | 'module' | 'disable' | 'unit' | 'sockets' | 'programs';
}

/** The service that copies the database for a second host. */
export const LITESTREAM_UNIT = '/etc/systemd/system/jitsi-jmb-litestream.service';

const READERS: readonly (readonly [RegExp, Told])[] = [
  [/^\/etc\/systemd\/system\/jitsi-jmb-litestream\.service$/, { service: 'jitsi-jmb-litestream', how: 'unit' }],
  [/^\/etc\/prosody\//, { service: 'prosody', how: 'restart' }],
  [/^\/opt\/jitsi-jmb\/prosody\//, { service: 'prosody', how: 'module' }],
  [/^\/etc\/jitsi\/jicofo\//, { service: 'jicofo', how: 'restart' }],
  [/^\/etc\/jitsi\/videobridge\//, { service: 'jitsi-videobridge2', how: 'restart' }],
  // Its package does not start it while packages come in.
  [/^\/etc\/apache2\/mods-enabled\/shib\./, { service: 'shibd', how: 'restart' }],
  // Before Apache, which leads to them.
  [UNIT_FILES.sockets, { service: 'jitsi-jmb@*.socket', how: 'sockets' }],
  [UNIT_FILES.programs, { service: 'jitsi-jmb@*.service', how: 'programs' }],
  // Modules that come and go on a reload were seen to end every child of Apache by a segmentation fault.
  [/^\/etc\/apache2\/mods-enabled\//, { service: 'apache2', how: 'restart' }],
  [/^\/etc\/apache2\/|^\/opt\/jitsi-jmb\/apache\//, { service: 'apache2', how: 'reload-or-restart' }],
  [/^\/etc\/(?:jitsi\/meet\/jaas|nginx)\//, { service: 'nginx', how: 'reload-or-restart' }],
];

/** Whom to tell of changed files, in the order in which they go: rooms first, the web last. A restart of rooms ends running meetings. */
export function servicesOf(paths: readonly string[]): readonly Told[] {
  const told = READERS.filter(([pattern]) => paths.some((path) => pattern.test(path))).map(([, one]) => one);
  return told.filter(({ service }, at) => told.findIndex((one) => one.service === service) === at);
}

/** The same on the way back, where Apache may go out of service again. */
export function servicesBack(paths: readonly string[], apacheWasIdle: boolean): readonly Told[] {
  const others = servicesOf(paths).filter(({ service }) => service !== 'shibd');
  return others.map((told) =>
    apacheWasIdle && told.service === 'apache2' ? { service: 'apache2', how: 'disable' } : told,
  );
}

const PROSODY = '/etc/prosody/conf.d';
/** What Lua quotes of a line that it cannot read: perhaps a secret. */
const QUOTED = / near .*/g;

/** Asks Apache, nginx and Lua; who is not installed is not asked. Throws HostError with what one said against its files. */
export function servicesAgree(): void {
  const lua = existsSync(PROSODY) ? readdirSync(PROSODY).filter((name) => name.endsWith('.cfg.lua')) : [];
  const checks: readonly (readonly [string, ...string[]])[] = [
    ['apache2ctl', 'configtest'],
    ['nginx', '-t'],
    // One at a time: luac 5.4 ends in a double free when it is given several.
    ...lua.map((name) => ['luac', '-p', `${PROSODY}/${name}`] as const),
    ...(existsSync(PROSODY_MAIN) ? [['luac', '-p', PROSODY_MAIN] as const] : []),
  ];
  for (const [program, ...words] of checks) {
    const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (error !== undefined || status === 0) continue;
    const said = program === 'luac' ? stderr.replace(QUOTED, '') : `${stdout}${stderr}`;
    throw new HostError(
      `${said}\n${program} refuses its new configuration, for the reason above. Everything was put back; the services were not told and go on.`,
    );
  }
}

/** A running Prosody with our module. */
export interface RunningProsody {
  /** The command that speaks to it, such as `prosodyctl`. */
  readonly control: readonly [string, ...string[]];
  /** The host of tokens. */
  readonly host: string;
  /** The component of rooms. */
  readonly component: string;
  readonly service: Pick<RoomService, 'version'>;
}

/** How long Prosody's shell may take, in milliseconds. */
const PATIENCE = 20_000;

/** What Prosody's log says more about. */
const SEE_LOG = 'Prosody’s log says why';

/**
 * Loads the module anew, on the host and then on the component, each looked at before the next: one door at least stands
 * at any time, also where the new file is broken.
 * @param file what lies in our folder now
 * @returns why the new one does not run; null where it does
 */
export async function takeUp(file: Uint8Array, prosody: RunningProsody): Promise<string | null> {
  const wanted = createHash('sha256').update(file).digest('hex');
  const loaded = async (part: 'host' | 'rooms'): Promise<string | null> => {
    try {
      return (await prosody.service.version())[part];
    } catch {
      return null;
    }
  };
  for (const [part, name] of [
    ['host', prosody.host],
    ['rooms', prosody.component],
  ] as const) {
    for (const verb of ['reload', 'load'] as const) {
      if ((await loaded(part)) !== wanted) await shell(prosody.control, `module:${verb}("jmb", "${name}")`);
    }
    const now = await loaded(part);
    if (now === null) return `mod_jmb does not load on ${name}; ${SEE_LOG}`;
    if (now !== wanted) return `Prosody goes on with the mod_jmb of before on ${name}; ${SEE_LOG}`;
  }
  return null;
}

/** Says a line to Prosody's shell; what it answers is not asked, since the module itself says what it is. */
function shell([program, ...words]: readonly [string, ...string[]], line: string): Promise<void> {
  return new Promise((done) => {
    const child = spawn(program, [...words, 'shell', line], { stdio: 'ignore', timeout: PATIENCE });
    child.once('error', () => done());
    child.once('close', () => done());
  });
}

/** Whether an init system runs that services can be told by. */
export function hasSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

/** Whether an init system will start the programs: the one that runs, or that of the machine whose files are changed. */
export function startsUnits(hands: Hands): boolean {
  return isStaged(hands) ? exists(hands.tree, '/usr/lib/systemd/systemd') : hasSystemd();
}

/** Whether Apache is installed and starts with the machine. */
export async function apacheIsInService({ steps }: Hands): Promise<boolean> {
  return isInstalled('apache2') && (!hasSystemd() || (await asks(steps, 'is-enabled', 'apache2')));
}

async function asks(steps: Steps, question: string, service: string): Promise<boolean> {
  return (await steps.run('systemctl', [question, '-q', service], 'kept')).status === 0;
}

/** Tells them all; those that do not start then. Nobody below a root, nobody where no systemd runs, which is said. */
export async function tellServices(hands: Hands, told: readonly Told[]): Promise<readonly string[]> {
  if (isStaged(hands) || told.length === 0) return [];
  if (!hasSystemd()) {
    const names = told.filter(({ how }) => how !== 'sockets' && how !== 'programs').map(({ service }) => service);
    say(`No systemd runs here, so no service was told: restart ${names.join(', ')} yourself.`);
    return [];
  }
  const refusing: string[] = [];
  for (const one of told) if (!(await tell(hands, one))) refusing.push(one.service);
  // After Apache, which led to them.
  if (told.some(({ how }) => how === 'sockets') && !hasUnits(hands.tree)) await stopUnits(hands.steps, hands.tree);
  return refusing;
}

/** Whether it goes on with its new files. */
async function tell({ tree, steps }: Hands, { service, how }: Told): Promise<boolean> {
  if (how === 'disable') {
    await steps.run('systemctl', ['disable', '--now', '-q', service]);
    return true;
  }
  if (how === 'unit') return tellUnit(tree, steps, service);
  if (how === 'sockets' || how === 'programs') return !hasUnits(tree) || startUnits(steps, how);
  // The Apache of a host with nginx may be there and out of service.
  if (service === 'apache2') await steps.run('systemctl', ['enable', '-q', 'apache2'], 'kept');
  if (!(await asks(steps, 'is-enabled', service))) return true;
  if (how === 'module') {
    // A Prosody that does not run loads it when it starts.
    if (!(await asks(steps, 'is-active', service))) return true;
    say(`Loading mod_jmb anew into ${service}...`);
    const why = await steps.unlessEnded(takeUpModule(tree));
    if (why !== null) console.error(why);
    return why === null;
  }
  say(`systemctl ${how} ${service}...`);
  return (await steps.run('systemctl', [how, service])).status === 0;
}

/** Has a service of ours start anew, or end. */
async function tellUnit(tree: Tree, steps: Steps, service: string): Promise<boolean> {
  const isThere = exists(tree, `/etc/systemd/system/${service}.service`);
  // By the file of before, which has gone by now, systemd still knows what it runs.
  if (!isThere) await steps.run('systemctl', ['stop', service], 'kept');
  await steps.run('systemctl', ['daemon-reload']);
  if (!isThere) return true;
  say(`systemctl restart ${service}...`);
  return (await steps.run('systemctl', ['restart', service])).status === 0;
}

/**
 * Has a running Prosody take up our module anew; meetings go on. Nothing where the module has gone: what runs ends with
 * Prosody's next start.
 * @returns why the new one does not run; null where it does
 */
async function takeUpModule(tree: Tree): Promise<string | null> {
  const path = `${PREFIX}/prosody/mod_jmb.lua`;
  if (!exists(tree, path)) return null;
  const settings = readSettings(join(tree.root, PREFIX), {});
  const service = roomService(settings);
  if (service === undefined) return 'JMB_PROSODY_SECRET_FILE is empty: nothing speaks to our module';
  const { domain, prosody } = lookAtProsody(tree);
  const component = conferenceOf(tree.read(prosody.path) ?? '', domain);
  const file = readFileSync(join(tree.root, tree.real(path)));
  return takeUp(file, { control: ['prosodyctl'], host: domain, component, service });
}
