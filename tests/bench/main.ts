/** `npm run bench`: how fast JMB is, against the bare programs on the same machine. It needs Apache, and a C compiler for the C program. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './compare.ts';
import { directoryCost } from './directory.ts';
import { grow } from './growth.ts';
import { crowd, crowdOverRestarts, poll, remember } from './load.ts';
import { missingPackages } from './needs.ts';
import { readOptions } from './options.ts';
import { writePrograms } from './programs.ts';
import { type Report, ratiosOnly, tables } from './report.ts';
import { handOver, makeSite, type Server, type Site, startServer } from './server.ts';
import { addUsers } from './site.ts';

/** Apache makes its threads by and by, 25 a second at first; a crowd that comes before they are there would measure that. */
const READY = 'StartServers 12\nMinSpareThreads 256\nMaxSpareThreads 400';

const options = readOptions(process.argv.slice(2));
const missing = options === null ? [] : missingPackages();
if (missing.length > 0) {
  process.stderr.write(`npm run bench needs what is not here: apt-get install ${missing.join(' ')}\n`);
  process.exitCode = 1;
} else if (options !== null) {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-bench-'));
  const running: Server[] = [];
  let tidied: Promise<void> | null = null;
  const tidy = (): Promise<void> => {
    tidied ??= Promise.all(running.map((server) => server.stop())).then(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    return tidied;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => tidy().then(() => process.exit(1)));
  }
  try {
    const report = await measure(folder, running, options.quick);
    process.stdout.write(tables(report));
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(ratiosOnly(report), null, 2)}\n`);
  } finally {
    await tidy();
  }
}

async function measure(folder: string, running: Server[], quick: boolean): Promise<Report> {
  const say = (what: string): void => void process.stderr.write(`${what} …\n`);
  const site: Site = { root: join(folder, 'site'), programs: join(folder, 'programs'), users: ['ten', 'hundred'] };
  const { c } = writePrograms(site.programs);
  makeSite(site);
  const users = addUsers(join(site.root, 'data/jmb.db'), { ten: 10, hundred: 100 });
  handOver(site.root);
  const ten = users.get('ten');
  const hundred = users.get('hundred');
  if (ten === undefined || hundred === undefined) throw new Error('the users were not made');
  const start = async (...parameters: Parameters<typeof startServer>): Promise<Server> => {
    const server = await startServer(...parameters);
    running.push(server);
    return server;
  };

  say('pages in turns');
  const plain = await start(site, 'cgid');
  const fast = await start(site, 'proxy_fcgi', READY);
  const comparison = await compare(plain, fast, [ten, hundred], { rounds: quick ? 60 : 300, c });

  say('a directory');
  const directory = await directoryCost(folder, site.programs, quick ? 60 : 300);

  say('load');
  const polling = await poll(fast, ten, quick ? 1000 : 10_000);
  const asked = quick ? 10_000 : 50_000;
  const crowds = [await crowd(fast, ten, 64, asked), await crowd(fast, ten, 256, asked)];
  const restarted = await crowdOverRestarts(fast, ten, 64, 20);
  const memory = await remember(fast, ten, quick ? 4000 : 100_000, join(site.root, 'cgi-bin/booking.cgi'));
  await fast.stop();

  say('growth');
  const sizes = quick ? [1000, 100_000] : [1000, 100_000, 1_000_000];
  const growth = await grow(folder, site.programs, sizes, quick ? 60 : 300);
  const machine = { processors: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
  return {
    date: new Date().toISOString(),
    quick,
    machine,
    comparison,
    directory,
    polling,
    crowds,
    restarted,
    memory,
    growth,
  };
}
