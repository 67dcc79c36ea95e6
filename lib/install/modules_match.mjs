/** Exits with 0 when node_modules holds what package-lock.json asks for, and its addon loads in this node; else with 1. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const read = (name) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')).packages;
try {
  const there = read('node_modules/.package-lock.json');
  const wanted = Object.entries(read('package-lock.json')).filter(([path, { optional }]) => path !== '' && !optional);
  const missing = wanted.filter(([path, { version }]) => there[path]?.version !== version);
  createRequire(import.meta.url)('better-sqlite3')(':memory:').close();
  process.exitCode = missing.length === 0 ? 0 : 1;
} catch {
  process.exitCode = 1;
}
