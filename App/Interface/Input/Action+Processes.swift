extension Action {
    /// It is for the process that is selected, or for those that are marked.
    var isOfProcesses: Bool {
        switch self {
        case .open, .restart, .restartAll, .toggle, .delete, .undo, .reload, .signal, .scale, .editEnv, .flush,
            .mark, .markAll, .unmark, .range, .copy:
            true
        default: false
        }
    }
}
