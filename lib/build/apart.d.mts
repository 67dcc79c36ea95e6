import type { Plugin } from 'esbuild';

export const APART: Readonly<Record<string, string>>;
export const apart: Plugin;
