// `momento-token-wasm/scan`, as build configurations in TypeScript use it.
import { type Finding, type Report, scan, scanFiles, scanText } from 'momento-token-wasm/scan';
import type { Plugin as RolldownPlugin } from 'rolldown';
import { type PluginOption, type UserConfig, defineConfig } from 'vite';

export const config: UserConfig = defineConfig({
  plugins: [scan(), scan({ strict: true, ignore: ['*.map'], warnOnly: false })],
});
export const option: PluginOption = scan();
export const rolldown: RolldownPlugin = scan();

export const findings: Finding[] = scanText('text', 'index.js.map');
export const report: Promise<Report> = scanFiles(['dist'], { ignore: ['*.txt'], all: true, now: Date.now() });
export const expiry: string | null | undefined = findings[0]?.expiresAt;

// @ts-expect-error: a misspelt option
scan({ strickt: true });
// @ts-expect-error: one path is a list of one
void scanFiles('dist');
// @ts-expect-error: a finding never holds the credential
void findings[0]?.credential;
