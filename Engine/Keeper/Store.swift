import CKernel

/// Descriptors that must outlive an engine, by the engine's key. At most OD_STORE_MAX; one more is refused.
struct Store {
    struct Entry {
        var key: UInt64
        /// -1 in an entry that is free.
        var descriptor: Int32
    }

    private let entries: UnsafeMutablePointer<Entry>
    /// Entries from here on are not in use. Entries never move, so that a listing can go on where it stopped.
    private(set) var used = 0

    init?() {
        guard let table = od_table(MemoryLayout<Entry>.stride * Int(OD_STORE_MAX)) else { return nil }
        entries = table.bindMemory(to: Entry.self, capacity: Int(OD_STORE_MAX))
    }

    subscript(index: Int) -> Entry { entries[index] }

    /// Keeps `descriptor`; an older one of that key is closed. False when the store is full.
    mutating func put(_ descriptor: Int32, key: UInt64) -> Bool {
        var place = used
        for index in 0..<used {
            if entries[index].descriptor >= 0, entries[index].key == key {
                od_close(entries[index].descriptor)
                entries[index].descriptor = descriptor
                return true
            }
            if entries[index].descriptor < 0, place == used { place = index }
        }
        guard place < Int(OD_STORE_MAX) else { return false }
        entries[place] = Entry(key: key, descriptor: descriptor)
        if place == used { used += 1 }
        return true
    }

    /// Closes the descriptor of that key. False when there is none.
    mutating func drop(key: UInt64) -> Bool {
        for index in 0..<used where entries[index].descriptor >= 0 && entries[index].key == key {
            od_close(entries[index].descriptor)
            entries[index].descriptor = -1
            while used > 0, entries[used - 1].descriptor < 0 { used -= 1 }
            return true
        }
        return false
    }
}
