export const STAMP: string;
export function digestOfSources(root: string): string;
