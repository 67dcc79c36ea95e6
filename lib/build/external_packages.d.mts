import type { Plugin } from 'esbuild';

export const EXTERNAL_PACKAGES: Readonly<Record<string, string>>;
export const externalPackages: Plugin;
export function addonName(): string;
export function isAddon(name: string): boolean;
