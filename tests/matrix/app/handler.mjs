// In servers: asked with `?service=` and an address, it runs the scenario there.
import { report } from './report.mjs';
import { scenario } from './scenario.mjs';

export async function handle(request) {
  const service = new URL(request.url).searchParams.get('service');
  await report(service, scenario(`${service}/token`));
  return new Response('done');
}
