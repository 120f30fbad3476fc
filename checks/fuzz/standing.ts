/** A process under the watchdog, for the check of it: `stands` for ever, `works` past its time, or pauses for less than the grace. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Watchdog } from '../../fixtures/watchdog.ts';

const [mode = '', grace = '1000', time = '0'] = process.argv.slice(2);
const stand = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

if (mode === 'orphaned') {
  // Its parent is gone before its time is over.
  const child = spawn(process.execPath, ['--import', 'tsx', import.meta.filename, 'stands', grace, '600000'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.unref();
  await sleep(4 * Number(grace));
  process.exit(0);
}
const begun = Date.now();
const watchdog = new Watchdog(() => begun + Number(time), Number(grace));
await sleep(500);
process.stdout.write(`pid ${process.pid}\n`);
if (mode === 'stands') stand(Infinity);
if (mode === 'works') for (let turn = 0; turn < 60; turn++) await sleep(50);
if (mode === 'pauses')
  for (let turn = 0; turn < 4; turn++) {
    stand(Number(grace) / 2);
    await sleep(200);
  }
if (mode === 'closed') await watchdog.close();
process.stdout.write('ended by itself\n');
