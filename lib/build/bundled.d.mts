export function packagesIn(metafile: {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>;
}): string[];
export function manifestOf(folder: string): { name: string; version: string; license: string };
export function licenceFile(manifest: { name: string; version: string }): string;
export function licenceOf(folder: string): string;
export function bundledIn(dist: string): Map<string, string[]>;
