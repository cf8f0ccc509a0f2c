import { RequestContext } from '../platform/context/index.js';
import { command, CommandFailed } from './command.js';
import { DATA_OPTION, withDataDir } from './data-dir.js';
import { withDatabase } from './database.js';
import { print } from './project.js';
import { explainSite } from './why/explain.js';
import { findSites, readSite } from './why/site-facts.js';

const ctx = RequestContext.system('why');

export const why = command({
  name: 'why',
  positionals: ['<site>'],
  summary: 'Explain a site: what is queued, which script comes next and why, what its router last said.',
  options: { data: DATA_OPTION },
  notes: '<site> is an id, the short id (site_…), a serial number or the beginning of a name.',
  async run({ data }, [wanted = '']) {
    const lines = await withDatabase(withDataDir(data), async ({ db, settings, serverRuns }) => {
      const found = await findSites(db, ctx, wanted);
      if (!found.length) throw new CommandFailed(`There is no site ${wanted}. A site whose router confirmed its removal is gone.`);
      if (found.length > 1)
        throw new CommandFailed(`Several sites match ${wanted}:\n${found.map((s) => `  ${s.id}  ${s.name}`).join('\n')}`);
      return explainSite(await readSite(db, ctx, found[0]!.id), { settings, serverRuns, now: new Date() });
    });
    for (const line of lines) print(line);
  },
});
