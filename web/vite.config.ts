import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

/** Where `npm start` serves the API when PORT is left at its default. */
const apiUrl = "http://127.0.0.1:3000";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The API serves desk.html under /desk; the development server does the same. */
const deskPath: Plugin = {
  name: "colloquy-desk-path",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (request.url === "/desk" || request.url === "/desk/") request.url = "/desk.html";
      next();
    });
  },
};

export default defineConfig({
  root: here("."),
  plugins: [react(), deskPath],
  server: { proxy: { "/v1": apiUrl } },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    assetsDir: "assets",
    // Data URLs would need a wider content security policy than the API sends.
    assetsInlineLimit: 0,
    rollupOptions: { input: { chat: here("index.html"), desk: here("desk.html") } },
  },
});
