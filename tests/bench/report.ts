/** The figures as a person reads them, and as a program does. */
import type { Comparison, Figures, WayFigures } from './compare.ts';
import type { DirectoryCost } from './directory.ts';
import type { Size } from './growth.ts';
import type { Crowd, Memory, Polling } from './load.ts';
import { PAGES, type Page } from './server.ts';

/** Everything that was measured. */
export interface Report {
  readonly date: string;
  readonly quick: boolean;
  readonly machine: { readonly processors: number; readonly model: string; readonly node: string };
  readonly comparison: Comparison;
  readonly directory: DirectoryCost;
  readonly polling: Polling;
  readonly crowds: readonly Crowd[];
  readonly restarted: Crowd;
  readonly memory: Memory;
  readonly growth: readonly Size[];
}

/** Ratios under `plain` and `fastcgi` by page, and beside them everything else. */
export function ratiosOnly(report: Report): object {
  const ratios = (way: WayFigures): Record<Page, number | null> => {
    const of = (page: Page): number | null => rounded(way[page].ratio);
    return { join: of('join'), moderator: of('moderator'), token: of('token'), ical: of('ical'), list: of('list') };
  };
  const { comparison, ...rest } = report;
  return {
    plain: ratios(comparison.plain),
    fastcgi: ratios(comparison.fastcgi),
    plain_list100: rounded(comparison.plain.list100.ratio),
    fastcgi_list100: rounded(comparison.fastcgi.list100.ratio),
    ...rest,
    milliseconds: comparison,
  };
}

/** Three digits; null where there is no figure (no C compiler). */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null;
}

/** One table of pages, and a few lines. */
export function tables({ machine, comparison, directory, polling, crowds, restarted, memory, growth }: Report): string {
  const { node, c, plain, fastcgi } = comparison;
  const row = (name: string, figures: Figures, against: string): string =>
    `${name.padEnd(26)}${ms(figures.p50)}${ms(figures.p95)}   ${against === '' ? '' : `${figures.ratio.toFixed(2)} × ${against}`}`;
  const pages = [...PAGES, 'list100'] as const;
  return `${machine.processors} × ${machine.model}, Node ${machine.node}; times through Apache in milliseconds

${''.padEnd(26)}     p50     p95   ratio of p50
${row('bare Node CGI', node, '')}
${pages.map((page) => row(`plain CGI ${page}`, plain[page], 'bare Node')).join('\n')}
${row('bare C CGI', c, '')}
${pages.map((page) => row(`FastCGI ${page}`, fastcgi[page], 'bare C')).join('\n')}

A directory (slapd), plain CGI, over the request beside it at a site without one
${(['list', 'token'] as const).map((page) => `${page.padEnd(26)}${ms(directory[page].without)} without, ${ms(directory[page].kept.p50)} kept (${directory[page].kept.ratio.toFixed(2)} ×), ${ms(directory[page].asked.p50)} asked (${directory[page].asked.ratio.toFixed(2)} ×)`).join('\n')}

One FastCGI process, feeds a second: ${polling.whole.toFixed(0)} whole, ${polling.unchanged.toFixed(0)} with If-None-Match
${crowds.map((one) => `${crowdLine(one)}, ${one.rate.toFixed(0)} a second\n`).join('')}The same over 20 restarts of the program: ${crowdLine(restarted)}
${memory.requests} requests to ${memory.processes} process: ${memory.early.toFixed(1)} MiB after a tenth, ${memory.late.toFixed(1)} MiB at the end

p50 as FastCGI for a user with 10 meetings, by the number of all meetings
${'meetings'.padEnd(12)}${PAGES.map((page) => page.padStart(16)).join('')}
${growth.map((size) => String(size.meetings).padEnd(12) + PAGES.map((page) => `${size.p50[page].toFixed(2)} (${size.ratio[page].toFixed(2)} ×)`.padStart(16)).join('')).join('\n')}
`;
}

function crowdLine({ browsers, requests, errors, wrong, p50, p99, worst }: Crowd): string {
  const why = wrong.map((one) => ` (${one.split('\n', 1)[0]})`).join('');
  const times = `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, the worst ${worst.toFixed(0)} ms`;
  return `${browsers} browsers at once, ${requests} lists: ${errors} errors${why}, ${times}`;
}

function ms(value: number): string {
  return (Number.isFinite(value) ? value.toFixed(2) : '-').padStart(8);
}
