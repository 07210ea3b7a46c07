import Core
import Widgets

// What is typed into a dialog, and what becomes of it.
extension State {
    /// A key while a form is filled in.
    mutating func press(_ key: Key, _ action: Action?, in open: Form) -> [Command] {
        var open = open
        switch action {
        case .choose: return submit(open)
        case .cancel:
            form = nil
            return []
        case .erase: open.field.deleteBackward()
        case .eraseForward: open.field.deleteForward()
        case .eraseWord: open.field.deleteWord()
        case .eraseLine: open.field.deleteToStart()
        case .eraseEnd: open.field.deleteToEnd()
        case .left: open.field.moveLeft()
        case .right: open.field.moveRight()
        case .first: open.field.moveToStart()
        case .last: open.field.moveToEnd()
        default:
            guard case .character(let scalar) = key else { return [] }
            open.field.insert(String(Character(scalar)))
        }
        open.mistake = nil
        form = open
        return []
    }

    private mutating func submit(_ open: Form) -> [Command] {
        switch open.purpose {
        case .scale(let apps):
            guard let wish = ScaleWish(open.field.text) else {
                return mend("a number of instances is needed: 4, +1 or -1")
            }
            guard apps.allSatisfy({ (1...Defaults.maxInstances).contains(wish.count(from: count(of: $0))) }) else {
                return mend("an app has 1 to \(Defaults.maxInstances) instances; s stops it, X forgets it")
            }
            form = nil
            let before = Dictionary(apps.map { ($0, count(of: $0)) }) { first, _ in first }
            return send(.scale(apps, wish, before: before))
        case .environment(let apps):
            guard let variable = Variable(open.field.text) else {
                return mend("a name and a value are needed: LOG_LEVEL=debug")
            }
            form = nil
            return send(.set(apps, name: variable.name, value: variable.value))
        case .saveLog:
            let path = open.field.text
            guard !path.isEmpty, !path.hasSuffix("/") else { return mend("a name of a file is needed") }
            form = nil
            return [.write(path: path, text: logText)]
        }
    }

    private mutating func mend(_ mistake: String) -> [Command] {
        form?.mistake = mistake
        return []
    }

    /// Instances that an app has.
    func count(of app: AppName) -> Int { live.rows.keys.count { AppName($0) == app } }

    // MARK: - The log

    /// `api-0.log`
    var logFileName: String {
        guard let process = log.process else { return "" }
        return log.isWhole || fleet.isAlone(process) ? "\(process.name).log" : "\(process.name)-\(process.instance).log"
    }

    /// All lines that the log pane has, as far as level and search let them through.
    var logText: String {
        (0..<log.count).map { index in
            let line = log.buffer[log.number(at: index)]
            let time = log.showsTimes ? LogView.clock(line.time, utcOffset) + " " : ""
            return time + Text.sanitize(line.bytes) + "\n"
        }.joined()
    }

    // MARK: - Names of apps

    /// As short as it can be.
    func appName(_ app: AppName) -> String {
        appName(InstanceName(namespace: app.namespace, name: app.name, instance: 0))
    }

    /// `api worker`
    func apps(_ names: [InstanceName]) -> String { apps(Set(names.map { AppName($0) }).sorted()) }
    func apps(_ apps: [AppName]) -> String { apps.map { appName($0) }.joined(separator: " ") }

    /// `api`, or `3 apps`.
    func title(_ apps: [AppName]) -> String { apps.count == 1 ? appName(apps[0]) : "\(apps.count) apps" }
}
