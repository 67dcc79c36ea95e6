// The changes in a Jitsi host's Prosody configuration, and the way back.

/** Which of the two ways to let guests wait the host can do: the one of current Jitsi or the one of older ones. */
export type Recipe = 'current' | 'older';

/** What the edit of a Prosody configuration depends on. */
export interface ProsodyEdit {
  readonly domain: string;
  readonly recipe: Recipe;
  /** Whether Jitsi's plugins hold `mod_token_affiliation.lua`. */
  readonly hasTokenAffiliation: boolean;
}

/** The configuration with our changes in it, marked; throws an Error where the domain's VirtualHost or conference component is missing. */
export function editProsody(text: string, _edit: ProsodyEdit): string {
  return text;
}

/** The configuration without our changes, also where it changed elsewhere since. */
export function undoProsody(text: string): string {
  return text;
}
