/**
 * What every page and redirect has in common: the frame around the content, what a browser may do with it, and what the list
 * says after something was done.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import scriptVersion from '../../templates/pages/script.js?digest';
import styleVersion from '../../templates/pages/style.css';
import type { Context } from '../context.ts';
import { keepChosen, otherLanguages } from '../http/language.ts';
import type { Identity, MeetingId } from '../meetings/meeting.ts';
import { cookie, type Header, html, queryParams, type Request, type Response, redirect } from '../message.ts';
import type { TextKey, Texts } from '../text/catalogue.ts';
import { clockLine } from './meeting_view.ts';

/** What Apache says too, for whatever does not come from here. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Those of a page, which may run the one script of ours if it brings it along, and have it ask this service if it is to. */
function security(script: Frame['script'] = false): Header[] {
  const asks = script === 'asks' ? "; connect-src 'self'" : '';
  return [
    ['Content-Security-Policy', script ? `${POLICY}${asks}; script-src 'self'` : POLICY],
    ['Referrer-Policy', 'no-referrer'],
    ['X-Content-Type-Options', 'nosniff'],
  ];
}

/** What a page brings along besides its own content. */
export interface Frame {
  readonly status?: number;
  /** The page's h1, and the beginning of its title. */
  readonly title: string;
  /** What the title begins with instead of the h1, where an error is to be heard first. */
  readonly spoken?: string;
  /** The name of who signed in. */
  readonly user?: string;
  /** Which of the main addresses this page is: its link says so. */
  readonly place?: 'list' | 'new' | 'mine';
  /** Whether "new meeting" is offered. */
  readonly editor?: boolean;
  /** Whether it brings our script along (templates/pages/script.js), and whether that asks who may be meant by a name. */
  readonly script?: boolean | 'asks';
  readonly headers?: readonly Header[];
}

/** Makes a page of a template and its view. */
export function page(context: Context, render: (view: object) => string, frame: Frame, view: object): Response {
  const { texts, language } = context;
  const { title, user, editor, place, status = 200, headers = [] } = frame;
  const { name, logo } = siteOf(context);
  const kept = context.asked === undefined ? [] : keepChosen(context.asked);
  const body = render({
    ...view,
    t: (key: TextKey, values?: Readonly<Record<string, string>>) => texts(key, values),
    language,
    title,
    fullTitle: `${frame.spoken ?? title} – ${name}`,
    site: name,
    logo,
    styleVersion,
    scriptVersion: frame.script ? scriptVersion : '',
    version,
    signedIn: user !== undefined,
    user,
    signsOut: context.signsOut,
    editor: editor === true,
    onList: place === 'list',
    onNew: place === 'new',
    goesBy: clockLine(context),
    readIn: context.asked === undefined ? [] : otherLanguages(context.asked, language),
    onMine: place === 'mine',
  });
  return html(status, body, [...security(frame.script), ['Vary', 'Accept-Language'], ...kept, ...headers]);
}

/** A redirect that tells the next page nothing of this one's address, which may be a secret. */
export function go(status: 302 | 303, location: string): Response {
  return redirect(status, location, security());
}

/** The path of another program beside the one that was asked: `/cgi-bin/…` for who came that way, else `/…`. */
export function beside(request: Request, address: string): string {
  const script = request.env['SCRIPT_NAME'] ?? '';
  return script.startsWith('/cgi-bin/') ? `/cgi-bin/${address}` : `/${address}`;
}

/**
 * The longest wait that browsers take, in seconds: their timers count milliseconds in 31 bits. A page that waits longer asks
 * again on the way.
 */
const LONGEST_WAIT = 20 * 86_400;

/** The header by which a page is replaced by another in so many seconds. */
export function refresh(seconds: number, address: string): Header {
  return ['Refresh', `${Math.min(seconds, LONGEST_WAIT)}; url=${address}`];
}

/** Name and logo of the service; a page about broken settings does without. */
function siteOf(context: Context): { name: string; logo: boolean } {
  try {
    const { JMB_NAME: name, etc } = context.settings;
    return { name, logo: statSync(join(etc, 'logo.png'), { throwIfNoEntry: false }) !== undefined };
  } catch {
    return { name: 'Jitsi Meet Booking', logo: false };
  }
}

/** What can have been done. */
const NOTICES = [
  'booked',
  'booked_going',
  'booked_waiting',
  'booked_refused',
  'changed',
  'changed_going',
  'changed_waiting',
  'changed_refused',
  'changed_quietly',
  'unchanged',
  'extended',
  'removed',
  'removed_going',
  'removed_waiting',
  'removed_refused',
  'removed_quietly',
  'reminded',
  'reminded_going',
  'reminded_waiting',
  'reminded_refused',
  'mailed',
  'mailed_going',
  'mailed_waiting',
  'mailed_refused',
  'relinked',
  'relinked_going',
  'relinked_waiting',
  'relinked_refused',
  'corrected',
  'corrected_going',
  'corrected_waiting',
  'corrected_refused',
  'handed',
  'handed_going',
  'handed_waiting',
  'handed_refused',
  'assistant_added',
  'assistant_removed',
  'accepted',
  'declined',
  'tentative',
  'renewed',
  'kept',
] as const;

/** The name of a notice. */
export type Notice = (typeof NOTICES)[number];

/** A notice in words, and whether something is left to be desired. */
export interface NoticeWords {
  readonly text: string;
  readonly mixed: boolean;
}

/** The notice that an address names, or null. */
function noticeOf(name: string | undefined, texts: Texts): NoticeWords | null {
  const notice = NOTICES.find((one) => one === name);
  if (notice === undefined) return null;
  return {
    text: texts(`notice.${notice}`),
    mixed: notice.endsWith('_going') || notice.endsWith('_waiting') || notice.endsWith('_refused'),
  };
}

/** A text as a value in the query of an address, of no other signs than Apache's configuration lets through. */
export function inQuery(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Leads to the list, which says a notice: on top, or at the meeting that it is about, where the browser then is. */
export function toList(request: Request, notice: Notice, meeting?: MeetingId, acting?: Identity): Response {
  // Whose meeting it was sees it in their own list.
  const whose = acting?.by ? `&for=${inQuery(acting.email)}` : '';
  const address = `booking.cgi?list${whose}&notice=${notice}`;
  return saying(request, meeting === undefined ? address : `${address}&of=${meeting}#m${meeting}`);
}

/** Leads to the page of a meeting, which says a notice. */
export function toMeeting(request: Request, notice: Notice, id: MeetingId): Response {
  return saying(request, `booking.cgi?attendees&id=${id}&notice=${notice}`);
}

/** Leads to the page of the reader's calendar, which says a notice. */
export function toCalendar(request: Request, notice: Notice): Response {
  return saying(request, `booking.cgi?calendar&notice=${notice}`);
}

/** Leads to the page of the reader's own settings, which says a notice; the header keeps the language. */
export function toMine(request: Request, notice: Notice, header: Header): Response {
  const { status, headers, body } = saying(request, `booking.cgi?me&notice=${notice}`);
  return { status, headers: [...headers, header], body };
}

/** Leads to the page of assistants, which says a notice. */
export function toAssistants(request: Request, notice: Notice): Response {
  return saying(request, `booking.cgi?assistants&notice=${notice}`);
}

/** What was said before is forgotten: the same may be said again. */
function saying(request: Request, place: string): Response {
  const { status, headers, body } = go(303, beside(request, place));
  return { status, headers: [...headers, cookieOf(request, SAID, '')], body };
}

/** The cookie that holds the notice that was said last. */
const SAID = 'jmb_said';

/** A notice that is said now, and the header by which it is not said again when the page is loaded anew. */
export interface Saying {
  readonly notice: NoticeWords | null;
  /** The meeting that it is about, where the address names one. */
  readonly of: string;
  readonly headers: readonly Header[];
}

/** The notice of a request's address, unless it is what was said last. */
export function sayingOf(request: Request, texts: Texts): Saying {
  const query = queryParams(request);
  const name = query.get('notice');
  const of = /^\d{1,19}$/.exec(query.get('of') ?? query.get('id') ?? '')?.[0] ?? '';
  const notice = noticeOf(name, texts);
  const key = `${name}.${of}`;
  if (notice === null || cookie(request, SAID) === key) return { notice: null, of, headers: [] };
  return { notice, of, headers: [cookieOf(request, SAID, key)] };
}

/** A cookie for as long as the browser is open. */
export function cookieOf(request: Request, name: string, value: string): Header {
  // Apache says HTTPS=on, by itself or for a proxy of its machine.
  const secure = request.env['HTTPS'] === 'on' ? '; Secure' : '';
  return ['Set-Cookie', `${name}=${value}; Path=/; SameSite=Lax; HttpOnly${secure}`];
}
