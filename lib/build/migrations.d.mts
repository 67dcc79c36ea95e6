export function inOrder(names: readonly string[]): string[];
export function migrationsModule(folder: string): string;
