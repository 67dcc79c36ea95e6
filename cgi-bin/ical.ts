/** ical.cgi: the calendar feed that the secret in the address belongs to; nobody signs in. */
import { feed } from '../lib/http/needs.ts';
import { type Door, row } from '../lib/http/route.ts';
import { feedRead } from '../lib/pages/calendar_read.ts';

export const door: Door = {
  refusals: () => import('../lib/pages/refusal.ts'),
  routes: { '': { GET: row([feed], feedRead) }, '*': { GET: row([feed], feedRead) } },
};
