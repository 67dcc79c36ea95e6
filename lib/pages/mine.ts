/**
 * booking.cgi?me and ?calendar: what an account chooses for itself, and the address of its own feed, how each calendar program takes
 * it, and another in its place.
 */
import calendar from '../../templates/pages/calendar.hbs';
import mine from '../../templates/pages/mine.hbs';
import { feedLink, subscriptionLink } from '../calendar/event.ts';
import type { Context } from '../context.ts';
import { keepLanguage } from '../http/language.ts';
import type { Granted } from '../http/route.ts';
import type { Request, Response } from '../message.ts';
import { feedOf, renewFeed } from '../store/feeds.ts';
import { keepMine, mineOf } from '../store/mine.ts';
import { formToken } from '../store/secrets.ts';
import { isLanguage, LANGUAGES } from '../text/catalogue.ts';
import { page, sayingOf, toCalendar, toMine } from './page.ts';
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

/** The programs that the page says how for. */
const PROGRAMS = ['thunderbird', 'outlook', 'google', 'iphone', 'nextcloud'] as const;

/** Answers with the page. */
export async function calendarShow(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response> {
  const { texts, store, settings, clock } = context;
  const hash = feedOf(store, identity.uid);
  const subscribe = subscriptionLink(settings.JMB_URL, hash);
  const title = texts('list.feed');
  const { notice, headers } = sayingOf(request, texts);
  const { editor } = await whoBooks(context, identity);
  const spoken = notice && { spoken: texts('list.noticed', { notice: notice.text, title }) };
  return page(
    context,
    calendar,
    { title, ...spoken, user: identity.name, editor, headers },
    {
      notice,
      feed: { https: feedLink(settings.JMB_URL, hash), webcal: subscribe },
      code: await codeOf(subscribe),
      programs: PROGRAMS.map((name) => ({ name: texts(`calendar.${name}`), how: texts(`calendar.how_${name}`) })),
      token: formToken(store, identity.uid, clock.now()),
    },
  );
}

/** Gives the account another address; the one before leads nowhere from now on. */
export function calendarRenew(
  request: Request,
  { store, log }: Context,
  { identity }: Pick<Granted, 'identity' | 'form'>,
): Response {
  renewFeed(store, identity.uid);
  log.event('feed-renewed', { uid: identity.uid });
  return toCalendar(request, 'renewed');
}

/** Blank around a code, in modules (ISO/IEC 18004 section 9.1). */
const QUIET = 4;

/** A QR code as the width of an SVG and a path in it. */
async function codeOf(text: string): Promise<{ readonly width: number; readonly path: string }> {
  const { default: qrcode } = await import('qrcode-generator');
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = '';
  for (let row = 0; row < size; row += 1) {
    for (let from = 0; from < size; from += 1) {
      if (!code.isDark(row, from)) continue;
      let length = 1;
      while (from + length < size && code.isDark(row, from + length)) length += 1;
      path += `M${from + QUIET} ${row + QUIET}h${length}v1h-${length}z`;
      from += length;
    }
  }
  return { width: size + 2 * QUIET, path };
}
