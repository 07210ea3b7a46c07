/// What people call an action who know the command line, or another program: the palette finds it by these.
extension Action {
    var words: [String] {
        switch self {
        case .open: ["info", "details", "describe"]
        case .log: ["logs", "tail"]
        case .restart, .restartAll: ["restart"]
        case .toggle: ["stop", "start"]
        case .delete: ["delete", "remove", "forget"]
        case .undo: ["undo"]
        case .reload: ["reload", "rolling"]
        case .signal: ["signal", "kill", "term", "hup"]
        case .scale: ["scale", "instances"]
        case .editEnv: ["env", "set", "variable"]
        case .flush: ["flush", "empty", "truncate"]
        case .mark, .markAll, .unmark, .range: ["mark", "select"]
        default: wordsOfViews
        }
    }

    private var wordsOfViews: [String] {
        switch self {
        case .tabInfo: ["info"]
        case .tabEnv: ["env", "environment"]
        case .tabEvents: ["events"]
        case .tabFiles: ["files", "ports"]
        case .tabMetrics: ["metrics", "cpu", "memory"]
        case .why: ["why"]
        case .graph: ["graph", "dependencies"]
        case .system: ["system", "machine", "host", "disks", "network"]
        case .messages: ["messages", "notifications"]
        case .saveLog: ["save", "write", "export"]
        case .find: ["filter", "search", "find"]
        case .onlyMatches: ["grep"]
        case .nextSort, .previousSort, .invertSort: ["sort", "order"]
        case .earlier, .later, .present: ["time", "history", "past"]
        case .nextHost, .previousHost: ["host", "machine"]
        case .grow, .shrink, .preset, .zoom, .fold: ["layout", "panes"]
        case .themes: ["themes", "colors"]
        case .copy, .copyAll: ["copy", "yank", "clipboard"]
        case .help: ["help", "keys"]
        case .redraw: ["refresh", "redraw"]
        case .quit, .detach: ["quit", "exit", "leave"]
        default: []
        }
    }
}
