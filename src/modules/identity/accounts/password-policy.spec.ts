import { describe, expect, it } from '@jest/globals';
import { complaints, wordsAbout } from './password-policy.js';

describe('a password', () => {
  it.each(['Correct-Horse-7', 'Blaue Tür 42 offen', 'zuluTango#9914', 'Ünï-côdé-9x'])('%s may be used', (password) => {
    expect(complaints(password)).toEqual([]);
  });

  it.each(['short1A', 'alllower-1', 'ALLUPPER-1', 'NoDigits-here', 'NoSpecial12', `A1-${'x'.repeat(300)}`])(
    '%s breaks the rule',
    (password) => {
      expect(complaints(password)[0]).toMatch(/^must have 8 to 256 characters/);
    },
  );

  it.each(['P@ssw0rd!', 'Password1!', 'Qwerty123!', 'Welcome1!', 'Football1!', 'Iloveyou1!'])('%s is tried first', (password) => {
    expect(complaints(password).join()).toMatch(/tried first/);
  });

  it('does not contain the name or address of its owner', () => {
    const about = wordsAbout('thandi@example.net', 'Thandi Nkosi');
    expect(complaints('Thandi-likes-7', about)).toEqual(['contains your name or e-mail address']);
    expect(complaints('nKoSi-forever-7', about)).toEqual(['contains your name or e-mail address']);
    expect(complaints('Correct-Horse-7', about)).toEqual([]);
  });
});
