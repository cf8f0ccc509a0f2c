import { concern, integer } from './variable.js';

export const developersConfig = concern('Developer API', {
  DEVELOPER_API_RATE: integer(60, 'Requests a minute that one API credential, or one person, may make to /api/….', {
    min: 1,
    max: 100_000,
  }),
});
