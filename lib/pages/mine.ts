/** booking.cgi?me: what an account chooses for itself. */
import mine from '../../templates/pages/mine.hbs';
import type { Context } from '../context.ts';
import { keepLanguage } from '../http/language.ts';
import type { Granted } from '../http/route.ts';
import type { Request, Response } from '../message.ts';
import { keepMine, mineOf } from '../store/mine.ts';
import { formToken } from '../store/secrets.ts';
import { isLanguage, LANGUAGES } from '../text/catalogue.ts';
import { page, sayingOf, toMine } from './page.ts';
import { whoBooks } from './who_books.ts';

/** Shows it. */
export async function mineShow(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response> {
  const { texts, store, clock } = context;
  const { language, reminders } = mineOf(store, identity.uid);
  const title = texts('me.title');
  const { notice, headers } = sayingOf(request, texts);
  const { editor } = await whoBooks(context, identity);
  const spoken = notice && { spoken: texts('list.noticed', { notice: notice.text, title }) };
  const choices = [['', texts('me.language_browser')], ...Object.entries(LANGUAGES)] as const;
  return page(
    context,
    mine,
    { title, ...spoken, user: identity.name, editor, place: 'mine', headers },
    {
      notice,
      token: formToken(store, identity.uid, clock.now()),
      choices: choices.map(([value, name]) => ({ value, name, chosen: value === (language ?? '') })),
      reminders,
      addresses: identity.addresses,
    },
  );
}

/** Keeps it: the language counts in this browser at once, whatever was chosen there before. */
export function mineKeep(
  request: Request,
  { store, log }: Context,
  { identity, form }: Pick<Granted, 'identity' | 'form'>,
): Response {
  const typed = form.get('conf_language') ?? '';
  const language = isLanguage(typed) ? typed : undefined;
  const reminders = form.get('conf_reminders') === 'on';
  keepMine(store, identity.uid, { language, reminders });
  log.event('mine-kept', { uid: identity.uid, language: language ?? '', reminders: reminders ? 'on' : 'off' });
  return toMine(request, 'kept', keepLanguage(request, language));
}
