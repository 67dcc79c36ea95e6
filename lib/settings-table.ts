/** The one table of settings: each with its type, default, unit and what it is for. The README's table is made from it. */
import { bookings } from './settings/bookings.ts';
import { jitsi } from './settings/jitsi.ts';
import { mail } from './settings/mail.ts';
import { people } from './settings/people.ts';
import { site } from './settings/site.ts';

/** Every setting by its name, in the order of the README. */
export const settingsTable = { ...site, ...people, ...bookings, ...mail, ...jitsi };

/** The name of a setting. */
export type SettingName = keyof typeof settingsTable;
