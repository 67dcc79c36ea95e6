/** The command of a stage, run as cron and administrators do; this process goes on meanwhile, since its servers must answer. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

/** What a command said. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `jmb` of a stage. */
export function jmbCommand(stage: Pick<Stage, 'root'>, ...args: string[]): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(stage.root, 'bin/jmb'), args, { env: { PATH: process.env['PATH'] ?? '' } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}
