/** What JMB is measured against: the least that a Node CGI and a C CGI can do. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NODE = `#!${process.execPath}
process.stdout.write('Content-Type: text/plain\\r\\n\\r\\nHello\\n');
`;

const C = `#include <stdio.h>
int main(void) {
	fputs("Content-Type: text/plain\\r\\n\\r\\nHello\\n", stdout);
	return 0;
}
`;

/** Writes both into a folder; false when there is no C compiler, and so only the one in Node. */
export function writePrograms(folder: string): { c: boolean } {
  mkdirSync(folder, { recursive: true });
  const node = join(folder, 'node.cgi');
  writeFileSync(node, NODE);
  chmodSync(node, 0o755);
  const source = join(folder, 'hello.c');
  writeFileSync(source, C);
  const compiled = ['gcc', 'cc'].some(
    (compiler) => spawnSync(compiler, ['-O2', '-o', join(folder, 'c.cgi'), source]).status === 0,
  );
  return { c: compiled };
}
