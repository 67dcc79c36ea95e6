/** ical.cgi: the calendar feed that the hash in the address belongs to; nobody signs in. */
import { serve } from '../lib/http/serve.ts';
import { feedRead } from '../lib/pages/feed_read.ts';

serve('ical', { '': { GET: feedRead }, '*': { GET: feedRead } });
