/** The comparison itself: pages as plain CGI and as FastCGI against the bare programs, all taking turns. */
import { quantile, type Target, takeTurns } from './measure.ts';
import { ask, PAGES, type Page, type Server } from './server.ts';
import type { User } from './site.ts';

/** Medians in milliseconds and what they are of the bare program's. */
export interface Figures {
  readonly p50: number;
  readonly p95: number;
  /** p50 over the p50 of the bare Node CGI (plain) or of the C program (fastcgi); NaN without a C compiler. */
  readonly ratio: number;
}

/** What a way of running gives, by page; `list100` is the list of a user with 100 meetings. */
export type WayFigures = Readonly<Record<Page | 'list100', Figures>>;

/** The comparison's outcome. */
export interface Comparison {
  readonly node: Figures;
  readonly c: Figures;
  readonly plain: WayFigures;
  readonly fastcgi: WayFigures;
}

/** Asks for a bare program's page. */
async function bare(server: Server, name: 'node' | 'c'): Promise<number> {
  const answer = await server.client.get(`/bare/${name}.cgi`);
  if (answer.status !== 200 || answer.body !== 'Hello\n') throw new Error(`${name}.cgi: ${answer.status}`);
  return answer.time;
}

function targets(name: string, server: Server, ten: User, hundred: User): Target[] {
  const one = (label: string, page: Page, user: User): Target => ({
    name: `${name} ${label}`,
    run: async () => (await ask(server.client, page, user)).time,
  });
  return [...PAGES.map((page) => one(page, page, ten)), one('list100', 'list', hundred)];
}

/** Measures everything in turns. */
export async function compare(
  plain: Server,
  fast: Server,
  [ten, hundred]: readonly [User, User],
  { rounds, c }: { rounds: number; c: boolean },
): Promise<Comparison> {
  const slow: Target[] = [{ name: 'node', run: () => bare(plain, 'node') }, ...targets('plain', plain, ten, hundred)];
  const quick: Target[] = [
    ...(c ? [{ name: 'c', run: () => bare(plain, 'c') }] : []),
    ...targets('fastcgi', fast, ten, hundred),
  ];
  const slowTimes = await takeTurns(slow, rounds);
  const quickTimes = await takeTurns(quick, rounds * 4);
  const figures = (times: readonly number[] | undefined, base: readonly number[] | undefined): Figures => {
    const p50 = quantile(times, 0.5);
    return { p50, p95: quantile(times, 0.95), ratio: p50 / quantile(base, 0.5) };
  };
  const way = (name: string, times: ReadonlyMap<string, readonly number[]>, base: string): WayFigures => {
    const of = (page: string) => figures(times.get(`${name} ${page}`), times.get(base));
    const pages = {
      join: of('join'),
      moderator: of('moderator'),
      token: of('token'),
      ical: of('ical'),
      list: of('list'),
    };
    return { ...pages, list100: of('list100') };
  };
  return {
    node: figures(slowTimes.get('node'), slowTimes.get('node')),
    c: figures(quickTimes.get('c'), quickTimes.get('c')),
    plain: way('plain', slowTimes, 'node'),
    fastcgi: way('fastcgi', quickTimes, 'c'),
  };
}
