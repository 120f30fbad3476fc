/** The clients against servers that break every rule: each meeting ends in time, in one classified error, within bounded memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { HOSTILE, type Hostile } from './hostile-servers.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OUTPUT = join(ROOT, 'reports/checks');
/** Deadline of every wait, twice where a failure asks once more, and what a busy machine adds. */
const LONGEST_MS = 4_000;
const MOST_MIB = 300;

const meeting = z.object({
  address: z.string(),
  ms: z.number(),
  maxRssMiB: z.number(),
  evidence: z.number(),
  class: z.string(),
  message: z.string(),
});
type Meeting = z.infer<typeof meeting>;

/** Runs the client in a process of its own against one server for each of these. */
const meetAll = async (over: Hostile['over'], all: readonly Hostile[]): Promise<Meeting[]> => {
  const open = new Set<net.Socket>();
  const servers = await Promise.all(
    all.map(async ({ serve }) => {
      const server = net.createServer((socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        socket.on('error', () => socket.destroy());
        socket.once('data', (data) => serve(socket, data.toString('latin1')));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return server;
    }),
  );
  const addresses = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = spawn(process.execPath, ['--import', 'tsx', 'checks/fuzz/hostile-client.ts', over, ...addresses], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  client.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(client, 'close')) as [number | null];
  for (const socket of open) socket.destroy();
  for (const server of servers) server.close();
  expect(code, output).toBe(0);
  return output
    .trim()
    .split('\n')
    .map((line) => meeting.parse(JSON.parse(line)));
};

test.describe.configure({ timeout: 120_000 });

for (const over of ['http', 'stream', 'socket'] as const)
  test(`hostile servers over ${over} - one classified error each, in time, within ${MOST_MIB} MiB`, async () => {
    const all = HOSTILE.filter((one) => one.over === over);
    const met = await meetAll(over, all);
    const rows = met.map((one, index) => ({ what: all[index]?.what, ...one }));
    mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(
      join(OUTPUT, `hostile-${over}.txt`),
      rows
        .map(
          ({ what, ms, maxRssMiB, class: ended, message }) =>
            `${ms} ms, peak so far ${maxRssMiB} MiB, ${what ?? ''}: ${ended} ${message.split('\n', 1)[0] ?? ''}`,
        )
        .join('\n') + '\n',
    );
    const strange = rows.filter(({ class: ended }, index) => all[index]?.ends.includes(ended) !== true);
    expect(strange.map(({ what, class: ended, message }) => [what, ended, message.slice(0, 600)])).toEqual([]);
    expect(rows.filter(({ ms }) => ms > LONGEST_MS)).toEqual([]);
    expect(Math.max(...rows.map(({ maxRssMiB }) => maxRssMiB))).toBeLessThan(MOST_MIB);
    expect(Math.max(...rows.map(({ evidence }) => evidence))).toBeLessThan(4 * 1024 * 1024);
    // A message is printed in every report.
    expect(Math.max(...rows.map(({ message }) => message.length))).toBeLessThan(40_000);
    expect(met).toHaveLength(all.length);
  });
