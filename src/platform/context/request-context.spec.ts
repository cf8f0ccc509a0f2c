import { describe, expect, it } from '@jest/globals';
import { newId, type TeamId, type UserId } from './ids.js';
import { RequestContext } from './request-context.js';

const teamId = newId<TeamId>();
const request = RequestContext.of({ kind: 'user', userId: newId<UserId>() }, { teamId, scopes: new Set(['site:view']), requestId: 'r1' });

describe('our own work in the name of a request', () => {
  const system = request.asSystem('sweep');

  it('keeps the id that ties log lines together, and says what it is', () => {
    expect(system).toMatchObject({ requestId: 'r1', actor: { kind: 'system', task: 'sweep' } });
  });

  it('sees all teams and has nothing else of the request', () => {
    expect(system.seesAllTeams).toBe(true);
    expect(system.userId).toBeUndefined();
    expect(system.scopes.size).toBe(0);
  });

  it('runs in a transaction of its own', () => {
    expect(request.within({ manager: {} as never, afterCommit: [] }).asSystem('sweep').transaction).toBeUndefined();
  });

  it('leaves the request as it is', () => {
    expect(request).toMatchObject({ teamId, actor: { kind: 'user' } });
  });
});
