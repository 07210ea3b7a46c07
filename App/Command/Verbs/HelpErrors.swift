internal import Core
internal import Engine

/// `od help errors [CODE]`: what each code means and what helps. A row for every code; the README has the same words.
enum HelpErrors {
    /// Meaning, and what to do.
    static let guide: [ErrorCode: (meaning: String, remedy: String)] = [
        .usage: ("a flag or an argument cannot be understood", "od help VERB shows what a verb takes"),
        .scriptMissing: (
            "a script, program or config file does not exist or cannot be read",
            "check the name, the folder you are in, and ls -l FILE"
        ),
        .notExecutable: (
            "the file cannot be executed and no interpreter is known for it",
            "chmod +x it, give it a #! line, or name an --interpreter"
        ),
        .badDirectory: ("the working directory does not exist", "make it, or correct cwd"),
        .interpreterMissing: (
            "the interpreter is not installed", "install it, name another with interpreter, or correct PATH"
        ),
        .nameTaken: (
            "an app of that name runs another program, or a project of that name comes from another file",
            "choose another name, or od delete and od down the old one first"
        ),
        .badName: (
            "a name has characters that names cannot have",
            "use a letter, then letters, digits, dot, underscore and hyphen; all is no name"
        ),
        .noTerminal: (
            "the command needs a terminal", "od list, od logs and od info say the same without one"
        ),
        .ambiguousTarget: ("several projects use that name", "write project/name, as od list shows them"),
        .pluginNeeded: (
            "a capability cannot be switched off: it is always on, or others need it",
            "od plugin info ID says which need it"
        ),
        .pluginDisabled: (
            "the capability that the command needs is switched off",
            "od plugin enable ID"
        ),
        .unknownBlock: (
            "--env NAME chooses a block env_NAME that no app of the config has",
            "correct the name; --env NAME=VALUE sets a variable"
        ),
        .onlyUnknown: ("--only names an app that the config does not have", "od validate FILE lists its apps"),
        .scaleRange: (
            "an app cannot have so many instances", "1 to 1024; od stop ends all, od delete forgets them"
        ),
        .fileNotWritten: (
            "a file that was to be written is there already, or cannot be written",
            "choose another name or another folder"
        ),
        .keyNotSet: ("a key of an app cannot be changed while it exists", "od help set lists the keys that can"),
        .definitionChanged: (
            "an app was changed or deleted by somebody else in the meantime",
            "look at it with od info, then say it again"
        ),
        .noSuchAccount: (
            "a user or a group that an app is to run as does not exist",
            "correct uid, gid or groups, or make it with useradd or groupadd"
        ),
        .notServed: ("a verb or a flag of PM2 has no counterpart here", "od help pm2 shows what is what"),
        .badService: (
            "a path or a name cannot stand in the file of an init system",
            "choose a home and a folder for od without control characters"
        ),
        .badPattern: (
            "the pattern after --grep cannot be understood, or is too large",
            "od logs --grep TEXT --fixed looks for plain text; od help logs says what patterns are"
        ),
        .configSyntax: ("the config is not well-formed", "look at the line that the error names"),
        .configUnknownKey: ("a key that no config has", "od help config lists the keys; the error names the nearest"),
        .configValue: ("a value of the wrong type or out of range", "od help config says what each key takes"),
        .configMissing: ("a required key is missing", "add it; od help config says which are required"),
        .configAbsent: ("there is no config file", "name one, or go to the folder that has it"),
        .envFileMissing: (
            "a file that envFile names does not exist or cannot be read",
            "make it, or put ? behind its name when it may be missing"
        ),
        .envFileSyntax: (
            "a file that envFile names is no list of NAME=value lines", "look at the line that the error names"
        ),
        .secretsAbsent: (
            "a config refers to a secret, and this version keeps none",
            "put the value into a file with mode 600 and name it with envFile"
        ),
        .configExists: ("there is a config already", "change that file, or remove it first"),
        .configForeign: (
            "the config of a folder belongs to another user, or anybody may write to it",
            "read it; if it may decide what is run as you, name the file: od up ./FILE"
        ),
        .configScript: (
            "a config that is a program failed, took too long, or exports no config",
            "correct what the error names; run it by hand with node FILE"
        ),
        .configRuntime: (
            "a config is a program, and nothing here can run it",
            "install node 22.18 or newer, bun or deno, or write it in YAML or JSON"
        ),
        .dependencies: (
            "apps depend on each other in a circle, or on an app that there is not",
            "the error names them; od graph FILE draws what is left"
        ),
        .noSuchTarget: ("no app, instance or project answers to that name", "od list shows names, ids and projects"),
        .noSuchPlugin: (
            "no capability has that id",
            "od plugin list shows them"
        ),
        .spawnFailed: ("the program could not be executed", "od info NAME says at which step and why"),
        .attributeRefused: (
            "the user, limit or priority that the config asks for is refused",
            "correct the key that the error names, or run od as root"
        ),
        .notReady: (
            "what was started with --wait is not ready: it failed, or the time is over",
            "od logs NAME shows what it said; od info NAME what is waited for, and until when"
        ),
        .reloadFailed: (
            "the new run of a reload was not online: the old one goes on",
            "od logs NAME --err says why it ended; then reload again"
        ),
        .portRefused: (
            "the port that the instances are to share cannot be opened",
            "ss -ltnp shows who listens there; ports below 1024 need root"
        ),
        .notRunning: ("what is to be told something does not run", "od start NAME"),
        .stdinClosed: (
            "the app has no stdin, or does not read it", "set stdin: pipe in its config and start it again"
        ),
        .homeFile: (
            "a log or a pid file would take the place of a file of od's own",
            "choose another place for it, or one below logs or pids of the home"
        ),
        .engineSilent: (
            "the engine does not answer, or none runs", "od daemon status; od daemon logs; od daemon start starts one"
        ),
        .homeUnsafe: (
            "the home belongs to somebody else, or others can write to it",
            "chmod 700 it when it is yours, or choose another with --home or OD_HOME"
        ),
        .foreignSocket: (
            "the socket belongs to another program", "end that program, or choose another home"
        ),
        .versionMismatch: (
            "client and engine are of versions that do not fit",
            "use the od that started the engine, or stop it with it"
        ),
        .engineStart: (
            "the keeper or the engine could not be started",
            "od daemon logs says why; od-keeper must lie beside od, executable"
        ),
        .connectionLost: (
            "the connection ended before the answer came", "look with od list whether it was done, then say it again"
        ),
        .protocolError: ("a message was malformed or too large", "name fewer targets; is the other side really od?"),
        .homeRemote: ("the home is on a network file system", "choose a home on a local disk with --home or OD_HOME"),
        .notReplaced: (
            "keeper and engine were not replaced by others; all goes on as before",
            "the error says which file was not good, and why"
        ),
        .tooBusy: (
            "the engine takes no more of this client for a moment: too many requests, too large ones, too many unread answers",
            "wait as long as the error says, then go on slower"
        ),
        .tokenRefused: (
            "the token that the daemon asks for is missing, unsafe or wrong",
            "chmod 600 auth-token in the home, or name the right file with OD_AUTH_TOKEN_FILE"
        ),
        .remoteFailed: (
            "the other machine, or od there, could not be reached by ssh",
            "try ssh USER@SERVER od version by hand"
        ),
        .alreadyRuns: (
            "a daemon runs for this home already, and there is to be one",
            "od daemon status shows it; od daemon stop ends it and its apps"
        ),
        .startupFailed: (
            "the init system of the machine cannot be told, or refuses what it is told",
            "the error says which command helps; od startup --dry-run shows what would be done"
        ),
        .storeFailed: (
            "the state database cannot be read or written",
            "make room; od leaves a damaged state.db as it is: keep a copy"
        ),
        .diskFailed: ("a directory or a file of the home cannot be made", "check its permissions and room: ls -ld, df"),
        .outputFailed: ("what was printed could not be written", "make room, or write it elsewhere"),
        .procFailed: (
            "`/proc` cannot be read: there are no figures",
            "mount /proc; apps go on without it"
        ),
        .dumpAbsent: (
            "there is no dump, or none that is whole", "od save writes one; the error names the damaged ones"
        ),
        .dumpEmpty: ("an empty list does not replace a dump with apps", "od save --force, when it is meant"),
        .logFailed: ("a log file cannot be read or written", "check the file that the error names with ls -l"),
        .crashLogFailed: (
            "the last lines of a run that crashed were not kept",
            "check the permissions of the logs' folder and whether its disk is full"
        ),
        .logNotEmptied: ("a log cannot be emptied", "look at the permissions of its folder"),
        .bug: ("a mistake of ours", "report it with od version and what you did"),
    ]

    static func text(_ code: String?) throws(Failure) -> String {
        guard let code else { return all() }
        let name = code.allSatisfy(\.isNumber) ? "OD" + code : code.uppercased()
        let known = ErrorCode.allCases.map(\.rawValue)
        guard let found = ErrorCode(rawValue: name), let entry = guide[found] else {
            let near = NearestName.of(name, among: known)
            throw Failure(
                .usage, "there is no error ‘\(code)’",
                why: near.map { "the nearest is \($0)" } ?? "no code is called so",
                next: "od help errors lists them")
        }
        return """
            \(found.rawValue): \(entry.meaning)
              next: \(entry.remedy)
              exit: \(found.exitCode)

            """
    }

    private static func all() -> String {
        let rows = ErrorCode.allCases.map { code in
            "\(code.rawValue)  \(guide[code]?.meaning ?? "")\n        -> \(guide[code]?.remedy ?? "")\n"
        }
        return """
            An error has a code, what happened, why, and what to do next. Exit codes: 2 for OD1xxx (arguments) and OD2xxx
            (config), after which nothing was touched; 3 for OD3xxx (no such target); 1 for all others.


            """ + rows.joined()
    }
}
