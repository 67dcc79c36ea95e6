/** booking.cgi: my meetings, and what an organiser does with them. Apache says who asks. */
import { later } from '../lib/http/later.ts';
import { serve } from '../lib/http/serve.ts';
import { meetingList } from '../lib/pages/meeting_list.ts';

const form = () => import('../lib/pages/meeting_form.ts');
const save = () => import('../lib/pages/meeting_save.ts');
const remove = () => import('../lib/pages/meeting_remove.ts');

serve('booking', {
  '': { GET: meetingList },
  list: { GET: meetingList },
  new: { GET: later(form, 'meetingNew') },
  edit: { GET: later(form, 'meetingEdit') },
  attendees: { GET: later(() => import('../lib/pages/attendees_follow.ts'), 'attendeesFollow') },
  register_new: { POST: later(save, 'meetingBook') },
  register_edit: { POST: later(save, 'meetingChange') },
  extend: { POST: later(() => import('../lib/pages/meeting_extend.ts'), 'meetingExtend') },
  logout: { GET: later(() => import('../lib/pages/sign_out.ts'), 'signOut') },
  del: { GET: later(remove, 'removalAsk'), POST: later(remove, 'meetingRemove') },
});
