/** token.cgi: a token for a room, for those whom the check modules allow. Apache says who asks. */
import { account, consent, room } from '../lib/http/needs.ts';
import { type Door, row } from '../lib/http/route.ts';
import { tokenEnter } from '../lib/pages/room_enter.ts';

export const door: Door = {
  refusals: () => import('../lib/pages/refusal.ts'),
  manner: 'timeless',
  routes: { '': { GET: row([room, account, consent], tokenEnter) } },
};
