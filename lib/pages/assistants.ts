/** booking.cgi?assistants: whom I let book, change and answer in my place, and in whose place I may; and ?answer, which does so. */
import assistants from '../../templates/pages/assistants.hbs';
import { bosses } from '../booking/access.ts';
import { answer, sendToOwner } from '../booking/answer.ts';
import { colleagueOf } from '../booking/people_found.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { Identity } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { addAssistant, assistantsOf, removeAssistant } from '../store/assistants.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { namesOf } from '../store/people.ts';
import { formToken } from '../store/secrets.ts';
import { personWords } from './meeting_view.ts';
import { inQuery, page, sayingOf, toAssistants, toList } from './page.ts';
import { whoBooks } from './who_books.ts';

/** What can be answered. */
const ANSWERS = ['accepted', 'tentative', 'declined'] as const;

/** How many assistants somebody may have. */
const MOST = 20;

/** Shows them. */
export function assistantsShow(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response> {
  return assistantsPage(request, context, identity);
}

/** Adds one (`conf_assistant`, an address or an account) or takes one away (`conf_remove`, an address). */
export async function assistantsChange(
  request: Request,
  context: Context,
  { identity, form }: Pick<Granted, 'identity' | 'form'>,
): Promise<Response> {
  const { store, log, clock } = context;
  const gone = form.get('conf_remove');
  if (gone !== undefined) {
    if (removeAssistant(store, identity.uid, gone)) log.event('assistant-removed', { uid: identity.uid, gone });
    return toAssistants(request, 'assistant_removed');
  }
  const typed = form.get('conf_assistant') ?? '';
  const address = await assistantIn(context, identity, typed);
  if (isRefusal(address)) return assistantsPage(request, context, identity, { typed, refusal: address });
  addAssistant(store, identity.uid, address, clock.now());
  log.event('assistant-added', { uid: identity.uid, assistant: address });
  return toAssistants(request, 'assistant_added');
}

/** The address of who is to be an assistant, or why nobody is. */
async function assistantIn(context: Context, { uid, addresses }: Identity, typed: string): Promise<string | Refusal> {
  const colleague = await colleagueOf(context, typed);
  if (isRefusal(colleague)) return colleague;
  const address = colleague.email;
  if (addresses.includes(address)) return refuse(400, 'assistants.oneself', `${uid} is no assistant of their own`);
  const full = assistantsOf(context.store, uid).length >= MOST;
  return full ? refuse(400, 'assistants.many', `${uid} has ${MOST} assistants`, { max: MOST }) : address;
}

/** Answers an invitation in the place of who is invited (`conf_for`, `conf_tsn`, `conf_answer`): nobody's link is needed for that. */
export async function answerInPlace(
  request: Request,
  context: Context,
  { identity, acting, form }: Pick<Granted, 'identity' | 'acting' | 'form'>,
): Promise<Response | Refusal> {
  const given = ANSWERS.find((one) => one === form.get('conf_answer'));
  if (given === undefined) return refuse(400, 'refused.malformed', 'no answer in the form');
  const { store, log } = context;
  const meeting = meetingById(store, form.get('conf_tsn') ?? '');
  const attendee = meeting && highest(attendeesOf(store, meeting.id), acting.addresses);
  if (!meeting || !attendee) return refuse(404, 'refused.no_meeting', `${acting.uid} is not in that meeting`);
  const refusal = answer(context, { meeting, attendee }, given);
  if (refusal !== null) return refusal;
  log.event('answered-for', { id: meeting.id, uid: acting.uid, by: identity.uid });
  await sendToOwner(context, meeting.id);
  return toList(request, given, meeting.id, acting);
}

async function assistantsPage(
  request: Request,
  context: Context,
  identity: Identity,
  wrong?: { readonly typed: string; readonly refusal: Refusal },
): Promise<Response> {
  const { store, texts, clock } = context;
  const { editor } = await whoBooks(context, identity);
  const title = texts('assistants.title');
  const { notice, headers } = sayingOf(request, texts);
  const spoken = wrong
    ? { spoken: texts('form.spoken_error', { title }), status: wrong.refusal.status }
    : notice && { spoken: texts('list.noticed', { notice: notice.text, title }) };
  const mine = assistantsOf(store, identity.uid);
  const names = namesOf(store, mine);
  return page(
    context,
    assistants,
    { title, ...spoken, user: identity.name, editor, headers },
    {
      notice,
      token: formToken(store, identity.uid, clock.now()),
      typed: wrong?.typed.slice(0, 254) ?? '',
      error: wrong ? texts(wrong.refusal.text, wrong.refusal.values) : '',
      assistants: mine.map((email) => personWords(email, names.get(email))),
      bosses: bosses(store, identity).map(({ email, name }) => ({ email, name, whose: inQuery(email) })),
    },
  );
}
