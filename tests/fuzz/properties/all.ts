/** All that must hold. */
import { CALENDARS } from './calendars.ts';
import { MAIL } from './mail.ts';
import { PAGES } from './pages.ts';
import { PEOPLE } from './people.ts';
import type { Property } from './property.ts';
import { REQUESTS } from './requests.ts';
import { SETTINGS } from './settings.ts';

export const PROPERTIES: readonly Property[] = [...PEOPLE, ...CALENDARS, ...REQUESTS, ...SETTINGS, ...PAGES, ...MAIL];
