/** booking.cgi: my meetings, and what an organiser does with them. Apache says who asks. */
import { serve } from '../lib/http/serve.ts';
import { attendeesFollow } from '../lib/pages/attendees_follow.ts';
import { meetingExtend } from '../lib/pages/meeting_extend.ts';
import { meetingEdit, meetingNew } from '../lib/pages/meeting_form.ts';
import { meetingList } from '../lib/pages/meeting_list.ts';
import { meetingRemove, removalAsk } from '../lib/pages/meeting_remove.ts';
import { meetingBook, meetingChange } from '../lib/pages/meeting_save.ts';
import { signOut } from '../lib/pages/sign_out.ts';

serve('booking', {
  '': { GET: meetingList },
  list: { GET: meetingList },
  new: { GET: meetingNew },
  edit: { GET: meetingEdit },
  attendees: { GET: attendeesFollow },
  register_new: { POST: meetingBook },
  register_edit: { POST: meetingChange },
  extend: { POST: meetingExtend },
  logout: { GET: signOut },
  del: { GET: removalAsk, POST: meetingRemove },
});
