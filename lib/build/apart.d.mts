import type { Plugin } from 'esbuild';

export const PACKAGES_APART: Readonly<Record<string, string>>;
export const apart: Plugin;
