package import Core

/// What `State.update` wants done. Data only, so that tests compare it.
package enum Command: Hashable, Sendable {
    /// Ask the engine; the answer comes back under the same number.
    case call(Int, Call)
    /// Fetch the details of one process, instead of any that were asked for before.
    case inspect(InstanceName)
    /// Ask the engine for what a tab or a page shows; the answer comes back under the same number.
    case ask(Int, Inquiry)
    /// Write text into a file that is not there yet.
    case write(path: String, text: String)
    /// Stream the logs of one process under this number, instead of the stream before; nil streams nothing.
    case followLogs(stream: Int, InstanceName?)
    /// The same for all instances of the app of this one.
    case followApp(stream: Int, InstanceName)
    /// A part of the log that the stream is about; the answer comes with all of it.
    case readLogs(stream: Int, LogRequest)
    /// How it was at a moment, with graphs of samples so many milliseconds apart; the answer has the same number.
    case lookBack(Int, WallTime, step: Int)
    /// The figures of the minute before a moment, for graphs that begin with it.
    case lookAtMinute(WallTime)
    /// Events were missed: ask for a snapshot and go on from there.
    case resubscribe
    /// Keep the user's arrangements.
    case save(Settings)
    /// Put text on the clipboard of the terminal.
    case copy(String)
    /// Let the mouse report to the dashboard, or leave it to the terminal.
    case mouse(Bool)
    /// Show the dashboard of another daemon: so many tabs further.
    case turn(Int)
    /// Draw every cell again.
    case redraw
    /// Give the terminal back and stop, until the shell continues us.
    case suspend
    /// Leave; the text is printed once the terminal is as it was.
    case quit(String?)
}

/// Calls to the engine that a key can make.
package enum Call: Hashable, Sendable {
    case restart([InstanceName])
    case stop([InstanceName])
    case start([InstanceName])
    case delete([InstanceName])
    case reload([InstanceName])
    case reset([InstanceName])
    case signal(Int32, [InstanceName])
    case flush([InstanceName])
    /// So many instances, or so many more of each app; the number before is for taking it back.
    case scale([AppName], ScaleWish, before: [AppName: Int])
    /// Give apps a variable of the environment.
    case set([AppName], name: String, value: String)
    /// How many clients are attached, before the dashboard leaves.
    case status
    case detach
    case shutdown
}

/// Which instance: by name, which stays the same through restarts, sorting and scaling.
package struct InstanceName: Hashable, Comparable, Sendable {
    package var namespace: String
    package var name: String
    package var instance: Int

    package init(namespace: String, name: String, instance: Int) {
        self.namespace = namespace
        self.name = name
        self.instance = instance
    }

    package init(_ process: InstanceInfo) {
        self.init(namespace: process.namespace, name: process.name, instance: process.instance)
    }

    /// The target of a command that can mean nothing else: `shop/api#2`.
    package var target: String { "\(namespace)/\(name)#\(instance)" }

    package static func < (a: InstanceName, b: InstanceName) -> Bool {
        (a.namespace, a.name, a.instance) < (b.namespace, b.name, b.instance)
    }
}

/// An app: the name that its instances share.
package struct AppName: Hashable, Comparable, Sendable {
    package var namespace: String
    package var name: String

    /// The target of a command that can mean nothing else: `shop/api`.
    package var target: String { "\(namespace)/\(name)" }

    package init(_ instance: InstanceName) {
        namespace = instance.namespace
        name = instance.name
    }

    package static func < (a: AppName, b: AppName) -> Bool { (a.namespace, a.name) < (b.namespace, b.name) }
}
