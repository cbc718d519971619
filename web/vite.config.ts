import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

/** Where `npm start` serves the API when PORT is left at its default. */
const apiUrl = "http://127.0.0.1:3000";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The API serves desk.html under /desk, and so on; the development server does the same. */
const pagePaths: Plugin = {
  name: "colloquy-page-paths",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      const page = /^\/(desk|knowledge)\/?$/.exec(request.url ?? "")?.[1];
      if (page) request.url = `/${page}.html`;
      next();
    });
  },
};

export default defineConfig({
  root: here("."),
  plugins: [react(), pagePaths],
  server: { proxy: { "/v1": apiUrl } },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    assetsDir: "assets",
    // Data URLs would need a wider content security policy than the API sends.
    assetsInlineLimit: 0,
    rollupOptions: { input: { chat: here("index.html"), desk: here("desk.html"), knowledge: here("knowledge.html") } },
  },
});
