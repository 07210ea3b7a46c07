import Command
import Glibc

// One executable, three roles: the engine, the system's octal dump when that is meant, and everything people type.
EngineRole.runIfAsked(CommandLine.arguments)
exit(await CommandMain.run(CommandLine.arguments))
