/** What the installer says before it changes anything: what it found, and every path that will change. */

import type { Plan } from './changes.ts';
import type { Found } from './found.ts';
import { JOURNAL } from './journal.ts';
import { pending } from './ledger.ts';
import { BASH_KEPT, FOLDER, PREFIX } from './paths.ts';
import type { Wishes } from './plan.ts';
import { servicesOf } from './services.ts';
import type { TakenBack } from './take_back.ts';
import type { Tree } from './tree.ts';

/** Services whose restart no meeting notices. */
const WEB = ['apache2', 'nginx', 'shibd'];

/** What was found, and what is wished of it. */
export function foundLines(found: Found, { auth, frontPage }: Pick<Wishes, 'auth' | 'frontPage'>): string[] {
  const { domain, recipe, token, prosody, front, bash, oldDatabase } = found;
  const pages = { jmb: 'jmb: / leads to the list of meetings', jitsi: 'jitsi: / stays as it is' };
  return [
    `Jitsi Meet      ${domain} (${recipe} recipe: who waits for whom)`,
    `Tokens          issuer ${token.appId}, key from ${prosody}`,
    `Front           ${front.kind}`,
    `Front page      ${front.ownFrontPage ? 'as the site says itself' : pages[frontPage]}`,
    `Sign-in         ${auth}`,
    ...(bash ? [`Bash version    moves to ${BASH_KEPT}; database ${oldDatabase ?? 'none'}`] : []),
  ];
}

/** What will change; no line where nothing will. */
export function planLines(tree: Tree, { changes, notes }: Plan): string[] {
  const open = pending(tree, changes).filter(({ path }) => !path.startsWith(`${FOLDER}/`));
  const program = open.filter(({ path }) => isProgram(path));
  const others = open.filter(({ path }) => !isProgram(path));
  const services = servicesOf(open.map(({ path }) => path));
  const told = services.map(({ service }) => service);
  const endsMeetings = services.some(({ service, how }) => how === 'restart' && !WEB.includes(service));
  return [
    ...notes.map((note) => `Note            ${note}`),
    ...(program.length > 0 ? [`  ${PREFIX}/ (${program.length} files)  the program`] : []),
    ...others.map(({ path, what, next }) => `  ${path}  ${what}${next.kind === 'none' ? ' (goes away)' : ''}`),
    `  ${JOURNAL}  what was there before, and these options`,
    ...(told.length > 0 ? [`Told after that ${told.join(', ')}${endsMeetings ? ': running meetings end' : ''}`] : []),
  ];
}

/** What was, or would be, taken back. */
export function backLines({ returned, bash }: TakenBack): string[] {
  return [
    ...returned
      .filter(({ path }) => !isProgram(path) && !path.startsWith(`${FOLDER}/`))
      .map(({ path, how }) => `  ${path}  ${how}`),
    `  ${PREFIX}/  ${bash ? 'the Bash version again' : 'the program goes'}`,
  ];
}

function isProgram(path: string): boolean {
  return path.startsWith(`${PREFIX}/`) && !path.startsWith(`${PREFIX}/etc/`);
}
