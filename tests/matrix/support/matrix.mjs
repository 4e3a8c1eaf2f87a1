// Runs a tool's cases and keeps what came of them.
import assert from 'node:assert/strict';
import process from 'node:process';
import { ENGINES, lacking, open } from './engines.mjs';
import { CORE } from './expected.mjs';
import { packOfWasmPack, packOurs, prepare } from './folder.mjs';
import { bin } from './node24.mjs';
import { run, start, within } from './process.mjs';
import { startService } from './service.mjs';

const PATIENCE = 60;

export class Matrix {
  rows = [];
  #tarball;
  #isPart;

  constructor(isPart) {
    this.#isPart = isPart;
  }

  /**
   * One file of ../tools: the packages it needs, by exact versions, and its cases. With `wasmPack`, a target of
   * wasm-pack's, the package is what that makes of the crate.
   */
  async family(name, { packages = {}, files = {}, wasmPack, cases }) {
    let tarball;
    let folder;
    try {
      tarball = await (wasmPack ? packOfWasmPack(wasmPack) : (this.#tarball ??= packOurs()));
      folder = await prepare(name, tarball, packages, files);
    } catch (error) {
      return this.#record({ tool: name, version: '', mode: 'install', entry: '', engine: '' }, Date.now(), error);
    }
    const family = {
      folder,
      tarball,
      isPart: this.#isPart,
      node24: bin(folder),
      /** A step that several cases need: if it fails, it is what failed. */
      build: (...args) => run(...this.#command(folder, ...args)),
      start: (...args) => start(...this.#command(folder, ...args)),
      row: (tool, version, mode, engine, work, options) => this.#row({ tool, version, mode, engine }, work, options),
      /** The same page in each browser. */
      page: (tool, version, mode, served, { path = '/', ...options } = {}) =>
        this.#browsers({ tool, version, mode }, (engine, { origin }) => open(engine, `${origin}${path}`), {
          served,
          ...options,
        }),
      /** In each browser, as `work(engine, service)` has it; in all of them at once where `together` is said. */
      browsers: (tool, version, mode, work, options) => this.#browsers({ tool, version, mode }, work, options),
      notRun: (tool, version, mode, engine, why) =>
        this.#put({ tool, version, mode, engine, entry: CORE.entry, result: 'not run', why, ms: 0 }),
    };
    try {
      await cases(family);
    } catch (error) {
      this.#record({ tool: name, version: '', mode: 'build', entry: '', engine: '' }, Date.now(), error);
    }
  }

  /** Commands are those that the folder has installed. */
  #command(folder, command, args, options = {}) {
    const { node, env, ...rest } = options;
    const path = [node, `${folder}/node_modules/.bin`, process.env.PATH].filter(Boolean).join(':');
    return [
      command,
      args,
      {
        cwd: folder,
        ...rest,
        env: { CI: '1', NEXT_TELEMETRY_DISABLED: '1', WRANGLER_SEND_METRICS: 'false', PATH: path, ...env },
      },
    ];
  }

  /**
   * `work(service)` brings about the report; what it returns, if it is a process, is shown if that fails, and ended.
   * `served` are the service's options.
   */
  async #row(where, work, { expected = CORE, served } = {}) {
    const row = { ...where, entry: expected.entry };
    const began = Date.now();
    const service = await startService(served);
    let running;
    try {
      running = await work(service);
      const gone = running?.ended?.then(
        async (code) => (await within(3, service.outcome)) ?? { error: `ended with ${code}, without a report` },
      );
      const outcome = await within(PATIENCE, Promise.race([service.outcome, ...(gone ? [gone] : [])]));
      assert.ok(outcome, `no report within ${PATIENCE} s; requests: ${service.seen.join(', ')}`);
      assert.deepEqual(outcome, expected.report);
      const vends = service.seen.filter((request) => request.endsWith(' /token')).length;
      assert.ok(
        expected.goesOn ? vends >= expected.vends : vends === expected.vends,
        `expected ${expected.vends} vends, found ${vends}`,
      );
      this.#record(row, began);
    } catch (error) {
      if (running?.output) error.message += `\n${running.output()}`;
      this.#record(row, began, error);
    } finally {
      await (running?.end ?? running?.stop)?.();
      service.close();
    }
  }

  async #browsers(where, work, { together = false, ...options }) {
    const one = (engine) => {
      const why = lacking(engine);
      if (!why) return this.#row({ ...where, engine }, (service) => work(engine, service), options);
      return this.#put({ ...where, engine, entry: (options.expected ?? CORE).entry, result: 'not run', why, ms: 0 });
    };
    const engines = this.#isPart ? ['Chromium'] : ENGINES;
    if (together) await Promise.all(engines.map(one));
    else for (const engine of engines) await one(engine);
  }

  #record(row, began, error) {
    this.#put({ ...row, result: error ? 'fail' : 'pass', ms: Date.now() - began });
    if (error)
      console.error(`${error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`}\n`);
  }

  #put(row) {
    this.rows.push(row);
    console.log(
      `${row.result}: ${[row.tool, row.version, row.mode, row.entry, row.engine].filter(Boolean).join(', ')}${row.why ? ` (${row.why})` : ''}, ${row.ms} ms`,
    );
  }
}
