/** Tells services of their new files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomService } from '../jitsi/rooms.ts';
import { readSettings } from '../settings.ts';
import { exists } from './entries.ts';
import { lookAtProsody } from './found.ts';
import { type Hands, isInstalled, isStaged, say } from './hands.ts';
import { PREFIX } from './paths.ts';
import { conferenceOf } from './prosody.ts';
import { takeUp } from './room_module.ts';
import type { Told } from './services.ts';
import type { Steps } from './steps.ts';
import type { Tree } from './tree.ts';

/** Whether an init system runs that services can be told by. */
export function hasSystemd(): boolean {
  return existsSync('/run/systemd/system');
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
    const names = told.map(({ service }) => service);
    say(`No systemd runs here, so no service was told: restart ${names.join(', ')} yourself.`);
    return [];
  }
  const refusing: string[] = [];
  for (const one of told) if (!(await tell(hands, one))) refusing.push(one.service);
  return refusing;
}

/** Whether it goes on with its new files. */
async function tell({ tree, steps }: Hands, { service, how }: Told): Promise<boolean> {
  if (how === 'disable') {
    await steps.run('systemctl', ['disable', '--now', '-q', service]);
    return true;
  }
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
