import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** The OpenAPI document of the running code. Sorted, so that the committed copy changes only where the API does. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('rosfleet')
    .setDescription(
      'Control plane for fleets of MikroTik routers, wire-compatible with the documented Altostrat SDX HTTP API. Every operation says in `x-auth` which credential it takes and in `x-scope` which permission.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A JWT, or an API credential as tokenId:teamId:secret' },
      'bearerJwt',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Token of a calling service' }, 'internalToken')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Token of a calling service of the sites' }, 'siteInternalToken')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Token of one router, the encrypted site id' }, 'deviceToken')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API credential as tokenId:teamId:secret' }, 'apiToken')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  return {
    ...document,
    paths: sorted(document.paths),
    components: { ...document.components, schemas: sorted(document.components?.schemas ?? {}) },
  };
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
