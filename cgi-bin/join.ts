/** join.cgi, invitation.cgi and close.cgi: what the secret in an address opens; nobody signs in. */
import { later } from '../lib/http/later.ts';
import { serve } from '../lib/http/serve.ts';
import { close } from '../lib/pages/close.ts';
import { roomJoin } from '../lib/pages/room_join.ts';

const invitation = () => import('../lib/pages/invitation_answer.ts');
const ask = later(invitation, 'answerAsk');
const give = later(invitation, 'answerGive');

serve(
  'join',
  {
    '': { GET: roomJoin },
    accept: { GET: ask, POST: give },
    decline: { GET: ask, POST: give },
    close: { GET: close },
    '/close.cgi': { GET: close },
  },
  'lenient',
);
