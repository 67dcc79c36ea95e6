/** English texts. */
import type { frPages } from './fr-pages.ts';

export const enPages: Record<keyof typeof frPages, string> = {};
