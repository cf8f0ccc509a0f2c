import { concern, text } from './variable.js';

export const geoipConfig = concern('Location: which country a caller is in', {
  GEOIP_DATABASE: text(
    undefined,
    'MaxMind database (.mmdb) with countries or cities, read at start. Without it the country in the profile of a person is taken.',
    '/var/lib/GeoIP/GeoLite2-Country.mmdb',
  ),
});
