/** install.sh on a Jitsi host: looks, asks, shows, and then changes it as a whole or not at all; and takes JMB away again. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { change } from './change.ts';
import { type Plan, pending } from './changes.ts';
import { namesIn } from './entries.ts';
import { look } from './found.ts';
import { isKnown, readInstalled } from './journal.ts';
import { nodeForPrograms, wantsDebiansNode } from './node.ts';
import { NO_REPLICA, recalled, remembered, type Values, type Words, wantAddresses } from './options.ts';
import { bringPackages, costOf, holdBrought, missingPackages } from './packages.ts';
import { backLines, foundLines, plan, planLines, type Wishes } from './plan.ts';
import { wantLitestream } from './plan_replica.ts';
import { metadata } from './plan_web.ts';
import { askSignIn } from './questions.ts';
import { apacheIsInService, servicesBack, startsUnits, tellServices } from './services.ts';
import { agree, type Hands, isStaged, say, wantRoot } from './steps.ts';
import { recover, seeBack, takeBack, wasKilled } from './take_back.ts';
import { HostError, type Tree } from './tree.ts';

/** Apache's port on loopback where nothing else is said. */
const PORT = '8181';
const SITE = '/etc/apache2/sites-enabled/jitsi-jmb.conf';

/** Installs, renews, or goes over from the Bash version; the exit status. Throws HostError with a sentence where it refuses. */
export async function install(words: Words, hands: Hands): Promise<number> {
  const { tree } = hands;
  wantRoot(hands, '');
  wantJitsi(tree);
  const upgrade = words.has('upgrade');
  const wishes = await wished(words, hands);
  const found = look(tree, wishes, upgrade);
  const made = plan(tree, found, wishes);
  say(...foundLines(found, wishes));
  if (!found.bash && !wasKilled(tree) && isAsWished(tree, made, wishes)) {
    say(...made.notes, 'Nothing to change: everything is as it should be.');
    return 0;
  }
  if (wasKilled(tree)) say('An earlier run did not come to its end: what it left is put back first.');
  say(...planLines(tree, made));
  const packages = isStaged(hands) ? [] : missingPackages(wishes.auth, wantsDebiansNode(hands));
  if (packages.length > 0)
    say(`Packages        ${packages.join(' ')}`, `                ${await costOf(hands, packages)}`);
  if (hands.dryRun) {
    say('Nothing was changed (--dry-run).');
    return 0;
  }
  await agree(hands, 'Change these files? Each is kept as it was for --uninstall.');
  if (!isStaged(hands)) {
    await bringPackages(hands, packages);
    holdBrought(hands);
  }
  // What apt has brought may be another Node than it said.
  await change(hands, upgrade, { ...wishes, ahead: false, node: nodeForPrograms(hands) });
  return 0;
}

function isAsWished(tree: Tree, { changes }: Plan, { auth, given }: Wishes): boolean {
  const options = Object.entries(remembered(auth, given));
  const known = readInstalled(tree).options;
  const same = options.length === Object.keys(known).length && options.every(([name, value]) => known[name] === value);
  return same && pending(tree, changes).length === 0;
}

/** What is to be, as far as it was said, remembered or answered. */
async function wished(words: Words, hands: Hands): Promise<Wishes> {
  const { auth, values } = await askSignIn(hands, recalled(hands.tree, words.values));
  wantAddresses(values);
  const replica = replicaIn(values);
  wantLitestream(hands, replica);
  const port = portOf(values.port ?? PORT);
  await wantFreePort(hands, port);
  const idp = values['idp-metadata'];
  const xml = idp === undefined ? {} : { 'idp-metadata': await hands.steps.unlessEnded(metadata(idp)) };
  return {
    auth,
    given: { ...values, ...xml, port: `${port}`, ...(replica === undefined ? {} : { replica }) },
    replica,
    standby: values.standby !== undefined,
    front: values.front,
    frontPage: frontPageOf(values['front-page'] ?? 'jmb'),
    domain: values.domain,
    port,
    stays: values.fastcgi !== 'no' && startsUnits(hands),
    apacheIdle: !isStaged(hands) && !(await apacheIsInService(hands)),
    ahead: !isStaged(hands),
    dist: hands.dist,
    node: nodeForPrograms(hands),
  };
}

/** Where the database is copied to; undefined: nowhere. */
function replicaIn({ replica, standby }: Values): string | undefined {
  const address = standby ?? replica;
  return address === NO_REPLICA ? undefined : address;
}

function wantJitsi(tree: Tree): void {
  const folder = '/etc/jitsi/meet';
  if (namesIn(tree, folder).some((name) => name.endsWith('-config.js'))) return;
  throw new HostError(
    `install.sh: Jitsi Meet is not installed here: ${join(tree.root, folder)} holds no DOMAIN-config.js. Install jitsi-meet first`,
  );
}

function frontPageOf(text: string): Wishes['frontPage'] {
  if (text === 'jmb' || text === 'jitsi') return text;
  throw new HostError(`--front-page takes jmb or jitsi, not "${text}"`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new HostError(`--port takes a number, not "${text}"`);
}

/** Throws HostError where another program than our own Apache listens on our port. */
async function wantFreePort(hands: Hands, port: number): Promise<void> {
  if (isStaged(hands) || hands.tree.read(SITE)?.includes(`Listen 127.0.0.1:${port}\n`) || !(await answers(port)))
    return;
  throw new HostError(`install.sh: port ${port} is busy: end what listens there, or choose another with --port N`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('error', done(false)).setTimeout(2000, done(true));
  });
}

/** Takes JMB away; meetings and settings only with `purge`. The exit status; throws HostError where there is nothing to take away. */
export async function uninstall(hands: Hands, purge: boolean): Promise<number> {
  const { tree } = hands;
  wantRoot({ ...hands, dryRun: false }, ' --uninstall');
  const killed = wasKilled(tree);
  if (!isKnown(tree) && !killed) {
    throw new HostError(
      `install.sh: there is nothing to take away: this program has installed nothing below ${tree.root}`,
    );
  }
  if (killed) say('An earlier run did not come to its end: what it left is put back first.');
  say(...backLines(seeBack(tree, purge)));
  if (hands.dryRun) {
    say('Nothing was changed (--dry-run).');
    return 0;
  }
  await agree(
    hands,
    purge ? 'Take JMB away with all meetings and settings?' : 'Take JMB away? Meetings and settings stay.',
  );
  const left = recover(tree);
  const back = isKnown(tree) ? takeBack(tree, purge) : { returned: [], idle: false };
  const changed = back.returned.filter(({ how }) => how !== 'kept').map(({ path }) => path);
  await tellBack(hands, [...left.changed, ...changed], left.idle || back.idle);
  if (!purge && isKnown(tree)) {
    say(
      'Meetings stay in /var/www/jitsi-jmb, settings where the list above says "kept"; --uninstall --purge takes them as well.',
    );
  }
  say('Done. Packages that came with JMB stay: apt-get purge takes those that nobody else needs.');
  return 0;
}

async function tellBack(hands: Hands, changed: readonly string[], idle: boolean): Promise<void> {
  const refusing = await tellServices(hands, servicesBack(changed, idle));
  if (refusing.length === 0) return;
  say(
    `This does not start with its own files of before, so for another reason: ${refusing.join(', ')} (journalctl -u NAME says why)`,
  );
}
