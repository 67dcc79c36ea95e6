/** booking.cgi: my meetings, and what an organiser does with them. Apache says who asks. */
import {
  anyone,
  booker,
  editor,
  owner,
  ownForm,
  reader,
  sameSite,
  signedIn,
  source,
  standIn,
  typedForm,
} from '../lib/http/needs.ts';
import { type Door, type Routes, row } from '../lib/http/route.ts';
import { answerInPlace, assistantsChange, assistantsShow } from '../lib/pages/assistants.ts';
import { attendeesFollow } from '../lib/pages/attendees_follow.ts';
import { attendeeCorrect, attendeeMail, attendeeRelink, attendeesRemind } from '../lib/pages/attendees_write.ts';
import { busyShow } from '../lib/pages/form_busy.ts';
import { meetingEdit, meetingNew } from '../lib/pages/meeting_form.ts';
import { attendeesCsv } from '../lib/pages/meeting_give.ts';
import { meetingList } from '../lib/pages/meeting_list.ts';
import { handAsk, handGive, meetingRemove, removalAsk } from '../lib/pages/meeting_part.ts';
import { meetingExtend } from '../lib/pages/meeting_running.ts';
import { meetingBook, meetingChange, meetingInvite, meetingMove, nowAsk, nowBook } from '../lib/pages/meeting_save.ts';
import { calendarRenew, calendarShow, mineKeep, mineShow } from '../lib/pages/mine.ts';
import { peopleFind } from '../lib/pages/people_field.ts';
import { signOut } from '../lib/pages/ways_out.ts';

const MY_MEETINGS: Routes = {
  '': { GET: row([signedIn, standIn], meetingList) },
  list: { GET: row([signedIn, standIn], meetingList) },
};

const refusals: Door['refusals'] = () => import('../lib/pages/refusal.ts');

/** The rows that are asked for most, which the build makes a part of their own of: a list pays for no form then. */
export const list: Door = { refusals, routes: MY_MEETINGS };

/** A getter, so that the part of the list has none of what only these need. */
export const door: Door = {
  refusals,
  get routes() {
    return {
      ...MY_MEETINGS,
      'people=': { GET: row([editor, sameSite], peopleFind) },
      new: { GET: row([editor, booker, source], meetingNew) },
      busy: { POST: row([editor, typedForm, booker], busyShow) },
      now: { GET: row([editor, booker], nowAsk), POST: row([editor, typedForm, booker], nowBook) },
      edit: { GET: row([editor, owner], meetingEdit) },
      attendees: { GET: row([signedIn, reader], attendeesFollow) },
      register_new: { POST: row([editor, typedForm, booker], meetingBook) },
      register_edit: { POST: row([editor, typedForm, owner], meetingChange) },
      csv: { GET: row([signedIn, reader], attendeesCsv) },
      remind: { POST: row([editor, ownForm, owner], attendeesRemind) },
      mail: { POST: row([editor, ownForm, owner], attendeeMail) },
      correct: { POST: row([editor, ownForm, owner], attendeeCorrect) },
      link: { POST: row([editor, ownForm, owner], attendeeRelink) },
      move: { POST: row([editor, ownForm, owner], meetingMove) },
      invite: { POST: row([editor, ownForm, owner], meetingInvite) },
      answer: { POST: row([signedIn, ownForm, standIn], answerInPlace) },
      extend: { POST: row([signedIn, ownForm, owner], meetingExtend) },
      del: { GET: row([editor, owner], removalAsk), POST: row([editor, ownForm, owner], meetingRemove) },
      calendar: { GET: row([signedIn], calendarShow), POST: row([signedIn, ownForm], calendarRenew) },
      hand_over: { GET: row([editor, owner], handAsk), POST: row([editor, ownForm, owner], handGive) },
      assistants: { GET: row([signedIn], assistantsShow), POST: row([signedIn, ownForm], assistantsChange) },
      me: { GET: row([signedIn], mineShow), POST: row([signedIn, ownForm], mineKeep) },
      logout: { GET: row([anyone], signOut) },
    };
  },
};
