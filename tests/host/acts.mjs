/**
 * Counts every act by which a program changes files below a folder, and ends it at one of them: before it, or when it is half
 * done. In a test it watches this process; given to `node --import`, with JMB_ACTS naming the folder and JMB_ACT the act
 * (`half rmSync /opt/jitsi-jmb`), it ends the program by SIGKILL.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve } from 'node:path';

const FUNCTIONS = [
  'writeFileSync',
  'copyFileSync',
  'renameSync',
  'rmSync',
  'unlinkSync',
  'rmdirSync',
  'mkdirSync',
  'symlinkSync',
  'linkSync',
  'chmodSync',
  'chownSync',
];

/** The functions as they are. */
const real = Object.fromEntries([...FUNCTIONS, 'readFileSync'].map((name) => [name, fs[name]]));

/** Does half of an act, where it can be done by halves. */
function half(name, words) {
  const [path, second] = words;
  if (name === 'writeFileSync') real.writeFileSync(path, second.subarray(0, second.length / 2), words[2]);
  if (name === 'copyFileSync') {
    const bytes = real.readFileSync(path);
    real.writeFileSync(second, bytes.subarray(0, bytes.length / 2));
  }
  if (name !== 'rmSync') return;
  const below = fs.readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => !one.isDirectory());
  for (const one of below.slice(0, below.length / 2)) real.unlinkSync(join(one.parentPath ?? one.path, one.name));
}

/** Whether an act can be seen half done. */
function hasHalves(name, [path]) {
  if (name === 'writeFileSync' || name === 'copyFileSync') return true;
  return name === 'rmSync' && fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Watches the acts below a folder; `at` hears of each moment and throws, or does not come back, where the program ends. */
export function watch(folder, at) {
  for (const name of FUNCTIONS) {
    fs[name] = (...words) => {
      // A link's first word is what it says, its second where it stands.
      const path = resolve(`${words[name === 'symlinkSync' ? 1 : 0]}`);
      if (path.startsWith(`${folder}/`)) {
        at(`${name} ${path.slice(folder.length)}`, () => undefined);
        if (hasHalves(name, words)) at(`half ${name} ${path.slice(folder.length)}`, () => half(name, words));
      }
      return real[name](...words);
    };
  }
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, Object.fromEntries(FUNCTIONS.map((name) => [name, real[name]])));
    syncBuiltinESMExports();
  };
}

const { JMB_ACTS, JMB_ACT } = process.env;
if (JMB_ACTS !== undefined) {
  watch(JMB_ACTS, (act, begin) => {
    if (act !== JMB_ACT) return;
    begin();
    process.kill(process.pid, 'SIGKILL');
  });
}
