// Serves the built page, and what it asks: Prometheus, whose address the environment gives.
const proxy = {
  '/prometheus': { target: process.env.PROMETHEUS, rewrite: (path) => path.replace('/prometheus', '') },
};
export default { esbuild: { jsx: 'automatic' }, build: { chunkSizeWarningLimit: 20000, minify: false }, preview: { host: '127.0.0.1', proxy } };
