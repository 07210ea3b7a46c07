// As `pm2 ecosystem` writes it, for a web server on all processors.
module.exports = {
  apps : [{
    name   : "web",
    script : "server.js",
    instances : "max",
    exec_mode : "cluster",
    env: { NODE_ENV: "development" },
    env_production: { NODE_ENV: "production", PORT: 8080 }
  }],
  deploy : {
    production : { user: "node", host: "server", ref: "origin/master", repo: "git@host:repo.git", path: "/srv" }
  }
};
