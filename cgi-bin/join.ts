/** join.cgi, invitation.cgi and close.cgi: what the secret in an address opens, and how the service is; nobody signs in. */
import { anyone, link, sameSite } from '../lib/http/needs.ts';
import { type Door, type Routes, row } from '../lib/http/route.ts';
import { invitationEvent } from '../lib/pages/calendar_read.ts';
import { health } from '../lib/pages/health.ts';
import { answerAsk, answerGive } from '../lib/pages/invitation_answer.ts';
import { roomJoin } from '../lib/pages/room_enter.ts';
import { close } from '../lib/pages/ways_out.ts';

const THE_ROOM: Routes = { '': { GET: row([link], roomJoin) } };

const refusals: Door['refusals'] = () => import('../lib/pages/refusal.ts');

/** The row that guests come by, which the build makes a part of its own of: they pay for no answer and no calendar then. */
export const enter: Door = { refusals, manner: 'lenient', routes: THE_ROOM };

/** A getter, so that the part of the room has none of what only these need. */
export const door: Door = {
  refusals,
  manner: 'lenient',
  get routes() {
    return {
      ...THE_ROOM,
      accept: { GET: row([link], answerAsk), POST: row([sameSite, link], answerGive) },
      tentative: { GET: row([link], answerAsk), POST: row([sameSite, link], answerGive) },
      answer: { GET: row([link], answerAsk) },
      decline: { GET: row([link], answerAsk), POST: row([sameSite, link], answerGive) },
      event: { GET: row([link], invitationEvent) },
      health: { GET: { ...row([anyone], health), isEverywhere: true as const } },
      close: { GET: row([anyone], close) },
      '/close.cgi': { GET: row([anyone], close) },
    };
  },
};
