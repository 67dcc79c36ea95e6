/** The Debian packages that an installation needs: brought, and taken away again where it is refused. */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AUTHS, type Auth } from './site.ts';
import { type Hands, isInstalled, say } from './steps.ts';
import { HostError } from './tree.ts';

/**
 * Those that are missing.
 * @param node whether Debian's Node is to run the programs (lib/install/node.ts)
 */
export function missingPackages(auth: Auth, node: boolean): readonly string[] {
  const wanted = ['apache2', ...(node ? ['nodejs'] : []), ...AUTHS[auth].packages];
  return wanted.filter((name) => !isInstalled(name));
}

/**
 * Where install.sh and this program write down what comes, before it does, a line each: `package NAME` or `folder PATH`; and
 * what is to be switched off then, `a2dismod NAME`.
 */
export function broughtFile(clone: string): string {
  return join(clone, '.brought');
}

/** Has lib/install/packages.sh do it, which brings packages also where there is no Node yet; the exit status. */
export async function apt(
  { steps, clone }: Pick<Hands, 'steps' | 'clone'>,
  task: 'install' | 'purge',
  names: readonly string[],
): Promise<number | null> {
  if (clone === undefined)
    throw new HostError(`install.sh: only its clone can ${task} these packages: ${names.join(' ')}`);
  const file = task === 'install' ? broughtFile(clone) : '';
  const { status } = await steps.run('bash', [join(clone, 'lib/install/apt.sh'), task, file, ...names]);
  return status;
}

/** What packages would cost, in a line; nothing where only the clone can tell. */
export async function costOf({ steps, clone }: Hands, names: readonly string[]): Promise<string> {
  if (clone === undefined) return '';
  const words = [join(clone, 'lib/install/apt.sh'), 'cost', '', ...names];
  return (await steps.run('bash', words, 'kept')).said.trim();
}

/** The commands by which Apache's files are switched off, and where those are that a package's own scripts have switched on. */
const SWITCHES = {
  a2disconf: (name: string) => `/etc/apache2/conf-enabled/${name}.conf`,
  a2dismod: (name: string) => `/etc/apache2/mods-enabled/${name}.load`,
} as const;

/**
 * Brings packages. They enable their Apache module themselves: mod_auth_cas then has Apache not start where it is not set up, and
 * what mod_shib puts into conf-enabled has it not start once the module goes. What came that way is switched off again, also
 * where an earlier run was killed before it could: enabling is a change of ours, which goes when we go, and our own files say
 * all that is needed.
 * @throws HostError where one does not come
 */
export async function bringPackages(hands: Hands, names: readonly string[]): Promise<void> {
  const { clone } = hands;
  if (names.length > 0 && clone !== undefined) {
    const off = Object.entries(SWITCHES).flatMap(([command, file]) =>
      ['auth_cas', 'auth_mellon', 'shib', 'auth_openidc'].flatMap((name) =>
        existsSync(file(name)) ? [] : [`${command} ${name}\n`],
      ),
    );
    appendFileSync(broughtFile(clone), off.join(''));
  }
  // It has said why.
  if (names.length > 0 && (await apt(hands, 'install', names)) !== 0) throw new HostError('');
  await switchOff(hands);
}

async function switchOff({ steps, clone }: Hands): Promise<void> {
  if (clone === undefined || !existsSync(broughtFile(clone))) return;
  const lines = readFileSync(broughtFile(clone), 'utf8').split('\n');
  for (const [command, file] of Object.entries(SWITCHES)) {
    for (const name of lines.flatMap((line) =>
      line.startsWith(`${command} `) ? [line.slice(command.length + 1)] : [],
    )) {
      if (!existsSync(file(name))) continue;
      const off = await steps.run(command, ['-q', '-f', name]);
      if (off.status !== 0) throw new HostError(`install.sh: ${command} ${name} fails`);
    }
  }
}

/** What may have been made in a clone. */
const MADE = ['.private-node', 'node_modules', 'dist'];

type Some = Pick<Hands, 'clone' | 'steps'>;

/** Takes it away, if anything came. */
export async function giveBack(hands: Some): Promise<void> {
  const { clone, steps } = hands;
  if (clone === undefined || !existsSync(broughtFile(clone))) return;
  steps.ignoreSignals();
  const lines = readFileSync(broughtFile(clone), 'utf8').trim().split('\n');
  const named = (kind: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  const packages = [...new Set(named('package'))];
  const folders = MADE.map((name) => join(clone, name)).filter((path) => named('folder').includes(path));
  say(`What came for this run goes again: ${packages.length} packages, ${folders.length} folders of ${clone}.`);
  if (packages.length > 0) await apt(hands, 'purge', packages);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  holdBrought(hands);
}

/** What came stays. */
export function holdBrought({ clone }: Some): void {
  if (clone !== undefined) rmSync(broughtFile(clone), { force: true });
}
