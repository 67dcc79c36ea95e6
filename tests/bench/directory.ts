/** What a directory costs: the list and a token as plain CGI, where a real slapd says who somebody is and who may book, beside a site without one. */
import { join } from 'node:path';
import { startSlapd } from '../support/slapd.ts';
import { quantile } from './measure.ts';
import { ask, handOver, makeSite, type Page, type Server, type Site, startServer } from './server.ts';
import { addUsers, type User } from './site.ts';

/** The pages that ask a directory. */
const ASKING = ['list', 'token'] as const satisfies readonly Page[];

/** Milliseconds, and the median of the ratios of each request to the one beside it at the site without a directory. */
export interface Cost {
  readonly p50: number;
  readonly ratio: number;
}

/** `kept`: an answer is kept (JMB_LDAP_KEEP). `asked`: the directory is asked each time. */
export type DirectoryCost = Readonly<Record<(typeof ASKING)[number], { without: number; kept: Cost; asked: Cost }>>;

type Way = 'without' | 'kept' | 'asked';
const WAYS: readonly Way[] = ['without', 'kept', 'asked'];

/** Measures the three sites side by side, each round from another one on. */
export async function directoryCost(folder: string, programs: string, rounds: number): Promise<DirectoryCost> {
  const slapd = await startSlapd([{ uid: 'ten', mail: 'ten@example.org', eduPersonAffiliation: 'employee' }]);
  const places = new Map<Way, { server: Server; user: User }>();
  try {
    for (const way of WAYS) {
      // The server's user cannot read the file of the password.
      const command = slapd.ldapsearch.replace(`-y ${slapd.passwordFile}`, `-w '${slapd.password}'`);
      const directory = way === 'without' ? {} : settingsOf(command, way);
      places.set(way, await placeOf(join(folder, `directory-${way}`), programs, directory));
    }
    return {
      list: await costOf('list', places, rounds),
      token: await costOf('token', places, rounds),
    };
  } finally {
    for (const { server } of places.values()) await server.stop();
    await slapd.stop();
  }
}

function settingsOf(ldapsearch: string, way: Way): Readonly<Record<string, string>> {
  return {
    JMB_LDAPSEARCH: ldapsearch,
    JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap',
    JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: '(eduPersonAffiliation=employee)',
    JMB_MODULE_CHECK_MODERATOR: 'ldap-filter booking private-room',
    JMB_LDAP_KEEP: way === 'kept' ? '10' : '0',
  };
}

async function placeOf(
  root: string,
  programs: string,
  directory: Readonly<Record<string, string>>,
): Promise<{ server: Server; user: User }> {
  const site: Site = { root, programs, users: ['ten'] };
  makeSite(site, directory);
  const user = addUsers(join(root, 'data/jmb.db'), { ten: 10 }).get('ten');
  if (user === undefined) throw new Error('no user');
  handOver(root);
  // Where there is a directory, Apache says no address: it has to be asked for.
  const silence = 'SetEnvIf Authorization "." !AUTHENTICATE_MAIL';
  return { server: await startServer(site, 'cgid', Object.keys(directory).length > 0 ? silence : ''), user };
}

async function costOf(
  page: Page,
  places: ReadonlyMap<Way, { server: Server; user: User }>,
  rounds: number,
): Promise<{ without: number; kept: Cost; asked: Cost }> {
  const times: Record<Way, number[]> = { without: [], kept: [], asked: [] };
  for (let round = -3; round < rounds; round += 1) {
    for (let turn = 0; turn < WAYS.length; turn += 1) {
      const way = WAYS[(turn + round + 3) % WAYS.length] ?? 'without';
      const place = places.get(way);
      if (place === undefined) throw new Error(`no site ${way}`);
      const { time } = await ask(place.server.client, page, place.user);
      if (round >= 0) times[way].push(time);
    }
  }
  const median = (list: readonly number[]): number =>
    quantile(
      [...list].sort((a, b) => a - b),
      0.5,
    );
  const cost = (way: Way): Cost => ({
    p50: median(times[way]),
    ratio: median(times[way].map((time, round) => time / (times.without[round] ?? Number.NaN))),
  });
  return { without: median(times.without), kept: cost('kept'), asked: cost('asked') };
}
