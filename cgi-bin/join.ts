/** join.cgi, invitation.cgi and close.cgi: what the secret in an address opens; nobody signs in. */
import { serve } from '../lib/http/serve.ts';
import { close } from '../lib/pages/close.ts';
import { answerAsk, answerGive } from '../lib/pages/invitation_answer.ts';
import { roomJoin } from '../lib/pages/room_join.ts';

serve(
  'join',
  {
    '': { GET: roomJoin },
    accept: { GET: answerAsk, POST: answerGive },
    decline: { GET: answerAsk, POST: answerGive },
    close: { GET: close },
    '/close.cgi': { GET: close },
  },
  'lenient',
);
