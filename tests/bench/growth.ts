/** Whether a user with ten meetings notices how many meetings others have. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { quantile, type Target, takeTurns } from './measure.ts';
import { ask, handOver, makeSite, PAGES, type Page, type Server, type Site, startServer } from './server.ts';
import { addUsers, fill } from './site.ts';

/** Medians in milliseconds by page for one size of database. */
export interface Size {
  readonly meetings: number;
  readonly p50: Readonly<Record<Page, number>>;
  /** Over those of the smallest database. */
  readonly ratio: Readonly<Record<Page, number>>;
}

/** Measures the same user's pages over databases of these sizes, in turns. */
export async function grow(
  folder: string,
  programs: string,
  sizes: readonly number[],
  rounds: number,
): Promise<Size[]> {
  const servers: Server[] = [];
  const targets: Target[] = [];
  try {
    for (const meetings of sizes) {
      const site: Site = { root: join(folder, `site-${meetings}`), programs, users: ['ten'] };
      makeSite(site);
      const file = join(site.root, 'data/jmb.db');
      fill(file, meetings, meetings > 100_000 ? 2 : 10);
      const user = addUsers(file, { ten: 10 }).get('ten');
      handOver(site.root);
      const server = await startServer(site, 'proxy_fcgi');
      servers.push(server);
      if (user === undefined) throw new Error('no user');
      for (const page of PAGES) {
        targets.push({ name: `${meetings} ${page}`, run: async () => (await ask(server.client, page, user)).time });
      }
    }
    const times = await takeTurns(targets, rounds);
    return sizes.map((meetings) => {
      const p50 = byPage((page) => quantile(times.get(`${meetings} ${page}`), 0.5));
      return { meetings, p50, ratio: byPage((page) => p50[page] / quantile(times.get(`${sizes[0]} ${page}`), 0.5)) };
    });
  } finally {
    for (const server of servers) await server.stop();
    for (const meetings of sizes) rmSync(join(folder, `site-${meetings}`), { recursive: true, force: true });
  }
}

function byPage(value: (page: Page) => number): Record<Page, number> {
  return {
    join: value('join'),
    moderator: value('moderator'),
    token: value('token'),
    ical: value('ical'),
    list: value('list'),
  };
}
