import { describe, expect, it } from '@jest/globals';
import { isUniqueViolation, sqlState } from './sql-state.js';

const bare = Object.assign(new Error('duplicate key'), { code: '23505', constraint: 'role_name' });
const wrapped = Object.assign(new Error('duplicate key'), { driverError: bare });

describe('what PostgreSQL refused', () => {
  it.each([
    [bare, '23505'],
    [wrapped, '23505'],
    [new Error('of another kind'), ''],
    ['a text', ''],
    [undefined, ''],
    [null, ''],
  ])('%p has the state %p', (error, state) => {
    expect(sqlState(error)).toBe(state);
  });

  it.each([
    [bare, undefined, true],
    [wrapped, undefined, true],
    [wrapped, 'role_name', true],
    [wrapped, 'membership_once', false],
    [{ code: '40001', constraint: 'role_name' }, 'role_name', false],
  ])('%p is a second row for the key %p: %p', (error, constraint, is) => {
    expect(isUniqueViolation(error, constraint)).toBe(is);
  });
});
