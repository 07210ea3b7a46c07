const path = require("path");
module.exports = {
  apps: [{
    name: "heap",
    script: path.join(__dirname, "app.js"),
    node_args: ["--max-old-space-size=4096", "--enable-source-maps"],
    args: "start --fast",
  }, {
    name: "traced",
    script: "app.js",
    interpreter_args: "--trace-warnings --no-deprecation",
    exec_interpreter: "node",
  }],
};
