import Interface

/// Writes the user's own files, for all tabs: what he has arranged, and what he saves. On threads that may wait for a
/// disk.
actor Desk {
    private let mailbox: Mailbox
    /// The folder of the settings.
    private let home: String
    /// What is to be kept; newer settings take the place of those that wait.
    private var next: (settings: Settings, host: Int)?
    private var saving: Task<Void, Never>?

    init(mailbox: Mailbox, home: String) {
        self.mailbox = mailbox
        self.home = home
    }

    /// Keeps settings. While the disk is slow only the last ones wait for it.
    func save(_ settings: Settings, for host: Int) {
        next = (settings, host)
        if saving == nil { saving = Task { await self.work() } }
    }

    /// Waits until all is kept.
    func finish() async { await saving?.value }

    private func work() async {
        while let (settings, host) = next {
            next = nil
            let home = home
            guard let trouble = await ScreenThread.run({ Preferences.save(settings, in: home) }) else { continue }
            await mailbox.post(.trouble(trouble), from: host)
        }
        saving = nil
    }

    /// A file of the user's own.
    func write(_ text: String, to path: String, for host: Int) async {
        switch await ScreenThread.run({ NewFile.write(text, to: path) }) {
        case .success(let bytes): await mailbox.post(.wrote(path: path, bytes: bytes), from: host)
        case .failure(let failure): await mailbox.post(.notWritten(failure), from: host)
        }
    }
}
