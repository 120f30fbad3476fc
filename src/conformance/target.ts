/** What the programs of this folder have in common: clients for a target, and how they are started. */
import { randomBytes } from 'node:crypto';
import { REMOTE_DEADLINES, STANDIN_DEADLINES } from '../contract/limits.ts';
import { Caller } from '../../fixtures/caller.ts';
import { SetupError, type Environment, type Target } from '../../fixtures/environment.ts';
import { Agents, HttpClient } from '../../fixtures/http-client.ts';
import { pacedIn, unpaced } from '../../fixtures/pace.ts';
import type { InUse } from '../../fixtures/release.ts';
import { Recorder } from '../../fixtures/recorder.ts';
import { Spending } from '../../fixtures/spending.ts';
import { readAuthority, trustIn } from '../../fixtures/trust.ts';

export const newMarker = () => `gp-${randomBytes(4).toString('hex')}`;

export const clientsFor = (environment: Environment, target: Target, release: InUse) => {
  const deadlines = target.kind === 'remote' ? REMOTE_DEADLINES : STANDIN_DEADLINES;
  const agents = new Agents(trustIn(readAuthority(environment)));
  const spending = new Spending();
  const recorder = new Recorder(() => Infinity);
  const client = new HttpClient({
    origins: { api: target.api, auth: target.auth },
    environment: environment.name,
    deadline: deadlines.http,
    slots: target.kind === 'remote' && environment.pace === 'default' ? pacedIn(environment.shared) : unpaced,
    spending,
    onBan: (reason) => {
      throw new SetupError(reason);
    },
    agents,
    recorder,
    release,
    onPaced: () => undefined,
  });
  const nobody = new Caller(client, { label: 'none', token: undefined }, deadlines);
  return { client, nobody, agents, spending, recorder, deadlines };
};
