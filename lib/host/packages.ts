/** The Debian packages that an installation needs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Hands, isInstalled } from './hands.ts';
import { AUTHS, type Auth } from './site.ts';
import { HostError } from './tree.ts';

/** Those that are missing. */
export function missingPackages(auth: Auth, fastcgi: boolean): readonly string[] {
  const wanted = ['apache2', ...(fastcgi ? ['libapache2-mod-fcgid'] : []), ...AUTHS[auth].packages];
  return wanted.filter((name) => !isInstalled(name));
}

/** Where install.sh and this program write down what comes, before it does, a line each: `package NAME` or `folder PATH`. */
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

/** What a package's own scripts enable in Apache, by folder: its way to be switched off, and the ending of its files. */
const ENABLED = [
  ['/etc/apache2/conf-enabled', 'a2disconf', 'conf'],
  ['/etc/apache2/mods-enabled', 'a2dismod', 'load'],
] as const;

/**
 * Brings packages. They enable their Apache module themselves: mod_auth_cas then has Apache not start where it is not set up, and
 * what mod_shib puts into conf-enabled has it not start once the module goes. What came that way is switched off again:
 * enabling is a change of ours, which goes when we go, and our own files say all that is needed.
 * @throws HostError where one does not come
 */
export async function bringPackages(hands: Hands, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { steps } = hands;
  const there = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const had = new Map(ENABLED.map(([folder]) => [folder as string, there(folder)]));
  // It has said why.
  if ((await apt(hands, 'install', names)) !== 0) throw new HostError('');
  for (const name of ['auth_cas', 'auth_mellon', 'shib', 'auth_openidc']) {
    for (const [folder, command, ending] of ENABLED) {
      const file = `${name}.${ending}`;
      if (!there(folder).includes(file) || had.get(folder)?.includes(file)) continue;
      const off = await steps.run(command, ['-q', '-f', name]);
      if (off.status !== 0) throw new HostError(`install.sh: ${command} ${name} fails`);
    }
  }
}
