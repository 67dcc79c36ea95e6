import type { Plugin } from 'esbuild';

export const PACKAGES_APART: Readonly<Record<string, string>>;
export const COMPILED: readonly string[];
export const apart: Plugin;
export function addonName(): string;
export function isAddon(name: string): boolean;
