import { Controller, Get, Injectable, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/index.js';
import { RequestContext } from '../context/index.js';
import { Database } from '../database/index.js';
import { TaskStore, TaskTransport } from '../tasks/index.js';

type Check = () => Promise<Record<string, unknown>>;

/** Parts that tell how they are: the database, tasks, each engine. A check that throws makes the process not ready. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, Check>();

  register(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  async run(): Promise<HealthDto> {
    const parts: HealthDto['checks'] = {};
    let status: HealthDto['status'] = 'ok';
    for (const [name, check] of this.checks) {
      const started = performance.now();
      try {
        parts[name] = { status: 'ok', ...(await check()), ms: Math.round(performance.now() - started) };
      } catch (error) {
        status = 'unavailable';
        parts[name] = { status: 'unavailable', reason: (error as Error).message };
      }
    }
    return { status, checks: parts };
  }
}

export class HealthDto {
  @ApiProperty({ enum: ['ok', 'unavailable'] })
  status!: 'ok' | 'unavailable';
  @ApiProperty({ type: 'object', additionalProperties: { type: 'object', additionalProperties: true } })
  checks!: Record<string, Record<string, unknown>>;
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthChecks,
    db: Database,
    tasks: TaskStore,
    transport: TaskTransport,
  ) {
    const ctx = RequestContext.system('health');
    health.register('database', async () => {
      await db.query(ctx, 'SELECT 1');
      return {};
    });
    health.register('tasks', async () => ({ transport: transport.name, ...(await tasks.counts(ctx)) }));
  }

  @Get('live')
  @Public()
  @ApiOperation({ operationId: 'getLiveness', summary: 'The process answers' })
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string', enum: ['ok'] } } } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get(['', 'ready'])
  @Public()
  @ApiOperation({ operationId: 'getReadiness', summary: 'The process can do its work; 503 while a part it needs is away' })
  @ApiOkResponse({ type: HealthDto })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    const report = await this.health.run();
    if (report.status !== 'ok') void reply.status(503);
    return report;
  }
}
