/** token.cgi: a token for a room, for those whom the check modules allow. Apache says who asks. */
import { serve } from '../lib/http/serve.ts';
import { tokenEnter } from '../lib/pages/token_enter.ts';

serve('token', { '': { GET: tokenEnter } }, 'timeless');
