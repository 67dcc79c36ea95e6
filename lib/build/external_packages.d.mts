import type { Plugin } from 'esbuild';

export const EXTERNAL_PACKAGES: Readonly<Record<string, string>>;
export const externalPackages: Plugin;
export const ADDON_VERSION: string;
export function addonName(abi?: number | string): string;
export function isAddon(name: string): boolean;
