/// What a JavaScript runtime is given to run: it loads the user's config and says on descriptor 3, as one JSON object,
/// what came of it. Nothing that the config prints can get in between.
///
///     {"config": VALUE}                                the exported value, promises awaited, a function called
///     {"error": {"message", "place"}}                  it threw; place is FILE:LINE:COLUMN, or empty
///     {"value": {"path", "what"}}                      a value that no config can have, and where
///     {"types": FLAG}                                  TypeScript, which this node does not run: with FLAG, or at all ("")
enum ConfigProgram {
    /// `limit` is the number of bytes that the answer may have.
    static func text(limit: Int) -> String {
        "const LIMIT = \(limit);\n" + body
    }

    private static let body = #"""
        const fs = process.getBuiltinModule ? process.getBuiltinModule('node:fs') : require('node:fs');
        const file = process.argv[process.argv.length - 1];
        const channel = fs.openSync('/proc/self/fd/3', 'w');
        const exit = process.exit.bind(process);

        function say(kind, value) {
            let text = JSON.stringify({ [kind]: value });
            if (Buffer.byteLength(text) > LIMIT) {
                text = JSON.stringify({ value: { path: '', what: 'more than ' + (LIMIT >> 20) + ' MB of JSON' } });
            }
            const bytes = Buffer.from(text);
            for (let done = 0; done < bytes.length;) done += fs.writeSync(channel, bytes, done);
            exit(0);
        }

        class Unfit extends Error {
            constructor(path, what) {
                super(what);
                this.path = path;
            }
        }

        async function plain(value, path, above) {
            value = await value;
            switch (typeof value) {
                case 'undefined': case 'symbol': return undefined;
                case 'bigint': return value.toString();
                case 'function': throw new Unfit(path, 'a function; only the config as a whole may be one');
                case 'number':
                    if (!Number.isFinite(value)) throw new Unfit(path, String(value));
                    return value;
                case 'object': break;
                default: return value;
            }
            if (value === null) return null;
            if (above.includes(value)) throw new Unfit(path, 'a value that contains itself');
            if (above.length > 64) throw new Unfit(path, 'lists and maps deeper than 64 levels');
            if (value instanceof Date) return value.toISOString();
            if (value instanceof RegExp) return value.source;
            if (value instanceof URL) return value.href;
            const inner = above.concat([value]);
            if (Array.isArray(value) || value instanceof Set) {
                const list = [];
                for (const item of value) list.push(await plain(item, path + '[' + list.length + ']', inner) ?? null);
                return list;
            }
            const map = {};
            for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
                const found = await plain(item, path ? path + '.' + key : String(key), inner);
                if (found !== undefined) Object.defineProperty(map, key, { value: found, enumerable: true });
            }
            return map;
        }

        function placeOf(error) {
            const stack = String(error && error.stack || '');
            for (const name of [file, encodeURI(file)]) {
                const at = stack.indexOf(name + ':');
                const found = at < 0 ? null : /^:(\d+)(:\d+)?/.exec(stack.slice(at + name.length));
                if (found) return file + found[0];
            }
            const frames = [...stack.matchAll(/(?:\(|\s|file:\/\/)(\/[^\s():]+:\d+(?::\d+)?)/g)];
            return (frames.find(f => !f[1].includes('/node_modules/')) ?? ['', ''])[1];
        }

        // A mistake of syntax has no place in its stack; the runtime's own check prints it.
        async function placeOfSyntax() {
            if (process.versions.bun || process.versions.deno) return '';
            const { spawnSync } = await import('node:child_process');
            const check = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
            const found = /^(?:file:\/\/)?(\/.*):(\d+)$/m.exec(check.stderr || '');
            return found ? found[1] + ':' + found[2] : '';
        }

        async function fail(error) {
            if (error instanceof Unfit) return say('value', { path: error.path, what: error.message });
            let message = String(error && error.message || error).split('\nRequire stack')[0];
            let place = placeOf(error);
            if (error instanceof SyntaxError || error && error.name === 'BuildMessage') {
                place = error.position ? file + ':' + error.position.line : await placeOfSyntax() || place;
            }
            if (error && error.name && error.name !== 'Error') message = error.name + ': ' + message;
            say('error', { message, place });
        }

        // `import { defineConfig } from 'opendaemon'` needs no package: it is there for the types of editors.
        async function offerOwnModule() {
            const own = { defineConfig: config => config };
            if (process.versions.bun) {
                Bun.plugin({ setup(b) { b.module('opendaemon', () => ({ exports: own, loader: 'object' })); } });
                return;
            }
            const { Module, register } = await import('node:module');
            if (!Module || !register) return;
            const load = Module._load;
            Module._load = function (request, ...rest) {
                return request === 'opendaemon' ? own : load.call(this, request, ...rest);
            };
            const source = 'data:text/javascript,export const defineConfig = config => config;';
            register('data:text/javascript,' + encodeURIComponent(
                'export async function resolve(name, context, next) { return name === "opendaemon"'
                + ' ? { url: ' + JSON.stringify(source) + ', format: "module", shortCircuit: true } : next(name, context); }'));
        }

        async function main() {
            process.chdir(file.slice(0, file.lastIndexOf('/')) || '/');
            process.on('uncaughtException', fail);
            process.on('unhandledRejection', fail);
            const { pathToFileURL } = await import('node:url');
            if (/\.[mc]?ts$/.test(file) && !process.versions.bun && !process.versions.deno) {
                const flag = '--experimental-strip-types';
                if (!process.features.typescript && !process.execArgv.includes(flag)) {
                    say('types', process.allowedNodeEnvironmentFlags.has(flag) ? flag : '');
                }
            }
            if (/['"]opendaemon['"]/.test(fs.readFileSync(file, 'utf8'))) await offerOwnModule();
            const module = await import(pathToFileURL(file).href);
            let value = 'default' in module ? module.default : module;
            if (value && value.__esModule && 'default' in value) value = value.default;
            value = await value;
            if (typeof value === 'function') value = await value();
            const isEmpty = value === undefined || value === null
                || (typeof value === 'object' && Object.keys(value).length === 0);
            if (isEmpty) throw new Unfit('', 'nothing: the file exports no config');
            say('config', await plain(value, '', []));
        }

        main().catch(fail);
        """#
}
