import { defineConfig } from 'vite';

export default defineConfig({
  build: { modulePreload: { polyfill: false } },
  // For `vite www`: forwards requests for tokens to the vending service.
  server: { proxy: { '/token': 'http://127.0.0.1:3000' } },
});
