/** Forms as a browser fills them in: the page is asked for first, and its hidden fields go back with what is typed. */
import type { Stage } from './stage.ts';

/** What a booking says, by the names of the form's fields without `conf_`. */
export interface Typed {
  readonly date?: string;
  readonly time?: string;
  readonly duration?: string;
  readonly object?: string;
  readonly moderators?: string;
  readonly guests?: string;
}

/** A date so many days from today, as a form has it. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** The hidden fields of a page's forms. */
export async function hiddenFields(page: Response): Promise<Record<string, string>> {
  const text = await page.text();
  const fields: Record<string, string> = {};
  for (const [tag] of text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) fields[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
  }
  return fields;
}

/** Books a meeting a week from now unless told otherwise; the answer to the save. */
export async function book(
  jmb: Stage,
  as: string,
  typed: Typed = {},
  hidden?: Record<string, string>,
): Promise<Response> {
  const fields = hidden ?? (await hiddenFields(await jmb.ask('/booking.cgi?new', { as })));
  return jmb.ask('/booking.cgi?register_new', { as, form: { ...fields, ...asFields(typed) } });
}

/** The visible fields. */
export function asFields(typed: Typed): Record<string, string> {
  return {
    conf_date: typed.date ?? dayFromNow(7),
    conf_time: typed.time ?? '10:00',
    conf_duration: typed.duration ?? '60',
    conf_object: typed.object ?? 'Point hebdo',
    conf_moderators: typed.moderators ?? '',
    conf_guests: typed.guests ?? 'bob.durand@example.org',
  };
}
