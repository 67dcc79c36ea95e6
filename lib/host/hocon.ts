// The changes in the HOCON files of Jicofo and of the video bridge, and the way back.
import type { Recipe } from './prosody.ts';

/** The file with one more setting, in our marked block. `value` is HOCON as it shall stand there (`true`, `"text"`). */
export function setHocon(text: string, _path: readonly string[], _value: string): string {
  return text;
}

/** Jicofo's configuration for the recipe. */
export function editJicofo(text: string, _edit: { readonly domain: string; readonly recipe: Recipe }): string {
  return text;
}

/** The video bridge's configuration with its statistics readable on loopback. */
export function editJvb(text: string): string {
  return text;
}

/** The file without our block, also where it changed elsewhere since. */
export function undoHocon(text: string): string {
  return text;
}
