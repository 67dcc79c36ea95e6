import type { Plugin } from 'esbuild';

export function compileTemplate(source: string, path: string): string;
export const esbuildTemplates: Plugin;
export const viteTemplates: {
  name: string;
  enforce: 'pre';
  resolveId(source: string, importer?: string): string | null;
  load(id: string): Promise<string | null>;
};
