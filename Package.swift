// swift-tools-version:6.2
//
// The walls of the house. A folder is a target only where another process, a wall that the compiler must hold,
// C code or a heavy dependency asks for it. Who may import whom:
//
//     CKernel <---- od-keeper, OpenDaemon         Themes <---- Widgets <----+
//        ^                                                                  |
//        +------- Engine ----> Core <---- OpenDaemon <----+     Interface --+--> Core
//                   ^                                     |        ^
//                   +-------------------- od -------------+--------+----> CNcurses
//
// Core imports nothing but the standard library; Interface never reaches the Engine; only `od` touches ncurses.
// Tests/House holds what the compiler cannot.

import PackageDescription

/// What every Swift target of ours is built with.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The keeper is Embedded Swift: no runtime, no Foundation, libc only.
/// `-no-static-stdlib` keeps `--static-swift-stdlib` from reaching it, in the compiler and in the linker.
let embedded: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(["-wmo", "-parse-as-library", "-no-static-stdlib"]),
    .treatAllWarnings(as: .error),
]

let strictC: [CSetting] = [.define("_GNU_SOURCE"), .treatAllWarnings(as: .error)]

/// SQLite and ncurses come as archives: nothing to install beside our executables. GRDB's module map says
/// `-lsqlite3`, and only a folder of its own in front of the system's makes the archive win.
#if arch(x86_64)
let archives = "\(Context.packageDirectory)/Engine/Static/x86_64"
#else
let archives = "\(Context.packageDirectory)/Engine/Static/aarch64"
#endif

/// Every command is a process: what the loader does not do is done at none of them. At a fixed address it has no
/// hundred thousand places to correct (and the engine shares those pages instead of owning a copy); with the C++
/// library linked in and no names exported it looks up a tenth as many.
let release = [
    "-Xclang-linker", "-no-pie", "-L\(Context.packageDirectory)/Engine/Static/release",
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Engine/Static/release/exports.map",
]

let package = Package(
    name: "OpenDaemon",
    products: [
        .executable(name: "od", targets: ["od"]),
        .executable(name: "od-keeper", targets: ["od-keeper"]),
        .library(name: "OpenDaemon", targets: ["OpenDaemon"]),
    ],
    dependencies: [
        // Verbs, options, help and completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Sockets and event loops of the client protocol.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // SQLite with migrations and prepared statements: state.db.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // HMAC-SHA256 and comparison in constant time: the token of the client protocol. No crypto of our own.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // YAML with a mark (line, column) on every node: config files and their errors.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // ---- Engine ----

        // C: spawn, pidfd, SCM_RIGHTS, signalfd and the layout of the keeper's frames, one header for both sides.
        .target(name: "CKernel", path: "Engine/CKernel", cSettings: strictC),

        // zlib: old logs become gzip files. An archive, as SQLite is.
        .systemLibrary(name: "CZlib", path: "Engine/CZlib"),

        // Pure: model, machines, kernel step, wire messages. Standard library only.
        .target(name: "Core", path: "Engine/Core", swiftSettings: strict),

        // The SDK, which our own CLI and dashboard use too.
        .target(
            name: "OpenDaemon",
            dependencies: [
                "CKernel",
                "Core",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Engine/Client",
            swiftSettings: strict
        ),

        // Effects: keeper link, store, log pump, metrics, config, the server side of the client protocol.
        .target(
            name: "Engine",
            dependencies: [
                "CKernel",
                "CZlib",
                "Core",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Engine/Runtime",
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-L\(archives)"])]
        ),

        // The holder of all children. Tiny, single-threaded, decides nothing.
        .executableTarget(
            name: "od-keeper",
            dependencies: ["CKernel"],
            path: "Engine/Keeper",
            swiftSettings: embedded,
            linkerSettings: [.unsafeFlags(["-no-static-stdlib"])]
        ),

        // ---- Widgets and Themes ----

        .target(name: "Themes", path: "Themes", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Widgets", dependencies: ["Themes"], path: "Widgets", exclude: ["README.md"], swiftSettings: strict),

        // ---- App ----

        // The dashboard as values: state, update, key map, views. Pure.
        .target(
            name: "Interface", dependencies: ["Core", "Themes", "Widgets"], path: "App/Interface",
            swiftSettings: strict),

        // ncursesw behind a C shim: its macros and varargs do not reach Swift.
        .target(
            name: "CNcurses", path: "App/CNcurses", cSettings: strictC,
            linkerSettings: [.linkedLibrary(":libncursesw.a"), .linkedLibrary(":libtinfo.a")]),

        // Verbs, printer, the only ncurses code, wiring. A library, so that tests reach it without the keeper's runtime.
        .target(
            name: "Command",
            dependencies: [
                "CKernel", "CNcurses", "Core", "Engine", "Interface", "OpenDaemon", "Themes", "Widgets",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "App/Command",
            exclude: ["Main"],
            swiftSettings: strict
        ),

        // One executable in three roles: what people type, the dashboard, the engine.
        .executableTarget(
            name: "od",
            // The keeper is found beside `od`; without it here `swift run od` would not build it.
            dependencies: ["Command", "od-keeper"],
            path: "App/Command/Main",
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(release, .when(configuration: .release))]
        ),

        // ---- Tests ---- (no test target depends on od-keeper: its runtime would land in the test bundle)

        // Golden files, seeded randomness.
        .target(name: "Support", dependencies: ["Core"], path: "Tests/Support", swiftSettings: strict),

        // The scripted bad child.
        .executableTarget(name: "probe", path: "Tests/Probe", cSettings: strictC),

        // A client in a process of its own, for elections.
        .executableTarget(
            name: "client-stub",
            dependencies: [
                "Core", "Engine", "OpenDaemon",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Client/Stub", swiftSettings: strict),

        // A log pump in a process of its own, to be killed.
        .executableTarget(
            name: "pump-torture", dependencies: ["CKernel", "Core", "Engine"], path: "Tests/Engine/Torture",
            swiftSettings: strict),

        .testTarget(name: "CoreTests", dependencies: ["Core", "Support"], path: "Tests/Core", swiftSettings: strict),
        .testTarget(
            name: "ClientTests",
            dependencies: [
                "Core", "Engine", "OpenDaemon", "Support",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Client", exclude: ["Stub"], swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "CNcurses", "Command", "Core", "Engine", "OpenDaemon", "Support",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Command", swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "CKernel", "Core", "Engine", "Support", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Engine", exclude: ["Torture"], swiftSettings: strict),
        .testTarget(
            name: "HouseTests", dependencies: ["Interface", "Support"], path: "Tests/House", swiftSettings: strict),
        .testTarget(
            name: "InterfaceTests", dependencies: ["Core", "Interface", "Support", "Themes", "Widgets"],
            path: "Tests/Interface", swiftSettings: strict),
        .testTarget(
            name: "KeeperTests", dependencies: ["CKernel", "Support"], path: "Tests/Keeper", swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Core", "Support"], path: "Tests/Simulator", swiftSettings: strict),
        .testTarget(
            name: "WidgetsTests", dependencies: ["Support", "Themes", "Widgets"], path: "Tests/Widgets",
            swiftSettings: strict),
    ]
)
