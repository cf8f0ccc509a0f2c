import { NotFound } from '../../../platform/errors/index.js';

export class CountryNotFound extends NotFound {
  static override readonly code = 'country_not_found';
  static override readonly help = 'There is no such country. Take a two-letter code (ISO 3166-1) of GET /users/country-codes.';
  constructor() {
    super('There is no country of this code; GET /users/country-codes lists them.');
  }
}
