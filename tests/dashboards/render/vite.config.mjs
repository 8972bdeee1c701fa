// Serves the built page, and what it asks: Prometheus and Alertmanager, whose addresses the environment gives.
const proxy = {
  '/prometheus': { target: process.env.PROMETHEUS, rewrite: (path) => path.replace('/prometheus', '') },
  '/alertmanager': { target: process.env.ALERTMANAGER, rewrite: (path) => path.replace('/alertmanager', '') },
};
export default { esbuild: { jsx: 'automatic' }, build: { chunkSizeWarningLimit: 20000, minify: false }, preview: { host: '127.0.0.1', proxy } };
