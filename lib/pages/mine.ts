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
import type { Identity } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { houseZone } from '../settings.ts';
import { feedOf, renewFeed } from '../store/feeds.ts';
import { keepMine, mineOf } from '../store/mine.ts';
import { formToken } from '../store/secrets.ts';
import { isLanguage, LANGUAGES, type Texts } from '../text/catalogue.ts';
import { clockTime, utcOffset } from '../text/dates.ts';
import { zoneOf } from '../text/zones.ts';
import { page, sayingOf, toCalendar, toMine } from './page.ts';
import { whoBooks } from './who_books.ts';

/** Shows it. */
export function mineShow(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response> {
  const { language, zone, reminders } = mineOf(context.store, identity.uid);
  return minePage(request, context, identity, { language: language ?? '', zone: zone?.name ?? '', reminders });
}

/** What is chosen, as the form has it. */
interface Chosen {
  /** Empty where the browser says it. */
  readonly language: string;
  /** Empty for that of the house. */
  readonly zone: string;
  readonly reminders: boolean;
}

/** @param mistake what is wrong with the zone, which is shown all the same */
async function minePage(
  request: Request,
  context: Context,
  identity: Identity,
  { language, zone, reminders }: Chosen,
  mistake = '',
): Promise<Response> {
  const { texts, store, clock, settings } = context;
  const title = texts('me.title');
  const { notice, headers } = sayingOf(request, texts);
  const { editor } = await whoBooks(context, identity);
  const spoken = notice && { spoken: texts('list.noticed', { notice: notice.text, title }) };
  const wrong = mistake !== '' && { status: 400, spoken: texts('form.spoken_error', { title }) };
  const choices = [['', texts('me.language_browser')], ...Object.entries(LANGUAGES)] as const;
  const shown = zoneOf(zone) ?? houseZone(settings);
  return page(
    context,
    mine,
    { title, ...spoken, ...wrong, user: identity.name, editor, place: 'mine', headers },
    {
      notice,
      token: formToken(store, identity.uid, clock.now()),
      choices: choices.map(([value, name]) => ({ value, name, chosen: value === language })),
      house: { name: texts('me.zone_house', { zone: spaced(settings.JMB_ICAL_TZID) }), chosen: zone === '' },
      regions: regionsOf(texts, zone),
      mistake,
      time: texts('me.zone_now', {
        time: clockTime(shown, clock.now()),
        zone: texts('mail.zone', { zone: spaced(shown.name), offset: utcOffset(shown, clock.now()) }),
      }),
      reminders,
      addresses: identity.addresses,
    },
  );
}

function spaced(name: string): string {
  return name.replace(/_/g, ' ');
}

/** Keeps it: the language counts in this browser at once, whatever was chosen there before. An unknown zone is said, and nothing kept. */
export function mineKeep(
  request: Request,
  context: Context,
  { identity, form }: Pick<Granted, 'identity' | 'form'>,
): Response | Promise<Response> {
  const typed = form.get('conf_language') ?? '';
  const language = isLanguage(typed) ? typed : undefined;
  const name = (form.get('me_zone') ?? '').trim().slice(0, LONGEST_ZONE);
  const zone = zoneOf(name);
  const reminders = form.get('conf_reminders') === 'on';
  if (zone === null && name !== '') {
    const mistake = context.texts('me.zone_unknown', { zone: name });
    return minePage(request, context, identity, { language: language ?? '', zone: name, reminders }, mistake);
  }
  keepMine(context.store, identity.uid, { language, zone, reminders });
  context.log.event('mine-kept', {
    ...{ uid: identity.uid, language: language ?? '', zone: zone?.name ?? '', reminders: reminders ? 'on' : 'off' },
  });
  return toMine(request, 'kept', keepLanguage(request, language));
}

/** More than any zone's name has, in signs; what is longer is cut before it is said. */
const LONGEST_ZONE = 65;

/** Zones that Node lists by names that their places had once (IANA's file `backward`), by those that they have. */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** What names of zones begin with that lie somewhere. */
const REGIONS = [
  ...(['Africa', 'America', 'Antarctica', 'Arctic', 'Asia', 'Atlantic'] as const),
  ...(['Australia', 'Europe', 'Indian', 'Pacific'] as const),
];

/** The zones to choose from by the part of the world that their names begin with; what was typed is among them, whatever it is. */
function regionsOf(texts: Texts, chosen: string): object[] {
  const names = new Set(Intl.supportedValuesOf('timeZone').map((name) => RENAMED[name] ?? name));
  names.add('UTC');
  if (chosen !== '') names.add(chosen);
  const regions = new Map<string, { value: string; name: string; chosen: boolean }[]>();
  for (const value of [...names].sort()) {
    const region = REGIONS.find((one) => value.startsWith(`${one}/`));
    const title = texts(`me.region_${region ?? 'other'}`);
    const place = region === undefined ? value : value.slice(region.length + 1);
    // By the place first, so that typing it finds it.
    const name = spaced(place.replace(/^(\w+)\/(.+)$/, '$2 ($1)'));
    regions.set(title, [...(regions.get(title) ?? []), { value, name, chosen: value === chosen }]);
  }
  return [...regions].map(([title, zones]) => ({ title, zones }));
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
