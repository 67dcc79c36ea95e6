/** The options of an installation, kept so that its renewal need not be told again: install.sh reads them, a word a line. */
import { AUTHS, type Auth } from './site.ts';

/** Where they are kept, mode 600. */
export const OPTIONS_FILE = '/var/lib/jitsi-jmb/options';

/** What is worth keeping. */
export interface Options {
  readonly auth: Auth;
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly front: string | undefined;
  readonly port: number;
  readonly fastcgi: boolean;
}

/** Options that name a file of the administrator's: what it held is in place by now, and it may be gone. */
export const FILE_OPTIONS: readonly string[] = ['idp-metadata', 'sql-file', 'oidc-secret-file'];

/** The words that would say the same again, each on a line of its own. */
export function rememberedWords({ auth, given, front, port, fastcgi }: Options): string {
  const words = ['--auth', auth];
  for (const name of AUTHS[auth].needs) {
    const value = given[name];
    if (value !== undefined && !FILE_OPTIONS.includes(name)) words.push(`--${name}`, value);
  }
  if (front !== undefined) words.push('--front', front);
  words.push('--port', `${port}`);
  if (fastcgi) words.push('--fastcgi', 'yes');
  return `${words.join('\n')}\n`;
}
