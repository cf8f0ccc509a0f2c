import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blank, codeString, parsed, script, ScriptForm, UnprintableScriptValue, v, type Value } from './index.js';

const withTexts = (name: Value, code: Value): ReturnType<typeof script> =>
  script((s) => {
    s.local('who', name).put(v('who'));
    s.if(true, (s) => s.runText(parsed(code)).log('info', name));
  });

describe('the form of a script', () => {
  it('filled in is the script built with these texts, whatever they are', () => {
    const form = new ScriptForm(withTexts(blank('name'), blank('code')));
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(fc.property(anyText, anyText, (name, code) => expect(form.fill({ name, code })).toBe(withTexts(name, code).toString())));
  });

  it('is not filled in without every text', () => {
    const form = new ScriptForm(withTexts(blank('name'), blank('code')));
    expect(() => form.fill({ name: 'x' })).toThrow(UnprintableScriptValue);
  });

  it('prints by being filled in only', () => {
    expect(() => withTexts(blank('name'), 'x').toString()).toThrow(UnprintableScriptValue);
    expect(() => new ScriptForm(script((s) => s.execute(codeString(withTexts(blank('name'), 'x')))))).toThrow(UnprintableScriptValue);
  });
});
