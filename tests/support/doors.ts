/** The tables of the four doors, for tests that walk them or ask a page as its row says. */
import { door as booking } from '../../cgi-bin/booking.ts';
import { door as ical } from '../../cgi-bin/ical.ts';
import { door as join } from '../../cgi-bin/join.ts';
import { door as token } from '../../cgi-bin/token.ts';
import type { Row } from '../../lib/http/route.ts';

/** One row, and where it stands. */
export interface Placed {
  readonly program: string;
  /** The action, as the first word of the query. */
  readonly action: string;
  readonly method: 'GET' | 'POST';
  readonly row: Row;
}

/** Every row of every door. */
export const ROWS: readonly Placed[] = Object.entries({ booking, ical, join, token }).flatMap(([program, { routes }]) =>
  Object.entries(routes).flatMap(([action, route]) =>
    (['GET', 'POST'] as const).flatMap((method) => {
      const row = route[method];
      return row === undefined ? [] : [{ program, action, method, row }];
    }),
  ),
);

/** The row that a page answers for. */
export function rowWith(handler: Row['handler']): Row {
  const found = ROWS.find(({ row }) => row.handler === handler);
  if (found === undefined) throw new Error(`no row has ${handler.name}`);
  return found.row;
}
