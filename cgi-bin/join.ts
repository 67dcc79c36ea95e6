/** join.cgi, invitation.cgi and close.cgi: what the secret in an address opens, and how the service is; nobody signs in. */
import { anyone, link, sameSite } from '../lib/http/needs.ts';
import { type Door, row } from '../lib/http/route.ts';
import { invitationEvent } from '../lib/pages/calendar_read.ts';
import { health } from '../lib/pages/health.ts';
import { answerAsk, answerGive } from '../lib/pages/invitation_answer.ts';
import { roomJoin } from '../lib/pages/room_enter.ts';
import { close } from '../lib/pages/ways_out.ts';

export const door: Door = {
  refusals: () => import('../lib/pages/refusal.ts'),
  manner: 'lenient',
  routes: {
    '': { GET: row([link], roomJoin) },
    accept: { GET: row([link], answerAsk), POST: row([sameSite, link], answerGive) },
    tentative: { GET: row([link], answerAsk), POST: row([sameSite, link], answerGive) },
    answer: { GET: row([link], answerAsk) },
    decline: { GET: row([link], answerAsk), POST: row([sameSite, link], answerGive) },
    event: { GET: row([link], invitationEvent) },
    health: { GET: { ...row([anyone], health), isEverywhere: true } },
    close: { GET: row([anyone], close) },
    '/close.cgi': { GET: row([anyone], close) },
  },
};
