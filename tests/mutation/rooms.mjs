/** The tests that know each room: its own that start no server but a directory, and some beside them. */
import { readdirSync } from 'node:fs';

/** The tests of a folder but some. */
function testsIn(folder, ...but) {
  const names = readdirSync(`tests/${folder}`).filter((name) => name.endsWith('.test.ts') && !name.includes('.full.'));
  return names
    .filter((name) => !but.includes(name.slice(0, -'.test.ts'.length)))
    .map((name) => `tests/${folder}/${name}`);
}

const named = (folder, ...names) => names.map((name) => `tests/${folder}/${name}.test.ts`);

export const TESTS = {
  meetings: [...testsIn('meetings'), ...named('pages', 'fields')],
  calendar: [
    ...testsIn('calendar'),
    ...named('mail', 'foreign_replies', 'invitation'),
    ...named('peers', 'series_readers'),
  ],
  people: testsIn('people'),
  jitsi: testsIn('jitsi', 'mod_jmb', 'module_update', 'jitsi_plugins'),
  // Those left out walk pages, or read megabytes.
  mail: testsIn(
    'mail',
    ...['languages', 'reply_aliases', 'foreign_replies', 'replies', 'threads', 'traced', 'unreached'],
  ),
  // Those left out take seconds each, and look at plans, at speed, or at several processes.
  store: testsIn('store', 'processes', 'plans', 'growth', 'original'),
};
