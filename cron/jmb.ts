/** The command `jmb`, which is also a Munin plugin when called through a link of such a name. */
import { basename } from 'node:path';
import { pluginOf } from './munin.ts';
import { main } from './program.ts';

const called = pluginOf(basename(process.argv[1] ?? ''));
const words = process.argv.slice(2);
const ending = called ? import('./munin_run.ts').then(({ runPlugin }) => runPlugin(called, words[0])) : main(words);
ending.then((status) => {
  // Node would close the database on its way (lib/store/store.ts); what was written to a pipe or file is written.
  process.exit(status);
});
