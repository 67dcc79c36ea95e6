/** The part of an installation that changes the host's files: it holds, or is put back, whatever ends it. */
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import { roleOf } from '../role.ts';
import { readSettings } from '../settings.ts';
import { untilProgramsAnswer } from './answers.ts';
import { apply } from './changes.ts';
import { importOld, keepOldDatabase, makeData } from './data.ts';
import { look } from './found.ts';
import { nodeForPrograms, placeNode } from './node.ts';
import { remembered } from './options.ts';
import { BASH_KEPT, PREFIX } from './ours.ts';
import { plan, type Wishes } from './plan.ts';
import { beginRun, openRun, settleRun } from './run.ts';
import { hasSystemd, servicesAgree, servicesBack, servicesOf, tellServices } from './services.ts';
import { type Hands, isStaged, quietStep, say } from './steps.ts';
import { type Recovered, recover } from './take_back.ts';
import { HostError, type Tree } from './tree.ts';

/** Seconds that the programs have until they must answer. */
const PATIENCE = 15;

/** Changes the host as is wished; throws HostError, everything put back, where it cannot hold. */
export async function change(hands: Hands, upgrade: boolean, wishes: Wishes): Promise<void> {
  const { tree, steps } = hands;
  const left = recover(tree);
  try {
    changeFiles(hands, upgrade, wishes);
    await steps.unlessEnded(Promise.resolve());
    placeNode(hands);
    if (!isStaged(hands)) await putToWork(hands, upgrade, wishes, left.changed);
  } catch (error) {
    throw await putBack(hands, error, left);
  }
  const run = openRun(tree);
  if (run !== undefined) settleRun(tree, run);
  if (isStaged(hands)) {
    say(`Done below ${tree.root}. No service was told.`);
    return;
  }
  // Only root may look into Prosody's files.
  await steps.run(`${PREFIX}/bin/jmb`, ['check', 'secret']);
  say(`Done. ${PREFIX}/bin/jmb check tells whether all is well; ./install.sh --uninstall is the way back.`);
}

/** A failure before any service was told of anything, everything put back. */
function nothingChanged(error: unknown, tree: Tree): HostError {
  const why = messageOf(error);
  try {
    recover(tree);
  } catch (another) {
    const next = another instanceof Error ? another.message : String(another);
    return new HostError(
      `${why}\n${next}\ninstall.sh: not everything could be put back: mend what the lines above say and start again, which puts it back`,
    );
  }
  return new HostError(`${why}\ninstall.sh: nothing was changed: mend what the line above says and start again`);
}

function changeFiles(hands: Hands, upgrade: boolean, wishes: Wishes): void {
  const { tree } = hands;
  try {
    const found = look(tree, wishes, upgrade);
    const made = plan(tree, found, wishes);
    const options = remembered(wishes.auth, wishes.given);
    const { changes, run } = beginRun(tree, made.changes, { bash: found.bash, options });
    if (found.bash) tree.move(PREFIX, BASH_KEPT);
    makeData(tree);
    apply(tree, changes, run.next.folders);
    if (!isStaged(hands)) servicesAgree();
    keepOldDatabase(tree, found);
    const imported = importOld(tree, found);
    if (imported === undefined) return;
    say(`Imported ${imported.meetings} meetings and ${imported.feeds} feeds of the flat files.`);
    say(...imported.bad.map((one) => `Not imported: ${one}`));
  } catch (error) {
    throw nothingChanged(error, tree);
  }
}

/** The programs fitted to their Node, the services told (also of what a run that was killed had changed), and an answer from the front. */
async function putToWork(hands: Hands, upgrade: boolean, wishes: Wishes, changed: readonly string[]): Promise<void> {
  const { tree, steps } = hands;
  await quietStep(steps, 'Fitting the programs to this Node', nodeForPrograms(hands), [`${PREFIX}/lib/prepare.js`]);
  const paths = openRun(tree)?.states.map(({ path }) => path) ?? [];
  const refusing = await tellServices(hands, servicesOf([...paths, ...changed]));
  if (refusing.length > 0) {
    throw new HostError(
      `install.sh: this does not start with its new files: ${refusing.join(', ')} (journalctl -u NAME says why); mend that and start again`,
    );
  }
  if (!hasSystemd()) return;
  const { domain, front } = look(tree, wishes, upgrade);
  try {
    const { port, frontPage } = wishes;
    const { JMB_DB: database } = readSettings(join(tree.root, PREFIX), {}, true);
    const waits = roleOf(database) !== 'active';
    const where = { domain, front, port: front.kind === 'nginx' ? port : undefined, frontPage, waits };
    for (const note of await steps.unlessEnded(untilProgramsAnswer(where, PATIENCE))) say(note);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new HostError(
      `${error.message}\ninstall.sh: the programs do not answer: mend what the line above says and start again`,
    );
  }
}

/** Puts back what an unfinished run changed, and tells those who read it; what is still to be said of why. */
async function putBack(hands: Hands, why: unknown, before: Recovered): Promise<unknown> {
  const { tree, steps } = hands;
  const open = openRun(tree) !== undefined;
  if (!open && before.changed.length === 0) return why;
  steps.ignoreSignals();
  if (why instanceof HostError) console.error(why.message);
  if (open) say('Putting everything back as it was...');
  const { changed, idle } = recover(tree);
  if (open) say('Everything was put back.');
  const refusing = await tellServices(hands, servicesBack([...before.changed, ...changed], idle || before.idle));
  if (refusing.length > 0)
    say(`This does not start with its own files either, so for another reason: ${refusing.join(', ')}`);
  return why instanceof HostError ? new HostError('') : why;
}
