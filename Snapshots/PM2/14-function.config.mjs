const apps = ["a", "b"].map((name, index) => ({
  name, script: "app.js", env: { PORT: 3000 + index, UNSET: undefined, LIST: ["x", 1], MAP: { k: null } },
}));
console.log("this is not the config");
export default async () => ({ apps });
