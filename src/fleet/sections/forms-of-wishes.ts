import type { Wish } from '../../routeros/sections/index.js';

/** What is made of a wish with its salt, the last one of each, as long as its section keeps the wish: many sites have the same one. */
export class FormsOfWishes<F> {
  private readonly kept = new WeakMap<Wish, { readonly salt: number; readonly form: F }>();

  get(wish: Wish, salt: number, make: () => F): F {
    const kept = this.kept.get(wish);
    if (kept?.salt === salt) return kept.form;
    const form = make();
    this.kept.set(wish, { salt, form });
    return form;
  }
}
