package import Core

// Users and groups are looked for before anything is begun: an app that can never start is not made known first.
extension ProcessAttributes {
    /// Keys that name a user or a group which this machine does not have. May block: such a table can be on the network.
    func unknownAccounts(of app: String) -> [(key: String, failure: Failure)] {
        var result: [(key: String, failure: Failure)] = []
        func missing(_ key: String, _ what: String, _ next: String) {
            let failure = Failure(.noSuchAccount, what, why: "‘\(key)’ of ‘\(app)’ names it", next: next)
            result.append((key, failure))
        }
        if let uid, Users.person(uid) == nil {
            if Users.number(uid) == nil {
                missing("uid", "there is no user ‘\(uid)’ on this machine", "correct ‘uid’, or make the user: useradd")
            } else if gid == nil {
                missing("uid", "user \(uid) has no group on this machine", "say its group: ‘gid’")
            }
        }
        for (key, name) in [gid].compactMap({ $0 }).map({ ("gid", $0) }) + (groups ?? []).map({ ("groups", $0) })
        where Users.group(name) == nil {
            missing(key, "there is no group ‘\(name)’ on this machine", "correct ‘\(key)’, or make it: groupadd")
        }
        return result
    }
}

extension AppSpec {
    /// Looks for the users and groups that it names on this machine. May block.
    ///
    /// - Throws: OD1028, for the first that is not there.
    package func checkAccounts() throws(Failure) {
        if let first = attributes?.unknownAccounts(of: name).first { throw first.failure }
    }
}
